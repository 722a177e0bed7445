"""Versions of forms: kept once, never changed, seen by others, in the trail by their digest."""

from datetime import date

import pytest

from hub.registry import Registry
from hub.registry.forms import OwnForm, VersionTakenError

FIRST = OwnForm("a-1", "1", date(2020, 1, 1), None, "form: a-1\n")
SECOND = OwnForm("a-1", "2", None, date(2021, 1, 1), "form: a-1\n# changed\n")


def test_a_version_is_kept_and_never_changes(registry: Registry, other: Registry) -> None:
    assert registry.forms.put([SECOND, FIRST]) == 2
    assert registry.forms.put([FIRST]) == 0
    changed = FIRST.__class__("a-1", "1", None, None, "form: a-1\n# other\n")
    for rows in ([changed], [OwnForm("b", "1", None, None, "x"), changed]):
        with pytest.raises(VersionTakenError, match="give the changed form a new version"):
            registry.forms.put(rows)
    assert registry.forms.all() == (FIRST, SECOND)
    row, _ = registry.trail.page(10)
    assert (row.kind, row.object, row.before) == ("form", "a-1 1", None)
    assert row.after
    assert row.after["valid_from"] == "2020-01-01"
    assert len(row.after["sha256"]) == 64


def test_what_another_process_keeps_is_read(registry: Registry, other: Registry) -> None:
    registry.forms.put([FIRST])
    assert other.forms.all() == (FIRST,)

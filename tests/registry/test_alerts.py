"""Kept rules and targets of alerts, on both engines: one of a name, told in the trail, copied."""

import re
from pathlib import Path

import pytest

from hub.registry import Actor, Registry, RegistryError, open_registry
from hub.registry.alerts import AlertRow, Rows
from hub.registry.copying import copy_registry

BY = Actor("7", "PUT /v1/alerts/rules/r")


def yes(_: Rows) -> None:
    """No objection."""


def no(rows: Rows) -> None:
    raise RegistryError("/name", f"{len(rows)} are there", "leave it", "invalid")


def test_one_of_a_name_is_kept_with_its_first_moment(registry: Registry, other: Registry) -> None:
    one, changed = (AlertRow("rule", "Trễ 50%", at, {"when": f"{at}"}) for at in (5, 9))
    target = AlertRow("target", one.name, 7, {"url": "env:ALERT_A"})
    assert registry.alerts.put(one, yes, BY)
    assert registry.alerts.put(target, yes, BY)
    assert not registry.alerts.put(changed, yes, BY)
    there = AlertRow("rule", one.name, 5, changed.body)
    assert [*registry.alerts.all().values()] == [*other.alerts.all().values()] == [there, target]
    for refused in (
        lambda: other.alerts.put(one, no),
        lambda: other.alerts.remove("rule", "x", no),
    ):
        with pytest.raises(RegistryError, match="2 are there"):
            refused()
    assert registry.alerts.remove("rule", one.name, yes, BY)
    assert not registry.alerts.remove("rule", one.name, yes, BY)
    assert [*registry.alerts.all().values()] == [target]
    told = [(it.kind, it.key, it.before, it.after) for it in registry.trail.page(9)]
    assert told == [
        ("alert_rule", "7", changed.body, None),
        ("alert_rule", "7", one.body, changed.body),
        ("alert_target", "7", None, target.body),
        ("alert_rule", "7", None, one.body),
    ]


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b", " a", "a ", "a\n", "-", "x" * 61, "a\ud800"]
)
def test_a_name_is_one_of_an_address(registry: Registry, name: str) -> None:
    with pytest.raises(RegistryError, match="1 to 60 characters"):
        registry.alerts.put(AlertRow("rule", name, 1, {}), yes)


def test_there_are_not_endlessly_many(registry: Registry) -> None:
    for n in range(30):
        registry.alerts.put(AlertRow("target", f"t{n}", 1, {}), yes)
    with pytest.raises(RegistryError, match=re.escape("there are 30 already")):
        registry.alerts.put(AlertRow("target", "t30", 1, {}), yes)
    assert not registry.alerts.put(AlertRow("target", "t3", 1, {"a": 1}), yes)


def test_a_backup_has_them(tmp_path: Path) -> None:
    registry = open_registry(f"sqlite:///{tmp_path}/registry.db")
    registry.alerts.put(AlertRow("rule", "r", 1, {"hours": 4}), yes)
    copy_registry(tmp_path / "registry.db", tmp_path / "copy.db")
    copy = open_registry(f"sqlite:///{tmp_path}/copy.db")
    assert copy.alerts.all() == registry.alerts.all() != {}
    registry.close()
    copy.close()

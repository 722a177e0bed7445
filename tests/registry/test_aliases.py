"""Names on sheets, on both engines: one meaning for each, kept and forgotten, told in the trail."""

import pytest

from hub.registry import Actor, Registry, RegistryError
from hub.registry.aliases import Alias

BY = Actor("7", "PUT /v1/forms/f/aliases")


def test_a_label_means_one_thing_and_can_be_forgotten(registry: Registry, other: Registry) -> None:
    row = Alias("s", "row", "tt cu chi", "u:H1", 5)
    column = Alias("s", "column", "tt cu chi", "q1", 5)
    assert registry.aliases.put("f", [row, column], [], BY) == 2
    assert other.aliases.of("f") == [column, row]
    assert other.aliases.of("g") == []
    corrected = Alias("s", "row", "tt cu chi", "u:H2", 9)
    assert (
        other.aliases.put("f", [corrected, Alias("s", "column", "tt cu chi", "q1", 9)], [], BY) == 1
    )
    assert registry.aliases.of("f") == [column, corrected]  # what is the same keeps its day
    assert registry.aliases.put("f", [], [corrected, Alias("s", "row", "x", "")], BY) == 1
    assert other.aliases.of("f") == [column]
    rows = registry.trail.page(9, kind="alias")
    place = {"section": "s", "kind": "row", "label": "tt cu chi"}
    told = [(it.object, it.before, it.after) for it in rows]
    assert told[0] == ("f", place | {"key": "u:H2"}, None)
    assert told[1] == ("f", place | {"key": "u:H1"}, place | {"key": "u:H2"})
    assert len(told) == 4
    many = [Alias("s", "row", f"l{n}", "k") for n in range(2_000)]
    with pytest.raises(RegistryError, match="more than 2,000"):
        registry.aliases.put("f", many, [], BY)
    assert other.aliases.of("f") == [column]

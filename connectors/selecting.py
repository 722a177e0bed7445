"""What is taken of a row that comes as JSON: what the document names, and nothing else."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from connectors.mapping import Document
from connectors.mapping.named import named_by
from connectors.mapping.values import columns_of

KeyParts = tuple[tuple[str, ...], ...]
"""Of each part of a key the columns, of which the first that is given counts."""
Pick = Callable[[Mapping[str, Any]], dict[str, Any]]


class Selection(NamedTuple):
    """Columns and paths that are read."""

    row: tuple[str, ...]
    children: Mapping[str, tuple[str, ...]]
    """By the name of their list."""
    key: KeyParts
    """What tells rows apart."""


def selection_of(document: Document, *more: str) -> Selection:
    """What a document names, with some columns that its `read` names. Rows are told apart by the
    key that `read` names, else by unit and subject."""
    row, children = named_by(document)
    own = getattr(document.read, "key", None)
    dossier = document.dossier
    parts = (tuple(columns_of(dossier.unit)), tuple(columns_of(dossier.subject)))
    key = tuple((name,) for name in own) if own else tuple(filter(None, parts))
    names = dict.fromkeys((*row, *(name for part in key for name in part), *more))
    return Selection(tuple(names), children, key)


def picker(selection: Selection) -> Pick:
    """What takes of an item the values that are named, nested as they were."""
    row = _picker(selection.row)
    children = [(tuple(name.split(".")), _picker(own)) for name, own in selection.children.items()]

    def pick(item: Mapping[str, Any]) -> dict[str, Any]:
        found = row(item)
        for path, pick_child in children:
            listed = at_path(item, path)
            if listed is not None:
                _put(found, path, _picked(listed, pick_child))
        return found

    return pick


def key_of(values: Mapping[str, Any], parts: Iterable[tuple[str, ...]]) -> str:
    """The texts that tell a row apart, with `|` between them; empty where one is not given."""
    texts = [_first(values, columns) for columns in parts]
    return "|".join(texts) if texts and all(texts) else ""


def at_path(values: Any, path: Sequence[str]) -> Any:
    """What stands at a path; None where nothing does."""
    for step in path:
        values = values.get(step) if isinstance(values, Mapping) else None
    return values


def _first(values: Mapping[str, Any], columns: Iterable[str]) -> str:
    for column in columns:
        value = values.get(column)
        if value is None and "." in column:
            value = at_path(values, column.split("."))
        if value is not None and (text := str(value).strip()):
            return text
    return ""


def _picker(names: Sequence[str]) -> Pick:
    plain = [name for name in names if "." not in name]
    paths = [
        (name, tuple(name.split(".")))
        for name in names
        if "." in name and name.split(".")[0] not in plain
    ]

    def pick(item: Mapping[str, Any]) -> dict[str, Any]:
        found = {name: item[name] for name in plain if name in item}
        for name, path in paths:
            if name in item:
                found[name] = item[name]
            elif (value := at_path(item, path)) is not None:
                _put(found, path, value)
        return found

    return pick


def _picked(listed: Any, pick_child: Pick) -> Any:
    if isinstance(listed, Mapping):
        return pick_child(listed)
    if isinstance(listed, list):
        return [pick_child(one) if isinstance(one, Mapping) else None for one in listed]
    return True  # no children; the mapping tells of it


def _put(found: dict[str, Any], path: Sequence[str], value: Any) -> None:
    *steps, last = path
    for step in steps:
        inner = found.get(step)
        found[step] = inner = dict(inner) if isinstance(inner, Mapping) else {}
        found = inner
    found[last] = value

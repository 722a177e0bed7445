"""Columns that a document names and a source lacks, each told where it is named."""

from collections.abc import Collection, Iterator, Sequence

from connectors.mapping import Document
from connectors.mapping.named import Use, read_uses_of, uses_of
from connectors.mapping.names import spelled
from connectors.mapping.read_row import PARENT
from connectors.mapping.reads import Sql
from hub.core.yaml_text import Where, near


def used_columns(document: Document, there: Collection[str]) -> set[str]:
    """The columns of a source that a document names: for facts, and to read the source."""
    found = (_meant(document, use, there) for use in _all_uses(document))
    return {name for names in found for name in names}


def missing_columns(document: Document, there: Sequence[str] | None) -> list[tuple[Where, str]]:
    """What the document names and the source lacks: where, and with near names in words. Nothing is
    missing where only rows tell the columns (None)."""
    if there is None:
        return []
    missing: dict[tuple[Where, str], None] = {}
    for use in _all_uses(document):
        found = _meant(document, use, there) if use.column else [use.path]
        if not found:
            missing[use.where, f"the source has no column `{use.path}`{_hint(use, there)}"] = None
        elif len(found) > 1:
            says = f"may be {' or '.join(sorted(found))} of the source; write it as it stands there"
            missing[use.where, f"`{use.path}` {says}"] = None
    return list(missing)


def _all_uses(document: Document) -> Iterator[Use]:
    yield from read_uses_of(document)
    yield from uses_of(document)


def _meant(document: Document, use: Use, there: Collection[str]) -> list[str]:
    """The source's column, or that with the JSON into which a path leads."""
    is_folding = isinstance(document.read, Sql)
    steps = use.path.split(".")
    for length in range(len(steps), 0, -1):
        path = ".".join(steps[:length])
        if found := spelled(path, there) if is_folding else [path] if path in there else []:
            return found
    return []


def _hint(use: Use, there: Sequence[str]) -> str:
    if use.list is not None:
        if spelled(use.column, there):
            return f"; that of the row around the child is written `{PARENT}{use.column}`"
        prefix = f"{use.list}."
        known = [it.removeprefix(prefix) for it in there if it.startswith(prefix)]
    else:
        lists = [it.rpartition(".")[0] for it in there if it.rpartition(".")[2] == use.column]
        if lists:
            return f"; it is a column of the children {lists[0]}: add `each: {lists[0]}`"
        known = list(there)
    if found := near(use.column, known):
        return found
    if use.in_condition:
        return "; a text stands in quotes in a condition"
    return "" if use.where[0] == "read" else "; a constant is written {value: …}"

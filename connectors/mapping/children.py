"""The children of a row that a fact repeats over (`each`), and their slots."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

import orjson

from connectors.mapping.fact_reader import FactReader, Stated
from connectors.mapping.read_row import reader, text_of
from connectors.port import Fact, Fault

ChildrenReader = Callable[[Mapping[str, Any], list[Fault]], Iterator[Fact]]


def children_reader(
    slot: str, each: str, key: Sequence[str] | None, fact: FactReader
) -> ChildrenReader:
    """What gives one fact for each child that states it; faults are added to the list.

    A child's slot ends with its key. Without one, it ends with a hash of what the child states:
    its place among the others changes when one of them goes.
    """
    listed = reader(each, each=None)
    keys = [reader(name, each=None) for name in key or ()]

    def read(values: Mapping[str, Any], faults: list[Fault]) -> Iterator[Fact]:
        seen: dict[str, Stated] = {}
        same: Counter[str] = Counter()
        for child in _children(listed(values), each, faults):
            before = len(faults)
            stated = fact((child, values), faults)
            if stated is None or len(faults) > before:
                continue
            if not keys:
                label = _hash(stated)
                same[label] += 1
                label += f"-{same[label]}" if same[label] > 1 else ""
            elif (found := _label(keys, key or (), child, each, faults)) is None:
                continue
            else:
                label = found
            if label not in seen:
                seen[label] = stated
                yield stated.fact(f"{slot}.{label}")
            elif seen[label] != stated:
                says = "stands twice with different contents; correct it there, or name its `key`"
                faults.append(Fault(each, "duplicate-child", says))

    return read


def _children(found: Any, each: str, faults: list[Fault]) -> Iterator[Mapping[str, Any]]:
    if isinstance(found, Mapping):
        found = [found]
    for child in found if isinstance(found, list | tuple) else ():
        if isinstance(child, Mapping):
            yield child
        else:
            faults.append(Fault(each, "not-a-list", "has a child that has no columns"))
    if found is not None and not isinstance(found, list | tuple):
        faults.append(Fault(each, "not-a-list", "holds no list of children; map another column"))


def _label(
    keys: Sequence[Callable[[Any], Any]],
    names: Sequence[str],
    child: Mapping[str, Any],
    each: str,
    faults: list[Fault],
) -> str | None:
    parts = []
    for read, name in zip(keys, names, strict=True):
        value = read(child)
        text = None if value is None else text_of(value, f"{each}.{name}")
        if isinstance(text, Fault):
            faults.append(text)
            return None
        if text is None:
            says = "is empty, and tells children apart; give it there"
            faults.append(Fault(f"{each}.{name}", "missing", says))
            return None
        parts.append(text)
    if len(parts) == 1 and re.fullmatch(r"[A-Za-z0-9._-]{1,40}", parts[0]):
        return parts[0]
    return sha256(orjson.dumps(parts)).hexdigest()[:16]


def _hash(stated: Stated) -> str:
    return sha256(orjson.dumps(tuple(stated), option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]

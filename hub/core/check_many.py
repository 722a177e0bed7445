"""Checks many events at once: by attribute, and what they repeat but once.

What is right the models of `schemas.cloudevents` say, and nothing else: pydantic checks each value
by the type that it has there, and events that carry the same attributes are of one form, which is
checked once. Here it is known only whether all are good; where that is not sure, `hub.core.check`
looks at each of them, and a test holds the one against the other. (An instant that ends in a small
`z` is good and seldom: it is not sure.)
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain
from math import ceil
from typing import Annotated, Any, NamedTuple, NotRequired, get_args, get_origin, get_type_hints

import numpy as np
import orjson
import pyarrow as pa
from pydantic import ConfigDict, Field, TypeAdapter

from hub.core.batch import FEW, Batch, Columns, event_table, joined, laid
from hub.core.check import FUTURE, Refusal, check_objects
from hub.core.sheet import Column
from hub.core.time import local_day
from schemas.cloudevents import DEFAULTS, KIND_OF
from schemas.dossier import DossierEvent
from schemas.envelope import Envelope
from schemas.event import Event
from schemas.values import FIRST, LAST, RFC3339, Instant

AT_ONCE = 1000
"""Events that fit into the CPU's caches, so that it matters little how often they are gone over:
of 30,000 at once each costs two to three times as much."""

Values = Sequence[Any]


def check_events(items: Values, moments: Sequence[int]) -> Batch[Event] | list[Event | Refusal]:
    """Check events that have been parsed from JSON, in their order, each at its moment (µs): a
    batch where all are good. What was parsed is used up."""
    size = ceil(len(items) / max(1, ceil(len(items) / AT_ONCE))) or 1  # all pieces nearly the same
    parts = [
        _check_some(items[first : first + size], moments[first : first + size])
        for first in range(0, len(items), size)
    ]
    batches = [part for part in parts if isinstance(part, Batch)]
    return joined(batches) if len(batches) == len(parts) else list(chain.from_iterable(parts))


def _check_some(items: Values, moments: Sequence[int]) -> Batch[Event] | list[Event | Refusal]:
    if len(items) > FEW and (columns := check_columns(items, moments)) is not None:
        return columns
    checked = check_objects(items, moments)
    good = [one for one in checked if isinstance(one, Event)]
    return laid(good) if len(good) == len(checked) else checked


def check_columns(items: Values, moments: Sequence[int]) -> Columns[Event] | None:
    """Check some events, at least one, that are all good, by columns; `None`, and the events as
    they were, where one may not be good."""
    try:
        sent = _sent(items)
    except (KeyError, TypeError, ValueError):  # pydantic's and Arrow's errors are ValueErrors, too
        return None
    if (sent.time > np.array(moments) + FUTURE).any() or any(map(sent.is_due_before, sent.dated)):
        return None
    units = [data.pop("unit") for data in sent.data]
    for group, name, instants in sent.dated:
        for data, instant in zip(group.data, instants.tolist(), strict=True):
            data[name] = instant
    for group in sent.groups:
        if group.kind in DEFAULTS:
            for data in group.data:
                data.setdefault(*DEFAULTS[group.kind])
    texts = list(map(orjson.dumps, sent.data))
    return Columns(event_table(units, *sent.names, sent.kinds, sent.time, sent.sequences, texts))


class _Group(NamedTuple):
    """Events of one kind whose `data` has the same attributes in the same order."""

    kind: str
    numbers: list[int]
    data: Sequence[dict[str, Any]]
    said: dict[str, Values]
    """What they say, by attribute."""


class _Dated(NamedTuple):
    """An instant that the data of a group have (µs)."""

    group: _Group
    name: str
    instants: Column


class _Sent(NamedTuple):
    """What was sent, its values checked, in the order in which it was."""

    kinds: Values
    names: tuple[Values, ...]
    """`subject`, `source` and `id`."""
    time: Column
    sequences: Values
    data: Values
    groups: list[_Group]
    dated: list[_Dated]

    def is_due_before(self, dated: _Dated) -> bool:
        """Whether one of these is a due date on a day before its event's."""
        if (dated.group.kind, dated.name) != ("received", "due_at"):
            return False
        received = self.time[dated.group.numbers]
        return bool(np.less(local_day(dated.instants), local_day(received)).any())


def _sent(items: Values) -> _Sent:
    """Raises `KeyError`, `TypeError` or `ValueError` where one is not good."""
    attributes = {name: [item[name] for item in items] for name in _ATTRIBUTES}
    types, data = attributes.pop("type"), attributes.pop("data")
    if any("data_base64" in item for item in items):
        raise ValueError("data_base64")
    sequences = _CHECK["sequence"].validate_python([item.get("sequence") for item in items])
    groups = list(_groups(types, data))
    for name in ("id", "subject"):  # nearly all differ
        _CHECK[name].validate_python(attributes[name])
    distinct: defaultdict[str, set[Any]] = defaultdict(set)
    for name in ("specversion", "source"):
        distinct[name].update(attributes[name])
    for name in _OPTIONAL:
        distinct[name].update(item.get(name) for item in items)
    for group in groups:
        for name, values in group.said.items():
            distinct[name].update(values)
    for name in distinct.keys() - _INSTANTS:
        _CHECK[name].validate_python(list(distinct[name]))
    dated = [(group, name) for group in groups for name in group.said if name in _INSTANTS]
    texts = [attributes["time"], *(group.said[name] for group, name in dated)]
    time, *instants = _instants(texts)
    return _Sent(
        [KIND_OF[kind] for kind in types],
        (attributes["subject"], attributes["source"], attributes["id"]),
        time,
        [number or 0 for number in sequences],
        data,
        groups,
        [_Dated(*which, found) for which, found in zip(dated, instants, strict=True)],
    )


def _groups(types: Values, data: Values) -> Iterator[_Group]:
    """Raises `KeyError` or `ValueError` where a kind has no such attributes."""
    numbers: defaultdict[Any, list[int]] = defaultdict(list)
    names = map(tuple, map(dict.keys, data))  # TypeError where it is a text or a list
    for number, form_of in enumerate(zip(types, names, strict=True)):
        numbers[form_of].append(number)
    for (kind, attributes), some in numbers.items():
        form = _FORMS[kind]
        if not form.required <= set(attributes) <= form.known:
            raise ValueError(kind)
        of_form = [data[number] for number in some]
        if form.whole:
            form.whole.validate_python(of_form)
        said = zip(*map(dict.values, of_form), strict=True)
        yield _Group(KIND_OF[kind], some, of_form, dict(zip(attributes, said, strict=True)))


def _instants(columns: Sequence[Values]) -> list[Column]:
    """Instants as they were sent, in µs. Raises `ValueError` where one is none."""
    texts = pa.array(_OF_INSTANTS.validate_python(list(chain.from_iterable(columns))))
    found = texts.cast(pa.timestamp("us", "UTC")).cast(pa.int64()).to_numpy()
    if found.min() < FIRST or found.max() >= LAST:
        raise ValueError("out of range")
    return np.split(found, np.cumsum([len(column) for column in columns[:-1]]))


class _Form(NamedTuple):
    """What the data of a kind must hold and may hold, and their check where the right values are
    not enough."""

    required: frozenset[str]
    known: frozenset[str]
    whole: TypeAdapter[Any] | None


def _types(model: Any) -> dict[str, Any]:
    """What a model says of its attributes, whether required or not."""
    hints = get_type_hints(model, include_extras=True).items()
    return {n: get_args(hint)[0] if get_origin(hint) is NotRequired else hint for n, hint in hints}


def _read_models() -> tuple[dict[str, _Form], dict[str, Any]]:
    """The forms by the type of event, and the types of all attributes."""
    forms: dict[str, _Form] = {}
    found = _types(Envelope)
    for event in get_args(DossierEvent):
        types = _types(event)
        if types.keys() != _HANDLED:
            raise TypeError(f"{event.__name__} has other attributes than are checked here")
        data, whole = types["data"], None
        if get_origin(data) is Annotated:
            data, whole = get_args(data)[0], TypeAdapter(list[data])  # type: ignore[valid-type]
        known = data.__required_keys__ | data.__optional_keys__
        forms |= dict.fromkeys(get_args(types["type"]), _Form(data.__required_keys__, known, whole))
        for name, one in _types(data).items():
            if found.setdefault(name, one) != one:
                raise TypeError(f"{name} is not of the same type in all kinds of events")
    return forms, found


_ATTRIBUTES = ("specversion", "id", "source", "subject", "time", "type", "data")
_OPTIONAL = ("datacontenttype", "dataschema")
_HANDLED = {*_ATTRIBUTES, *_OPTIONAL, "sequence"}
_STRICT = ConfigDict(strict=True)
_FORMS, _TYPES = _read_models()
_INSTANTS = frozenset(name for name, one in _TYPES.items() if one == Instant)
_OF_INSTANTS = TypeAdapter(list[Annotated[str, Field(pattern=RFC3339)]], config=_STRICT)
_CHECK = {
    name: TypeAdapter(list[one], config=_STRICT)  # type: ignore[valid-type]
    for name, one in _TYPES.items()
    if name not in _INSTANTS
}

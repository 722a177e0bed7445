"""The fold of simple dossiers, many at once: a column at a time instead of a dossier at a time.

Most dossiers are received, closed once, perhaps handed over and rated, and no more. A bulk load
holds hundreds of thousands of them. `hub.dossier.fold` says what is right, and a test holds this
against it; whatever is not simple is left to it.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from hub.core.sheet import Column, Sheet, rows_of
from hub.core.time import NEVER, is_saturday, local_day
from hub.dossier.figures import Mark
from hub.dossier.fold import OUTCOME, RECEIVED, counted_mark, deadline

_KINDS = {
    "received": 0, "resolved": 1, "withdrawn": 1, "stopped": 1, "result_returned": 2, "rated": 3,
}  # fmt: skip
"""The kinds a simple dossier may have, one of each number at most, the first one first."""

_RECEIVED, _CLOSING, _RETURNED, _RATED, _OTHER = range(5)

TIMELINESS = ("", "early", "on_time", "late")
OUTCOMES = ("", "granted", "refused", "withdrawn", "stopped")
_BY_KIND = {kind: OUTCOMES.index(kind) for kind in ("withdrawn", "stopped")}
_BY_KIND["resolved"] = OUTCOMES.index("granted")  # unless it says something else
_OUTCOME_OF = np.array([*(_BY_KIND.get(kind, 0) for kind in _KINDS), 0])
_RESOLVED = list(_KINDS).index("resolved")
_CLOSED = np.array([0, Mark.CLOSED_EARLY, Mark.CLOSED_ON_TIME, Mark.CLOSED_LATE], np.uint8)
_OUTCOME = np.array([OUTCOME.get(one, 0) for one in OUTCOMES], np.uint8)
_CHANNELS, _LEVELS = ("direct", "online", "post"), (None, "full", "partial")
_RECEIVED_MARK = np.array(
    [[RECEIVED[channel, level] for level in _LEVELS] for channel in _CHANNELS], np.uint8
)

ATTRIBUTES = (
    "parent", "procedure", "field", "channel", "online_level", "authority", "level", "model",
)  # fmt: skip
"""What is known of a dossier by name; in the order of the columns of the table `facts`."""

_NAME = ("source", "id")
_SAID = pa.schema({**dict.fromkeys((*ATTRIBUTES, "due_basis"), pa.string()), "due_at": pa.int64()})


class Lives(NamedTuple):
    """The facts of simple dossiers at moments of acceptance, as `Facts` has them, by columns."""

    unit: pa.Array
    subject: pa.Array
    number: Column
    """How many events it had."""
    moment: Column
    """µs"""
    attributes: dict[str, pa.Array]
    received_at: Column
    closed_at: Column
    timeliness: Column
    """Places in `TIMELINESS`."""
    outcome: Column
    """Places in `OUTCOMES`."""
    hourly: Column
    due_at: Column
    """`NEVER` where there is none."""
    deadline: Column
    """The last one at which it becomes overdue; `NEVER` where it does not."""
    first: Column
    """The first instant of its marks; no mark that it ever had was before."""
    marks: Column
    """How many of the following are of each: its marks, one dossier's after the other's."""
    code: Column
    at: Column
    event: list[str]
    is_last: Column
    """Whether it is the last one of its dossier."""
    position: Column
    """Of the last event."""


class SimpleEvents(NamedTuple):
    """Where in a sheet the events of its simple dossiers are."""

    is_simple: Column
    """Of each dossier."""
    kind: Column
    """At each place, its number in `_KINDS`."""
    of_kind: Column
    """[dossier, number of the kind]: the place of that event, after all where there is none."""


def simple_dossiers(sheet: Sheet) -> SimpleEvents:
    """Which of the dossiers are simple: received first, then one event of each kind at most, each
    identity once."""
    known = pc.index_in(sheet.columns["kind"], pa.array(_KINDS)).fill_null(len(_KINDS))
    kind = known.to_numpy()[sheet.order]
    slot = np.array([*_KINDS.values(), _OTHER])[kind]
    size, many = len(slot), len(sheet.first)
    counts = np.bincount(sheet.key * 5 + slot, minlength=5 * many).reshape(many, 5)
    is_simple = (counts[:, :_OTHER] <= 1).all(axis=1) & (counts[:, _OTHER] == 0)
    is_simple &= slot[sheet.first] == _RECEIVED
    name = sheet.name
    for apart in (1, 2, 3):  # a simple dossier has four events at most
        same = (name[apart:] == name[:-apart]) & (sheet.key[apart:] == sheet.key[:-apart])
        is_simple[sheet.key[apart:][same]] = False
    of_kind = np.full((many, 5), size)
    of_kind[sheet.key, slot] = np.arange(size)
    time = np.append(sheet.sorted("time"), NEVER)
    returned, rated = time[of_kind[:, _RETURNED]], time[of_kind[:, _RATED]]
    is_simple &= (returned != rated) | (returned == NEVER)  # else further rules say which is first
    return SimpleEvents(is_simple, kind, of_kind)


def fold_simple(sheet: Sheet, places: SimpleEvents, since: int) -> Lives:
    """The facts of each simple dossier at each moment of acceptance from `since` (µs) on, as
    `fold` gives them for its events."""
    moment, size = sheet.sorted("accepted"), len(sheet.order)
    goes_on = (sheet.key[1:] == sheet.key[:-1]) & (moment[1:] == moment[:-1])
    is_life = places.is_simple[sheet.key] & (moment >= since) & ~np.append(goes_on, False)
    life = np.flatnonzero(is_life)
    dossier, moment = sheet.key[life], moment[life]
    received, *later = places.of_kind[dossier, :_OTHER].T
    closing, returned, rated = (np.where(place <= life, place, size) for place in later)
    time = np.append(sheet.sorted("time"), NEVER)
    number = life - received + 1

    attributes, due_at, hourly = _attributes(sheet, places, dossier)
    received_at, closed_at = time[received], np.maximum(time[received], time[closing])
    outcome = _outcome(sheet, places, closing)
    is_closed, is_resolved = outcome > 0, (outcome == 1) | (outcome == 2)  # granted, refused
    received_day, closed_day, due_day = map(local_day, (received_at, closed_at, due_at))
    is_timed = is_resolved & (due_at < NEVER)
    late = is_timed & np.where(hourly, closed_at > due_at, closed_day > due_day)
    early = is_timed & ~late & (closed_day < due_day)
    timeliness = np.where(early, 1, np.where(late, 3, np.where(is_closed, 2, 0)))
    passes = np.where(hourly, due_at, deadline(due_at, hourly=False))
    overdue_at = np.maximum(passes, received_at)
    is_overdue = (due_at < NEVER) & (overdue_at < closed_at)
    saturday = is_saturday(received_day)

    swapped = time[rated] < time[returned]
    counted = [np.where(swapped, rated, returned), np.where(swapped, returned, rated)]
    marks = (
        *((_counted(sheet, place), time[place]) for place in counted),
        (_received_mark(attributes), received_at),
        (saturday * Mark.SATURDAY, received_at),
        ((saturday & (closed_day == received_day)) * Mark.SAME_SATURDAY, closed_at),
        (_CLOSED[timeliness], closed_at),
        (_OUTCOME[outcome], closed_at),
        (is_overdue * Mark.OVERDUE, overdue_at),
        ((is_overdue & is_closed) * Mark.OVERDUE_END, closed_at),
    )
    code = np.stack([np.asarray(mark, np.uint8) for mark, _ in marks], axis=1)  # 0: no mark
    at = np.stack([instants for _, instants in marks], axis=1)
    is_mark = code > 0
    many = np.count_nonzero(is_mark, axis=1)
    first = np.cumsum(many) - many
    named = [""] * int(many.sum())
    for column, place in enumerate(counted):
        row = np.flatnonzero(is_mark[:, column])
        where = first[row] + is_mark[row, :column].sum(axis=1)
        names = pc.binary_join_element_wise(*(sheet.at(n, place[row]) for n in _NAME), " ")
        for at_mark, name in zip(where.tolist(), names.to_pylist(), strict=True):
            named[at_mark] = name
    instants = at[is_mark]
    which = pa.array(sheet.order[life])
    return Lives(
        sheet.columns["unit"].take(which), sheet.columns["subject"].take(which), number, moment,
        attributes, received_at, closed_at, timeliness, outcome, hourly, due_at,
        np.where(is_overdue, passes, NEVER), np.minimum.reduceat(instants, first), many,
        code[is_mark], instants, named,
        np.append(dossier[1:] != dossier[:-1], True), sheet.sorted("position")[life],
    )  # fmt: skip


def _attributes(
    sheet: Sheet, places: SimpleEvents, dossier: Column
) -> tuple[dict[str, pa.Array], Column, Column]:
    """What was said of some simple dossiers, which may repeat, when they were received: text by
    name; the due date, and whether it is one by the hour."""
    simple = np.flatnonzero(places.is_simple)
    said = _read(sheet.at("data", places.of_kind[simple, _RECEIVED]))
    *texts, due_at = said.take(pa.array(np.searchsorted(simple, dossier))).columns
    attributes = {name: text.fill_null("") for name, text in zip(_SAID.names, texts, strict=False)}
    hourly = pc.equal(attributes.pop("due_basis"), "hour")
    return attributes, due_at.fill_null(NEVER).to_numpy(), hourly.to_numpy(zero_copy_only=False)


def _read(texts: pa.Array) -> pa.RecordBatch:
    """JSON objects, at least one, by columns: in half the time of Python's dictionaries, and
    without its lock."""
    lines = pc.binary_join(pa.ListArray.from_arrays([0, len(texts)], texts), "\n")[0].as_buffer()
    form = pj.ParseOptions(explicit_schema=_SAID, unexpected_field_behavior="ignore")
    at_once = pj.ReadOptions(use_threads=False, block_size=lines.size)
    found = pj.read_json(pa.BufferReader(lines), at_once, form)
    return found.combine_chunks().to_batches()[0]


def _received_mark(attributes: dict[str, pa.Array]) -> Column:
    channel = pc.index_in(attributes["channel"], pa.array(_CHANNELS)).to_numpy()
    level = pc.index_in(attributes["online_level"], pa.array(["", *_LEVELS[1:]])).to_numpy()
    return _RECEIVED_MARK[channel, level]


def _outcome(sheet: Sheet, places: SimpleEvents, closing: Column) -> Column:
    """How the events at some places closed their dossiers, as places in `OUTCOMES`."""
    found = _OUTCOME_OF[places.kind]
    resolved = np.flatnonzero(places.kind == _RESOLVED)
    said = sheet.at("data", resolved)  # nothing but how (CONTRACT §1)
    refused = pc.match_substring(said, '"outcome":"refused"').to_numpy(zero_copy_only=False)
    found[resolved[refused]] = OUTCOMES.index("refused")
    return np.append(found, 0)[closing]


def _counted(sheet: Sheet, place: Column) -> Column:
    """The mark of the event at each place that counts by itself, 0 where there is none."""
    found = np.zeros(len(sheet.order) + 1, np.uint8)
    once = np.unique(place[place < len(sheet.order)])
    rows = rows_of(sheet.columns, sheet.order[once])
    found[once] = [counted_mark(row.event) or 0 for row in rows]
    return found[place]

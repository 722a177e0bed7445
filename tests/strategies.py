"""Hypothesis strategies: valid but nasty events, and logs that hold them.

Few units, subjects, sources, ids and instants, so that identities collide, contents conflict and
times tie to the microsecond. Nothing here knows the hub's code: only the contract.
"""

from collections.abc import Sequence
from copy import deepcopy
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from tests.oracle import Accepted, micros
from tests.oracle_fold import INSTANTS, local_day

Json = dict[str, Any]

KINDS = (
    *("received", "supplement_requested", "supplemented", "suspended", "resumed", "extended"),
    *("resolved", "withdrawn", "stopped", "reopened", "result_returned", "overdue", "corrected"),
    *("rated", "voided", "retracted"),
)
# What closes and opens a dossier comes oftener than the rest.
WEIGHTED = (
    *KINDS,
    *("received", "resolved", "reopened", "corrected", "supplement_requested", "extended"),
    *("resolved", "supplement_requested", "rated", "result_returned", "resolved", "extended"),
)

# H1.2 and H1.23 are below H1, but H1.23 is not below H1.2.
UNITS = ("H1", "H1.2", "H1.23", "A.1")
SUBJECTS = ("1", "a/2.-_")
DOSSIERS = tuple((unit, subject) for unit in UNITS for subject in SUBJECTS)
SOURCES = ("/a", "/B", "/x'\\\"%s{p:Int8}")
# Bytes order "!'" < "10" < "9" < "B" < "a" < "~".
IDS = ("a", "B", "10", "9", "~", "!'\\")

OFFSETS = (
    *(timezone(timedelta(hours=7)), UTC),
    *(timezone(timedelta(hours=-11)), timezone(timedelta(hours=13, minutes=45))),
)

# All valid logs end before this instant (µs); use it, or anything later, as `now`.
NOW = micros(datetime(2022, 1, 1, tzinfo=UTC))

_MIDNIGHTS = (
    *("2019-12-15", "2020-01-01", "2020-01-04", "2020-01-05", "2020-03-15", "2020-04-01"),
    "2021-01-01",
)
_WRITTEN = (
    *("2019-06-30T12:00:00Z", "2020-01-03T09:00:00+07:00", "2020-01-04T11:30:00+07:00"),
    *("2020-01-02T00:00:00Z", "2020-01-02T00:00:00-11:00", "2020-01-02T00:00:00+13:45"),
    *("2020-02-29T17:00:00.5+07:00", "2020-03-14T17:00:00+07:00", "2020-03-31T17:00:00+07:00"),
    *("2020-01-01T17:00:00+07:00", "2020-12-15T00:00:00+07:00", "2021-03-14T08:00:00.001Z"),
)
POOL = sorted(
    (
        *(datetime.fromisoformat(text).astimezone(UTC) for text in _WRITTEN),
        *(
            datetime.fromisoformat(day + "T00:00:00+07:00").astimezone(UTC)
            + timedelta(microseconds=us)
            for day in _MIDNIGHTS
            for us in (0, -1, 1)
        ),
    )
)


@st.composite
def written(draw: st.DrawFn, moment: datetime) -> str:
    """One of the ways to write an instant: any offset, any sufficient number of digits."""
    local = moment.astimezone(draw(st.sampled_from(OFFSETS)))
    fraction = f"{local.microsecond:06d}"
    digits = draw(st.integers(len(fraction.rstrip("0")), 6))
    text = local.strftime("%Y-%m-%dT%H:%M:%S") + ("." + fraction[:digits] if digits else "")
    offset = local.strftime("%z")
    utc = ("Z", "+00:00") if offset == "+0000" else (offset[:3] + ":" + offset[3:],)
    return text + draw(st.sampled_from(utc))


def times(pool: Sequence[datetime] = POOL) -> st.SearchStrategy[str]:
    """A timestamp out of a pool, or, less often, out of the whole pool, somehow written."""
    return (st.sampled_from(pool) | st.sampled_from((*pool, *POOL))).flatmap(written)


def ids() -> st.SearchStrategy[str]:
    """Half of a few ids that collide, half of many that seldom do."""
    return st.sampled_from(IDS) | st.integers(100, 160).map(str)


VALUES = {
    "procedure": ("1.004227", "P_2-x"),
    "field": ("dat-dai", "Ho.tich"),
    "online_level": ("full", "partial"),
    "authority": ("so-tn", "UBND"),
    "level": ("ministry", "province", "district", "commune"),
    "model": ("lt-1", "lt-2"),
    "due_basis": ("day", "hour"),
}


def _attributes() -> dict[str, st.SearchStrategy[str]]:
    return {name: st.sampled_from(values) for name, values in VALUES.items()}


@st.composite
def _received(draw: st.DrawFn, moment: datetime) -> Json:
    later = [due for due in POOL if local_day(due) >= local_day(moment)]
    due_at = (st.sampled_from(later[:5]) | st.sampled_from(later)).flatmap(written)
    data: Json = draw(
        st.fixed_dictionaries(
            {"channel": st.sampled_from(("direct", "online", "post"))},
            optional=_attributes() | {"due_at": due_at},
        )
    )
    if draw(st.integers(0, 9)) == 9:
        data["parent"] = draw(st.sampled_from(SUBJECTS))
    return data


def data_of(
    kind: str, moment: datetime, pool: Sequence[datetime] = POOL
) -> st.SearchStrategy[Json]:
    """What `data` of an event of a kind at an instant may hold, besides `unit`."""
    if kind == "received":
        return _received(moment)
    reason, due = {"reason": st.just("thieu-giay-to")}, {"due_at": times(pool)}
    channel = {"channel": st.sampled_from(("direct", "post", "online"))}
    corrected = _attributes() | channel | {"received_at": times(pool), "closed_at": times(pool)}
    apology = {"apology": st.sampled_from(("letter", "message", "none"))}
    rating = {"rating": st.sampled_from(("satisfied", "neutral", "dissatisfied"))}
    required: dict[str, dict[str, st.SearchStrategy[str]]] = {
        "extended": due,
        "result_returned": channel,
        "overdue": due,
        "rated": rating,
        "retracted": {"id": st.sampled_from(IDS)},
    }
    optional: dict[str, dict[str, st.SearchStrategy[str]]] = {
        "supplement_requested": reason,
        "supplemented": due,
        "suspended": reason,
        "resumed": reason | due,
        "extended": apology | reason,
        "resolved": {"outcome": st.sampled_from(("granted", "refused"))},
        "withdrawn": reason,
        "stopped": reason,
        "reopened": due,
        "corrected": corrected,
        "rated": {"via": st.sampled_from(("kiosk", "online", "survey"))},
        "voided": reason,
    }
    data: st.SearchStrategy[Json] = st.fixed_dictionaries(
        dict(required.get(kind, {})), optional=dict(optional.get(kind, {}))
    )
    return data.filter(bool) if kind == "corrected" else data


@st.composite
def events(
    draw: st.DrawFn,
    dossiers: Sequence[tuple[str, str]] = DOSSIERS,
    kinds: Sequence[str] = WEIGHTED,
    sources: Sequence[str] = SOURCES,
    pool: Sequence[datetime] = POOL,
) -> Json:
    """One valid event in structured mode, out of the given dossiers (unit, subject), kinds..."""
    unit, subject = draw(st.sampled_from(dossiers))
    kind = draw(st.sampled_from(kinds))
    moment = draw(st.sampled_from(pool))
    event: Json = {
        "specversion": "1.0",
        "id": draw(st.sampled_from(IDS) if kind == "retracted" else ids()),
        "source": draw(st.sampled_from(sources)),
        "type": f"vn.motcua.dossier.{kind}.v1",
        "subject": subject,
        "time": draw(written(moment)),
        "data": {"unit": unit} | draw(data_of(kind, moment, pool)),
    }
    sequence = draw(st.sampled_from(("", "", "0", "1", "9", "10", "2147483647")))
    return event | ({"sequence": sequence} if sequence else {})


@st.composite
def event_sets(draw: st.DrawFn, min_size: int = 0, max_size: int = 30) -> list[Json]:
    """Events of one to three dossiers, mostly received, close in time, identities colliding."""
    few = draw(st.lists(st.sampled_from(DOSSIERS), min_size=1, max_size=3, unique=True))
    sources = draw(st.lists(st.sampled_from(SOURCES), min_size=1, max_size=2, unique=True))
    since, length = draw(st.integers(0, len(POOL) - 2)), draw(st.integers(2, len(POOL)))
    pool = POOL[since : since + length]
    size = draw(st.integers(min_size, max_size))
    opened = [draw(events([one], ["received"], sources, pool)) for one in few[:size]]
    rest = st.lists(
        events(few, WEIGHTED, sources, pool),
        min_size=size - len(opened),
        max_size=size - len(opened),
    )
    return opened + draw(rest)


@st.composite
def rewritten(draw: st.DrawFn, event: Json) -> Json:
    """The same event in other words: no conflict with the first."""
    same = deepcopy(event)
    for holder, names in ((same, ("time",)), (same["data"], INSTANTS)):
        for name in names:
            if name in holder:
                holder[name] = draw(written(datetime.fromisoformat(holder[name])))
    kind = same["type"].split(".")[-2]
    for holder, name, value, given in (
        (same, "sequence", "0", True),
        (same["data"], "apology", "none", kind == "extended"),
        (same["data"], "outcome", "granted", kind == "resolved"),
    ):
        if given and holder.get(name, value) == value:
            holder.pop(name, None)
            if draw(st.booleans()):
                holder[name] = value
    if draw(st.booleans()):
        same |= {"datacontenttype": "application/json", "traceid": "abc"}
    same["data"] = dict(reversed(same["data"].items()))
    return same


def _earliest_stamp(event: Json) -> int:
    moment = datetime.fromisoformat(event["time"]) - timedelta(hours=24)
    return micros(moment)


@st.composite
def logs(draw: st.DrawFn, min_size: int = 0, max_size: int = 30) -> list[Accepted]:
    """Some events in some order, in batches of one stamp each, with repeats further on.

    Stamps never decrease and no event is over 24 h in the future of its stamp.
    """
    sent: list[Json] = draw(event_sets(min_size, max_size))
    # By time is how they mostly arrive: only so can a stamp lie between the times of two events.
    if draw(st.booleans()):
        sent.sort(key=lambda event: datetime.fromisoformat(event["time"]))
    for _ in range(draw(st.integers(0, 4)) if sent else 0):
        which = draw(st.integers(0, len(sent) - 1))
        where = draw(st.integers(which + 1, len(sent)))
        sent.insert(where, draw(rewritten(sent[which])))
    log: list[Accepted] = []
    stamp = position = 0
    while sent:
        size = draw(st.integers(1, len(sent)))
        batch, sent = sent[:size], sent[size:]
        stamp = max(stamp, micros(draw(st.sampled_from(POOL))), *map(_earliest_stamp, batch))
        for event in batch:
            position += draw(st.integers(1, 3))
            log.append(Accepted(event, stamp, position))
    return log

"""What the parts of a connector say to one another.

A source is read in pages of rows. The mapping turns a row into the facts that it states. The
differ compares them with the hub's own events and makes events. The pump stores the events first
and the cursor after them: what a crash repeats has the same ids and counts once.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

Dossier = tuple[str, str]
"""Unit and subject."""
LEASE = 10.0
"""Seconds for which a connector is held at a time."""
Cursor = Any
"""How far a source was read; a JSON value that only the source understands."""


class SourceError(Exception):
    """A source cannot be read at the moment: away, refused, too slow. The text says what and where,
    and holds no secret. The pump tries again later."""


class BrokenSourceError(Exception):
    """A source cannot be read until somebody mends it: a table or column that is not there, a right
    that was taken away, another encoding. The text says what, where and what to do."""


class Fault(NamedTuple):
    """Why a row is refused."""

    column: str
    """As the source names it; empty where no single column is at fault."""
    code: str
    """Stable, for programs: `unmapped`, `not-a-date`, `missing`, `condition`, `not-text`, …"""
    says: str
    """What is wrong and what to do. It repeats no value but codes that `map` was asked for."""


class Row(NamedTuple):
    """One row of a source, or one record of a topic."""

    key: str
    """Which row of the source it is, the same at each reading."""
    place: str
    """Where it stands, for people: `ho_so id=17`, `ho-so-01.csv:12`, `topic 0@4711`."""
    values: Mapping[str, Any]
    """By column, or nested as JSON is. Children (`each`) are lists of mappings. Empty: the source
    says that the row is gone. A source gives only columns that the document names
    (`connectors.selecting`): others may be personal data."""
    range: str = ""
    """Label of the range of keys that it belongs to, where the source is swept by ranges."""
    version: int | None = None
    """Orders the states of one row where the source can tell; an older state replaces no newer."""


class Unreadable(NamedTuple):
    """A row that could not be read at all."""

    key: str
    place: str
    faults: tuple[Fault, ...]


class Page(NamedTuple):
    """What is stored as one: some rows and the cursor behind them."""

    rows: Sequence[Row]
    cursor: Cursor
    unreadable: Sequence[Unreadable] = ()
    ends: str | None = None
    """The label of a range (`""`: of the whole source) all of whose rows were on this page and on
    those since the page before that ended one: a known row of that range that was not among them
    is missing, and is gone when a second sweep misses it too (or at once: `is_sure`)."""
    is_sure: bool = False
    """Whether what is missing is gone at once: the source is a whole copy."""
    went_back: str | None = None
    """Why the source seems to be older than what was read before (a restored backup, another
    server, a truncated table). The pump pauses until a person approves."""


class Source(Protocol):
    """One kind of source. Not thread-safe: one connector is one thread."""

    def columns(self) -> Sequence[str] | None:
        """The columns that are there, of a row and (`child.column`) of its children; None where
        only rows tell. Raises `SourceError`, `BrokenSourceError`."""

    def pages(self, cursor: Cursor | None, *, sweep: bool) -> Iterator[Page]:
        """What changed since a cursor (None: everything), in pages; ends when nothing is left for
        now. With `sweep`, also what no cursor shows: silent edits, back-dated rows, deletes.

        The pump asks for the next page only when this one is stored (but see `ReadAhead`). Must be
        repeatable: the same cursor gives the same rows or newer states of them. Raises
        `SourceError`, `BrokenSourceError`.
        """

    def again(self, keys: Sequence[str]) -> Iterator[Page]:
        """Some rows as they are now, for refused ones whose mapping was mended; the pages leave the
        cursor alone (None). Rows that cannot be read singly are left out."""

    def close(self) -> None:
        """Let go of what is open. May be called twice."""


@runtime_checkable
class Settling(Protocol):
    """What a source may do besides: tell its owners of refused rows, as files do that send them
    back."""

    def settle(self, page: Page, refused: Sequence[Unreadable]) -> None:
        """A page was stored and these of its rows were refused, by the mapping or as unreadable;
        before the next page is stored."""


@runtime_checkable
class ReadAhead(Protocol):
    """What a source may be besides: one whose next page may be asked for while a page is stored and
    settled, each on a thread of its own. `again` is asked for only while no page is."""

    reads_ahead: bool
    pages_at_once: int
    """So many pages as one, of a first reading: nothing is taken back there, so nothing waits."""


@runtime_checkable
class Doubtful(Protocol):
    """What a source may do besides: tell what is doubtful about it, as indexes that are missing."""

    def warnings(self) -> Sequence[str]:
        """In words, of what was read so far; no value is repeated. Raises as reading does."""


class Fact(NamedTuple):
    """One thing that a row states about its dossier."""

    slot: str
    """Which fact of the row: `received`, `resolved`, `supplement_requested` …; for `each` with the
    child's key after a dot. One slot holds at most one event in force."""
    kind: str
    """The event's kind, as `schemas.cloudevents` names it without its prefix."""
    time: int | None
    """In µs since 1970; None where the row states no time of its own (a state that began some time
    before it was read): then it is when the differ first saw it."""
    data: Mapping[str, Any]
    """The event's `data` without `unit`, as JSON (instants as RFC 3339 with an offset)."""


class Wanted(NamedTuple):
    """What a row says as a whole: exactly these facts are to be in force."""

    dossier: Dossier
    facts: tuple[Fact, ...]


class Known(NamedTuple):
    """An event that the hub has of a source, about a dossier."""

    id: str
    kind: str
    time: int
    data: Mapping[str, Any]
    """As JSON, without `unit`: instants are RFC 3339 in UTC (`+00:00`), and the contract's defaults
    (`outcome` granted, `apology` none) are filled in."""
    in_force: bool
    """Whether it is not retracted."""


class Kept(NamedTuple):
    """What the hub remembers of a row, so that an unchanged row costs nothing. A cache of what the
    events say; to lose it costs time only."""

    fingerprint: str
    unit: str
    subject: str
    range: str = ""
    version: int | None = None
    missing_since: int | None = None
    """When (µs) a sweep first missed the row."""


class FactMapping(Protocol):
    """What turns rows into facts."""

    source: str
    version: str
    """Changes with everything in the file that can change a fact: rows are then compared anew."""

    def wanted(self, row: Row) -> Wanted | tuple[Fault, ...]:
        """The facts of a row, or why it is refused."""


class Outcome(NamedTuple):
    """What became of one event that was sent."""

    accepted: bool
    faults: tuple[Fault, ...] = ()


class Hub(Protocol):
    """The hub as connectors need it; `connectors.hub.HttpHub` speaks HTTP, tests have a twin.

    Every call raises `hub.client.UnreachableError` where it may be made again, and
    `hub.client.HubError` where that is useless.
    """

    def known(self, source: str, dossiers: Sequence[Dossier]) -> Mapping[Dossier, list[Known]]:
        """The events of a source about some dossiers, in the order of the log, with all that
        `append` was answered for. Retractions are left out: they show as `in_force`. A dossier
        without events is left out, too."""

    def has_any(self, source: str) -> bool:
        """Whether there is any event of a source, as `known` would tell it."""

    def append(self, events: Sequence[Mapping[str, Any]]) -> list[Outcome]:
        """Store CloudEvents; returns when all are durable or refused, one outcome each, in order.
        The same event again is accepted and counts once."""

    def kept(self, name: str, keys: Sequence[str]) -> Mapping[str, Kept]:
        """What is remembered of some rows of a connector."""

    def kept_in(self, name: str, range_label: str) -> Mapping[str, Kept]:
        """What is remembered of all rows of a range; `""`: of the whole source."""

    def kept_of(
        self, name: str, dossiers: Sequence[Dossier]
    ) -> Mapping[Dossier, Mapping[str, Kept]]:
        """Which rows of a connector are remembered to have stated some dossiers, by dossier and
        key; dossiers without any are left out."""

    def save(
        self,
        name: str,
        owner: str,
        cursor: Cursor | None,
        kept: Mapping[str, Kept],
        forgotten: Sequence[str],
        refused: Sequence[Unreadable],
        mended: Sequence[str],
        *,
        goes_on: bool = False,
    ) -> None:
        """Remember a page, in one transaction: cursor (None: as before), rows, rows forgotten, rows
        refused (as dead letters) and rows that are refused no longer (those of `kept` and
        `forgotten` are that, too). What was paused or approved is done with, unless it `goes_on`:
        it is about another page. Raises `LostLeaseError` where another owner has the connector."""

    def store(
        self, name: str, owner: str, before: Cursor, cursor: Cursor,
        events: Sequence[Mapping[str, Any]], kept: Mapping[str, Kept],
        refused: Sequence[Unreadable], *, goes_on: bool = False,
    ) -> bool:  # fmt: skip
        """Save `before` as the cursor, then append events, then save the page, in one call; each is
        durable before the next. False: an event is refused, or it is too much for one call; the
        page is not remembered, and not all of its events are stored. Raises as `save` does."""

    def hold(
        self, name: str, owner: str, status: Mapping[str, Any], seconds: float = LEASE
    ) -> "Held":
        """Take or keep the lease of a connector, for ten seconds or fewer (0: anybody may have it
        from now on), and tell its status: at least its
        `source` and the `kind` of what it reads; where known `digest` (of its file), `every`
        (seconds between polls), `expect` (seconds within which something should change),
        `last_read` and `last_changed` (µs), and plain values of its own. No secrets. Raises
        `LostLeaseError` where another owner has it."""

    def pause(self, name: str, owner: str, why: str, would: Mapping[str, Any]) -> None:
        """Wait for a person: why, and what would change. `would` has the `token` of exactly this
        change, `dossiers` and `retracted` (how many) and a `sample` of them; with `events` (those
        that would be sent) the hub adds which `figures` would change. Another change that takes the
        place of one that waits has waited as long. Raises `LostLeaseError` where another owner has
        the connector."""

    def tell(self, name: str, owner: str, would: Mapping[str, Any]) -> None:
        """Answer what was `asked` (its token is that of `would`, which is as that of `pause`, with
        how many of the rows are `refused` still). Raises `LostLeaseError` where another owner has
        the connector."""


class Held(NamedTuple):
    """What the hub tells who holds a connector's lease."""

    cursor: Cursor | None
    paused: bool
    approved: str | None
    """The token of what a person approved (it is that of `would`), until the next page is saved."""
    again: Sequence[str]
    """Keys of refused rows that somebody wants tried again."""
    asked: tuple[str, Sequence[str]] | None = None
    """A question's token, and the keys of refused rows of which somebody wants to know beforehand
    what they would change."""


class LostLeaseError(Exception):
    """Another owner has the connector; the text says who and until when."""

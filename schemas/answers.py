"""What the HTTP interface answers (CONTRACT §4), as far as programs rely on it: the source of the
OpenAPI document, held against real answers by tests. An answer may carry more than is said here.
"""

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict


class Error(TypedDict):
    """What is wrong, where (JSON Pointer, or the name of a query parameter), what to do."""

    code: str
    pointer: str
    message: str


class Problem(TypedDict):
    """An error as RFC 9457 has it. The answer to events that were refused carries theirs, too."""

    title: str
    status: int
    detail: str
    errors: NotRequired[list[Error]]


class Outcome(TypedDict):
    """What became of one event."""

    id: str | None
    outcome: Literal["accepted", "rejected", "unavailable"]
    errors: list[Error]


class EventsAnswer(TypedDict):
    """What became of the events, in the order sent; `unavailable`: not stored, send again."""

    accepted: int
    rejected: int
    unavailable: int
    events: list[Outcome]


# Local days, both included; written as a call because `from` is a word of Python.
Period = TypedDict("Period", {"label": str | None, "calendar": str | None, "from": str, "to": str})


class FiguresRow(TypedDict):
    """The figures of one combination of the dimensions asked for; a missing value is null."""

    key: dict[str, str | None]
    figures: dict[str, int]
    registered: NotRequired[bool]


class FiguresBeside(TypedDict):
    """Figures of the second period that was asked for, by the same dimensions."""

    period: Period
    rows: list[FiguresRow]
    total: dict[str, int]


class FiguresAnswer(TypedDict):
    """Figures of a period, as known at a moment."""

    unit: str | list[str] | None
    period: Period
    as_of: str
    rows: list[FiguresRow]
    total: dict[str, int]
    against: NotRequired[FiguresBeside]


class Counted(TypedDict):
    """A dossier that a figure counts, or an event of one."""

    unit: str
    subject: str
    received_at: NotRequired[str]
    source: NotRequired[str]
    id: NotRequired[str]
    time: NotRequired[str]


class CountedAnswer(TypedDict):
    """A page of what a figure, or a sum of figures, counts; `total` is its value."""

    figure: str | list[str]
    as_of: str
    total: int
    items: list[Counted]
    next: str | None


class OverdueDossier(TypedDict):
    """An open dossier whose deadline has passed."""

    unit: str
    subject: str
    procedure: str | None
    field: str | None
    due_at: str
    overdue_seconds: int
    days_late: int
    waiting: bool


class OverdueAnswer(TypedDict):
    """A page of overdue dossiers, longest first, of `total`."""

    total: int
    items: list[OverdueDossier]
    next: str | None


class Advisory(TypedDict):
    """The due date that the calendar advises: in no number, and nothing is overdue by it."""

    due_at: str
    basis: Literal["day", "hour"]
    deadline: str
    passed: bool


class UndatedDossier(TypedDict):
    """An open dossier for which no due date was stated."""

    unit: str
    subject: str
    procedure: str
    field: str | None
    received_at: str
    waiting: bool
    advisory: Advisory


class UndatedAnswer(TypedDict):
    """A page of dossiers without a due date, by the one that is advised, of `total`."""

    total: int
    items: list[UndatedDossier]
    next: str | None


class LetterRow(TypedDict):
    """A row that a connector refused; `key` while it is refused."""

    connector: str
    key: str | None
    place: str


class Letter(TypedDict):
    """What was refused and why, or an event that contradicts one that was accepted before. `file`:
    of a row, where it is of one; `mended_by`: the event (`unit`, `subject`, `source`, `id`) that
    was sent in its place."""

    id: str
    reason: str
    source: str | None
    unit: str | None
    subject: str | None
    event_id: str | None
    errors: list[Error]
    times: int
    first_seen: str
    last_seen: str
    status: Literal["open", "replayed", "mended", "discarded"]
    status_since: str
    file: str | None
    mended_by: dict[str, str] | None
    row: LetterRow | None
    values_kept: bool


class NotKept(TypedDict):
    """A source that has as many letters as are kept: later ones were only counted."""

    source: str | None
    letters: int
    last: str


class LettersAnswer(TypedDict):
    """A page of dead letters, newest first."""

    items: list[Letter]
    next: str | None
    not_kept: list[NotKept]


class TrailEntry(TypedDict):
    """A change of the registry: who made it, when, from where, what was before and after."""

    number: int
    at: str
    key: int | Literal["open", "hub"]
    address: str | None
    agent: str | None
    call: str
    kind: str
    object: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    hash: str


class TrailAnswer(TypedDict):
    """A page of the trail, newest first."""

    items: list[TrailEntry]
    next: str | None

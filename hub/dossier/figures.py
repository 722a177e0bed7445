"""The figures of CONTRACT §3 as sums over marks.

The fold gives each dossier a few *marks*: (what, when). With N(x, X) the number of marks x before
the instant X, every figure of a period [F, T) is a sum of ±N(x, F) and ±N(x, T):

    received_online = N(received online, T) - N(received online, F)
    carried_over    = N(received, F) - N(closed, F)

So the identities of §3 hold by construction, one short SELECT answers every question, and the
dossiers behind a figure are those whose own sum is not 0.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import IntEnum


class Mark(IntEnum):
    """What a mark says happened to the dossier at its instant. The numbers are stored."""

    RECEIVED_DIRECT = 1
    RECEIVED_POST = 2
    RECEIVED_ONLINE = 3
    RECEIVED_ONLINE_FULL = 4
    RECEIVED_ONLINE_PARTIAL = 5
    CLOSED_EARLY = 11
    CLOSED_ON_TIME = 12
    CLOSED_LATE = 13
    REFUSED = 14
    WITHDRAWN = 15
    SATURDAY = 16
    SAME_SATURDAY = 17
    OVERDUE = 21
    OVERDUE_END = 22
    WAITING = 23
    WAITING_END = 24
    WAITING_OVERDUE = 25
    WAITING_OVERDUE_END = 26
    SUPPLEMENTED_TWICE = 27
    APOLOGY_LETTER = 31
    APOLOGY_MESSAGE = 32
    RETURNED_BY_POST = 33
    SATISFIED = 34
    NEUTRAL = 35
    DISSATISFIED = 36
    SATISFIED_KIOSK = 37
    SATISFIED_ONLINE = 38
    SATISFIED_SURVEY = 39
    NEUTRAL_KIOSK = 40
    NEUTRAL_ONLINE = 41
    NEUTRAL_SURVEY = 42
    DISSATISFIED_KIOSK = 43
    DISSATISFIED_ONLINE = 44
    DISSATISFIED_SURVEY = 45


Weights = dict[Mark, tuple[int, int]]
"""What a mark counts before the start, and before the end, of the period."""

_ONLINE = (Mark.RECEIVED_ONLINE, Mark.RECEIVED_ONLINE_FULL, Mark.RECEIVED_ONLINE_PARTIAL)
_DIRECT = (Mark.RECEIVED_DIRECT, Mark.RECEIVED_POST)
_RECEIVED = _ONLINE + _DIRECT
_CLOSED = (Mark.CLOSED_EARLY, Mark.CLOSED_ON_TIME, Mark.CLOSED_LATE)
_RATINGS, _WAYS = ("satisfied", "neutral", "dissatisfied"), ("kiosk", "online", "survey")
RATED = {
    (rating, via): Mark[f"{rating}_{via}".upper() if via else rating.upper()]
    for rating in _RATINGS
    for via in (None, *_WAYS)
}
"""The one mark of a rating, which also says by which way it came, where that is known."""


def _within(*marks: Mark) -> Weights:
    return dict.fromkeys(marks, (-1, 1))


def _at_start(plus: Iterable[Mark], minus: Iterable[Mark]) -> Weights:
    return dict.fromkeys(plus, (1, 0)) | dict.fromkeys(minus, (-1, 0))


def _at_end(plus: Iterable[Mark], minus: Iterable[Mark]) -> Weights:
    return dict.fromkeys(plus, (0, 1)) | dict.fromkeys(minus, (0, -1))


FIGURES: Mapping[str, Weights] = {
    "received_online": _within(*_ONLINE),
    "received_direct": _within(*_DIRECT),
    "carried_over": _at_start(_RECEIVED, _CLOSED),
    "received_total": _at_end(_RECEIVED, ()) | _at_start((), _CLOSED),
    "resolved_early": _within(Mark.CLOSED_EARLY),
    "resolved_on_time": _within(Mark.CLOSED_ON_TIME),
    "resolved_late": _within(Mark.CLOSED_LATE),
    "resolved_total": _within(*_CLOSED),
    "in_progress_within": _at_end((*_RECEIVED, Mark.OVERDUE_END), (*_CLOSED, Mark.OVERDUE)),
    "in_progress_overdue": _at_end((Mark.OVERDUE,), (Mark.OVERDUE_END,)),
    "in_progress_total": _at_end(_RECEIVED, _CLOSED),
    "waiting_within": _at_end(
        (Mark.WAITING, Mark.WAITING_OVERDUE_END), (Mark.WAITING_END, Mark.WAITING_OVERDUE)
    ),
    "waiting_overdue": _at_end((Mark.WAITING_OVERDUE,), (Mark.WAITING_OVERDUE_END,)),
    "supplemented_twice": _within(Mark.SUPPLEMENTED_TWICE),
    "apologies_letter": _within(Mark.APOLOGY_LETTER),
    "apologies_message": _within(Mark.APOLOGY_MESSAGE),
    "received_online_full": _within(Mark.RECEIVED_ONLINE_FULL),
    "received_online_partial": _within(Mark.RECEIVED_ONLINE_PARTIAL),
    "received_by_post": _within(Mark.RECEIVED_POST),
    "returned_by_post": _within(Mark.RETURNED_BY_POST),
    "received_saturday": _within(Mark.SATURDAY),
    "resolved_same_saturday": _within(Mark.SAME_SATURDAY),
    "refused": _within(Mark.REFUSED),
    "withdrawn": _within(Mark.WITHDRAWN),
    **{rating: _within(*(RATED[rating, via] for via in (None, *_WAYS))) for rating in _RATINGS},
    **{f"{rating}_{via}": _within(RATED[rating, via]) for rating in _RATINGS for via in _WAYS},
}

_COUNTED_BY: Mapping[int, list[tuple[str, int, int]]] = {
    mark: [(name, *weights[mark]) for name, weights in FIGURES.items() if mark in weights]
    for mark in Mark
}
"""The figures that a mark counts in, with its weights before F and before T."""

EVENT_FIGURES = frozenset(
    name for name in FIGURES if name.startswith(("apologies_", "returned_", *_RATINGS))
)
"""Figures that count events; the others count dossiers."""

DIMENSIONS = ("unit", "field", "procedure", "channel", "level", "authority", "model")


_ARRIVALS = ("received_online", "received_direct", "carried_over")
_CLOSINGS = ("resolved_early", "resolved_on_time", "resolved_late")
_STILL_OPEN = ("in_progress_within", "in_progress_overdue")
_WHOLES = {
    "received_total": _ARRIVALS, "resolved_total": _CLOSINGS, "in_progress_total": _STILL_OPEN,
}  # fmt: skip
_APART: tuple[tuple[str, ...], ...] = (
    _ARRIVALS,
    (*_CLOSINGS, *_STILL_OPEN),
    ("received_online_full", "received_online_partial", "received_by_post"),
    ("waiting_within", "waiting_overdue"),
    ("refused", "withdrawn"),
    ("apologies_letter", "apologies_message", "returned_by_post"),
    ("satisfied", "neutral", "dissatisfied"),
    tuple(f"{it}_{via}" for it in ("satisfied", "neutral", "dissatisfied")
          for via in ("kiosk", "online", "survey")),
)  # fmt: skip
"""Sets of figures of which no two count the same dossier or event."""


def are_apart(names: Sequence[str]) -> bool:
    """Whether no dossier or event is counted by two of these figures."""
    atoms = [atom for name in names for atom in _WHOLES.get(name, (name,))]
    return len(set(atoms)) == len(atoms) and any(set(atoms) <= set(apart) for apart in _APART)


def figures(
    counts: Mapping[int, tuple[int, int]], names: Collection[str] = tuple(FIGURES)
) -> dict[str, int]:
    """Figures of a period from the number of marks of each kind before F and before T."""
    found = dict.fromkeys(names, 0)
    for mark, (before, by_end) in counts.items():
        for name, start, end in _COUNTED_BY.get(mark, ()):
            if name in found:
                found[name] += start * before + end * by_end
    return found


def add(left: dict[str, int], right: Mapping[str, int]) -> None:
    """Add the figures of one row to another (or to a total), in place."""
    for name, value in right.items():
        left[name] = left.get(name, 0) + value

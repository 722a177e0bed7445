"""What a watcher that was away, or is slow, is told of several changes at once: true, in order."""

from typing import Any
from unittest.mock import MagicMock

import orjson

from hub.api.shown import Shown
from hub.api.watching import View
from hub.core.time import HOUR, SECOND
from hub.dossier.store.board import Watched
from hub.services.live import Delta, Notice, Relisted, State
from hub.store.scope import Scope

NOW = 1_795_000_000 * SECOND
NOTHING = Relisted({}, {}, {})


def due(subject: str, at: int) -> Watched:
    """A dossier and its deadline."""
    return Watched("A", subject, "", "", at, at, False)


def delta(number: int, listed: Relisted = NOTHING, *soon: Watched) -> Delta:
    """What changed, ten seconds after what changed before."""
    notices = {"A": [Notice(row, "24h") for row in soon]} if soon else {}
    return Delta(number, NOW + number * 10 * SECOND, {}, {}, listed, notices)


def told(*deltas: Delta) -> list[tuple[str, list[dict[str, Any]]]]:
    """The events that tell some deltas as one: names, and items."""
    last = deltas[-1]
    board = MagicMock(epoch="e")
    board.since.return_value = State(last.number, last.at, {}, {"A": MagicMock()}), list(deltas)
    burst = View(MagicMock(), board, Shown(Scope(None))).burst(0)
    assert burst is not None
    events = [dict(line.split(": ", 1) for line in text.splitlines())
              for text in burst[1].decode().split("\n\n") if text]  # fmt: skip
    assert [e.get("id") for e in events] == [None] * (len(events) - 1) + [f"e-{last.number}"]
    return [(e["event"], orjson.loads(e["data"])["items"]) for e in events]


def test_a_deadline_that_came_and_went_is_told_as_overdue_then_resolved():
    row = due("s", NOW + 15 * SECOND)
    (first, [late]), second = told(
        delta(1, NOTHING, row),
        delta(2, Relisted({"A": [row]}, {}, {})),
        delta(5, Relisted({}, {"A": ["s"]}, {})),
    )
    assert (first, late["subject"], late["overdue_seconds"]) == ("overdue", "s", 5)
    assert second == ("resolved", [{"unit": "A", "subject": "s"}])


def test_the_last_word_about_a_dossier_counts():
    row = due("s", NOW - HOUR)
    ((name, [late]),) = told(
        delta(1, Relisted({}, {"A": ["s"]}, {})), delta(2, Relisted({"A": [row]}, {}, {}))
    )
    assert (name, late["overdue_seconds"]) == ("overdue", 3600 + 20)
    again = told(
        delta(1, Relisted({"A": [row]}, {}, {})),
        delta(2, Relisted({}, {"A": ["s"]}, {})),
        delta(3, Relisted({"A": [row]}, {}, {})),
        delta(4, Relisted({}, {}, {"A": ["s"]})),
    )
    assert [name for name, _ in again] == ["overdue", "not_overdue"]


def test_a_notice_is_told_as_long_as_it_is_true():
    passed, kept, again = due("p", NOW + 15 * SECOND), due("k", NOW + HOUR), due("x", NOW + HOUR)
    shortened, closed, reopened = (due(subject, NOW + HOUR) for subject in "ocr")
    events = dict(
        told(
            delta(1, NOTHING, passed, kept, shortened, closed),
            delta(2, Relisted({"A": [due("o", NOW)]}, {}, {}), again),
            delta(3, Relisted({}, {"A": ["c", "r"]}, {"A": ["x"]})),
            delta(4, NOTHING, reopened),
        )
    )
    assert [(n["subject"], n["seconds_left"]) for n in events["due_soon"]] == [
        ("k", 3560),
        ("x", 3560),
        ("r", 3560),
    ], "x and r were overdue, and are due anew"

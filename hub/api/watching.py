"""What the watchers of the live board share: the bell that wakes them, and what they are sent."""

import asyncio
from collections.abc import Container, Hashable, Sequence
from typing import Any
from weakref import WeakValueDictionary

import orjson

from hub.api.board import board_json, total, unit_json
from hub.api.context import Hub
from hub.api.lists import coming_json, overdue_json
from hub.api.shown import Shown
from hub.core.time import date_of, local_day, rfc3339
from hub.dossier.store.board import Numbers, Watched
from hub.log.port import encode_position
from hub.services.live import Delta, LiveBoard, Notice, State
from hub.store.driver import Dossier

MOST_ITEMS = 200
"""Dossiers in one event; where there are more the list is to be read again."""


def event(name: str, data: Any, last: str | None = None) -> bytes:
    """A server-sent event; `last`: its id, from which a watcher may go on."""
    head = f"id: {last}\n" if last else ""
    return f"{head}event: {name}\ndata: ".encode() + orjson.dumps(data) + b"\n\n"


class Watchers:
    """All watchers of one application, in its event loop."""

    def __init__(self, board: LiveBoard) -> None:
        self.board = board
        self.count = 0
        self.bell = asyncio.Event()
        """Rings once; after each ring there is another."""
        self._views: WeakValueDictionary[Hashable, View] = WeakValueDictionary()

    def enter(self) -> None:
        """One more."""
        if not self.count:
            self._loop = asyncio.get_running_loop()
            self.board.listen(self._ring)
        self.count += 1

    def leave(self) -> None:
        """One less."""
        self.count -= 1
        if not self.count:
            self.board.unlisten(self._ring)

    async def ready(self) -> bool:
        """Wait until the board was read; False: it is closed, and will not be."""
        while not self.board.closed:
            bell = self.bell
            if self.board.state() is not None:
                return True
            await bell.wait()
        return False

    def view(self, hub: Hub, shown: Shown) -> "View":
        """What watchers of these units are sent."""
        key = shown._replace(on=None), id(shown.on)  # which the view holds, so that it stays its id
        view = self._views.get(key)
        if view is None:
            view = self._views[key] = View(hub, self.board, shown)
        return view

    def _ring(self) -> None:
        self._loop.call_soon_threadsafe(self._strike)

    def _strike(self) -> None:
        rung, self.bell = self.bell, asyncio.Event()
        rung.set()


class View:
    """The board for the watchers of the same units: each piece is encoded once for all."""

    def __init__(self, hub: Hub, board: LiveBoard, shown: Shown) -> None:
        self._hub, self._board, self._shown = hub, board, shown
        self._members: dict[str, None] = {}
        self._known = 0
        self._snapshot = (-1, b"")
        self._bursts: dict[tuple[int, int], bytes] = {}

    def snapshot(self) -> tuple[int, bytes]:
        """The whole board, and its number."""
        state, _ = self._board.since(0)
        if self._snapshot[0] != state.number:
            told = board_json(
                self._hub, self._shown, state.at, state.position, self._numbers(state)
            )
            self._snapshot = (state.number, event("snapshot", told, self._id(state.number)))
        return self._snapshot

    def burst(self, number: int) -> tuple[int, bytes] | None:
        """What changed after a number, told as one; empty where it concerns other units only.

        None where that is not known any more.
        """
        state, deltas = self._board.since(number)
        if deltas is None:
            return None
        key = (number, state.number)
        if key not in self._bursts:
            if key[1] > max((done for _, done in self._bursts), default=-1):
                self._bursts.clear()
            self._bursts[key] = self._told(state, deltas)
        return state.number, self._bursts[key]

    def heartbeat(self, number: int) -> bytes:
        """A sign of life, after the event of this number."""
        state, _ = self._board.since(number)
        told = {
            "at": rfc3339(self._hub.now()),
            "position": encode_position(state.position),
            "stale_seconds": self._board.stale_seconds(),
        }
        return event("heartbeat", told, self._id(number))

    def _id(self, number: int) -> str:
        return f"{self._board.epoch}-{number}"

    def _numbers(self, state: State) -> dict[str, Numbers]:
        if len(state.numbers) != self._known:  # units only ever come
            self._members = {u: None for u in state.numbers if self._shown.has(u)}
            self._known = len(state.numbers)
        return {unit: state.numbers[unit] for unit in self._members}

    def _merged(self, labels: set[str]) -> list[str]:
        """The units whose numbers are shown under some."""
        if self._shown.on is None:
            return [*labels]
        return [unit for unit in self._members if self._shown.label(unit) in labels]

    def _told(self, state: State, deltas: Sequence[Delta]) -> bytes:
        """The events of some deltas; only the last one has an id: whoever has it has them all."""
        numbers = self._numbers(state)
        labels = {self._shown.label(u) for d in deltas for u in d.numbers if u in numbers}
        changed = self._shown.rows({u: numbers[u] for u in self._merged(labels)})
        at = rfc3339(state.at)
        events: list[tuple[str, dict[str, Any]]] = [
            (name, {"at": at, "items": items[:MOST_ITEMS], "truncated": len(items) > MOST_ITEMS})
            for name, items in _lists(state.at, deltas, numbers).items()
            if items
        ]
        if changed:
            figures = {
                "at": at,
                "position": encode_position(state.position),
                "day": date_of(local_day(state.at)).isoformat(),
                "totals": total(numbers.values())._asdict(),
                "units": [unit_json(self._hub, u, row) for u, row in sorted(changed.items())],
            }
            events.append(("figures", figures))
        return b"".join(
            event(name, told, self._id(state.number) if i == len(events) else None)
            for i, (name, told) in enumerate(events, 1)
        )


def _lists(
    at: int, deltas: Sequence[Delta], units: Container[str]
) -> dict[str, list[dict[str, Any]]]:
    """What some deltas told about single dossiers, as it is at a moment (µs) after them.

    Each dossier by the last word about it. One that came onto the overdue list and left it again
    is told as both, in this order.
    """
    overdue: dict[Dossier, tuple[Watched, int]] = {}
    left: dict[Dossier, str] = {}
    soon: dict[Dossier, dict[str, Notice]] = {}
    for delta in deltas:
        for unit in filter(units.__contains__, delta.notices):
            for notice in delta.notices[unit]:
                soon.setdefault((unit, notice.dossier.subject), {})[notice.kind] = notice
        for unit in filter(units.__contains__, delta.listed.closed):
            for subject in delta.listed.closed[unit]:
                left[unit, subject] = "resolved"
                soon.pop((unit, subject), None)
        for unit in filter(units.__contains__, delta.listed.gone):  # extended: it may be due soon
            left |= {(unit, subject): "not_overdue" for subject in delta.listed.gone[unit]}
        for unit in filter(units.__contains__, delta.listed.overdue):
            for row in delta.listed.overdue[unit]:
                overdue[unit, row.subject] = row, delta.at
                left.pop((unit, row.subject), None)
                soon.pop((unit, row.subject), None)
    told: dict[str, list[dict[str, Any]]] = {
        "overdue": [
            overdue_json(row, listed_at if dossier in left else at)
            for dossier, (row, listed_at) in overdue.items()
        ],
        "resolved": [],
        "not_overdue": [],
        "due_soon": [
            {**coming_json(notice.dossier, at), "notice": kind}
            for kinds in soon.values()
            for kind, notice in kinds.items()
            if notice.dossier.deadline >= at
        ],
    }
    for (unit, subject), name in left.items():
        told[name].append({"unit": unit, "subject": subject})
    return told

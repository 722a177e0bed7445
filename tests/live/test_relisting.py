"""The board's list of overdue dossiers when the store fails between two of its questions."""

import threading
from collections.abc import Collection

import pytest

from hub.core.time import NEVER
from hub.dossier.store.board import Numbers, UnitBoard, Watched
from hub.services import live
from hub.store.driver import Dossier, Engine, StoreUnavailableError

ROW = Watched("A", "s", "", "", 5, 5, False)


def test_what_left_the_list_is_told_though_the_store_failed_meanwhile(monkeypatch):
    rows, failures, told = [ROW], [StoreUnavailableError("away")], threading.Event()

    def boards(*_: object) -> dict[str, UnitBoard]:
        return {"A": UnitBoard(Numbers(overdue_now=len(rows)), len(rows), NEVER)}

    def closed(_: Engine, dossiers: Collection[Dossier], __: int) -> set[Dossier]:
        if dossiers and failures:
            raise failures.pop()
        return set(dossiers)

    monkeypatch.setattr(live, "unit_boards", boards)
    monkeypatch.setattr(live, "overdue_by_unit", lambda *_: {"A": list(rows)} if rows else {})
    monkeypatch.setattr(live, "closed_among", closed)
    monkeypatch.setattr(live, "PAUSE", 0.0)
    board = live.LiveBoard(None, dict, lambda: 10, pytest.fail)  # type: ignore[arg-type]
    board.listen(told.set)
    board.start()
    try:
        assert told.wait(10)
        state, _ = board.since(0)
        told.clear()
        rows.clear()
        board.changed(["A"])
        assert told.wait(10)
        _, deltas = board.since(state.number)
    finally:
        board.unlisten(told.set)
        board.stop()
    assert deltas is not None
    assert not failures
    assert [delta.listed for delta in deltas] == [live.Relisted({}, {"A": ["s"]}, {})]

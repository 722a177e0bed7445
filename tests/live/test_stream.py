"""Watchers hold nobody up: not the others, and not a hub that stops."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from hub.api import live
from hub.api.watching import Watchers
from hub.services.live import LiveBoard


def test_a_watcher_that_takes_nothing_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_SEND_SECONDS", 0.05)
    ended: list[bool] = []

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"event: figures\n\n"

    async def receive() -> dict[str, str]:
        await asyncio.Event().wait()
        return {}

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    async def watch() -> None:
        stream = live.Stream(endless(), lambda: ended.append(True))
        async with asyncio.timeout(5):
            await stream({"type": "http", "asgi": {"spec_version": "2.3"}}, receive, send)

    asyncio.run(watch())
    assert ended == [True]


@pytest.mark.parametrize("closed_first", [True, False])
def test_who_waits_for_the_board_does_not_hold_up_a_hub_that_stops(closed_first: bool) -> None:
    board = LiveBoard(None, dict, lambda: 0, pytest.fail)  # type: ignore[arg-type]

    async def wait() -> bool:
        watchers = Watchers(board)
        watchers.enter()
        if closed_first:
            board.close()
        waiting = asyncio.create_task(watchers.ready())
        await asyncio.sleep(0)
        board.close()
        async with asyncio.timeout(5):
            return await waiting

    assert not asyncio.run(wait())

"""A watcher that takes nothing is let go, and holds nobody up."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from hub.api import live


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

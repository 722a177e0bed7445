"""`hub worker` that is asked to stop at the worst moment; the last argument says which."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

import hub.processes.worker as command
from hub.cli import main
from hub.log.records import Record
from hub.services.leader import Leader
from streams import batches
from streams.intake import Intake


class LongBatch(Intake):
    """Works on a batch for longer than all else needs to stop."""

    def take(self, records: Mapping[int, Sequence[Record]]) -> dict[int, int]:
        """The batch, after a while in which the process is asked to stop."""
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(4)
        return super().take(records)


class LateLeader(Leader):
    """Learns late which partitions it has, and needs the store for that."""

    def assigned(self, partitions: frozenset[int]) -> None:
        """The store is open until the intake's thread has ended."""
        if not partitions:
            return
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(4)
        print(f"the store said {self._parts.engine.select('SELECT 1', {})}", flush=True)


class StoppedAmidRebalance(batches.BatchConsumer):
    """Is asked to stop when it has begun to join the group."""

    async def on_partitions_revoked(self, revoked: set[Any]) -> None:
        """Joining goes on only if the client that does it still answers."""
        os.kill(os.getpid(), signal.SIGTERM)
        await self.app.wait_until_stopped()
        await super().on_partitions_revoked(revoked)
        client, loop = self._thread._consumer._client, self._thread.thread_loop

        async def refresh() -> bool:
            return bool(await client.force_metadata_update())

        answer = asyncio.run_coroutine_threadsafe(refresh(), loop)
        try:
            said = await asyncio.wait_for(asyncio.wrap_future(answer), 10)
        except TimeoutError:
            said = False
        print(f"metadata while it stops: {said}", flush=True)


if __name__ == "__main__":
    match sys.argv.pop():
        case "batch":
            command.Intake = LongBatch  # type: ignore[misc]
        case "assigned":
            command.Leader = LateLeader  # type: ignore[misc]
        case "rebalance":
            batches.BatchTransport.Consumer = StoppedAmidRebalance
    main()

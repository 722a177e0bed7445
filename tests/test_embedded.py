"""What the embedded runner does while nothing happens."""

from pathlib import Path

import pytest

from hub.log.port import Position
from hub.log.sql import SqlLog
from streams.refresh import EVERY
from tests.contracts.log import SECONDS, Clock, event
from tests.faults.test_lost_store import Embedded, wait_for


def test_what_changed_is_aggregated_as_soon_as_it_may_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    patience: list[float] = []
    read = SqlLog.read

    def asked(log: SqlLog, after: Position, limit: int, timeout: float = 0.0) -> object:
        patience.append(timeout)
        return read(log, after, limit, timeout)

    monkeypatch.setattr(SqlLog, "read", asked)
    clock = Clock()
    hub = Embedded(tmp_path, clock)
    hub.log.append([event(1)]).result(SECONDS)
    hub.runner.start()
    wait_for(lambda: hub.runner.quarters_cover(clock.at))
    clock.at += 3 * EVERY // 4
    patience.clear()
    hub.log.append([event(2, "H2")]).result(SECONDS)
    wait_for(lambda: 0.25 in patience)  # until the next pass may begin
    assert not hub.runner.quarters_cover(1)
    clock.at += EVERY // 4
    wait_for(lambda: hub.runner.quarters_cover(clock.at))
    wait_for(lambda: patience[-1] == 1.0)
    hub.stop()

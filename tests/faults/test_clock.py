"""A clock that was ahead for one run: what was accepted then stays in all answers, nobody is told a
deadline early, nothing is thrown away, and it is told."""

import logging
import time
from pathlib import Path

import pytest

from hub.core.identity import HUB
from hub.core.time import DAY, HOUR, SECOND, rfc3339
from hub.log.clock import AHEAD, SteadyClock
from hub.log.sql import SqlLog
from hub.processes.serve import embedded_hub, now
from hub.store.events import events_of_dossier
from tests.api.conftest import listening
from tests.api.speaking import Speaker, event
from tests.contracts.log import SECONDS, Clock, events
from tests.eventually import eventually

NUMBER = 301


@pytest.mark.parametrize("ahead", [7 * HOUR, 400 * DAY])
def test_after_a_clock_that_was_ahead_all_answers_agree(
    tmp_path: Path, ahead: int, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        embedded_hub(tmp_path, open_to_all=True, clock=lambda: now() + ahead) as hub,
        listening(hub) as client,
    ):
        Speaker(client).accept(
            *(event(subject=f"C-{n}", time=rfc3339(now())) for n in range(NUMBER))
        )
    for step in (0, 0, -3600):  # at the second start, too; and while the clock goes back
        clock = Clock(now() + step * SECOND)
        caplog.clear()
        with (
            caplog.at_level(logging.WARNING),
            embedded_hub(tmp_path, open_to_all=True, clock=clock) as hub,
            listening(hub) as client,
        ):
            speaker = Speaker(client)
            speaker.accept(event(subject="LATE", time=rfc3339(now())))
            eventually(lambda hub=hub: hub.progress.includes(hub.log.end()))
            today = rfc3339(now() - DAY)[:10], rfc3339(now() + 2 * DAY)[:10]
            asked = {"from": today[0], "to": today[1]}
            assert speaker.figures(**asked)["total"]["received_total"] == NUMBER + 1
            for limit in (100, 1000):
                page = client.get(
                    "/v1/dossiers", params={"figure": "received_total", "limit": limit, **asked}
                ).json()
                assert page["total"] == NUMBER + 1
            told = client.get("/readyz").json()
            assert told["ready"] is True
            assert abs(told["clock_behind_seconds"] - (ahead // SECOND - step)) < 300
            assert "hub_clock_behind_seconds" in client.get("/metrics").text
            assert "after what the clock says" in caplog.text
            later = client.get("/v1/figures", params={**asked, "as_of": rfc3339(hub.now())})
            assert later.json()["total"]["received_total"] == NUMBER + 1


def test_a_deadline_is_told_by_the_clock_and_not_by_the_log(tmp_path: Path) -> None:
    with embedded_hub(tmp_path, open_to_all=True, clock=lambda: now() + 7 * HOUR) as hub:
        hub.log.append(events(0, 3)).result(SECONDS)
    clock = Clock(now())
    with embedded_hub(tmp_path, open_to_all=True, clock=clock) as hub, listening(hub) as client:
        due = rfc3339(clock.at + HOUR)
        Speaker(client).accept(
            event(subject="S", due_at=due, due_basis="hour", time=rfc3339(clock.at))
        )
        told = Told(hub.store)
        clock.at += HOUR - 60 * SECOND
        time.sleep(1)  # some rounds of the service
        assert not told("S")
        clock.at += 61 * SECOND
        eventually(lambda: told("S"))


class Told:
    """Whether the hub said that a dossier is overdue."""

    def __init__(self, store: object) -> None:
        self._store = store

    def __call__(self, subject: str) -> bool:
        found = events_of_dossier(self._store, "H29.17.01", subject)  # type: ignore[arg-type]
        return HUB in {row.event.source for row in found}


def test_a_clock_that_jumps_ahead_trims_nothing_until_it_went_evenly_for_a_day(
    tmp_path: Path,
) -> None:
    clock, passed = Clock(), Clock(5)
    url = f"sqlite:///{tmp_path / 'log.db'}"
    log = SqlLog(url, clock, elapsed=passed)
    log.append(events(0, 3)).result(SECONDS)
    clock.at += 30 * DAY  # and no time passed
    log.append(events(3, 6)).result(SECONDS)
    assert log.steady.now() < clock.at - 29 * DAY
    assert log.trim(log.steady.now() - DAY, log.end()) == 0
    log.close()
    log = SqlLog(url, clock, elapsed=passed)  # the last record's moment is not believed, either
    assert log.steady.now() < clock.at - 29 * DAY
    for _ in range(23):
        passed.at, clock.at = passed.at + HOUR, clock.at + HOUR
        assert log.steady.now() < clock.at - 29 * DAY
    for _ in range(2):
        passed.at, clock.at = passed.at + HOUR, clock.at + HOUR
        log.steady.now()
    assert log.steady.now() == clock.at
    assert log.trim(log.steady.now() - DAY, log.end()) == 1
    log.close()


def test_the_steady_clock_is_never_ahead_of_the_clock() -> None:
    clock, passed = Clock(), Clock(5)
    steady = SteadyClock(clock, clock.at, passed)
    for step in (HOUR, -40 * DAY, 2 * AHEAD, 3 * DAY, -AHEAD):
        clock.at += step
        passed.at += abs(step) // 2
        assert steady.now() <= clock.at

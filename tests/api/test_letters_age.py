"""Old dead letters are deleted by the time that passed, not by a clock that jumped ahead."""

import threading
from pathlib import Path

import pytest

from hub.core.time import DAY
from hub.processes.serve import embedded_hub, now
from hub.registry import DeadLetters
from tests.api.conftest import listening
from tests.api.speaking import Speaker, event


@pytest.fixture
def tidied(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set whenever old letters were deleted."""
    done, drop_old = threading.Event(), DeadLetters.drop_old

    def told(letters: DeadLetters, moment: int) -> None:
        drop_old(letters, moment)
        done.set()

    monkeypatch.setattr(DeadLetters, "drop_old", told)
    return done


def test_a_clock_that_jumped_deletes_no_letter(tmp_path: Path, tidied: threading.Event) -> None:
    data = tmp_path / "data"
    with embedded_hub(data, open_to_all=True) as hub, listening(hub) as client:
        assert Speaker(client).one(event()).status_code == 202
        assert Speaker(client).one(event(channel="fax")).status_code == 422
    for jump in (400 * DAY, 0):
        tidied.clear()
        with (
            embedded_hub(data, open_to_all=True, clock=lambda ahead=jump: now() + ahead) as hub,  # type: ignore[misc]
            listening(hub) as client,
        ):
            assert tidied.wait(60)
            assert len(client.get("/v1/dead-letters").json()["items"]) == 1

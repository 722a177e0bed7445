"""A hub that is not there, is in trouble, is none, or wants a key: what the commands do and say."""

from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run, event, written
from tests.cli.stand_in import Answer, StandIn, outcomes, serving, status
from tests.hub_process import HubProcess


def test_ingest_sends_again_only_what_was_not_stored_and_waits_as_long_as_asked(
    run: Run, tmp_path: Path
) -> None:
    events = written(tmp_path / "events", *(event("U", f"S-{n}") for n in range(3)))
    script = (status(0), status(503, Retry_After="2"), outcomes("unavailable", "accepted"))
    with serving(StandIn(*script)) as hub:
        result = run("ingest", events, HUB_URL=hub.url)
    assert result.exit_code == 0, result.output
    assert hub.requests == [["S-0", "S-1", "S-2"]] * 3 + [["S-0"]]
    assert hub.moments[2] - hub.moments[1] >= 2, "Retry-After"
    assert "3 accepted, 0 refused; figures with all of it: --min-position 0-7" in result.stderr
    assert "trying again in 2 s" in result.stderr
    assert "which events contradict earlier ones is not known" in result.stderr  # nor by whom


def test_ingest_gives_up_when_patience_ends(run: Run, tmp_path: Path) -> None:
    events = written(tmp_path / "events", *(event("U", f"S-{n}") for n in range(2)))

    def only_the_first(sent: list[dict[str, Any]]) -> Answer:  # batches are sent side by side
        return (outcomes() if sent[0]["subject"] == "S-0" else status(503))(sent)

    with serving(StandIn(*[only_the_first] * 10)) as hub:
        result = run("ingest", events, "--batch", "1", "--patience", "0.6", HUB_URL=hub.url)
    assert result.exit_code == 2
    assert "1 accepted, 0 refused" in result.stderr
    assert "Gave up after 0.6 s" in result.stderr
    assert "no event counts twice" in result.stderr


@pytest.mark.parametrize(
    ("words", "env", "says"),
    [
        (("status",), {"HUB_URL": "http://127.0.0.1:9"}, "start one with `hub serve`"),
        (("status",), {"HUB_URL": "127.0.0.1:8000"}, "give one like http://127.0.0.1:8000"),
        (("ingest", __file__), {"HUB_URL": "http://[::1"}, "give one like http://127.0.0.1:8000"),
        (("units", "list"), {"HUB_URL": "http://127.0.0.1:abc"}, "is not a URL of a hub"),
        (("units", "list"), {"HUB_URL": "http://127.0.0.1:99999"}, "is not a URL of a hub"),
        (("status",), {"HUB_URL": "http://a..b"}, "is not a URL of a hub"),
        (("figures", "--period", "2020"), {"HUB_KEY_FILE": ""}, "admin.key"),
        (("keys", "list"), {"HUB_KEY_FILE": "", "HUB_KEY": "hub_wrong"}, "wants a valid key"),
        (("keys", "list"), {"HUB_KEY_FILE": "", "HUB_KEY": "hub_é"}, "no key has"),
        (("keys", "list"), {"HUB_KEY": "both"}, "give one of them"),
        (("keys", "list"), {"HUB_KEY_FILE": "/no/such.key"}, "/no/such.key: No such file"),
    ],
)
def test_what_cannot_be_done_is_said_with_what_to_do(
    run: Run, words: tuple[str, ...], env: dict[str, str], says: str
) -> None:
    result = run(*words, **env)
    assert result.exit_code == 2
    assert says in result.stderr
    assert "Traceback" not in result.output
    assert "hub_wrong" not in result.output


def test_something_else_than_a_hub_is_recognised(run: Run, tmp_path: Path) -> None:
    events = written(tmp_path / "events", event("U", "S"))
    with serving(StandIn(status(404), status(200))) as server:
        for _ in range(2):
            result = run("ingest", events, HUB_URL=server.url)
            assert result.exit_code == 2
            assert "check --url or HUB_URL" in result.stderr


def test_an_open_hub_needs_no_key(run: Run, tmp_path: Path) -> None:
    with HubProcess(tmp_path / "data") as hub:
        assert run("keys", "list", HUB_URL=hub.url, HUB_KEY_FILE="").exit_code == 0
        assert hub.stop() == 0

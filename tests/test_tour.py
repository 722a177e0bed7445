"""The newcomer's tour in the README is the way that an event really goes."""

import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from hub.processes.serve import embedded_hub
from tests.api.conftest import listening
from tests.api.speaking import Speaker, event

ROOT = Path(__file__).parent.parent
STOP = re.compile(r"^\d+\. `(?P<file>[\w/]+\.py)`: `(?P<function>\w+)`", re.MULTILINE)
MOST_STOPS = 14


def tour() -> list[tuple[str, str]]:
    """File and function of each stop."""
    text = (ROOT / "README.md").read_text("utf-8").partition("## Where things are")[2]
    return [(match["file"], match["function"]) for match in STOP.finditer(text)]


@contextmanager
def entered() -> Iterator[list[tuple[str, str]]]:
    """The functions of the product that any thread begun in the block enters, in order, each time
    that `clear` was called before."""
    seen: list[tuple[str, str]] = []
    root = f"{ROOT}/"

    def note(frame: FrameType, what: str, _: Any) -> None:
        if what == "call" and (name := frame.f_code.co_filename).startswith(root):
            seen.append((name.removeprefix(root), frame.f_code.co_name))

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        yield seen
    finally:
        threading.setprofile(None)
        sys.setprofile(None)


def test_an_event_goes_the_way_of_the_tour(tmp_path: Path) -> None:
    stops = tour()
    assert 8 <= len({file for file, _ in stops}) <= MOST_STOPS
    with (
        entered() as seen,
        embedded_hub(tmp_path, open_to_all=True) as hub,
        listening(hub) as client,
    ):
        speaker = Speaker(client)
        speaker.accept(event(subject="before"))
        speaker.figures(period="2020")
        for number in range(1, 20):
            seen.clear()
            speaker.accept(event(subject=f"{number}"))
            found = speaker.figures(period="2020")
            assert found["total"]["received_total"] == 1 + number
            if not (missing := missed(stops, list(seen))):
                break  # else a step that had begun before the event may have taken it
    assert not missing


def missed(stops: list[tuple[str, str]], way: list[tuple[str, str]]) -> str:
    """The first stop that a way does not come by after those before it, if any."""
    at = 0
    for stop in stops:
        if stop not in way[at:]:
            return f"{stop} is not entered after {way[at]}"
        at += way[at:].index(stop)
    return ""

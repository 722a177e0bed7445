"""The tour of the README, copied and pasted into a shell beside a real hub."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hub_process import HubProcess

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"^```(bash|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
START = "export HUB_URL=http://127.0.0.1:8000\n"
DEADLINE = 60.0


def tour() -> list[tuple[str, str]]:
    """The blocks to paste, each with what its answer must contain; `…` stands for anything."""
    text = (ROOT / "README.md").read_text()
    tour = text[text.index("## Five minutes") : text.index("## What it promises")]
    steps: list[tuple[str, str]] = []
    for kind, block in BLOCK.findall(tour):
        if kind == "bash":
            steps.append((block, "…"))
        else:
            steps[-1] = (steps[-1][0], block.strip())
    assert steps
    assert steps[0][0].startswith(START)
    return steps


def run(script: str) -> str:
    done = subprocess.run(
        ["bash", "-eu", "-o", "pipefail", "-c", script],
        cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with HubProcess(tmp_path / "data") as hub:
        monkeypatch.setenv("HUB_URL", hub.url)
        monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
        yield hub


def test_the_tour(hub):
    answers = []
    shell = ""
    for block, expected in tour():
        hub.caught_up()
        script = block.removeprefix(START).replace(".venv/bin/hub", "hub")
        if assignment := re.match(r"(before)=\S.*\n", script):
            before = run(f"{assignment[0]} echo $before").strip()
            shell, script = f"before={before}\n", script[assignment.end() :]
        answer = run(shell + script)
        pattern = ".*".join(re.escape(part) for part in expected.split("…"))
        assert re.search(pattern, answer, re.DOTALL), f"{script}\n{answer}"
        answers.append(answer)
    now, known_before = (_csv(table) for table in _tables(answers))
    assert (now["resolved_early"], now["in_progress_overdue"]) == ("1", "0")
    assert (known_before["resolved_early"], known_before["in_progress_overdue"]) == ("0", "1")


def _tables(answers: list[str]) -> list[list[str]]:
    """The two CSV answers of the step that compares now with then."""
    lines = next(a for a in answers if a.startswith("\ufeffreceived_online,"))
    lines = lines.replace("\ufeff", "").split()
    return [lines[:2], lines[2:]]


def _csv(table: list[str]) -> dict[str, str]:
    names, values = (line.split(",") for line in table)
    return dict(zip(names, values, strict=True))

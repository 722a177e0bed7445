"""Thresholds of signals as a setting: SIGNALS.md has them, and what is out of range is refused."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub.cli.main import create_app
from hub.dossier import thresholds
from hub.dossier.thresholds import DEFAULTS, RANGES, Thresholds, thresholds_from

ROW = re.compile(r"^\| `(\w+)` \| .* \| (\d+) \| (\d+) \| (\d+) \|$", re.MULTILINE)


def test_the_document_has_what_the_program_does() -> None:
    text = Path(thresholds.__file__).with_name("SIGNALS.md").read_text()
    told = {name: tuple(map(int, rest)) for name, *rest in ROW.findall(text)}
    assert told == {name: (usual, *RANGES[name]) for name, usual in DEFAULTS._asdict().items()}
    assert RANGES.keys() == DEFAULTS._asdict().keys()
    assert all(least <= getattr(DEFAULTS, name) <= most for name, (least, most) in RANGES.items())


def test_what_is_left_out_stays() -> None:
    assert thresholds_from("") == thresholds_from(" , ") == DEFAULTS
    found = thresholds_from(" closed_least = 30,reopened_within=0")
    assert found == Thresholds(closed_least=30, reopened_within=0)
    for name, bounds in RANGES.items():
        for value in bounds:
            assert getattr(thresholds_from(f"{name}={value}"), name) == value


WRONG = [
    ("closed_least", "must look like closed_least=30"),
    ("closed=3", "closed is no threshold of signals; there are moved_before, "),
    ("closed_hours=2,closed_hours=3", "closed_hours is given twice"),
    *(
        (f"{name}={value}", f"{name} must be a whole number from {least} to {most}")
        for name, (least, most) in RANGES.items()
        for value in (least - 1, most + 1, "", "2.5", "²", "9" * 40)
    ),
]


@pytest.mark.parametrize(("text", "says"), WRONG)
def test_what_is_wrong_is_named_with_what_may_stand_there(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        thresholds_from(text)


def test_a_hub_does_not_start_by_wrong_ones(tmp_path: Path) -> None:
    words = ["serve", "--data", str(tmp_path / "data"), "--signal-thresholds", "closed_least=1"]
    found = CliRunner().invoke(create_app(), words)
    assert (found.exit_code, "from 5 to 500" in " ".join(found.output.split())) == (2, True)
    assert not (tmp_path / "data").exists()

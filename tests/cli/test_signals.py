"""`hub signals`: numbers by unit, the dossiers behind one, and what it refuses."""

import csv
import io
import json
from pathlib import Path

from tests.cli.conftest import Run, event, written

ASKED = ("signals", "--unit", "SIG", "--subtree", "--period", "2020-Q1")


def test_signals_are_counted_listed_and_kept(run: Run, tmp_path: Path) -> None:
    closed, again = "2020-01-20T09:00:00+07:00", "2020-01-21T09:00:00+07:00"
    events = [
        event("SIG.1", "A"), event("SIG.1", "B"), event("SIG.2", "C", field="ho-tich"),
        event("SIG.1", "A", "resolved", time=closed), event("SIG.1", "A", "reopened", time=again),
    ]  # fmt: skip
    sent = run("ingest", written(tmp_path / "events", *events))
    position = sent.stderr.rpartition(" ")[2].strip()
    run("figures", "--period", "2020", "--min-position", position)

    shown = run(*ASKED)
    assert shown.exit_code == 0, shown.output
    rows = [[cell.strip() for cell in line.split("│")] for line in shown.stdout.splitlines()]
    assert ["", "reopened", "all", "1", "1", "100.00 %", ""] in rows
    assert ["", "entered_late", "SIG.1", "2", "2", "100.00 %", ""] in rows
    assert "no verdict" in shown.stdout

    told = run(*ASKED, "--list", "reopened")
    assert "2020-01-21 09:00:00" in told.stdout
    assert "1 dossiers. A signal is no verdict" in told.stdout
    lines = run(*ASKED, "--list", "entered_late", "--json", "--where", "field=dat-dai").stdout
    assert [json.loads(line)["subject"] for line in lines.splitlines()] == ["A", "B"]
    sheet = [*csv.reader(io.StringIO(run(*ASKED, "--csv").stdout.removeprefix("\ufeff")))]
    assert {len(row) for row in sheet} == {7}

    for words, why in (
        (("--list", "guilty"), "must be one of due_date_moved"),
        (("--list", "reopened", "--csv"), "give --csv without"),
        (("--where", "colour=red"), "--where takes NAME=VALUE"),
    ):
        wrong = run(*ASKED, *words)
        assert (wrong.exit_code, why in wrong.stderr) == (2, True), wrong.output

"""`hub ingest` on a real hub: every form of file, every refusal told, nothing else lost."""

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run, event, written
from tests.hub_process import HubProcess

_HUB = (sys.executable, "-m", "hub")


def received(run: Run, unit: str, output: str) -> int:
    """How many dossiers of a unit the figures count, once they include what was sent."""
    position = output.rpartition("--min-position ")[2].strip()
    words = ("--unit", unit, "--period", "2020-Q1", "--min-position", position)
    answer: dict[str, Any] = json.loads(run("figures", *words, "--json").stdout)
    number: int = answer["total"]["received_direct"]
    return number


def test_lines_arrays_single_events_gzip_and_standard_input(
    hub: HubProcess, run: Run, tmp_path: Path
) -> None:
    one = [event("FORM", f"F-{n}") for n in range(9)]
    packed = tmp_path / "packed"  # known by its content, not by its name
    packed.write_bytes(gzip.compress(("\n".join(map(json.dumps, one[1:3])) + "\n\n").encode()))
    batch, spread = tmp_path / "batch.json", tmp_path / "spread.json"
    batch.write_text(json.dumps(one[3:5], indent=2))
    spread.write_text("\ufeff" + json.dumps(one[5], indent=1))
    lines = written(tmp_path / "lines", one[0], one[7:9], one[0])
    where = ("--url", hub.url, "--key-file", str(hub.key_file))
    result = subprocess.run(
        [*_HUB, "ingest", *where, lines, str(packed), str(batch), str(spread), "-"],
        input=json.dumps(one[6]).encode(),  # without a line end
        capture_output=True,
        timeout=60,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout == b""
    told = result.stderr.decode()
    assert told.startswith("10 accepted, 0 refused; ")
    assert received(run, "FORM", told) == 9


def test_refused_events_are_told_with_place_and_reason_and_their_neighbours_kept(
    run: Run, tmp_path: Path
) -> None:
    good = [event("REFUSED", f"R-{n}") for n in range(3)]
    file = tmp_path / "mixed.jsonl"
    lines = [
        json.dumps(good[0]),
        json.dumps(event("REFUSED", "R-9", applicant="Nguyen Van A")),
        '{"specversion": "1.0", broken',
        json.dumps([good[1], event("REFUSED", "R-8", time="2020-01-15T08:30:00")]),
        "17",
        json.dumps(good[2]),
    ]
    file.write_text("\n".join(lines))
    result = run("ingest", str(file), "--batch", "2")
    assert result.exit_code == 1
    assert "3 accepted, 4 refused" in result.stderr
    assert "Nguyen" not in result.output
    told = {line.split(": ")[0]: line.split(": ", 2)[1] for line in result.stdout.splitlines()}
    assert told == {
        f"{file}:2": "unknown-attribute /data/applicant",
        f"{file}:3": "not-json",
        f"{file}:4[2]": "invalid /time",
        f"{file}:5": "invalid",
    }
    assert received(run, "REFUSED", result.stderr) == 3


def test_a_first_line_cut_short_costs_one_line_only(run: Run, tmp_path: Path) -> None:
    good = [event("CUT", f"C-{n}") for n in range(2)]
    file = tmp_path / "cut.jsonl"
    lines = ['{"specversion": "1.0", "id":', *map(json.dumps, good), "no JSON either"]
    file.write_text("\n".join(lines))
    result = run("ingest", str(file))
    assert result.exit_code == 1
    places = [line.split(": ")[0] for line in result.stdout.splitlines()]
    assert places == [f"{file}:1", f"{file}:4"]
    assert "2 accepted, 2 refused" in result.stderr


def test_odd_json_costs_no_neighbour_and_each_line_says_its_own_rule(
    run: Run, tmp_path: Path
) -> None:
    good = [json.dumps(event("ODD", f"O-{n}")) for n in range(8)]
    deep = good[0][:-2] + ', "x": ' + "[" * 5000 + "]" * 5000 + "}}"
    half = good[0][:-2] + ', "field": "\\ud800"}}'
    lines, batch, spread = (tmp_path / name for name in ("lines", "batch", "spread"))
    written_lines = [good[0], deep, good[1], half, f"[{good[2]}, {deep}]", '{"a": NaN}', "{,}"]
    content = "\n".join([*written_lines, '{"a": "\xff"}', good[3]])
    lines.write_bytes(content.encode("latin-1"))
    batch.write_text(f"[\n{good[4]},\n{deep}\n, {good[5]}]")
    spread.write_text(half.replace(", ", ",\n"))
    result = run("ingest", str(lines), str(batch), str(spread))
    assert result.exit_code == 1, result.stderr
    assert "6 accepted, 8 refused" in result.stderr
    told = dict(line.split(": ", 1) for line in result.stdout.splitlines())
    places = [place.removeprefix(f"{tmp_path}/") for place in told]
    assert dict(zip(places, (text.split(": ")[0] for text in told.values()), strict=True)) == {
        "lines:2": "too-deep /data/x", "lines:4": "invalid /data/field",
        "lines:5[2]": "too-deep /data/x", "lines:6": "not-json", "lines:7": "not-json",
        "lines:8": "not-json", "batch[2]": "too-deep /data/x", "spread": "invalid /data/field",
    }  # fmt: skip
    assert "at column 7: NaN" in told[f"{lines}:6"]
    assert "at column 2: the name of an attribute" in told[f"{lines}:7"]
    assert "not UTF-8 at byte 8;" in told[f"{lines}:8"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("[]".encode("utf-16"), "is encoded in UTF-16"),
        ('{"a": 1}\n{"a": 2}'.encode("utf-16-le"), "is encoded in UTF-16"),
        (gzip.compress('{"a": 1}\n'.encode("utf-16"), mtime=0), "is encoded in UTF-16"),
        (gzip.compress(gzip.compress(b"{}", mtime=0), mtime=0), "is packed with gzip twice"),
        (b"PK\x03\x04\x14", "is a ZIP archive or a document of Excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "is a document of old Excel"),
        (b"<?xml version='1.0'?>\n<a/>\n", "is XML"),
    ],
)
def test_a_file_of_another_kind_is_named_once(
    run: Run, tmp_path: Path, content: bytes, says: str
) -> None:
    file = tmp_path / "events"
    file.write_bytes(content)
    result = run("ingest", written(tmp_path / "good", event("KIND", "K-1")), str(file))
    assert result.exit_code == 2
    assert f"{file} {says}" in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "No such file"),
        (gzip.compress(b"{}" * 5000, 1, mtime=0)[:-20], "Compressed file ended"),
        (b"\x1f\x8b" + b"x" * 100, "cannot read"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    run: Run, tmp_path: Path, content: bytes | None, says: str
) -> None:
    file = tmp_path / "events.gz"
    if content is not None:
        file.write_bytes(content)
    result = run("ingest", str(file))
    assert result.exit_code == 2
    assert str(file) in result.stderr
    assert says in result.stderr
    assert "Traceback" not in result.output


def test_a_key_of_another_source_sends_nothing(run: Run, tmp_path: Path) -> None:
    made = run("keys", "create", "source", "--source", "/other", "--unit", "H29")
    file = tmp_path / "other.key"
    file.write_text(made.stdout)
    events = written(
        tmp_path / "lines", event("H29.17", "K-1"), event("H57", "K-2", source="/other")
    )
    result = run("ingest", events, HUB_KEY_FILE=str(file))
    assert result.exit_code == 1
    assert "source-not-allowed /source" in result.stdout
    assert "unit-not-allowed /data/unit" in result.stdout


def test_a_changed_event_is_told_by_its_line_and_a_file_sent_again_is_not(
    hub: HubProcess, run: Run, tmp_path: Path
) -> None:
    first = [event("CONFLICT", f"X-{n}") for n in range(3)]
    original = written(tmp_path / "first", *first)
    assert run("ingest", original).exit_code == 0
    changed = [event("CONFLICT", "X-1", field="ho-tich"), first[2], event("CONFLICT", "X-9")]
    lines = tmp_path / "changed"
    lines.write_text(f"{json.dumps(changed[2])}\n{json.dumps(changed[:2])}\n")
    packed = tmp_path / "packed"
    packed.write_bytes(gzip.compress(json.dumps(changed[0]).replace("/test", "\\/test").encode()))
    for _ in range(2):  # told each time
        result = run("ingest", str(lines), str(packed))
        assert result.exit_code == 1
        told = [line.split(": ")[:2] for line in result.stdout.splitlines()]
        assert told == [[f"{lines}:2[1]", "conflict /id"], [f"{packed}:1", "conflict /id"]]
        assert "4 accepted, 0 refused, 2 of the accepted in conflict; " in result.stderr
    again = run("ingest", original)
    assert (again.exit_code, again.stdout) == (0, "")
    where = ("--url", hub.url, "--key-file", str(hub.key_file))
    piped = subprocess.run(
        [*_HUB, "ingest", *where, "-"],
        input=json.dumps(event("CONFLICT", "X-0", field="y")).encode(),
        capture_output=True, timeout=60,
    )  # fmt: skip
    assert piped.returncode == 1
    assert b"standard input (event X-0.received of dossier CONFLICT X-0): conf" in piped.stdout


def test_letters_are_discarded_one_by_one_and_together(run: Run, tmp_path: Path) -> None:
    bad = [event("GONE", f"G-{n}", source="/gone", x=1) for n in range(4)]
    run("ingest", written(tmp_path / "bad", *bad))
    listed = run("dead-letters", "list", "--source", "/gone", "--json").stdout.splitlines()
    one = json.loads(listed[0])["id"]
    assert run("dead-letters", "discard", one).stdout == f"{one}: discarded\n"
    assert run("dead-letters", "discard", one).exit_code == 1
    assert run("dead-letters", "discard").exit_code == 2
    assert run("dead-letters", "discard", "--source", "/gone").stdout == "3 discarded\n"
    words = ("dead-letters", "list", "--source", "/gone", "--json")
    assert run(*words).stdout == ""
    assert len(run(*words, "--status", "discarded").stdout.splitlines()) == 4

"""Figures, registry, keys, dead letters, status: each does what its help says, on a real hub."""

import csv
import io
import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer

from hub.cli.main import create_app
from hub.dossier.figures import FIGURES
from tests.cli.conftest import Run, event, written
from tests.cli.stand_in import StandIn, serving
from tests.eventually import eventually


def test_figures_as_table_json_and_csv(run: Run, tmp_path: Path) -> None:
    events = [
        event("FIG.1", "A", field="dat-dai"),
        event("FIG.1", "A", "resolved", time="2020-02-01T09:00:00+07:00"),
        event("FIG.2", "B", field="ho-tich", channel="online"),
    ]
    sent = run("ingest", written(tmp_path / "events", *events))
    position = sent.stderr.rpartition(" ")[2].strip()
    period = ("--from", "2020-01-01", "--to", "2020-02-26")
    words = ("figures", "--unit", "FIG", "--subtree", *period, "--min-position", position)

    whole = run(*words)
    assert whole.exit_code == 0
    assert "FIG, 2020-01-01 to 2020-02-26" in whole.stdout
    told = [line.split("│")[1:3] for line in whole.stdout.splitlines() if line.startswith("│")]
    assert {name.strip(): int(number) for name, number in told}.keys() == FIGURES.keys()

    table = run(*words, "--by", "unit,field").stdout
    rows = [re.split(r"\s{2,}", line.strip()) for line in table.splitlines()]
    assert ["FIG.1 *", "dat-dai", "0", "1", "0"] in [row[:5] for row in rows]
    assert ["FIG.2 *", "ho-tich", "1", "0", "0"] in [row[:5] for row in rows]
    assert ["total", "1", "1", "0", "2"] in [row[:5] for row in rows]

    for fields, received in ((("ho-tich",), 1), (("ho-tich", "dat-dai"), 2), (("",), 0)):
        asked = [word for field in fields for word in ("--where", f"field={field}")]
        only = json.loads(run(*words, "--json", "--where", "unit_level=", *asked).stdout)
        assert only["total"]["received_total"] == received
    lines = list(
        csv.DictReader(
            io.StringIO(run(*words, "--by", "field", "--csv").stdout.removeprefix("\ufeff"))
        )
    )
    assert [(it["field"], it["received_total"]) for it in lines] == [
        ("dat-dai", "1"),
        ("ho-tich", "1"),
    ]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (("--period", "2020-Q5"), "period"),
        (("--period", "2020-Q1", "--by", "colour"), "by"),
        (("--period", "2020-Q1", "--calendar", "moon"), "calendar"),
        (("--period", "2020-Q1", "--as-of", "2999-01-01T00:00:00+07:00"), "as_of"),
        (("--period", "2020-Q1", "--where", "unit=H29"), "--where"),
        (("--period", "2020-Q1", "--json", "--csv"), "--csv"),
        ((), "period"),
    ],
)
def test_wrong_questions_name_what_is_wrong(run: Run, words: tuple[str, ...], names: str) -> None:
    result = run("figures", *words)
    assert result.exit_code == 2
    assert names in result.stderr


def test_units_and_procedures_come_back_as_they_went_in(run: Run, tmp_path: Path) -> None:
    units = (
        "code,name,level,parent,valid_from,valid_to,successors\r\n"
        "REG,Huyện Củ Chi,district,,,,\r\n"
        'REG.01,"Xã An Phú, cũ",commune,REG,2020-01-01,2025-06-30,REG.02\r\n'
        "REG.02,Xã An Phú,commune,REG,2025-07-01,,\r\n"
    )
    procedures = (
        "code,name,field,field_name,limit_value,limit_unit\r\n"
        "1.000656,Đăng ký khai tử,ho-tich,Hộ tịch,,\r\n"
        "1.004227,Đăng ký biến động,dat-dai,Đất đai,15,working_day\r\n"
    )
    for what, text in {"units": units, "procedures": procedures}.items():
        file, back = tmp_path / f"{what}.csv", tmp_path / f"{what}-back.csv"
        file.write_text(text, newline="")
        stored = run(what, "import", str(file))
        assert stored.exit_code == 0, stored.output
        assert run(what, "export", str(back)).exit_code == 0
        assert back.read_bytes().decode("utf-8-sig") == text
        assert run(what, "import", "-", given=text.encode()).exit_code == 0
        assert run(what, "export").stdout_bytes.decode() == f"\ufeff{text}"
    assert "Xã An Phú, cũ" in run("units", "list").stdout
    wrong = run("units", "import", "-", given=b"code,name,parent\nX,Y,NOWHERE\n")
    assert wrong.exit_code == 2
    assert "NOWHERE" in wrong.stderr
    assert run("units", "import", str(tmp_path / "none.csv")).exit_code == 2


def test_files_of_units_as_they_come(run: Run, tmp_path: Path) -> None:
    rows = [{"code": "FILE.1", "name": "Củ Chi"}]
    for encoding in ("utf-8-sig", "utf-16"):
        file = tmp_path / encoding
        for text in (json.dumps(rows), "Code;Name;;\r\nFILE.1;Củ Chi;;\r\n"):
            file.write_bytes(text.encode(encoding))
            stored = run("units", "import", str(file))
            assert (stored.exit_code, stored.stdout) == (0, "1 units stored\n"), stored.stderr
    file = tmp_path / "units.xlsx"
    file.write_bytes(b"PK\x03\x04\x14")
    refused = run("units", "import", str(file))
    assert refused.exit_code == 2
    assert "is not a whole workbook" in refused.stderr


@pytest.mark.parametrize(
    ("what", "text", "said"),
    [
        ("units", "code,name\nX,x\nX,y\n", "line 3, column code: X is given twice"),
        (
            "units", '\ufeffcode;name;parent\r\nX;"x, x";\r\n;;\r\nY;y;NOWHERE\r\n',
            "line 4, column parent: NOWHERE, named by Y",
        ),
        ("units", "code,name\nX,x\n\nA B,y\n", "line 4, column code: has a wrong form"),
        ("procedures", 'name,code\n"x\n",1.2\ny,1.2\n', "line 4, column code: 1.2 is given"),
        ("units", '[{"code": "X", "name": ""}]', "/0/name: is empty"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_named_by_its_line(run: Run, what: str, text: str, said: str) -> None:
    result = run(what, "import", "-", given=text.encode())
    assert result.exit_code == 2
    assert said in result.stderr


def test_keys_are_made_used_listed_and_revoked(run: Run) -> None:
    made = run("keys", "create", "reader", "--unit", "H29.17", "--label", "board")
    assert made.exit_code == 0
    secret = made.stdout.strip()
    assert secret.startswith("hub_")
    number = made.stderr.split()[1]
    mine = {"HUB_KEY": secret, "HUB_KEY_FILE": ""}
    assert run("figures", "--unit", "H29.17.01", "--period", "2020", **mine).exit_code == 0
    outside = run("figures", "--unit", "H57", "--period", "2020", **mine)
    assert outside.exit_code == 2
    assert "outside this key" in outside.stderr
    assert run("keys", "revoke", number).exit_code == 0
    assert "admin.key" in run("figures", "--period", "2020", **mine).stderr
    listed = run("keys", "list").stdout
    assert secret not in listed
    assert any("board" in line and "H29.17" in line for line in listed.splitlines())
    for words in (("reader",), ("source", "--all-units"), ("king", "--all-units")):
        assert run("keys", "create", *words).exit_code == 2
    assert run("keys", "revoke", "999").exit_code == 2


def test_dead_letters_are_listed_shown_and_replayed(run: Run, tmp_path: Path) -> None:
    later = (datetime.now(UTC) + timedelta(hours=24, seconds=2)).isoformat(timespec="seconds")
    events = [event("DEAD", "D-1", time=later), event("DEAD", "D-2", applicant="Nguyen")]
    assert run("ingest", written(tmp_path / "events", *events)).exit_code == 1
    lines = run("dead-letters", "list", "--json", "--limit", "1000").stdout.splitlines()
    letters = {it["subject"]: it for it in map(json.loads, lines) if it["unit"] == "DEAD"}
    assert set(letters) == {"D-1", "D-2"}
    table = run("dead-letters", "list").stdout
    assert letters["D-2"]["reason"] in table
    assert all(letter["id"] in table for letter in letters.values())
    shown = json.loads(run("dead-letters", "show", letters["D-1"]["id"]).stdout)
    draft = shown.pop("draft")  # what may be mended and sent in its place
    assert draft["id"] == "D-1.received"
    assert datetime.fromisoformat(draft["time"]) == datetime.fromisoformat(later)
    assert shown == letters["D-1"]
    for wrong in ("", "..", "no/such"):
        result = run("dead-letters", "show", wrong)
        assert result.exit_code == 2
        assert "no id of a letter; `hub dead-letters list`" in result.stderr

    refused = run("dead-letters", "replay", letters["D-2"]["id"])
    assert refused.exit_code == 1
    assert "never stored" in refused.stderr
    eventually(
        lambda: run("dead-letters", "replay", letters["D-1"]["id"]).exit_code == 0,
        "its time has come within the 24 hours",
    )
    still = run("dead-letters", "list", "--json", "--limit", "1000").stdout
    assert letters["D-1"]["id"] not in still


def test_days_are_declared_where_any_are_given(run: Run) -> None:
    nothing = run("calendar", "declare", "--unit", "CAL")
    assert nothing.exit_code == 2
    assert "give --off, --working or --usual" in nothing.stderr
    assert "1 days declared" in run("calendar", "declare", "--off", "2020-01-02").stdout


def test_names_are_printed_as_they_are(run: Run) -> None:
    name = "urn:x:[b]~:warning:"
    assert run("sources", "set", name, "--every", "2h").exit_code == 0
    assert name in run("sources", "list").stdout


def test_status_and_sources(run: Run) -> None:
    status = run("status")
    assert status.exit_code == 0
    assert "ready" in status.stdout
    assert run("sources", "list").exit_code == 0
    assert run("sources", "set", "/made-up", "--every", "2h").output == "/made-up: registered\n"
    assert run("sources", "set", "/made-up", "--label", "A").output == "/made-up: changed\n"
    (line,) = (row for row in run("sources", "list").output.splitlines() if "/made-up" in row)
    assert "7200" in line
    assert " A " in line
    assert run("sources", "set", "/made-up", "--every", "2 hours").exit_code == 2
    assert run("sources", "set", "/made-up", "--every", "never", "--backfilling").exit_code == 0
    (line,) = (row for row in run("sources", "list").output.splitlines() if "/made-up" in row)
    assert "7200" not in line
    assert line.split()[-2] == "yes"


def test_audit_fails_on_any_difference(run: Run, tmp_path: Path) -> None:
    assert run("ingest", written(tmp_path / "events", event("AUD", "A"))).exit_code == 0
    clean = run("audit")
    assert clean.exit_code == 0, clean.output
    assert clean.stdout == ""
    assert "0 differences; checked: " in clean.stderr
    found = {"differences": [{"unit": "AUD"}], "differences_total": 1200, "checked": {"facts": 9}}
    with serving(StandIn()) as hub:
        hub.audit = found
        differs = run("audit", HUB_URL=hub.url)
    assert differs.exit_code == 1
    assert differs.stdout == '{"unit":"AUD"}\n'
    assert "1,200 differences; checked: 9 facts" in differs.stderr


def test_every_command_has_an_example_and_every_option_a_help() -> None:
    groups: list[tuple[str, Any]] = [("hub", typer.main.get_command(create_app()))]
    while groups:
        path, group = groups.pop()
        for name, command in group.commands.items():
            if hasattr(command, "commands"):
                groups.append((f"{path} {name}", command))
                continue
            assert f"{path} {name}" in command.help.partition("Example: ")[2], "no example"
            for option in command.params:
                assert option.help, (path, name, option.name)


def test_help_is_quick_and_loads_no_engine() -> None:
    heavy = "{'chdb', 'sqlalchemy', 'fastapi', 'httpx', 'pydantic'} & set(sys.modules)"
    program = f"import sys; from hub.cli.main import create_app; create_app(); print({heavy})"
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60)
    assert printed.stdout.decode().strip() == "set()", printed.stderr


def test_a_unit_that_nobody_named_is_answered_with_a_hint(run: Run) -> None:
    for words in ((), ("--by", "field")):
        result = run("figures", "--unit", "H99.NOWHERE", "--period", "2020", *words)
        assert result.exit_code == 0
        assert "hub units list" in result.stdout

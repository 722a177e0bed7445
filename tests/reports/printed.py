"""What the published reports print beside what the hub computes, in a document that is held to be
true: `hub/reports/PRINTED.md`.

With HUB_TEST_PRINTED=1 its parts are written anew instead.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from hub.demo.as_printed import Compared, Printed, compared, number
from hub.reports.bundled import bundled
from hub.reports.scoring import form_remarks

Json = dict[str, Any]
DOCUMENT = Path(__file__).parents[2] / "hub/reports/PRINTED.md"
DISAGREEMENTS: list[Json] = json.loads(
    files("hub.demo").joinpath("as_printed/disagreements.json").read_text("utf-8")
)
WORDS = {
    "equal": "=", "differs": "differs", "blank": "not printed", "outside": "not in the form",
}  # fmt: skip


def assert_told(of: Printed, report: Json, more: Iterable[Compared] = ()) -> list[Compared]:
    """Every printed number is in the document as it is computed, and what differs has a reason."""
    found = [*compared(of, report), *more]
    for it in found:
        assert it.why or it.state != "differs", it
    lines = [_line(it) for it in found]
    title = f"## {of.form}"
    head = ["| where | what | printed | computed | state |", "|---|---|--:|--:|---|"]
    assert_documented(title, [*head, *lines])
    return found


def assert_documented(title: str, lines: Sequence[str]) -> None:
    text = DOCUMENT.read_text("utf-8")
    part = "\n".join([title, "", *lines]) + "\n"
    place = re.compile(rf"^{re.escape(title)}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    told = place.search(text)
    if os.environ.get("HUB_TEST_PRINTED"):
        DOCUMENT.write_text(
            place.sub(lambda _: part + "\n", text) if told else f"{text}\n{part}", "utf-8"
        )
        return
    assert told, title
    assert told[0].strip() == part.strip()


def assert_disagreements_found(form: str, report: Json) -> None:
    """What disagrees in a report is found by the checks that are named for it; no check finds
    anything else."""
    checks = {it["id"]: it["result"] for it in report["checks"]}
    cells = {
        f"{it['key']}.{row['key']}.{column}": cell["text"]
        for it in report["sections"] for row in it["rows"] for column, cell in row["cells"].items()
    }  # fmt: skip
    remarks = "\n".join(form_remarks(bundled()[form]))
    named = dict(_named(form))
    for name, result in named.items():
        if name.startswith("rule "):
            score = {"no rule": "no score", "two rules": "two scores"}[result]
            assert f"{name} gives {score}" in remarks
        else:
            assert (checks.get(name) or cells[name]) == result, name
    wrong = {name for name, result in checks.items() if result == "false"}
    assert wrong == {name for name, result in named.items() if result == "false"}


def _named(form: str) -> Iterator[tuple[str, str]]:
    for it in DISAGREEMENTS:
        if it.get("form") == form and "of" not in it:
            yield from it["found"].items()


def disagreement_lines() -> list[str]:
    """The document's table of what disagrees in the reports."""
    lines = ["| id | what the report says | found by |", "|---|---|---|"]
    for it in DISAGREEMENTS:
        by = "; ".join(f"`{name}` {result}" for name, result in it.get("found", {}).items())
        told = f"{it['form']}: {by}" if by else f"no arithmetic: {it['why']}"
        told += " (of the printed figures)" if "of" in it else ""
        lines.append(f"| {it['id']} | {_plain(it['says'])} | {told} |")
    return lines


def sums_of(report: Json, section: str, columns: Sequence[str]) -> Iterator[Compared]:
    """Of each heading of a score what its own rows sum to."""
    rows = {row["key"]: row for it in report["sections"] if it["key"] == section
            for row in it["rows"]}  # fmt: skip
    for key, row in rows.items():
        below = [it for name, it in rows.items() if re.fullmatch(rf"{key}_\d+", name)]
        for column in columns if below else ():
            printed = row["cells"][column]["text"]
            total = sum(number(it["cells"][column]["text"]) or 0 for it in below)
            same = number(printed) == total
            why = [it["id"] for it in DISAGREEMENTS if f"cong_{key}" in it.get("found", {})]
            yield Compared(
                f"{section} {row['code']} {column}", f"Cộng các mục của {row['code']}", printed,
                str(total), "equal" if same else "differs",
                "" if same else ", ".join(why),
            )  # fmt: skip


def _line(it: Compared) -> str:
    state = WORDS[it.state] + (f": {it.why}" if it.why else "")
    cells = (it.place, it.label, it.printed, it.computed, state)
    return "| " + " | ".join(_plain(text) for text in cells) + " |"


def _plain(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())

"""What `hub demo` prints in the reports' own forms, and the files that it writes beside."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from hub.client import HubClient
from hub.demo.as_printed import FORMS, Compared, Printed, State, compared, printed, statements
from hub.demo.plausible import Event

Json = dict[str, Any]
_SHOWN = ("cu-chi-2020", "phu-ho-2023")
"""The demo's own two reports; of the others only a line is printed."""
_LONGEST = 24
_SIGNS: dict[State, str] = {
    "equal": "=",
    "differs": "≠",
    "blank": "not printed",
    "outside": "not in the form",
}


def as_printed() -> Iterator[Event]:
    """The indicators that the reports print, as events."""
    for form in FORMS:
        yield from statements(printed(form))


def show_forms(console: Console, hub: HubClient, position: str, folder: Path) -> bool:
    """Print each report in its own form, beside what the document prints; whether a number differs
    without a known reason."""
    console.rule(style="bold")
    console.print(
        "[bold]Theo mẫu của từng báo cáo / in the reports' own forms[/]\n"
        "Chỉ tiêu không tính được từ hồ sơ: như báo cáo in (nguồn /demo/as-printed).\n"
        "What no dossier tells is stated as printed (source /demo/as-printed)."
    )
    folder.mkdir(parents=True, exist_ok=True)
    differs = False
    for form in FORMS:
        of = printed(form)
        report = hub.get(f"/v1/reports/{form}", **_asked(of), min_position=position)
        found = compared(of, report)
        differs |= any(it.state == "differs" and not it.why for it in found)
        _print(console, report, found, whole=form in _SHOWN)
        for kind in ("xlsx", "docx") if form in _SHOWN else ():
            asked = _asked(of) | {"format": kind, "min_position": position}
            content = hub.call("GET", f"/v1/reports/{form}", params=asked).content
            (folder / f"{form}.{kind}").write_bytes(content)
    console.print(f"Excel, Word: {escape(str(folder))}/{{{','.join(_SHOWN)}}}.{{xlsx,docx}}")
    return differs


def _asked(of: Printed) -> dict[str, str]:
    return {
        "unit": of.unit, "period": of.period, "calendar": of.calendar, "data_date": of.data_date,
    }  # fmt: skip


def _print(console: Console, report: Json, found: list[Compared], *, whole: bool) -> None:
    counts = Counter(it.state for it in found)
    told = ", ".join(f"{counts[state]} {sign}" for state, sign in _SIGNS.items() if counts[state])
    console.print(f"\n[bold]{report['form']}[/] · {escape(report['unit_name'])}: {told}")
    for section in report["sections"] if whole else ():
        if section["kind"] == "table":
            console.print(f"[dim]{escape(section['label'])}[/] {escape(_cells(section))}")
        elif section["text"]:
            lines = section["text"].split("\n")
            console.print(escape("\n".join(it for it in lines if any(map(str.isdigit, it)))))
    for it in found:
        if it.state == "differs":
            told = f"≠ {it.label}: {it.printed} → {it.computed or '-'} ({it.why})"
            console.print(f"[yellow]{escape(told)}[/]")
    for check in report["checks"]:
        if check["result"] == "false":
            told = f"! {check['says']}: {check['left']}, {check['right']}"
            console.print(f"[yellow]{escape(told)}[/]")


def _cells(section: Json) -> str:
    """The rows of a table in a line: code and what is printed in its first column of values."""
    first = next(it["key"] for it in section["columns"] if it["is"] == "value")
    rows = [row for row in section["rows"] if not row["hidden"] and first in row["cells"]]
    return " · ".join(f"{row['code']}: {_short(row['cells'][first]['text'])}" for row in rows)


def _short(text: str) -> str:
    text = " ".join(text.split()) or "-"
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"

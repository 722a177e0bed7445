"""What `hub demo` prints: each report's figures as published and as computed, side by side."""

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from hub.demo.comparison import MARKS, Mark, Row, published, shown
from hub.demo.reconstruct import Example

_STYLES: dict[Mark, str] = {
    "ok": "green", "differs": "bold red", "report": "yellow", "not-derivable": "dim",
}  # fmt: skip
_SIGNS: dict[Mark, str] = {"ok": "✓", "differs": "✗", "report": "!", "not-derivable": "–"}
_ENGLISH: dict[Mark, str] = {
    "ok": "equal",
    "differs": "DIFFERS",
    "report": "the report does not add up",
    "not-derivable": "not from events of dossiers",
}


def print_report(console: Console, example: Example, rows: Sequence[Row]) -> None:
    """The report's title, how its dossiers were made up, the table, what does not add up."""
    report = published()[example.report]
    console.rule(style="bold")
    console.print(f"[bold]{escape(report['title'])}[/]")
    told = (report["issuer"], report["number"], report["dated"])
    console.print(escape(", ".join(filter(None, told))))
    console.print(f"{example.first:%d/%m/%Y} – {example.last:%d/%m/%Y} · {example.unit}")
    console.print(
        "\n[bold yellow]DỮ LIỆU TÁI DỰNG / RECONSTRUCTION[/]: báo cáo chỉ in tổng số; các hồ sơ là "
        "giả định sao cho tổng số khớp.\nThe report prints totals only; the dossiers are made up "
        "so that they yield them."
    )
    for vietnamese, english in example.assumptions:
        console.print(f" · {escape(vietnamese)}\n   [dim]{escape(english)}[/]")
    console.print(_table(rows))
    _print_gaps(console, rows)


def print_summary(console: Console, rows: Sequence[Row], seconds: float) -> None:
    """How many rows have which mark, and how long it took."""
    counts = Counter(row.mark for row in rows)
    console.rule(style="bold")
    for mark, style in _STYLES.items():
        console.print(
            f"[{style}]{_SIGNS[mark]} {counts[mark]:3} {MARKS[mark]} / {_ENGLISH[mark]}[/]"
        )
    console.print(f"{len(rows)} rows; {seconds:.0f} s from the start to this table.")


def _table(rows: Sequence[Row]) -> Table:
    table = Table("Chỉ tiêu / figure")
    table.add_column("Công bố\npublished", justify="right")
    table.add_column("Tính từ sự kiện\ncomputed", justify="right")
    table.add_column("")
    for row in rows:
        sign = f"[{_STYLES[row.mark]}]{_SIGNS[row.mark]} {MARKS[row.mark]}[/]"
        told = (row.printed if row.lines else None) or shown(row.published)
        percent = "%" if told.endswith("%") and row.computed is not None else ""
        computed = shown(row.computed) + percent
        label = row.label if row.lines else f"Σ {row.label}"
        table.add_row(escape(label), escape(told), computed, sign)
    return table


def _print_gaps(console: Console, rows: Sequence[Row]) -> None:
    """Why figures of the report itself do not fit each other, or events; nothing is repaired."""
    noted: dict[tuple[str, str, Mark], list[str]] = {}
    for row in rows:
        if row.mark != "ok" and row.note:
            printed = f" ({row.printed})" if row.printed else ""
            noted.setdefault((row.note, row.note_en, row.mark), []).append(row.label + printed)
    if noted:
        console.print("[bold]Chỗ không khớp / what does not add up[/]")
    for (note, note_en, mark), labels in noted.items():
        console.print(f"[{_STYLES[mark]}]{_SIGNS[mark]} {escape('; '.join(labels))}[/]")
        console.print(f"   {escape(note)}\n   [dim]{escape(note_en)}[/]")

"""A report as a page that prints on A4; each number leads to what stands behind it."""

from html import escape

from hub.reports.render.layout import (
    RESULTS,
    TABLES,
    VERDICTS,
    Json,
    legend,
    period_text,
    row_text,
    shown,
    spans,
    waived_text,
)

_STYLE = """
body{font:13pt "Times New Roman",serif;margin:1.5rem;color:#000;background:#fff}
h1{font-size:15pt;text-align:center}h2{font-size:13pt}p.head{text-align:center}
table{border-collapse:collapse;width:100%;font-size:11pt}
th,td{border:1px solid #333;padding:2pt 4pt;vertical-align:top}td.n{text-align:right}
tr.heading td{font-weight:bold}.text{white-space:pre-line}a{color:inherit}
.false{font-weight:bold;color:#a00}.sign{margin-top:2rem;text-align:right}
@page{size:A4 landscape;margin:15mm}
@media print{a{text-decoration:none}thead{display:table-header-group}tr{break-inside:avoid}}
"""


def as_html(report: Json) -> str:
    """The whole page. Every text is escaped."""
    sections = "".join(_section(section) for section in report["sections"])
    return (
        f'<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>{_(_named(report))}'
        f"</title><style>{_STYLE}</style></head><body>"
        f'<h1>{_(report["title"])}</h1><p class="head">{_(report["unit_name"])}<br>'
        f"{_(period_text(report))}</p>{sections}{_checks(report)}"
        '<p class="sign">Ngày …… tháng …… năm ……<br>NGƯỜI LẬP BIỂU &emsp; THỦ TRƯỞNG ĐƠN VỊ</p>'
        "</body></html>"
    )


def _named(report: Json) -> str:
    """Form, unit and period: what a printed page and a saved file are called."""
    period = report["period"]
    label = period["label"] or f"{period['from']} - {period['to']}"
    return " - ".join(filter(None, (report["form"], report["unit_name"], label)))


def _(text: object) -> str:
    return escape(str(text))


def _section(section: Json) -> str:
    title = f"<h2>{_(section['title'])}</h2>" if section["title"] else ""
    if section["kind"] == "values":
        return ""
    if section["kind"] not in TABLES:
        return f'<section>{title}<p class="text">{_(section["text"])}</p></section>'
    rows = "".join(_row(section, row) for row in shown(section))
    measure = f"<p>Đơn vị tính: {_(section['unit_of_measure'])}</p>"
    return (
        f"<section>{title}{measure if section['unit_of_measure'] else ''}<table><thead>"
        f"{_heads(section['columns'])}</thead><tbody>{rows}</tbody></table>"
        f"<p>{_(legend(section))}</p></section>"
    )


def _heads(columns: list[Json]) -> str:
    numbers = "".join(f"<th>({i})</th>" for i in range(1, len(columns) + 1))
    if not any(column["under"] for column in columns):
        upper = "".join(f"<th>{_(column['label'])}</th>" for column in columns)
        return f"<tr>{upper}</tr><tr>{numbers}</tr>"
    upper, at = "", 0
    for heading, width in spans(columns):
        if heading:
            upper += f'<th colspan="{width}">{_(heading)}</th>'
        else:
            upper += f'<th rowspan="2">{_(columns[at]["label"])}</th>'
        at += width
    lower = "".join(f"<th>{_(column['label'])}</th>" for column in columns if column["under"])
    return f"<tr>{upper}</tr><tr>{lower}</tr><tr>{numbers}</tr>"


def _row(section: Json, row: Json) -> str:
    kind = ' class="heading"' if row["heading"] else ""
    return f"<tr{kind}>{''.join(_cell(row, column) for column in section['columns'])}</tr>"


def _cell(row: Json, column: Json) -> str:
    text = _(row_text(row, column))
    cell = row["cells"].get(column["key"])
    if cell and cell["list"]:
        text = f'<a href="{_(cell["list"])}">{text}</a>'
    return f'<td class="n">{text}</td>' if column["is"] == "value" else f"<td>{text}</td>"


def _checks(report: Json) -> str:
    lines = "".join(
        f'<li class="{check["result"]}">{RESULTS[check["result"]]}: {_(check["says"])} '
        f"<small>{_(check['id'])}</small>{_(waived_text(check))}</li>"
        for check in report["checks"]
    )
    return f"<section><h2>Kiểm tra: {VERDICTS[report['verdict']]}</h2><ul>{lines}</ul></section>"

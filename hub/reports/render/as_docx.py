"""A report as a text document, laid out as administrative documents are (`docx_paper`): prose, a
place for the signature, then tables as appendices on pages across. Equal reports, equal bytes.
"""

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm

from hub.reports.render.docx_paper import Paper
from hub.reports.render.docx_table import of_section
from hub.reports.render.layout import (
    TABLES,
    Json,
    check_text,
    legend,
    period_text,
    verdict_text,
)


def as_docx(report: Json) -> bytes:
    """The document's bytes."""
    prose = [it for it in report["sections"] if it["text"] is not None]
    tables = [it for it in report["sections"] if it["kind"] in TABLES]
    paper = Paper(across=not prose)
    paper.head(report["unit_name"], report["title"], period_text(report))
    for section in prose:
        _prose(paper, section)
    if prose:
        paper.signature()
    for place, section in enumerate(tables):
        if prose or place:
            paper.page(across=True, new=True)
        _table(paper, section)
    if not prose:
        paper.signature()
    paper.page(across=False, new=True)
    paper.line(verdict_text(report), bold=True)
    for check in report["checks"]:
        paper.line(check_text(check), align=None)
    return paper.content()


def _prose(paper: Paper, section: Json) -> None:
    if section["title"]:
        paper.line(section["title"], bold=True, size=14, align=None, indent=Mm(10))
    for line in str(section["text"]).split("\n"):
        if line:
            paper.line(line, size=14, align=WD_ALIGN_PARAGRAPH.JUSTIFY, indent=Mm(10))


def _table(paper: Paper, section: Json) -> None:
    for text, bold in ((section["label"], True), (section["title"], True)):
        if text:
            paper.line(text, bold=bold)
    if section["unit_of_measure"]:
        align = WD_ALIGN_PARAGRAPH.RIGHT
        paper.line(f"Đơn vị tính: {section['unit_of_measure']}", italic=True, align=align)
    paper.add(of_section(section, paper.width))
    if said := legend(section):
        paper.line(said, italic=True, size=11, align=None)

"""A sheet of paper as Decree 30/2020/NĐ-CP (appendix I) lays out administrative documents: name of
the state, place and date, title, place for the signature. Equal documents have equal bytes.
"""

import io
from datetime import datetime
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from hub.reports.render.archive import fixed
from hub.reports.render.docx_table import Cell, W, table
from hub.reports.render.layout import DATE_LINE, SIGNERS, clean

_FIXED = datetime(2000, 1, 1)  # noqa: DTZ001  # the format's own dates have no zone
_FONT = "Times New Roman"
_SHORT, _LONG = Mm(210), Mm(297)
_LEFT, _RIGHT, _HIGH = Mm(30), Mm(15), Mm(20)
_TWENTIETH = 635
"""A twentieth of a point, in the units of lengths."""
_CENTRE = WD_ALIGN_PARAGRAPH.CENTER
_REPORT = "Báo cáo "
_PAGE = f'<w:fldSimple xmlns:w="{W}" w:instr=" PAGE "><w:r><w:t>2</w:t></w:r></w:fldSimple>'


class Paper:
    """A text document that grows from its head to its end. `width`: of the present page within its
    margins, in twentieths of a point."""

    def __init__(self, *, across: bool) -> None:
        self._document = Document()
        self._body: Any = self._document.element.body
        self.width = 0
        _styled(self._document)
        self.page(across=across)

    def content(self) -> bytes:
        """The document's bytes."""
        raw = io.BytesIO()
        self._document.save(raw)
        return fixed(raw)

    def page(self, *, across: bool, new: bool = False) -> None:
        """Begin a page of another shape, or (`new` False) say how the first one is."""
        section = self._document.add_section() if new else self._document.sections[0]
        section.orientation = WD_ORIENT.LANDSCAPE if across else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = (_LONG, _SHORT) if across else (_SHORT, _LONG)
        section.left_margin, section.right_margin = _LEFT, _RIGHT
        section.top_margin = section.bottom_margin = _HIGH
        self.width = (section.page_width - _LEFT - _RIGHT) // _TWENTIETH
        if not new:  # pages are numbered from the second on
            section.different_first_page_header_footer = True
            place = section.header.paragraphs[0]
            place.alignment = _CENTRE
            place._p.append(parse_xml(_PAGE))  # noqa: SLF001  # there is no other way to a field
        else:
            section.different_first_page_header_footer = False

    def line(
        self, text: str, *, bold: bool = False, italic: bool = False, size: int = 13,
        align: Any = _CENTRE, indent: Any = None,
    ) -> None:  # fmt: skip
        """Add a paragraph."""
        added = self._document.add_paragraph()
        added.alignment = align
        added.paragraph_format.first_line_indent = indent
        run = added.add_run(clean(text))
        run.bold, run.italic, run.font.size = bold, italic, Pt(size)

    def add(self, xml: str) -> None:
        """Add what is XML already."""
        self._body.insert(len(self._body) - 1, parse_xml(xml))  # before the page's properties

    def head(self, unit: str | None, title: str, *under: str) -> None:
        """Who writes, the name of the state, place and date, what the document is, and of what."""
        rows = [
            [Cell((unit or "……").upper(), "center", bold=True, size=26),
             Cell("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "center", bold=True, size=26)],
            [Cell("_______", "center", size=16),
             Cell("Độc lập - Tự do - Hạnh phúc", "center", bold=True, size=28)],
            [Cell("Số: ……/BC-……", "center", size=26), Cell("_______________", "center", size=16)],
            [Cell(""), Cell(DATE_LINE, "center", italic=True, size=28)],
        ]  # fmt: skip
        left = self.width * 2 // 5
        self.add(table([left, self.width - left], [], iter(rows), borders=""))
        self.line("")
        if title.startswith(_REPORT):
            self.line("BÁO CÁO", bold=True, size=14)
            title = title[len(_REPORT) :]
            title = title[:1].upper() + title[1:]
        self.line(title, bold=True, size=14)
        for text in under:
            self.line(text, italic=True)

    def signature(self) -> None:
        """To whom it goes, and the place for the signature."""
        receivers = Cell("Nơi nhận:\n- Như trên;\n- Lưu: VT.", size=22, high="top")
        signer = Cell(f"{SIGNERS[1]}\n(Ký tên, đóng dấu)\n\n\n\n", "center", bold=True, size=28)
        half = self.width // 2
        self.line("")
        self.add(table([half, half], [], iter([[receivers, signer]]), borders=""))


def _styled(document: Any) -> None:
    """Letters and distances of the whole document, and dates that do not change."""
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = _FONT, Pt(14)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    normal.paragraph_format.space_before = normal.paragraph_format.space_after = Pt(3)
    about = document.core_properties
    about.author = about.last_modified_by = "Motcua Hub"
    about.title, about.comments = "", ""
    about.created = about.modified = _FIXED
    about.revision = 1

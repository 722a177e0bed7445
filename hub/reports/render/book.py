"""A workbook with a sheet for each of many units, and a first one that lists them.

Sheets are packed one by one as they come, so memory holds one of them; what names them all is
written last. Equal sheets in an equal order of units give equal bytes.
"""

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import IO, Any
from xml.sax.saxutils import escape, quoteattr

from hub.reports.render.archive import ENTRY_DATE
from hub.reports.render.as_xlsx import formatted, new_book
from hub.reports.render.grid import Sheet
from hub.reports.render.sheet_xml import MAIN, Looks, sheet_xml

INDEX = "Danh mục"
"""The name of the first sheet."""
_LONGEST_NAME = 31
_RESERVED = {"history", INDEX.lower()}
_QUICK = 1
"""Of zlib's levels: 6 takes three times as long for three quarters of the size."""
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_FROM_SHELL = ("xl/styles.xml", "xl/theme/theme1.xml", "docProps/core.xml")


class Book:
    """A workbook that is being written into a file. `names`: of its sheets after the first, in
    order; `close` ends it."""

    def __init__(self, file: IO[bytes], names: Sequence[str]) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED)
        self._names = [INDEX, *names]
        self._places = {name: place for place, name in enumerate(self._names, 1)}
        self._looks = Looks()
        self._repeated: dict[int, tuple[int, int]] = {}

    def add(self, sheet: Sheet) -> None:
        """Write a sheet, in any order."""
        place = self._places[sheet.name]
        self._put(f"xl/worksheets/sheet{place}.xml", sheet_xml(sheet, self._looks))
        if sheet.repeated is not None:
            self._repeated[place] = sheet.repeated

    def close(self) -> None:
        """Write what names all sheets, and end the archive."""
        for name, data in _shell(self._looks).items():
            self._put(name, data)
        for name, text in self._named().items():
            self._put(name, (_HEAD + text).encode())
        self._zip.close()

    def _put(self, name: str, data: bytes) -> None:
        self._zip.writestr(zipfile.ZipInfo(name, ENTRY_DATE), data, zipfile.ZIP_DEFLATED, _QUICK)

    def _named(self) -> dict[str, str]:
        count = len(self._names)
        sheets = "".join(
            f'<sheet name={quoteattr(name)} sheetId="{i}" r:id="rId{i}"/>'
            for i, name in enumerate(self._names, 1)
        )
        titles = "".join(
            f'<definedName name="_xlnm.Print_Titles" localSheetId="{place - 1}">'
            f"'{escape(self._names[place - 1])}'!${first + 1}:${last + 1}</definedName>"
            for place, (first, last) in sorted(self._repeated.items())
        )
        relations = "".join(
            f'<Relationship Id="rId{i}" Type="{_OFFICE}/worksheet" '
            f'Target="worksheets/sheet{i}.xml"/>'
            for i in range(1, count + 1)
        )
        parts = "".join(
            f'<Override PartName="/xl/worksheets/sheet{i}.xml" '
            f'ContentType="{_TYPE}.worksheet+xml"/>'
            for i in range(1, count + 1)
        )
        return {
            "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}'
            f"</sheets>{f'<definedNames>{titles}</definedNames>' if titles else ''}"
            '<calcPr calcId="124519" fullCalcOnLoad="1"/></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
            f'{relations}<Relationship Id="rId{count + 1}" Type="{_OFFICE}/theme" '
            f'Target="theme/theme1.xml"/><Relationship Id="rId{count + 2}" '
            f'Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
            "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship '
            f'Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/><Relationship '
            f'Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" '
            'Target="docProps/core.xml"/></Relationships>',
            "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default '
            'Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships'
            '+xml"/><Default Extension="xml" ContentType="application/xml"/><Override '
            f'PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/><Override '
            f'PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/><Override '
            'PartName="/xl/theme/theme1.xml" ContentType="application/vnd.openxmlformats-'
            'officedocument.theme+xml"/><Override PartName="/docProps/core.xml" ContentType='
            f'"application/vnd.openxmlformats-package.core-properties+xml"/>{parts}</Types>',
        }


def sheet_names(units: Sequence[str]) -> dict[str, str]:
    """A name for the sheet of each unit: its code, as far as a name may be long; no two are equal,
    which upper and lower case are to Excel."""
    found: dict[str, str] = {}
    taken = set(_RESERVED)
    for unit in units:
        name, number = unit[:_LONGEST_NAME], 1
        while name.lower() in taken:
            number += 1
            name = f"{unit[: _LONGEST_NAME - len(str(number)) - 1]}~{number}"
        taken.add(name.lower())
        found[unit] = name
    return found


def _shell(looks: Mapping[Any, int]) -> dict[str, bytes]:
    """What a workbook of these looks has besides sheets, by XlsxWriter."""
    raw = io.BytesIO()
    book = new_book(raw)
    sheet = book.add_worksheet()
    for look, number in looks.items():
        sheet.write_blank(number, 0, "", formatted(book, look))
    book.close()
    with zipfile.ZipFile(raw) as made:
        numbered = made.read("xl/worksheets/sheet1.xml").count(b'<c r="A')
        last = f'r="A{len(looks) + 1}" s="{len(looks)}"'.encode()
        if numbered != len(looks) or last not in made.read("xl/worksheets/sheet1.xml"):
            raise RuntimeError("two looks of a workbook have become one")
        return {name: made.read(name) for name in _FROM_SHELL}

"""The archives that workbooks and documents are: dates in them would make equal ones differ."""

import io
import zipfile

ENTRY_DATE = (1980, 1, 1, 0, 0, 0)


def fixed(raw: io.BytesIO) -> bytes:
    """The same archive with fixed dates."""
    out = io.BytesIO()
    with zipfile.ZipFile(raw) as made, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in made.namelist():
            packed.writestr(
                zipfile.ZipInfo(name, ENTRY_DATE), made.read(name), zipfile.ZIP_DEFLATED
            )
    return out.getvalue()

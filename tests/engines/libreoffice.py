"""Debian's LibreOffice, which opens, reckons anew and prints what the hub writes."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.engines import need

_DEADLINE_S = 120.0
_ALWAYS_RECKON = """\
<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


AS_SHOWN = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false,false,-1"
"""Each sheet of a workbook in a file of its own, NAME-SHEET.csv, its cells as they are shown."""


def converted(files: Sequence[Path], to: str, folder: Path) -> Path:
    """The folder with the files as others, all at once; formulas are reckoned anew."""
    if (binary := shutil.which("soffice")) is None:
        need("no LibreOffice: install libreoffice-calc and libreoffice-writer")
    profile = folder / "profile"
    settings = profile / "user" / "registrymodifications.xcu"
    if not settings.exists():
        settings.parent.mkdir(parents=True)
        settings.write_text(_ALWAYS_RECKON)
    out = folder / to.partition(":")[0]
    subprocess.run(
        [
            binary, "--headless", f"-env:UserInstallation=file://{profile}",
            "--convert-to", to, "--outdir", str(out), *map(str, files),
        ],
        check=True, capture_output=True, timeout=_DEADLINE_S,
    )  # fmt: skip
    return out

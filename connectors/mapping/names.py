"""Names as a source has them, found by the way in which a document writes them."""

from collections.abc import Collection
from unicodedata import normalize


def spelled(name: str, there: Collection[str]) -> list[str]:
    """The names that may be meant: the one that is exactly so, however its accents were typed; else
    all that differ in upper and lower case alone. Databases fold names that stand without quotes:
    `MaHoSo` is `mahoso` in PostgreSQL and `MAHOSO` in Oracle."""
    if name in there:
        return [name]
    wanted = normalize("NFC", name)
    if same := [it for it in there if normalize("NFC", it) == wanted]:
        return same[:1]
    folded = wanted.casefold()
    return [it for it in there if normalize("NFC", it).casefold() == folded]

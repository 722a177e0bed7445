"""Which encoding bytes are in, and what they are if they are no text: for clear words to those who
sent them."""

import codecs
import re

_UTF8 = codecs.BOM_UTF8
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (_UTF8, "utf-8-sig"),
)
_MAGIC = (
    (
        b"\x1f\x8b",
        (
            "is packed with gzip; over HTTP send the header Content-Encoding: gzip, and pack "
            "once only"
        ),
    ),
    (
        b"PK\x03\x04",
        (
            "is a ZIP archive or a document of Excel or Word (.xlsx, .docx); save it as "
            "plain text in UTF-8 (for tables: CSV UTF-8)"
        ),
    ),
    (
        b"\xd0\xcf\x11\xe0",
        (
            "is a document of old Excel or Word (.xls, .doc); save it as plain text "
            "in UTF-8 (for tables: CSV UTF-8)"
        ),
    ),
    (b"%PDF", "is a PDF document; send the data themselves"),
    (b"BZh", "is packed with bzip2; unpack it"),
    (b"\xfd7zXZ", "is packed with xz; unpack it"),
    (b"7z\xbc\xaf", "is a 7-Zip archive; unpack it"),
    (b"(\xb5/\xfd", "is packed with zstd; unpack it"),
    (b"PAR1", "is a Parquet file; send the data as text"),
)


def encoding_of(head: bytes) -> str | None:
    """The Unicode encoding that the first bytes of a text show, as Python names it; None: nothing
    shows another than UTF-8 without a mark."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if len(head) < 4 or not any(head[:2]):
        return "utf-32-be" if len(head) >= 4 and head[3] else None
    if head[1] == head[2] == head[3] == 0:
        return "utf-32-le"
    if head[0] == 0 and head[1] and head[2] == 0:
        return "utf-16-be"
    return "utf-16-le" if head[0] and head[1] == 0 and head[3] == 0 else None


def other_than_text(content: bytes) -> str | None:
    """What bytes are whose beginning shows that they are not UTF-8 text, and what to do."""
    for magic, told in _MAGIC:
        if content.startswith(magic):
            return told
    match encoding_of(content):
        case None:
            start = content.lstrip()[:5].lower()
            is_markup = start.startswith((b"<?xml", b"<html", b"<!doc"))
            return "is XML or HTML, not JSON" if is_markup else None
        case "utf-8-sig":
            return "begins with a byte order mark (BOM); send UTF-8 without it"
        case name:
            return f"is encoded in {name[:6].upper()}; send UTF-8"


def not_utf8(error: UnicodeDecodeError) -> str:
    """What to say of bytes that are no UTF-8."""
    line = error.object.count(b"\n", 0, error.start) + 1
    place = f"byte {error.start + 1} (line {line})"
    if error.reason == "unexpected end of data":
        return f"ends in the middle of a character at {place}; send it again, whole"
    return f"is not UTF-8 at {place}; {suspicion(error.object)}; save or send it as UTF-8"


def decoded(content: bytes) -> str:
    """A text in whatever Unicode encoding its beginning shows, without its mark. Raises
    `ValueError`, whose text says what the bytes are instead."""
    name = encoding_of(content)
    if name is None and (found := other_than_text(content)):
        raise ValueError(found)
    try:
        return content.decode(name or "utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        if name in (None, "utf-8-sig"):
            raise ValueError(not_utf8(error)) from None
        told = f"begins as {name[:6].upper()} and does not go on so; save it as UTF-8"
        raise ValueError(told) from None


_TONES = re.compile(rb"[aeiouyAEIOUY\xc2\xca\xd4\xd5\xdd\xe2\xea\xf4\xf5\xfd\xe3\xc3]"
                    rb"[\xcc\xd2\xde\xec\xf2]")  # fmt: skip
_VNI = re.compile(rb"[aeiouyAEIOUY][\xc0-\xc5\xcf\xd5\xd8\xd9\xdb\xe0-\xe5\xef\xf5\xf8\xf9\xfb]")
_ENOUGH = 3
_LETTERS = re.compile(rb"[\x80-\xff]")


def suspicion(content: bytes) -> str:
    """A guess at an encoding that Vietnamese texts had before Unicode, for a message only: in
    Windows-1258 tones stand alone behind vowels, in VNI marks of their own do, in TCVN3 nearly all
    letters with a mark lie from A8 on."""
    found = [letter[0] for letter in _LETTERS.findall(content[:100_000])]
    tones = len(_TONES.findall(content[:100_000]))
    marks = len(_VNI.findall(content[:100_000]))
    if len(found) >= _ENOUGH and marks > tones and marks * 2 >= len(found):
        return "perhaps in VNI"
    if len(found) >= _ENOUGH and tones * 4 >= len(found):
        return "perhaps in Windows-1258"
    if len(found) >= _ENOUGH and sum(letter >= 0xA8 for letter in found) * 10 >= len(found) * 9:
        return "perhaps in TCVN3 (ABC)"
    return "perhaps in an older encoding, such as Windows-1258 or TCVN3 (ABC)"

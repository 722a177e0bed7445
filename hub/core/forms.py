"""Which rule of its form a text breaks: the first one, in words that go after the name of the
attribute, with what to do. Never the text itself, which may be personal."""

import re

_DAY, _CLOCK = r"\d{4}-\d\d-\d\d", r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d"
_OFFSET = r"([Zz]|[+-]\d\d:\d\d)"
_INSTANT: tuple[tuple[str, str], ...] = (
    (r"\s*", "is empty; give a day, a time and an offset"),
    (r"\s.*|.*\s", "has a space or a line break at its beginning or end; remove it"),
    (r".*[^\x00-\x7f].*", "has a character that is not ASCII; type digits, T, : and + anew"),
    (r"[-+]?[\d.]+", "is a bare number; write day and time, as in 2020-01-15T08:30:00+07:00"),
    (r"\d{1,2}[-/.]\d{1,2}[-/.]\d{4}.*", "does not begin with the year; write days as 2020-01-15"),
    (r"\d{4}[/.]\d{1,2}[/.]\d{1,2}.*", "has no hyphens in its day; write 2020-01-15"),
    (r"\d{4}-?W\d.*", "counts weeks; write the day as 2020-01-15"),
    (r"\d{8}T.*", "has no hyphens in its day; write 2020-01-15"),
    (r"[+-]?\d{5,}-.*|\d{1,3}-.*", "has a year that is not of four digits; correct it"),
    (r"\d{4}-(\d-.*|\d\d-\d([^\d].*)?)", "has a month or a day of one digit; write two, as in 01"),
    (_DAY, "is a day without a time; add T, the time and the offset"),
    (rf"{_DAY}[ _].*", "has a space in place of the T between day and time; write T"),
    (rf"{_DAY}t.*", "has a small t between day and time; write a capital T"),
    (rf"(?!{_DAY}T).*", "does not begin with a day and T, as in 2020-01-15T08:30:00+07:00"),
    (r".{11}\d\d:\d\d([Zz+-].*)?", "has no seconds; write 08:30:00"),
    (r".{11}\d\d(\d\d)?(\d\d)?([Zz+.-].*)?", "has no colons in its time; write 08:30:00"),
    (r".{11}\d:.*", "has an hour of one digit; write two, as in 08"),
    (r".{11}24:.*", "has hour 24; write 00:00:00 of the next day"),
    (r".{11}\d\d:\d\d:60.*", "has second 60; write 59 or the next minute"),
    (rf".{{11}}(?!{_CLOCK}).*", "has an hour over 23, or minutes or seconds over 59; correct it"),
    (r".{19},.*", "has a comma before the fraction of the second; write a full stop"),
    (r".{19}\.\d{7,}.*", "has more than 6 digits of a fraction of a second; cut them to 6"),
    (r".{19}\.(?!\d).*", "has a full stop without digits behind its seconds; remove it"),
    (r".{19}(\.\d+)?", "has no offset; add the local one, such as +07:00, or Z for UTC"),
    (r".{19}(\.\d+)?[+-](\d|\d\d|\d{3,4}|\d:\d\d)", "has an offset of another form; write +07:00"),
    (rf".{{19}}(\.\d+)?{_OFFSET}", "has an offset that does not exist; correct it"),
    (r".*", "does not end with an offset such as +07:00, or Z; correct its end"),
)  # fmt: skip
_SEQUENCE: tuple[tuple[str, str], ...] = (
    (r"", "is empty; leave it out or give a whole number"),
    (r"\s.*|.*\s", "has a space or a line break at its beginning or end; remove it"),
    (r"-\d+", "is negative; give a whole number from 0 on"),
    (r"\+\d+", "has a plus sign; remove it"),
    (r"0\d+", "has a zero in front; remove it"),
    (r"\d+", "must be at most 2147483647"),
    (r"-?\d+[.,]\d+", "is no whole number; give one"),
    (r".*", "has characters other than the digits 0 to 9; give a whole number"),
)
_NAMED = {
    " ": "a space", "_": "an underscore", "-": "a hyphen", "/": "a slash", ".": "a full stop",
    ",": "a comma", ":": "a colon",
}  # fmt: skip


def of_instant(text: str) -> str:
    """The rule that a text breaks which is no instant of the contract."""
    return _first(_INSTANT, text)


def of_sequence(text: str) -> str:
    """The rule that a text breaks which is no sequence number."""
    return _first(_SEQUENCE, text)


def of_pattern(pattern: str, text: str) -> str:
    """The rules that a text breaks which does not match; `pattern` allows one to so many of some
    characters."""
    match = re.fullmatch(r"\^\[(.+)\]\{1,(\d+)\}\$", pattern)
    if match is None:
        return "has a wrong form; see the JSON Schema of this event"
    letters, most = match[1], int(match[2])
    allowed = "printable ASCII without spaces" if letters == "!-~" else " ".join(
        re.findall(r".-.|.", letters)
    )  # fmt: skip
    if not text:
        return f"is empty; give 1 to {most} characters ({allowed})"
    broken = []
    if wrong := re.search(f"[^{letters}]", text):
        broken.append(f"has {_kind_of(wrong[0])}, where only {allowed} may stand")
    if len(text) > most:
        broken.append(f"is longer than {most} characters")
    return f"{' and '.join(broken)}; correct it"


def _first(rules: tuple[tuple[str, str], ...], text: str) -> str:
    flags = re.ASCII | re.DOTALL
    return next(told for pattern, told in rules if re.fullmatch(pattern, text, flags))


def _kind_of(letter: str) -> str:
    """What a character is called, without saying which of its kind it is."""
    if letter in _NAMED:
        return _NAMED[letter]
    if not letter.isascii():
        return "a character that is not ASCII, such as a Vietnamese letter"
    if not letter.isprintable():
        return "a control character, such as a line break or a tab"
    return "a capital letter" if letter.isalpha() else "a sign"

"""Times that a service is asked with."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from connectors.mapping.patterns import EPOCHS
from connectors.port import BrokenSourceError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PIECE = re.compile(r"'((?:[^']|'')*)'|(([A-Za-z])\3*)|([^A-Za-z'])")
_WRITTEN = {
    "yyyy": "%Y", "uuuu": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S",
    "SSSSSS": "%f", "T": "T", "XXX": "%:z", "XX": "%z", "Z": "%z",
}  # fmt: skip


def written_as(form: str, zone: ZoneInfo) -> Callable[[int], str]:
    """What writes an instant (µs since 1970) in a form as `times` lists them, or `iso`. Raises
    `BrokenSourceError` where it cannot be written so."""
    if (unit := EPOCHS.get(form)) is not None:
        return lambda instant: str(timedelta(microseconds=instant) // unit)
    if form == "iso":
        return lambda instant: _local(instant, zone).isoformat(timespec="seconds")
    parts = [_part(form, found) for found in _PIECE.finditer(form)]
    return lambda instant: "".join(part(_local(instant, zone)) for part in parts)


def _local(instant: int, zone: ZoneInfo) -> datetime:
    return (_EPOCH + timedelta(microseconds=instant)).astimezone(zone)


def _part(form: str, found: re.Match[str]) -> Callable[[datetime], str]:
    quoted, letters, _, sign = found.groups()
    if letters is None:
        text = sign if quoted is None else quoted.replace("''", "'") or "'"
        return lambda _: text
    if letters == "SSS":
        return lambda moment: f"{moment.microsecond // 1000:03d}"
    if letters not in _WRITTEN:
        raise BrokenSourceError(
            f"`since.format` {form} has `{letters}`, which is not written; use "
            f"{', '.join(_WRITTEN)}, SSS, {', '.join(EPOCHS)} or iso"
        )
    directive = _WRITTEN[letters]
    if directive == "%:z":  # Python writes it from 3.12 on
        return lambda moment: f"{moment:%z}"[:3] + ":" + f"{moment:%z}"[3:5]
    return lambda moment: moment.strftime(directive)

"""Whether records of the SQL log are as they were written: each vouches for the one before it."""

from collections.abc import Collection

from hub.log.port import MISSING, LogDamagedError
from hub.log.sql_records import NO_CHECKSUM, Row, checksum

_EDITED = "its content or its place in the log is not what was written"
_BARE = "it has no checksum, though the record before it has one"
_NO_RECORD = "it is not a record that a hub wrote"


class Chain:
    """Follows the records of a log in their order.

    It begins after the record `at`, whose checksum is `before` (None: not known, then the next
    record is believed). `left_out`: records, as (first, last), that are known to be missing.
    Records that an older hub wrote have no checksums; the chain begins with the first that has.
    """

    def __init__(
        self, at: int, before: bytes | None, left_out: Collection[tuple[int, int]] = ()
    ) -> None:
        self._at, self._left_out = at, left_out
        self._before: tuple[bytes, ...] | None = None if before is None else (before,)
        self.rightful: bytes | None = None
        """The checksum of the record before the one that was taken last, where that one shows that
        it seemed to be damaged and only its checksum is."""

    def take(self, row: Row) -> LogDamagedError | None:
        """The next record: what is wrong with it, or which records before it are missing."""
        self.rightful = None
        if problem := _types(row, self._at):
            self._before = None
            return LogDamagedError(self._at + 1, self._at + 1, problem)
        first, self._at = self._at + 1, row.record
        before, self._before = self._before, (row.checksum or NO_CHECKSUM,)
        if row.checksum is None:
            if before is None or NO_CHECKSUM in before:
                return None
            return LogDamagedError(row.record, row.record, _BARE)
        if row.record > first:
            missing = (first, row.record - 1)
            return None if missing in self._left_out else LogDamagedError(*missing, MISSING)
        if before is None:
            return None
        found = [checksum(one, *row[:3]) for one in before]
        if row.checksum in found:
            if row.checksum != found[0]:
                self.rightful = before[1]
            return None
        self._before = (row.checksum, found[0])
        return LogDamagedError(row.record, row.record, _EDITED)


def _types(row: Row, at: int) -> str | None:
    """What is wrong with the kinds of a record's values: a flipped bit may make a text of them."""
    kinds = (int, int, bytes, bytes | None)
    if not all(isinstance(value, kind) for value, kind in zip(row, kinds, strict=True)):
        return _NO_RECORD
    return None if row.record > at else _NO_RECORD

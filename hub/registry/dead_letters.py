"""Dead letters: events that were refused, or that contradict an earlier one; why, how often."""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple, get_args

from sqlalchemy import (
    ColumnElement,
    Engine,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
    update,
)

from hub.registry import tables
from hub.registry.checks import SOURCE, UNIT, check_choice, check_match
from hub.registry.errors import RegistryError
from hub.registry.letter import DeadLetter, Status, add_letters
from hub.registry.letter_quota import LetterLimits, NotKept, drop_old, not_kept, recount
from hub.registry.sql import lock, texts, writing
from hub.registry.trail import BY_HUB, Actor, Change, note
from hub.registry.unit_tree import shorter

_TABLE = tables.dead_letters
_FILE = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{1,500}")
_WORD = re.compile(r"[\x21-\x7e]{1,64}")
_CLAIM = 600_000_000
"""Microseconds for which nobody sends another event in the place of a letter's: longer than any
attempt to store one."""
_CURSOR = re.compile(rf"([0-9]{{1,18}})-({_WORD.pattern})")


class Group(NamedTuple):
    """Open letters of a source (None: without one) with a reason; `times`: how often they came;
    moments are µs."""

    source: str | None
    reason: str
    letters: int
    times: int
    first_seen: int
    last_seen: int
    file: str | None = None
    """In which their rows stand, where letters were told apart by it."""


class DeadLetters:
    """Kept until someone decides; a letter that comes again is counted, not listed again."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.limits = LetterLimits()

    def add(self, letters: Iterable[DeadLetter], now: int, *, count_repeats: bool = True) -> None:
        """Keep letters, all or none, first and last seen `now` (µs).

        One that is known already is counted and dated anew, and opens again if it was replayed
        (so the replay did not help); one that was discarded stays so. With `count_repeats` False
        it stays as it is, so that reading a log once more changes nothing. A new one beyond
        `limits` is counted only (see `not_kept`).
        """
        with writing(self._engine) as connection:
            add_letters(
                self._engine, connection, letters, now, self.limits, count_repeats=count_repeats
            )

    def get(self, letter: str) -> DeadLetter | None:
        """The letter with this id."""
        if not _WORD.fullmatch(letter):
            return None
        with self._engine.connect() as connection:
            query = select(_TABLE).where(_TABLE.c.id == letter)
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None else DeadLetter(**row)

    def page(
        self,
        limit: int,
        cursor: str | None = None,
        *,
        source: str | None = None,
        units: Collection[str] | None = None,
        reason: str | None = None,
        file: str | None = None,
        status: Status = "open",
    ) -> tuple[list[DeadLetter], str | None]:
        """One page, the letters first seen last coming first, and the cursor of the next or None.

        `units`: letters of these units, or of units whose code continues one of them after a dot;
        a letter without a unit is then left out. An empty `source` or `file` means letters without
        one. Raises RegistryError for values of a wrong form.
        """
        if not 1 <= limit <= 1000:
            raise RegistryError(
                "limit", "is out of range", "give a number from 1 to 1000", "out-of-range"
            )
        check_choice(status, get_args(Status), "status")
        place = tuple_(_TABLE.c.first_seen, _TABLE.c.id)
        where = [_TABLE.c.status == status, *_filters(self._engine, source, units, reason, file)]
        query = select(_TABLE).where(*where)
        if cursor is not None:
            query = query.where(place < _read_cursor(cursor))
        query = query.order_by(_TABLE.c.first_seen.desc(), _TABLE.c.id.desc()).limit(limit + 1)
        with self._engine.connect() as connection:
            found = [DeadLetter(**row) for row in connection.execute(query).mappings()]
        page = found[:limit]
        more = len(found) > limit
        return page, f"{page[-1].first_seen}-{page[-1].id}" if more else None

    def set_status(self, letter: str, status: Status, now: int, by: Actor = BY_HUB) -> None:
        """Note a decision at `now` (µs). Raises RegistryError if there is no such letter."""
        check_choice(status, get_args(Status), "status")
        hint = "look at the list of them"
        unknown = RegistryError("id", "there is no such dead letter", hint, code="no-letter")
        if not _WORD.fullmatch(letter):
            raise unknown
        this = _TABLE.c.id == letter
        with writing(self._engine) as connection:
            before = connection.scalar(select(_TABLE.c.status).where(this).with_for_update())
            if before is None:
                raise unknown
            connection.execute(update(_TABLE).where(this).values(status=status, status_since=now))
            note(
                connection, by,
                [Change("dead_letter", letter, {"status": before}, {"status": status})],
            )  # fmt: skip

    def set_replayed(self, letters: Collection[str], now: int, by: Actor, **told: Any) -> int:
        """Note that open letters were tried again together at `now` (µs); how many there were.
        The trail has one row for them, with what is `told` of them."""
        these = _TABLE.c.id.in_(texts(self._engine, letters)) & (_TABLE.c.status == "open")
        with writing(self._engine) as connection:
            replayed = {"status": "replayed", "status_since": now}
            found = connection.execute(update(_TABLE).where(these).values(replayed)).rowcount
            if found:
                after = {"status": "replayed", "letters": found} | told
                note(connection, by, [Change("dead_letter", "", {"status": "open"}, after)])
        return found

    def claim(self, letter: str, by_event: dict[str, str], now: int) -> bool:
        """Name the event (see `DeadLetter.mended_by`) that is about to be sent in the place of a
        letter's. Whether it may be sent: the letter is open, and nobody named another event less
        than ten minutes before `now` (µs), of which it is not known whether it was stored."""
        this = (_TABLE.c.id == letter) & (_TABLE.c.status == "open")
        with writing(self._engine) as connection:
            query = select(_TABLE.c.mended_by).where(this).with_for_update()
            row = connection.execute(query).one_or_none()
            if row is None:
                return False
            held = dict(row.mended_by or by_event)
            since = int(held.pop("since", now))
            if held != by_event and now - since < _CLAIM:
                return False
            claim = by_event | {"since": str(now)}
            connection.execute(update(_TABLE).where(this).values(mended_by=claim))
        return True

    def set_mended(self, letter: str, by_event: dict[str, str], now: int, by: Actor) -> bool:
        """Note that another event (see `DeadLetter.mended_by`) was sent in the place of a letter's
        at `now` (µs). What the letter holds stays. Whether it was open still."""
        this = (_TABLE.c.id == letter) & (_TABLE.c.status == "open")
        mended = {"status": "mended", "status_since": now, "mended_by": by_event}
        with writing(self._engine) as connection:
            is_done = connection.execute(update(_TABLE).where(this).values(mended)).rowcount > 0
            if is_done:
                after = {"status": "mended", "mended_by": by_event}
                note(connection, by, [Change("dead_letter", letter, {"status": "open"}, after)])
        return is_done

    def groups(
        self, *, source: str | None = None, units: Collection[str] | None = None,
        reason: str | None = None, file: str | None = None, by_file: bool = False,
    ) -> list[Group]:  # fmt: skip
        """Open letters by source and reason (see `page`), and by file if so wished, the largest
        groups first. Raises RegistryError for values of a wrong form."""
        in_file = _TABLE.c.file if by_file else null().label("file")
        place = (_TABLE.c.source, _TABLE.c.reason)
        query = select(
            *place, in_file, func.count(), func.sum(_TABLE.c.times), func.min(_TABLE.c.first_seen),
            func.max(_TABLE.c.last_seen),
        ).group_by(*place, *([in_file] if by_file else []))  # fmt: skip
        where = [_TABLE.c.status == "open", *_filters(self._engine, source, units, reason, file)]
        with self._engine.connect() as connection:
            rows = connection.execute(query.where(*where)).all()
        found = [Group(*row[:2], *map(int, row[3:]))._replace(file=row[2]) for row in rows]
        return sorted(
            found, key=lambda it: (-it.letters, it.source or "", it.reason, it.file or "")
        )

    def discard(
        self,
        now: int,
        by: Actor = BY_HUB,
        *,
        letters: Collection[str] | None = None,
        source: str | None = None,
        units: Collection[str] | None = None,
        reason: str | None = None,
        file: str | None = None,
    ) -> int:
        """Discard open letters: some by their ids, or all of a source, of units, with a reason, of
        a file (see `page`). How many there were. What was kept of them goes, only that they were
        discarded stays, until they are too old. Raises RegistryError for values of a wrong form."""
        where = [_TABLE.c.status == "open", *_filters(self._engine, source, units, reason, file)]
        if letters is not None:
            where.append(_TABLE.c.id.in_([letter for letter in letters if _WORD.fullmatch(letter)]))
        with writing(self._engine) as connection:
            lock(connection, tables.letter_counts)
            found = connection.execute(select(_TABLE.c.id, _TABLE.c.source).where(*where)).all()
            if not found:
                return 0
            nothing = {"status": "discarded", "status_since": now, "errors": [], "event": None}
            connection.execute(update(_TABLE).where(*where).values(nothing))
            whole = letters is None and reason is None and units is None and file is None
            sources = {row.source or "" for row in found}
            recount(self._engine, connection, sources, None if whole else 0)
            told = {"source": source, "reason": reason, "letters": len(found)}
            told |= {"file": file} if file is not None else {}
            names = [row.id for row in found] if letters is not None else [""]
            note(
                connection, by,
                [
                    Change("dead_letter", name, {"status": "open"}, {"status": "discarded"} | more)
                    for name in names
                    for more in ({} if name else told,)
                ],
            )  # fmt: skip
        return len(found)

    def drop_old(self, now: int) -> None:
        """Delete letters that came last more than the days of `limits` before `now` (µs)."""
        with writing(self._engine) as connection:
            drop_old(self._engine, connection, self.limits, now)

    def not_kept(self) -> list[NotKept]:
        """Of which sources letters were only counted, and how many."""
        with self._engine.connect() as connection:
            return not_kept(connection)

    def count(self, status: Status = "open") -> dict[str, int]:
        """How many letters (not how many times they came) by reason."""
        query = (
            select(_TABLE.c.reason, func.count().label("letters"))
            .where(_TABLE.c.status == status)
            .group_by(_TABLE.c.reason)
        )
        with self._engine.connect() as connection:
            return {row.reason: row.letters for row in connection.execute(query)}


def _filters(
    engine: Engine,
    source: str | None,
    units: Collection[str] | None,
    reason: str | None,
    file: str | None,
) -> Iterator[ColumnElement[bool]]:
    if source == "":
        yield _TABLE.c.source.is_(None)
    elif source is not None:
        check_match(SOURCE, source, "source")
        yield _TABLE.c.source == source
    if reason is not None:
        check_match(_WORD, reason, "reason")
        yield _TABLE.c.reason == reason
    if file == "":
        yield _TABLE.c.file.is_(None)
    elif file is not None:
        check_match(_FILE, file, "file")
        yield _TABLE.c.file == file
    if units is not None:
        yield _in_units(engine, units)


def _read_cursor(cursor: str) -> Any:
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        hint = "begin without a cursor"
        raise RegistryError("cursor", "is not one of this list", hint, code="no-cursor")
    return tuple_(literal(int(match[1])), literal(match[2]))


def _in_units(engine: Engine, units: Collection[str]) -> ColumnElement[bool]:
    """Exact bytes, not LIKE, which ignores case in SQLite; one IN for each length of code."""
    given = frozenset(units)
    given = frozenset(unit for unit in given if given.isdisjoint(shorter(unit)))
    starts: dict[int, list[str]] = {}
    for unit in given:
        check_match(UNIT, unit, "units")
        starts.setdefault(len(unit) + 1, []).append(f"{unit}.")
    column = _TABLE.c.unit
    longer = [
        func.substr(column, 1, size).in_(texts(engine, some)) for size, some in starts.items()
    ]
    return or_(column.in_(texts(engine, given)), *longer)

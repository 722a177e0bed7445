"""A topic as a source. Its offsets are the cursor: no group commits them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from connectors.kafka.debezium import Clock, envelope_of, in_order, said
from connectors.kafka.shapes import Reading, Said, own_key, place_of, row_of
from connectors.kafka.topic import Offsets, Topic
from connectors.mapping import Document
from connectors.mapping.reads import Kafka
from connectors.port import BrokenSourceError, Cursor, Fault, Page, Row, Unreadable
from connectors.selecting import picker, selection_of
from hub.core.said import joined
from hub.core.said import said as sentence

_MOST_KEYS = 200_000
_MOST_AGAIN = 1_000_000
"""Records among which single rows are looked for."""
_GONE = "any more; have the vendor send it again, or discard this"


class KafkaSource:
    """Reads from the beginning of each partition, or from the cursor, to the ends of now.

    The cursor: `offsets` of the next records by partition, and for Debezium the `newest` version
    among the changes of each partition. New partitions are read from their beginning.
    """

    def __init__(self, document: Document) -> None:
        read = document.read
        if not isinstance(read, Kafka):
            raise TypeError(f"the document reads {read.kind}, not kafka")
        selection = selection_of(document)
        self._read, self._topic = read, Topic(read)
        self._reading = Reading(
            read.topic, picker(selection), selection.key, is_named=read.key is not None
        )
        self._keyed = self._otherwise = 0
        """Records with a key of their own, and those whose own key is not the one that is named."""

    def columns(self) -> Sequence[str] | None:
        """None: only records tell. Raises `BrokenSourceError` where there is no topic."""
        self._topic.bounds()
        return None

    def warnings(self) -> Sequence[str]:
        """Whether records of the vendor's own form have keys that `key` does not name."""
        if not self._otherwise:
            return ()
        says = sentence(
            "other-keys",
            "of {n} records of {topic} with a key, {others} have another one than `key` ({key}) "
            "makes: two states of a row may come in the wrong order, and a record without a value "
            "cannot say which row is gone; name the columns of the topic's own key, or leave `key` "
            "out",
            n=self._keyed, topic=self._read.topic, others=self._otherwise,
            key=", ".join(self._read.key or ()),
        )  # fmt: skip
        return (says,)

    def close(self) -> None:
        """Let go of the servers."""
        self._topic.close()

    def again(self, keys: Sequence[str]) -> Iterator[Page]:
        """What the topic says last of some rows. Records cannot be asked for by key: all of them
        are read, unless they are too many, and by another consumer, since pages may be under way.
        """
        topic = Topic(self._read)
        try:
            first, ends = topic.bounds()
            count = sum(ends[at] - first[at] for at in ends)
            if count > _MOST_AGAIN:
                yield Page((), None, [_too_many(key, self._read.topic, count) for key in keys])
                return
            last = _Last(keys, self._read.topic)
            for records, _ in topic.records(first, ends):
                rest = records
                while (place := self._truncated(rest)) is not None:
                    last.note(self._said(rest[:place], last.clock))
                    last.empty(place_of(rest[place], self._read.topic))
                    rest = rest[place + 1 :]
                last.note(self._said(rest, last.clock))
        finally:
            topic.close()
        yield last.page()

    def pages(self, cursor: Cursor | None, *, sweep: bool) -> Iterator[Page]:
        """The records that are not read yet; a sweep shows no others.

        Where a table was emptied, all that was read before is gone. After very many records the
        reading ends there, and the next one begins with it.
        """
        del sweep
        offsets, clock = _state(cursor)
        first, ends = self._topic.bounds()
        offsets, why = _bounded(self._read.topic, offsets, first, ends)
        if why:
            yield Page((), _cursor(offsets, clock), went_back=why)
        keys = _Keys()
        at = dict(offsets)
        for records, reached in self._topic.records(offsets, ends):
            if not records and reached == at:
                continue  # nothing is new
            rest = records
            while (place := self._truncated(rest)) is not None:
                if place:
                    at = _behind(at, rest[:place])
                    yield keys.noted(self._page(rest[:place], at, clock))
                if keys.are_many:
                    return
                at = _behind(at, rest[place : place + 1])
                yield self._emptied(rest[place], keys.taken(), _cursor(at, clock))
                rest = rest[place + 1 :]
            at = reached
            yield keys.noted(self._page(rest, at, clock))

    def _page(self, records: Sequence[Any], reached: Offsets, clock: Clock) -> Page:
        rows: list[Row] = []
        unreadable: list[Unreadable] = []
        found = list(self._said(records, clock))
        if self._read.shape == "row":
            for record, one in zip(records, found, strict=True):
                self._compare(record, one)
        for one in found:
            if isinstance(one, Row):
                rows.append(one)
            else:
                unreadable.append(one)
        return Page(rows, _cursor(reached, clock), unreadable)

    def _said(self, records: Sequence[Any], clock: Clock) -> Iterator[Said]:
        if self._read.shape == "row":
            yield from (row_of(record, self._reading) for record in records)
            return
        envelopes = [envelope_of(record, self._read.topic, clock) for record in records]
        for envelope in in_order(envelopes):
            yield from said(envelope, self._reading)

    def _compare(self, record: Any, one: Said) -> None:
        if self._reading.is_named and isinstance(one, Row) and (own := own_key(record.key)):
            self._keyed += 1
            self._otherwise += sorted(own.split("|")) != sorted(one.key.split("|"))

    def _truncated(self, records: Sequence[Any]) -> int | None:
        """The place of the first record that says that the table was emptied."""
        if self._read.shape == "row":
            return None
        for at, record in enumerate(records):
            if record.value is not None and b'"t"' in record.value:
                one = envelope_of(record, self._read.topic, Clock({}))
                if one.op == "t":
                    return at
        return None

    def _emptied(self, record: Any, keys: Sequence[str], cursor: Cursor) -> Page:
        place = place_of(record, self._read.topic)
        rows = [Row(key, place, {}) for key in keys]
        why = sentence(
            "table-truncated", "the table was emptied (truncated) at {place}", place=place
        )
        return Page(rows, cursor, ends="", is_sure=True, went_back=why)


class _Last:
    """The last that records say of some rows."""

    def __init__(self, keys: Sequence[str], topic: str) -> None:
        self._found: dict[str, Said | None] = dict.fromkeys(keys)
        self._gone = f"is in no record of {topic} {_GONE}"
        self.clock = Clock({})

    def note(self, said: Iterable[Said]) -> None:
        """What is said later counts, unless it is of an earlier version."""
        for one in said:
            if one.key in self._found and not _is_older(one, self._found[one.key]):
                self._found[one.key] = one

    def empty(self, place: str) -> None:
        """All rows are gone that were there."""
        self._found = {key: it and Row(key, place, {}) for key, it in self._found.items()}

    def page(self) -> Page:
        """All of it."""
        rows = [it for it in self._found.values() if isinstance(it, Row)]
        unreadable = [
            it or Unreadable(key, key, (Fault("", "not-found", self._gone),))
            for key, it in self._found.items()
            if not isinstance(it, Row)
        ]
        return Page(rows, None, unreadable)


def _is_older(one: Said, other: Said | None) -> bool:
    if not isinstance(one, Row) or not isinstance(other, Row):
        return False
    return (one.version or 0) < (other.version or 0)


def _too_many(key: str, topic: str, count: int) -> Unreadable:
    says = (
        f"is not looked for among the {count:,} records of {topic}: it is read when the next one "
        "of it comes, and all are read when the mapping changes"
    )
    return Unreadable(key, key, (Fault("", "not-found", says),))


class _Keys:
    """The rows that a reading gave: they count as there when it tells what is missing."""

    def __init__(self) -> None:
        self._keys: set[str] = set()
        self.are_many = False
        """Whether there are too many to keep."""

    def noted(self, page: Page) -> Page:
        """Note the keys of a page, and give the page."""
        if not self.are_many:
            self._keys.update(row.key for row in page.rows)
            self.are_many = len(self._keys) > _MOST_KEYS
        return page

    def taken(self) -> list[str]:
        """All so far; begins anew."""
        found = sorted(self._keys)
        self._keys.clear()
        return found


def _behind(offsets: Offsets, records: Sequence[Any]) -> Offsets:
    """The offsets behind some records."""
    return offsets | {record.partition: record.offset + 1 for record in records}


def _state(cursor: Cursor | None) -> tuple[Offsets, Clock]:
    if cursor is None:
        return {}, Clock({})
    if not isinstance(cursor, dict) or "offsets" not in cursor:
        raise BrokenSourceError("the cursor is not one of a topic; name the connector anew")
    offsets = {int(at): offset for at, offset in cursor["offsets"].items()}
    return offsets, Clock({int(at): one for at, one in cursor.get("newest", {}).items()})


def _cursor(offsets: Mapping[int, int], clock: Clock) -> Cursor:
    made: dict[str, Any] = {"offsets": {str(at): offsets[at] for at in sorted(offsets)}}
    if clock.newest:
        made["newest"] = {str(at): clock.newest[at] for at in sorted(clock.newest)}
    return made


def _bounded(
    topic: str, offsets: Offsets, first: Offsets, ends: Offsets
) -> tuple[Offsets, str | None]:
    """Offsets that are there, and why some were not."""
    found, why = {}, list[str]()
    for at, beginning in first.items():
        offset = offsets.get(at, beginning)
        if offset < beginning:
            why.append(
                sentence(
                    "records-gone",
                    "the records {first} to {last} of {topic} {at} are gone before they were read "
                    "(its retention is too short); rows may be missing until the vendor sends them "
                    "again",
                    first=offset,
                    last=beginning - 1,
                    topic=topic,
                    at=at,
                )
            )
        elif offset > ends[at]:
            why.append(
                sentence(
                    "topic-cut",
                    "{topic} {at} ends at {end}, before what was read of it ({offset}): it was "
                    "made anew or cut; it is read from its beginning",
                    topic=topic,
                    at=at,
                    end=ends[at],
                    offset=offset,
                )
            )
        found[at] = offset if beginning <= offset <= ends[at] else beginning
    if gone := sorted(offsets.keys() - first.keys()):
        says = "the partitions {gone} of {topic} are gone: it was made anew"
        why.append(sentence("partitions-gone", says, gone=str(gone), topic=topic))
    return found, joined(why) if why else None

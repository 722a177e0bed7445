"""A log that is not what was written: each record that differs is named, none is taken for good."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from hub.log.port import LogDamagedError
from hub.log.salvage import salvage
from hub.log.sql import SqlLog
from schemas.event import Accepted
from tests.contracts.log import SECONDS, Clock, event, events, everything

NUMBER = 12
"""Records of the log; the fifth is a large one."""


SIZES = [400 if n == 4 else n % 3 + 1 for n in range(NUMBER)]
"""How many events each has."""


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of some records."""
    file = tmp_path_factory.mktemp("log") / "log.db"
    log = SqlLog(f"sqlite:///{file}", Clock())
    first = 0
    for size in SIZES:
        log.append(events(first, first + size)).result(SECONDS)
        first += size
    log.close()
    return file


@pytest.fixture
def file(original: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copy(original, tmp_path / "log.db")


def change(file: Path, *statements: str) -> None:
    """As somebody does who has the file."""
    with closing(sqlite3.connect(file)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


def damages(file: Path, after: int = 0) -> tuple[int | None, int | None]:
    """Which records are told when the log is read by a hub."""
    with pytest.raises(LogDamagedError, match=r"damaged.*rebuild --skip-damaged") as told:
        read(file, after)
    return told.value.first, told.value.last


def read(file: Path, after: int = 0) -> list[Accepted]:
    """All events after a record."""
    with closing(SqlLog(f"sqlite:///{file}", Clock())) as log:
        return everything(log, 3, {0: after})


FLIPPED = "UPDATE records SET events = substr(events, 1, 20) || x'58' || substr(events, 22)"
COPIED = """UPDATE records SET events = r.events FROM records r
    WHERE r.record = 2 AND records.record = 8"""
KINDS: dict[str, tuple[list[str], tuple[int, int]]] = {
    "a flipped byte": ([f"{FLIPPED} WHERE record = 7"], (7, 7)),
    "a flipped byte among columns": ([f"{FLIPPED} WHERE record = 5"], (5, 5)),
    "another moment": (["UPDATE records SET accepted = accepted + 1 WHERE record = 3"], (3, 3)),
    "content that is valid": ([COPIED], (8, 8)),
    "one is gone": (["DELETE FROM records WHERE record = 6"], (6, 6)),
    "some are gone": (["DELETE FROM records WHERE record BETWEEN 6 AND 8"], (6, 8)),
    "the first is gone": (["DELETE FROM records WHERE record = 1"], (1, 1)),
    "the last are gone": (["DELETE FROM records WHERE record > 10"], (11, 12)),
    "two are swapped": (
        ["UPDATE records SET record = 100 WHERE record = 3",
         "UPDATE records SET record = 3 WHERE record = 4",
         "UPDATE records SET record = 4 WHERE record = 100"], (3, 3),
    ),
    "its checksum is flipped": (
        ["UPDATE records SET checksum = zeroblob(16) WHERE record = 9"], (9, 9),
    ),
    "its checksum is gone": (["UPDATE records SET checksum = NULL WHERE record = 9"], (9, 9)),
    "a text instead of bytes": (["UPDATE records SET events = 'x' WHERE record = 2"], (2, 2)),
    "no number instead of a moment": (
        ["UPDATE records SET accepted = 'soon' WHERE record = 2"], (2, 2),
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_damage_names_the_record(file: Path, kind: str) -> None:
    statements, expected = KINDS[kind]
    change(file, *statements)
    assert damages(file) == expected
    if expected[0] < NUMBER - 1:
        assert damages(file, expected[0] - 1) == expected  # wherever reading begins


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_damaged_is_left_out_and_all_else_stays(file: Path, kind: str) -> None:
    log = SqlLog(f"sqlite:///{file}", Clock())
    before, name = everything(log), log.id
    log.close()
    statements, (first, last) = KINDS[kind]
    change(file, *statements)
    found = salvage(file)
    assert (found[0].first, found[0].last) == (first, last) or kind == "the last are gone"
    gone = {n for one in found for n in range(one.first or 0, (one.last or 0) + 1)}
    assert len(gone) <= 3
    if kind == "its checksum is flipped":
        gone = set()  # the next record vouches for its content
    log = SqlLog(f"sqlite:///{file}", Clock())
    assert log.id == name
    rows = everything(log, 3)
    assert rows == [row for row in before if row.position >> 20 not in gone]
    assert len(rows) == sum(size for n, size in enumerate(SIZES, 1) if n not in gone)
    log.append([event(10**6)]).result(SECONDS)
    log.close()
    log = SqlLog(f"sqlite:///{file}", Clock())
    assert len(everything(log)) == len(rows) + 1  # and it is a whole log again
    assert log.end()[0] > NUMBER
    log.close()
    assert salvage(file) == []
    assert file.with_name("log.db.damaged").exists()


def test_a_page_that_sqlite_cannot_read_costs_only_what_is_on_it(tmp_path: Path) -> None:
    file = tmp_path / "log.db"
    log = SqlLog(f"sqlite:///{file}", Clock())
    for n in range(80):
        log.append(events(3 * n, 3 * n + 3)).result(SECONDS)
    before = everything(log)
    log.close()
    size = 4096
    content = bytearray(file.read_bytes())
    leaves = [at for at in range(size, len(content), size) if content[at] == 13]
    at = leaves[len(leaves) // 2]
    content[at : at + 200] = b"\xff" * 200
    file.write_bytes(content)
    damages(file)
    found = salvage(file)
    assert found
    log = SqlLog(f"sqlite:///{file}", Clock())
    rows = everything(log)
    assert 120 < len(rows) < 240
    assert [row for row in before if row in rows] == rows
    log.close()


@pytest.mark.parametrize("spoil", [lambda b: b[:100], lambda b: b"x" * len(b), lambda _: b"abc"])
def test_a_file_that_is_no_log_any_more_is_told(
    file: Path, spoil: Callable[[bytes], bytes]
) -> None:
    file.write_bytes(spoil(file.read_bytes()))
    assert damages(file) == (None, None)


def test_the_chain_goes_on_over_what_was_trimmed(file: Path) -> None:
    log = SqlLog(f"sqlite:///{file}", Clock())
    known = log.fingerprint(4)
    assert known is not None
    assert log.trim(2**60, {0: 4}) == 4
    assert log.fingerprint(4) == known
    assert log.fingerprint(3) is None
    rows = everything(log)
    log.close()
    log = SqlLog(f"sqlite:///{file}", Clock())
    assert everything(log, 2) == rows
    log.close()
    change(file, "DELETE FROM records WHERE record = 5")
    assert damages(file) == (5, 5)


def test_records_of_a_hub_that_knew_no_checksums_are_read_and_the_chain_begins_after(
    file: Path,
) -> None:
    change(file, "UPDATE records SET checksum = NULL WHERE record > 0", "DROP TABLE properties")
    change(file, "ALTER TABLE records DROP COLUMN checksum")
    log = SqlLog(f"sqlite:///{file}", Clock())
    before = everything(log)
    for n in (1000, 1001):
        log.append([event(n)]).result(SECONDS)
    log.close()
    log = SqlLog(f"sqlite:///{file}", Clock())
    assert len(everything(log, 2)) == len(before) + 2
    log.close()
    change(file, f"{FLIPPED} WHERE record = 14")
    assert damages(file) == (14, 14)
    change(file, "UPDATE records SET events = x'5b5b' WHERE record = 4")
    assert damages(file) == (4, 4)  # nothing can be told but that it is no record
    assert [(one.first, one.last) for one in salvage(file)] == [(4, 4), (14, 14)]

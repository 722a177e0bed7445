"""Which files are read, when, and that nothing is read twice or forgotten."""

import json
import tracemalloc
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.files import open_source
from connectors.files.doubles import HashSet
from connectors.mapping import compile_mapping, load
from connectors.port import BrokenSourceError, SourceError
from tests.connectors.files.made import (
    CODE,
    csv_text,
    keys_of,
    put,
    put_sheet,
    read,
    rows_of,
    source,
)
from tests.connectors.mapping.rows import EXAMPLES


def export(*codes: str, state: str = "Đã") -> str:
    return csv_text([(code, "05/11/2026", state) for code in codes])


def test_a_file_is_read_once_whatever_it_is_called(tmp_path: Path) -> None:
    put(tmp_path / "a.csv", export("A-1", "A-2"), 100)
    opened = source(tmp_path)
    pages = read(opened)
    assert rows_of(pages)[1][:2] == ("A-2", "a.csv:3")
    cursor = json.loads(json.dumps(pages[-1].cursor))
    assert read(opened, cursor) == []
    put(tmp_path / "b.csv", export("A-1", "A-2"), 200)
    (tmp_path / "a.csv").rename(tmp_path / "c.csv")
    assert read(source(tmp_path), cursor) == []


def test_new_content_under_the_same_name_is_read_even_if_it_was_there_before(
    tmp_path: Path,
) -> None:
    first, second = export("A-1"), export("A-1", state="Chưa")
    cursor = None
    for at, text in enumerate((first, second, first)):
        put(tmp_path / "a.csv", text, 100 + at)
        (page,) = read(source(tmp_path), cursor)
        assert page.rows[0].version == (100 + at) * 1_000_000
        cursor = page.cursor
    (tmp_path / "a.csv").unlink()
    put(tmp_path / "b.csv", second, 200)
    assert read(source(tmp_path), cursor) == []


def test_a_file_that_grows_is_left_alone_until_it_rests(tmp_path: Path) -> None:
    opened = source(tmp_path)
    assert read(opened) == []
    text = export("A-1", "A-2")
    put(tmp_path / "a.csv", text[:40], 100)
    assert read(opened) == []
    put(tmp_path / "a.csv", text, 100)
    assert read(opened) == []
    pages = read(opened)
    assert keys_of(pages) == ["A-1", "A-2"]


def test_the_first_call_looks_twice(tmp_path: Path) -> None:
    from connectors.files import FilesSource
    from tests.connectors.files.made import options

    path = put(tmp_path / "a.csv", export("A-1")[:-9], 100)
    opened = FilesSource(options(tmp_path), wait=lambda _: put(path, export("A-1")) and None)
    assert read(opened) == []
    assert keys_of(read(opened)) == ["A-1"]


def test_a_file_that_changes_while_it_is_read_is_read_again(tmp_path: Path) -> None:
    put(tmp_path / "a.csv", export(*(f"A-{n}" for n in range(5_000))), 100)
    opened = source(tmp_path)
    pages = opened.pages(None, sweep=False)
    first = next(pages)
    put(tmp_path / "a.csv", export(*(f"B-{n}" for n in range(5_000))), 200)
    with pytest.raises(SourceError, match=r"a\.csv changed while it was read"):
        list(pages)
    read(opened, first.cursor)
    again = read(opened, first.cursor)
    assert keys_of(again) == [f"B-{n}" for n in range(5_000)]


def test_a_file_that_went_away_was_read_but_of_whole_copies_is_told(tmp_path: Path) -> None:
    for is_whole in (False, True):
        path = put(tmp_path / "a.csv", export(*(f"A-{n}" for n in range(5_000))))
        opened = source(tmp_path, whole=is_whole)
        pages = opened.pages(None, sweep=False)
        next(pages)
        path.unlink()
        if is_whole:
            with pytest.raises(SourceError, match="went away"):
                list(pages)
        else:
            assert len(keys_of(list(pages))) == 3_000
        assert read(opened) == []


def test_a_crash_resumes_inside_the_file(tmp_path: Path) -> None:
    codes = [f"A-{n}" for n in range(5_000)]
    put(tmp_path / "a.csv", export(*codes))
    pages = read(source(tmp_path))
    assert [len(page.rows) for page in pages] == [2_000, 2_000, 1_000]
    for at, page in enumerate(pages):
        rest = read(source(tmp_path), json.loads(json.dumps(page.cursor)))
        assert keys_of(rest) == codes[2_000 * (at + 1) :]
    assert all(page.ends is None for page in pages)


def test_of_whole_copies_the_newest_counts_from_its_beginning(tmp_path: Path) -> None:
    codes = [f"A-{n}" for n in range(5_000)]
    put(tmp_path / "new.csv", export(*codes), 200)
    put(tmp_path / "old.csv", export("A-1", "X"), 100)
    opened = source(tmp_path, whole=True)
    pages = read(opened)
    assert keys_of(pages) == codes
    assert [page.ends for page in pages] == [None, None, ""]
    assert pages[-1].is_sure
    assert [page.cursor is None for page in pages] == [True, True, False]
    cursor = pages[-1].cursor
    assert read(opened, cursor) == []
    put(tmp_path / "older.csv", export("Y"), 150)
    assert read(source(tmp_path, whole=True), cursor) == []
    put(tmp_path / "newer.csv", export("Z"), 300)
    (page,) = read(source(tmp_path, whole=True), cursor)
    assert keys_of([page]) == ["Z"]
    (tmp_path / "newer.csv").unlink()  # what it said stays
    assert read(source(tmp_path, whole=True), page.cursor) == []


def test_a_whole_copy_that_is_again_as_one_before_the_last_is_read(tmp_path: Path) -> None:
    cursor = None
    for at, codes in enumerate([("A-1",), ("A-1", "A-2"), ("A-1",)]):
        put(tmp_path / f"{at}.csv", export(*codes), 100 + at)
        (page,) = read(source(tmp_path, whole=True), cursor)
        assert keys_of([page]) == list(codes)
        cursor = page.cursor
    put(tmp_path / "copy.csv", export("A-1"), 200)
    assert read(source(tmp_path, whole=True), cursor) == []


def test_a_folder_that_becomes_one_of_whole_copies_is_read_from_the_beginning(
    tmp_path: Path,
) -> None:
    put(tmp_path / "a.csv", export(*(f"A-{n}" for n in range(5_000))))
    first = read(source(tmp_path))[0]
    pages = read(source(tmp_path, whole=True), first.cursor)
    assert len(keys_of(pages)) == 5_000


def test_a_whole_copy_with_rows_that_nobody_can_name_takes_nothing_back(tmp_path: Path) -> None:
    put(tmp_path / "a.csv", export("A-1") + 'A-2,"x\r\n')
    (page,) = read(source(tmp_path, whole=True))
    assert (page.ends, page.is_sure) == (None, False)
    put(tmp_path / "a.csv", export("A-1") + "A-2,x\r\n")
    (page,) = read(source(tmp_path, whole=True))
    assert page.unreadable[0].key == "A-2"
    assert (page.ends, page.is_sure) == ("", True)


def test_a_sweep_sees_content_that_changed_in_silence(tmp_path: Path) -> None:
    put(tmp_path / "a.csv", export("A-1"), 100)
    opened = source(tmp_path)
    (page,) = read(opened)
    put(tmp_path / "a.csv", export("A-2"), 100)
    assert read(opened, page.cursor) == []
    assert keys_of(read(opened, page.cursor, sweep=True)) == ["A-2"]


def test_what_is_not_meant_is_not_read(tmp_path: Path) -> None:
    for name in (".a.csv", "~$a.xlsx", "a.csv.part", "b.txt", "a.csv.tmp"):
        put(tmp_path / name, export("X"))
    (tmp_path / "folder.csv").mkdir()
    assert read(source(tmp_path)) == []


def test_a_folder_that_is_not_there_or_is_none(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="see whether it is mounted"):
        read(source(tmp_path / "nowhere"))
    with pytest.raises(BrokenSourceError, match="is no folder"):
        read(source(put(tmp_path / "a.csv", "x")))


def test_a_right_that_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "a.csv", export("X"))

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # who runs tests may read all
    with pytest.raises(BrokenSourceError, match=r"a\.csv may not be read"):
        read(source(tmp_path))


def test_a_single_file(tmp_path: Path) -> None:
    path = put(tmp_path / "any name.csv", export("A-1"))
    assert keys_of(read(source(None, data=path))) == ["A-1"]
    with pytest.raises(BrokenSourceError, match="nowhere"):
        read(source(None, data=tmp_path / "nowhere.csv"))


def test_refused_rows_are_read_again(tmp_path: Path) -> None:
    put(tmp_path / "a.csv", export("A-1", "A-2") + "A-3,x\r\n", 100)
    opened = source(tmp_path)
    read(opened)
    (page,) = opened.again(["A-2", "A-3", "nowhere"])
    assert [row.key for row in page.rows] == ["A-2"]
    assert [one.key for one in page.unreadable] == ["A-3"]
    assert page.cursor is None


def test_columns_are_those_of_the_newest_file(tmp_path: Path) -> None:
    assert source(tmp_path).columns() is None
    put(tmp_path / "a.csv", csv_text([]).replace(CODE, f"STT,{CODE}"), 100)
    assert list(source(tmp_path).columns() or ())[:2] == ["STT", CODE]
    put_sheet(tmp_path / "b.xlsx", [["x"]])
    with pytest.raises(BrokenSourceError, match=r"b\.xlsx!Sheet1"):
        source(tmp_path).columns()


def test_a_document_is_read(tmp_path: Path) -> None:
    document = load(EXAMPLES / "bieu-tuan-phu-ho.yaml")
    put(
        tmp_path / "x.csv",
        "Mã hồ sơ;Ngày tiếp nhận;Ngày hẹn trả;Hình thức;Tình trạng;Ngày có kết quả\n"
        "A-1;1;2;3;4;5\n",
    )
    (page,) = read(open_source(document, tmp_path / "x.csv"))
    assert set(page.rows[0].values) == {*compile_mapping(document).columns()}
    assert page.rows[0].key == "A-1"
    with pytest.raises(SourceError, match="/srv/exports/phu-ho"):
        read(open_source(document))


@given(st.lists(st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(0, 9))))
def test_what_was_added_before_is_known(batches: list[list[int]]) -> None:
    found, known = HashSet(), set()
    for batch in batches:
        expected = []
        for number in batch:
            expected.append(number in known)
            known.add(number)
        assert found.add(batch) == expected
    for part in found._parts:
        sizes = [len(run) for run in part._runs]
        assert all(one >= 2 * other for one, other in pairwise(sizes))


def test_joining_arrays_takes_little_memory_beside_them() -> None:
    dice, found, each, batches, most = np.random.default_rng(1), HashSet(), 4_000, 64, 0
    tracemalloc.start()
    try:
        for _ in range(batches):
            numbers = dice.integers(-(2**63), 2**63 - 1, each).tolist()
            tracemalloc.reset_peak()
            found.add(numbers)
            now, peak = tracemalloc.get_traced_memory()
            most = max(most, peak - now)
    finally:
        tracemalloc.stop()
    assert most < 8 * each * batches / 2

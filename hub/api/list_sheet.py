"""Lists of dossiers as workbooks: the items that the lists tell, a row each, with names beside
codes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from hub.api.context import Hub
from hub.api.figure_words import CODE_NAMES, DIMENSION_NAMES
from hub.api.sheet_words import Language, book_in, vi
from hub.api.sheets import Heading, Names, cut_told, titles
from hub.core.time import microseconds_of
from hub.registry import Key
from hub.reports.render.table import Column, Row, Table, Value
from hub.store.scope import Scope

Json = dict[str, Any]
ListKind = Literal["overdue", "due-soon", "undated", "orphans", "dossiers", "events"]
Told = Callable[[Json], Value]


class Listed(NamedTuple):
    """A list. `file`: how the names of its files begin; `columns`: those after code and unit, with
    what each tells of an item."""

    title: str
    file: str
    columns: tuple[tuple[Column, Told], ...]


def instant_in(told: object) -> int | None:
    """The instant (µs) that an answer tells; None for null."""
    return None if told is None else microseconds_of(datetime.fromisoformat(str(told)))


def _at(label: str, *path: str) -> tuple[Column, Told]:
    def told(item: Json) -> Value:
        found: Any = item
        for name in path:
            found = found[name]
        return instant_in(found)

    return Column(label, "instant", 17), told


def _yes(label: str, name: str, *path: str) -> tuple[Column, Told]:
    def told(item: Json) -> Value:
        for step in path:
            item = item[step]
        return vi("có") if item[name] else vi("không")

    return Column(label, "text", 10), told


_WHAT: tuple[tuple[Column, Told], ...] = (
    (Column(CODE_NAMES["procedure"], "text", 14), lambda item: item["procedure"]),
    (Column(CODE_NAMES["field"], "text", 14), lambda item: item["field"]),
)
_WAITING = _yes(vi("Chờ bổ sung"), "waiting")
LISTS: Mapping[ListKind, Listed] = MappingProxyType({
    "overdue": Listed(vi("HỒ SƠ QUÁ HẠN"), "qua-han", (
        *_WHAT, _at(vi("Hẹn trả"), "due_at"), _at(vi("Hạn"), "deadline"),
        (Column(vi("Số ngày quá hạn"), "count", 10), lambda item: item["days_late"]), _WAITING,
    )),
    "due-soon": Listed(vi("HỒ SƠ SẮP ĐẾN HẠN"), "sap-den-han", (
        *_WHAT, _at(vi("Hẹn trả"), "due_at"), _at(vi("Hạn"), "deadline"),
        (Column(vi("Còn (giờ)"), "count", 10), lambda item: item["seconds_left"] // 3600), _WAITING,
    )),
    "undated": Listed(vi("HỒ SƠ CHƯA CÓ NGÀY HẸN TRẢ (HẠN THAM KHẢO)"), "chua-hen-tra", (
        *_WHAT, _at(vi("Tiếp nhận"), "received_at"),
        _at(vi("Hạn tham khảo"), "advisory", "deadline"),
        _yes(vi("Đã qua hạn tham khảo"), "passed", "advisory"), _WAITING,
    )),
    "orphans": Listed(vi("HỒ SƠ CHƯA CÓ SỰ KIỆN TIẾP NHẬN"), "chua-tiep-nhan", (
        _at(vi("Tin gần nhất"), "last_accepted"),
    )),
    "dossiers": Listed(vi("HỒ SƠ TRONG SỐ LIỆU"), "ho-so", (_at(vi("Tiếp nhận"), "received_at"),)),
    "events": Listed(vi("LƯỢT TRONG SỐ LIỆU"), "luot", (
        _at(vi("Lúc"), "time"), (Column(vi("Nguồn"), "text", 24), lambda item: item["source"]),
        (Column(vi("Mã sự kiện"), "text", 24), lambda item: item["id"]),
    )),
})  # fmt: skip
"""The lists of which there are workbooks."""
_NAMED = {CODE_NAMES[name]: name for name in ("procedure", "field")}


def list_book(
    hub: Hub, key: Key, scope: Scope, heading: Heading, which: ListKind, items: Iterable[Json],
    counts: tuple[int, int], lang: Language = "vi",
) -> bytes:  # fmt: skip
    """The workbook of a list. `counts`: how many there are, and how many items come."""
    names, listed = Names(hub), LISTS[which]
    lines = [*titles(hub, key, scope, heading, names), vi("Số dòng: {n}", n=counts[1])]
    if counts[0] > counts[1]:
        lines.append(cut_told(*counts))
    columns = [
        Column(vi("STT"), "count", 7), Column(vi("Mã hồ sơ"), "text", 30),
        Column(DIMENSION_NAMES["unit"], "text", 32), Column(CODE_NAMES["unit"], "text", 14),
        *_columns(listed),
    ]  # fmt: skip
    table = Table(vi("Danh sach"), lines, columns, fixed=2)
    return book_in(lang, table, _rows(names, listed, items))


def _columns(listed: Listed) -> Iterator[Column]:
    """Those of the list, with the name before each code."""
    for column, _ in listed.columns:
        if column.label in _NAMED:
            yield Column(DIMENSION_NAMES[_NAMED[column.label]], width=32)
        yield column


def _rows(names: Names, listed: Listed, items: Iterable[Json]) -> Iterator[Row]:
    for number, item in enumerate(items, 1):
        row: list[Value] = [number, item["subject"], names.of("unit", item["unit"]), item["unit"]]
        for column, told in listed.columns:
            if dimension := _NAMED.get(column.label):
                row.append(names.of(dimension, item[dimension]))
            row.append(told(item))
        yield Row(row)

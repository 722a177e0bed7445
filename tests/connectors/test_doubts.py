"""What rows make doubtful in a document, where a source cannot tell its columns. Made-up rows."""

from connectors.doubts import Doubts
from connectors.mapping import compile_mapping, loads
from connectors.port import Row

TEXT = """\
connector: a
source: /a
read: {kind: rest, url: "https://example.vn"}
dossier:
  unit: {value: H29}
  subject: so
  none_when: trangThai in ["nhap", "moi"]
facts:
  received: {at: ngay, channel: {value: post}, due_at: hen}
  supplement_requested: {each: boSung, when: loai == "giay", at: ngay}
  supplemented: {each: boSung, at: nop, due_at: hen}
"""


def doubts(*rows: dict) -> list:
    document = loads(TEXT, "a.yaml")
    mapping, found = compile_mapping(document), Doubts(document)
    for values in rows:
        row = Row("1", "1", values)
        found.see(row, mapping.wanted(row))
    return found.told()


def row(number: int, **more) -> dict:
    child = {"loai": "giay", "ngay": "2026-01-06", "nop": "2026-01-07", "hen": "2026-01-20T17:00"}
    return {
        "so": f"HS-{number}", "trangThai": "cho", "ngay": "2026-01-05T08:00",
        "hen": "2026-01-15T17:00", "boSung": [child | more.pop("child", {})],
    } | more  # fmt: skip


def test_rows_that_are_as_meant_raise_none():
    assert doubts(*map(row, range(3))) == []
    assert doubts() == []


def test_one_row_that_is_as_meant_ends_a_doubt():
    wrong = [row(n, trangThai=1, hen="2026-01-15", child={"loai": 2, "hen": None}) for n in (1, 2)]
    assert [where for where, _ in doubts(*wrong)] == [
        ("facts", "supplemented", 0, "due_at"),
        ("dossier", "none_when"),
        ("facts", "supplement_requested", 0, "when"),
        ("facts", "supplement_requested", 0, "when"),
        ("facts", "received", 0, "due_at"),
    ]
    assert doubts(*wrong, row(3)) == []


def test_a_column_of_the_row_around_a_child():
    ((_, says),) = doubts(row(1, child={"hen": None}))
    hint = "; that of the row around the child is written `parent.hen`"
    assert says == f"no row of 1 gives `boSung.hen`{hint}"


def test_children_that_no_row_has():
    told = doubts(row(1, boSung=[]), row(2, boSung=None))
    where = ("facts", "supplement_requested", 0, "when")
    assert told[0] == (where, "no row of 2 has children `boSung`")
    assert [at for at, _ in told] == [where, where]


def test_numbers_in_quotes_are_texts_that_numbers_match():
    text = TEXT.replace('["nhap", "moi"]', '["1", "3"]')
    document = loads(text, "a.yaml")
    found = Doubts(document)
    found.see(
        Row("1", "1", row(1, trangThai=9)), compile_mapping(document).wanted(Row("1", "1", row(1)))
    )
    assert found.told() == []


def test_pages_by_number_may_hide_items_and_others_do_not():
    for page, is_doubtful in (
        ("{by: number, send: p}", True),
        ("{by: offset, send: p, size: 9}", False),
    ):
        url = 'url: "https://example.vn"'
        document = loads(TEXT.replace(url, f"{url}, page: {page}"), "a.yaml")
        told = [where for where, _ in Doubts(document).told()]
        assert told == ([("read", "page", "by")] if is_doubtful else [])


TOPIC = """\
connector: a
source: /a
read: {kind: kafka, servers: "localhost:9092", topic: t, shape: debezium, times: [TIMES]}
dossier: {unit: {value: H29}, subject: so}
facts:
  received: {at: ngay, channel: {value: post}}
"""


def test_a_local_time_that_is_taken_for_utc_leaves_no_morning():
    for pattern, first, is_doubtful in (
        ("epoch-micros", 8, True),  # 8:00 to 17:00 by the vendor's clock
        ("epoch-micros-local", 8, False),
        ("epoch-micros", 1, False),  # 8:00 to 17:00 in UTC + 7
    ):
        document = loads(TOPIC.replace("TIMES", pattern), "a.yaml")
        mapping, found = compile_mapping(document), Doubts(document)
        for n in range(10):
            at = (1_767_571_200 + (first + n) * 3600) * 1_000_000  # 2026-01-05
            one = Row("1", "1", {"so": f"HS-{n}", "ngay": at})
            found.see(one, mapping.wanted(one))
        told = found.told()
        assert [where for where, _ in told] == ([("read", "times")] if is_doubtful else [])
        assert all("write epoch-micros-local" in says for _, says in told)

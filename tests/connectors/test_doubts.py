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

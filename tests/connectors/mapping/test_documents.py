"""Wrong documents: every mistake is told with its line and key, and what to do."""

import json
import re

import pytest

from connectors.mapping import MappingError, Secret, load, loads
from connectors.mapping.reads import Sql
from connectors.port import BrokenSourceError

GOOD = """\
connector: igate
source: /igate
zone: Asia/Ho_Chi_Minh
read:
  kind: sql
  url: env:IGATE_URL
  table: ho_so
  key: id
  every: 2s
  children:
    BoSung: {table: bo_sung, on: ho_so_id, key: id}
dossier:
  unit: MaDonVi
  subject: MaHoSo
  none_when: TrangThai == 1
facts:
  received:
    at: NgayTiepNhan
    channel: {from: Kenh, map: {1: direct}}
  supplemented: {each: BoSung, at: Ngay}
"""
REST = """\
connector: a
source: /a
read:
  kind: rest
  url: https://example.vn
  rate: 5/s
  page: {by: number, send: page}
  auth: {bearer: env:TOKEN}
dossier: {unit: U, subject: S}
facts: {}
"""


def problems(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(MappingError) as caught:
        loads(text, "igate.yaml")
    for problem, told in zip(caught.value.problems, str(caught.value).splitlines(), strict=True):
        place = f"igate.yaml:{problem.line}: " if problem.line else "igate.yaml: "
        assert told == place + (f"{problem.key}: " if problem.key else "") + problem.says
    return [tuple(problem) for problem in caught.value.problems]


BAD = [
    # what is changed to what; line, key, words of the message
    ("connector: igate", "connector: cổng một cửa", 1, "connector", "is no name"),
    ("connector: igate", "conector: igate", 1, "conector", "did you mean `connector`"),
    ("source: /igate", "source: /hub", 2, "source", "the hub itself"),
    ("source: /igate", "source: /một cửa", 2, "source", "without spaces"),
    ("Asia/Ho_Chi_Minh", "Asia/Hanoi", 3, "zone", "Asia/Ho_Chi_Minh"),
    ("Asia/Ho_Chi_Minh", "../../etc/passwd", 3, "zone", "is no time zone"),
    ("kind: sql", "kind: oracle", 5, "read.kind", "sql, files, kafka or rest"),
    ("  kind: sql\n", "", 4, "read.kind", "is missing"),
    ("env:IGATE_URL", "postgresql://hub:geheim@db/x", 6, "read.url", "holds a password"),
    ("env:IGATE_URL", "mysql://db/x?password=geheim", 6, "read.url", "holds a password"),
    ("  table: ho_so\n", "", 4, "read.table", "is missing"),
    ("  key: id\n", "  key: []\n", 8, "read.key", "at least 1"),
    ("every: 2s", "every: 2", 9, "read.every", "500ms, 2s, 10m"),
    ("every: 2s", "every: 2 sec", 9, "read.every", "is no duration"),
    ("every: 2s", "evry: 2s", 9, "read.evry", "did you mean `every`"),
    ("every: 2s", "times: dd/MM/yy", 9, "read.times", "two digits"),
    ("every: 2s", "times: [iso, dd/MM/YYYY]", 9, "read.times", "`YYYY`"),
    ("every: 2s", "sweep: {deletes: always}", 9, "read.sweep.deletes", "'confirm' or 'never'"),
    ("on: ho_so_id, ", "", 11, "read.children.BoSung.on", "is missing"),
    ("unit: MaDonVi", "unit: 5", 13, "dossier.unit", "{value: …}"),
    ("unit: MaDonVi", "unit: {value: H 29}", 13, "dossier.unit.value", "1 to 35 of"),
    ("unit: MaDonVi", 'unit: {value: "H29\\n"}', 13, "dossier.unit.value", "1 to 35 of"),
    ("unit: MaDonVi", "unit: {form: X}", 13, "dossier.unit.form", "did you mean `from`"),
    ("subject: MaHoSo", "subject: []", 14, "dossier.subject", "at least 1"),
    ("TrangThai == 1", "TrangThai = 1", 15, "dossier.none_when", "at sign 11; write `==`"),
    ("TrangThai == 1", "TrangThai and 1", 15, "dossier.none_when", "write `&&`"),
    ("TrangThai == 1", "A == 1 AND B == 2", 15, "dossier.none_when", "`AND` is not of this"),
    ("TrangThai == 1", "A == 1 OR B == 2", 15, "dossier.none_when", "write `||`"),
    ("TrangThai == 1", "NOT A", 15, "dossier.none_when", "write `!`"),
    ("TrangThai == 1", "NOT(A)", 15, "dossier.none_when", "write `!`"),
    ("TrangThai == 1", "A IN (1, 2)", 15, "dossier.none_when", "write `in [9, 10]`"),
    ("TrangThai == 1", "A <> 1", 15, "dossier.none_when", "write `!=`"),
    ("at: NgayTiepNhan", "due_at: {from: A, end_of_day: True1}", 18,
     "facts.received.due_at.end_of_day", "write true or false"),
    ("TrangThai == 1", "true", 15, "dossier.none_when", "in quotes"),
    ("TrangThai == 1", '"true"', 15, "dossier.none_when", "names no column"),
    ("TrangThai == 1", "A.startWith('x')", 15, "dossier.none_when", "did you mean startsWith"),
    ("TrangThai == 1", "row[A] == 1", 15, "dossier.none_when", 'row["NAME"]'),
    ("TrangThai == 1", "parent.A == 1", 15, "dossier.none_when", "needs `each`"),
    ("  received:", "  recieved:", 17, "facts.recieved", "did you mean `received`"),
    ("  received:", "  retracted:", 17, "facts.retracted", "is no key here"),
    ("    at: Ngay", "    att: Ngay", 18, "facts.received.att", "did you mean `at`"),
    (": NgayTiepNhan", ": {value: 31/02/2020}", 18, "facts.received.at.value", "`times`"),
    ("{1: direct}", "{1: fax}", 19, "facts.received.channel.map.1", "direct, online, post"),
    ("{1: direct}", "{}", 19, "facts.received.channel.map", "is empty"),
    ("{1: direct}", "{1: direct, 1: post}", 19, "facts.received.channel.map.1", "in line 19"),
    ("map: {1: direct}", "end_of_day: true", 19, "facts.received.channel.end_of_day", "for times"),
    ("channel: {from: Kenh, map: {1: direct}}", "field: A", 17, "facts.received.channel", "add it"),
    ("channel: {from", "reason: X\n    channel: {from", 19, "facts.received.reason", "is no key"),
    ("each: BoSung", "each: Bo", 20, "facts.supplemented.each", "(BoSung)"),
    ("dossier:", "guard: off\ndossier:", 12, "guard", "not switched off"),
    ("dossier:", "guard: {share: 51%}\ndossier:", 12, "guard.share", "up to 50%"),
    ("dossier:", "guard: {share: 0.05}\ndossier:", 12, "guard.share", "such as 5%"),
    ("dossier:", "guard: {dossiers: 10001}\ndossier:", 12, "guard.dossiers", "10000"),
    ("dossier:", "guard: {dossiers: 5}\ndossier:", 12, "guard", "write a lower `floor`"),
    ("each: BoSung", "key: id", 20, "facts.supplemented.key", "children of `each`"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "key", "words"), BAD)
def test_a_mistake_is_told_where_it_is(old, new, line, key, words):
    assert GOOD.count(old) == 1
    found = problems(GOOD.replace(old, new))
    told = [it for it in found if it[1] == key]
    assert told, found
    assert told[0][0] == line
    assert words in told[0][2]
    assert "geheim" not in str(found)


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ("rate: 5/s", "rate: 5", "read.rate", "5/s"),
        ("send: page", "sent: page", "read.page.sent", "did you mean `send`"),
        (", send: page", "", "read.page", "needs `send`"),
        ("by: number", "by: cursor", "read.page", "needs `next`"),
        ("by: number", "by: offset", "read.page", "needs `size`"),
        ("by: number", "by: pages", "read.page.by", "'number', 'offset', 'cursor' or 'link'"),
        ("env:TOKEN", "geheim", "read.auth.bearer", "env:NAME"),
        ("rate: 5/s", "headers: {Authorization: Bearer geheim}", "read.headers", "`auth:"),
        ("rate: 5/s", "headers: {X-Unit: env:UNIT}", "read.headers", "header: {X-Unit: env:NAME}"),
        ("rate: 5/s", "params: {api_key: geheim}", "read.params", "url: env:NAME"),
        ("https://example.vn", "https://example.vn?token=geheim", "read.url", "a password"),
        ("env:TOKEN", "env:TOKEN, basic: {user: a, password: env:B}", "read.auth", "exactly one"),
        ("{bearer: env:TOKEN}", "{basic: {user: a, password: geheim}}", "read.auth.basic.password",
         "env:NAME"),
    ],
)  # fmt: skip
def test_a_mistake_about_a_service(old, new, key, words):
    loads(REST, "a")
    found = problems(REST.replace(old, new))
    assert [it for it in found if it[1] == key and words in it[2]], found
    assert "geheim" not in str(found)


def test_all_mistakes_are_told_at_once():
    text = GOOD.replace("every: 2s", "every: 2").replace("zone: Asia", "zone: Asien")
    assert [(line, key) for line, key, _ in problems(text)] == [(3, "zone"), (9, "read.every")]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 0, "holds no document"),
        ("- a\n- b\n", 0, "holds no document"),
        ("a: [1\nb: 2\n", 2, "is not YAML"),
        ("a: {b: c\n", 2, "is not YAML"),
        ("a: \x07\n", 0, "is not YAML"),
        ("a:\n\tb: 1\n", 2, "a tab stands where only spaces may"),
        ("a: 1\nb: 'x\nc: 2\nd: 3\n", 2, "does not end; close it"),
        ("a: 1\nb: \"x\nc: 2\nd: \"y\"\n", 2, "closes only in line 4"),
        ("a: 1\nb: {c: 'x, d: 3}\ne: 2\nf: {g: 'y'}\n", 2, "closes only in line 4"),
        ("a: 'x\n  y'\nb: 1\nc: 'x'\nd: [1\n", 6, "is not YAML: expected"),
        ("a: !!python/object/apply:os.system [ls]\n", 1, "is missing"),
        ("a: !!binary abc\n", 1, "tag"),
        ("a: 1\na: 2\n", 2, "stands twice, first in line 1"),
        ("? [a, b]\n: 1\n", 1, "no plain text"),
        ("--- a: 1\n--- \nb: 2\n", 1, "is not YAML"),
        ("a: " + "[" * 40 + "]" * 40, 1, "too deeply"),
        ("a: " + "[" * 50_000, 0, ""),
        ("a: " + "x" * 2_000_000, 0, "over 1 MB"),
        ("a: &a [x, x, x, x, x, x, x, x, x, x]\n"
         + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join([f'*{chr(97 + i)}'] * 10)}]\n"
                   for i in range(8)), 0, "too many parts"),
    ],
)  # fmt: skip
def test_what_is_no_document(text, line, words):
    found = problems(text)
    assert [it for it in found if words in it[2] and line in (0, it[0])], found


def test_words_of_old_yaml_are_texts():
    document = loads(
        GOOD.replace("on: ho_so_id", "on: on").replace("MaDonVi", "no").replace("MaHoSo", "08:30"),
        "a",
    )
    assert isinstance(document.read, Sql)
    assert document.read.children["BoSung"].on == ("on",)
    assert (document.dossier.unit, document.dossier.subject) == ("no", "08:30")


def test_a_file(tmp_path):
    with pytest.raises(MappingError, match=r"nowhere\.yaml: cannot be read: No such file"):
        load(tmp_path / "nowhere.yaml")
    (tmp_path / "a.yaml").write_bytes("kết nối".encode("utf-16"))
    with pytest.raises(MappingError, match=r"a\.yaml: is not UTF-8"):
        load(tmp_path / "a.yaml")
    (tmp_path / "b.yaml").write_text("\ufeff" + GOOD, "utf-8")
    assert load(tmp_path / "b.yaml").connector == "igate"


def test_secrets_are_read_when_wanted_and_told_nowhere(tmp_path, monkeypatch):
    document = loads(GOOD, "a")
    assert isinstance(document.read, Sql)
    monkeypatch.delenv("IGATE_URL", raising=False)
    with pytest.raises(BrokenSourceError, match="IGATE_URL is not set"):
        document.read.url.value()
    monkeypatch.setenv("IGATE_URL", "postgresql://hub:geheim@db/x")
    assert document.read.url.value() == "postgresql://hub:geheim@db/x"
    (tmp_path / "token").write_text("geheim\n")
    secret = Secret(f"file:{tmp_path}/token")
    assert secret.value() == "geheim"
    told = repr(document) + str(document) + document.model_dump_json() + f"{secret} {secret!r}"
    assert "geheim" not in told
    with pytest.raises(BrokenSourceError, match="cannot read the secret"):
        Secret(f"file:{tmp_path}/other").value()


def test_the_version_is_that_of_what_changes_facts():
    from tests.connectors.mapping.rows import mapping

    version = mapping(GOOD).version
    for old, new in (("every: 2s", "every: 9s"), ("env:IGATE_URL", "env:OTHER"),
                     ("connector: igate", "connector: x"), ("facts:", "# x\nfacts:")):  # fmt: skip
        assert mapping(GOOD.replace(old, new)).version == version
    for old, new in (("1: direct", "2: direct"), ("== 1", "== 2"), ("/igate", "/other"),
                     ("Asia/Ho_Chi_Minh", "UTC"), ("every: 2s", "times: iso"),
                     ("key: id}", "key: so}"), ("at: Ngay}", "at: N}")):  # fmt: skip
        assert mapping(GOOD.replace(old, new)).version != version, new


def test_columns_are_those_that_facts_name():
    from tests.connectors.mapping.rows import mapping

    text = GOOD.replace("at: Ngay}", 'when: "parent.Loai == 1 && x in [A, 2]", at: [Ngay, B]}')
    named = mapping(text).named
    assert set(named.row) == {"MaDonVi", "MaHoSo", "TrangThai", "NgayTiepNhan", "Kenh", "Loai"}
    assert {it: set(names) for it, names in named.children.items()} == {
        "BoSung": {"x", "A", "Ngay", "B"}
    }
    through = GOOD.replace("TrangThai == 1", "BoSung.exists(b, b.Loai == 1) || size(BoSung) > 3")
    assert set(mapping(through).named.children["BoSung"]) == {"Ngay", "Loai"}
    assert "BoSung" not in mapping(through).named.row
    assert "BoSung.Loai" in mapping(through).columns()
    condition = '"C.exists(c, c.L == 1) || size(D) > 1"'
    nested = REST.replace("subject: S", f"subject: S, none_when: {condition}")
    assert mapping(nested).named == (("U", "S", "D"), {"C": ("L",)})


@pytest.mark.parametrize("name", ["utf-9", "TCVN3", "base64", "", "a\0b", "rot13"])
def test_encodings(name):
    text = REST.replace("kind: rest", f"kind: files\n  encoding: {json.dumps(name)}")
    for line in ("url", "rate", "page", "auth"):
        text = re.sub(rf"  {line}: .*\n", "", text)
    assert problems(text) == [(5, "read.encoding", problems(text)[0][2])]
    assert "TCVN3" in problems(text)[0][2]
    loads(text.replace(json.dumps(name), "cp1258"), "a")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("200ms", 0.2), ("0.5s", 0.5), ("90s", 90), ("1h30m", 5400), ("1d", 86400), ("0s", 0)],
)
def test_durations(text, seconds):
    document = loads(GOOD.replace("every: 2s", f"every: {text}"), "a")
    assert isinstance(document.read, Sql)
    assert document.read.every == pytest.approx(seconds)


def test_what_is_no_secret_may_stand():
    params = "params: {keyword: x, size: 5, page_token_size: 3}\n  headers: {Accept: text/json}"
    loads(REST.replace("rate: 5/s", params), "a")
    loads(REST.replace("https://example.vn", "https://hub@example.vn/?unit=H29&size=5"), "a")


def test_other_words_for_logins():
    oauth = "{token_url: https://a.vn/t, client_id: hub, client_secret: env:S, scope: x}"
    loads(REST.replace("{bearer: env:TOKEN}", f"{{oauth: {oauth}}}"), "a")
    basic = "{basic: {username: hub, password: env:S}}"
    loads(REST.replace("{bearer: env:TOKEN}", basic), "a")
    loads(REST.replace("{bearer: env:TOKEN}", "{header: {name: X-Key, value: env:S}}"), "a")

"""`hub connector check`: what rows become, in words; nothing stored, no hub."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from connectors import sources
from connectors.port import Row
from hub.cli.main import create_app
from tests.connectors import listed
from tests.connectors.mapping.rows import EXAMPLES, PHU_HO

FILE = str(EXAMPLES / "bieu-tuan-phu-ho.yaml")


@pytest.fixture(autouse=True)
def source(monkeypatch):
    """Made-up rows, none of a real dossier."""
    monkeypatch.setitem(sources.KINDS, "files", "tests.connectors.listed")
    monkeypatch.setattr(listed, "COLUMNS", [*PHU_HO, "Họ tên"])
    rows = [
        PHU_HO,
        PHU_HO | {"Ngày hẹn trả": "31/02/2023", "Hình thức": "Fax"},
        PHU_HO | {"Ngày tiếp nhận": "", "Tình trạng": "Mới"},
    ]
    made = [Row(str(i), f"ho-so-01.csv:{i}", row) for i, row in enumerate(rows, 2)]
    monkeypatch.setattr(listed, "ROWS", made)


def run(*words: str):
    found = CliRunner().invoke(create_app(), ["connector", "check", *words])
    assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
    return found


def test_rows_and_what_they_become(monkeypatch):
    monkeypatch.setattr(listed, "ROWS", [listed.ROWS[0], listed.ROWS[2]])
    found = run(FILE)
    assert found.exit_code == 0
    lines = found.stdout.splitlines()
    first = next(line for line in lines if "ho-so-01.csv:2" in line)
    assert "H57.30.12 H57.30.12-230105-0007" in first
    assert re.search(r"received 2023-01-05 08:30:00 .*channel=online", first)
    assert "due_at=2023-01-12 23:59:59" in first
    assert re.search(r"resolved 2023-01-11 15:05:00", found.stdout)
    assert re.search(r"ho-so-01.csv:4 .* nothing", found.stdout)
    assert lines[-1] == (
        "2 rows: 2 events (received 1, resolved 1), 1 row states nothing, 0 rows refused"
    )
    widths = {len(line) for line in lines if line[:1] in "│┃"}
    assert len(widths) == 1


def test_all_times_are_of_the_hubs_zone(tmp_path, monkeypatch):
    monkeypatch.setattr(listed, "ROWS", listed.ROWS[:1])
    other = Path(FILE).read_text("utf-8").replace("zone: Asia/Ho_Chi_Minh", "zone: Asia/Tokyo")
    (tmp_path / "tokyo.yaml").write_text(other, "utf-8")
    told = run(str(tmp_path / "tokyo.yaml")).stdout
    assert "received 2023-01-05 06:30:00" in told
    assert "due_at=2023-01-12 21:59:59" in told


def test_refused_rows_say_why_and_fail():
    found = run(FILE)
    assert found.exit_code == 1
    told = " ".join(re.sub(r"[│\n]", " ", found.stdout).split())
    assert "refused: Ngày hẹn trả: holds a day or an hour that does not exist" in told
    assert "refused: Hình thức: `Fax` is not in its `map`" in told
    assert "1 row refused" in told
    assert run(FILE, "--rows", "1").exit_code == 0


def test_a_column_that_is_not_there_is_told_with_near_ones(monkeypatch):
    monkeypatch.setattr(listed, "COLUMNS", [*(PHU_HO.keys() - {"Mã hồ sơ"}), "Mã hồ sơ số"])
    for words in ((FILE,), (FILE, "--columns")):
        found = run(*words)
        assert found.exit_code == 1
        says = "the source has no column `Mã hồ sơ`; did you mean `Mã hồ sơ số`?"
        assert found.stderr == f"{FILE}:7: dossier.subject: {says}\n"


def test_columns():
    found = run(FILE, "--columns")
    assert found.exit_code == 0
    assert re.search(r"Mã hồ sơ +│ yes", found.stdout)
    assert re.search(r"Họ tên +│ +│", found.stdout)


def test_columns_that_no_row_gives(monkeypatch):
    monkeypatch.setattr(listed, "COLUMNS", [])
    monkeypatch.setattr(listed, "ROWS", [Row("1", "1", PHU_HO | {"Ngày hẹn trả": None})])
    found = run(FILE)
    assert found.exit_code == 0
    says = "no row of 1 gives `Ngày hẹn trả`"
    assert found.stderr == f"warning: {FILE}:11: facts.received.due_at.from: {says}\n"
    assert "Ngày hẹn trả" in run(FILE, "--columns").stdout


def test_no_row(monkeypatch):
    monkeypatch.setattr(listed, "ROWS", [])
    found = run(FILE)
    assert (found.exit_code, found.stdout) == (0, "the source has no row\n")


def test_wrong_files_and_sources(tmp_path, monkeypatch):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("connector: a\nsorce: /a\n")
    found = run(str(wrong))
    assert found.exit_code == 1
    assert f"{wrong}:2: sorce: is no key here; did you mean `source`" in found.stderr
    assert run(str(tmp_path / "nowhere.yaml")).exit_code == 1
    found = run(FILE, "--data", "a.csv")
    assert (found.exit_code, found.stderr) == (2, f"{FILE}: a.csv: is not there\n")
    found = run(str(EXAMPLES / "vnpt-cdc.yaml"), "--data", "a.csv")
    assert found.exit_code == 2
    assert "reads kafka, not files" in found.stderr
    monkeypatch.setitem(sources.KINDS, "files", "connectors.nowhere")
    found = run(FILE)
    assert found.exit_code == 2
    assert "cannot be read yet" in found.stderr


def test_real_files_and_tables(tmp_path, monkeypatch):
    monkeypatch.undo()
    lines = [";".join(PHU_HO), ";".join(map(str, PHU_HO.values()))]
    (tmp_path / "ho-so-1.csv").write_text("\n".join(lines) + "\n", "utf-8")
    found = run(FILE, "--data", str(tmp_path / "ho-so-1.csv"))
    assert found.exit_code == 0, found.output
    assert "1 row: 2 events (received 1, resolved 1)" in found.stdout

    with closing(sqlite3.connect(tmp_path / "igate.db")) as database:
        database.executescript(TABLES)
    text = (EXAMPLES / "igate-cu-chi.yaml").read_text()
    text = text.replace("env:IGATE_URL", f"sqlite:///{tmp_path}/igate.db").replace("mc.", "")
    (tmp_path / "igate.yaml").write_text(text)
    found = run(str(tmp_path / "igate.yaml"))
    assert found.exit_code == 0, found.output
    assert "2 rows: 3 events (received 1, resolved 1, result_returned 1)" in found.stdout
    assert "Nguyễn" not in found.output
    columns = run(str(tmp_path / "igate.yaml"), "--columns").stdout
    for name, used in {"id": "yes", "ngay_cap_nhat": "yes", "HoTen": ""}.items():
        assert re.search(rf"│ {name} +│ {used} +│", columns)


def test_wrong_columns_are_told_where_the_file_names_them(tmp_path, monkeypatch):
    monkeypatch.undo()
    with closing(sqlite3.connect(tmp_path / "igate.db")) as database:
        database.executescript(TABLES)
    text = (EXAMPLES / "igate-cu-chi.yaml").read_text()
    text = text.replace("env:IGATE_URL", f"sqlite:///{tmp_path}/igate.db").replace("mc.", "")
    for old, new in (
        ("on: ho_so_id, key: id", "on: ho_so, key: so"),
        ("TrangThai in [1, 3]", "TrangThais in [1, 3] || Moi == Nhap"),
        ("at: NgayBoSung}", "at: MaHoSo}"),
        ("procedure: MaTTHC", "procedure: NgayBoSung\n    model: xyzzy"),
        ("[NgayKetThucXuLy, NgayTra]", "[NgayKetThucXuLy, {from: NgayTraa, end_of_day: true}]"),
        ("unit: MaDonVi", "unit: MADONVI"),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    (tmp_path / "igate.yaml").write_text(text)
    found = run(str(tmp_path / "igate.yaml"))
    assert found.exit_code == 1
    none = "the source has no column"
    child = "read.children.DanhSachHoSoBoSung"
    lines = dict(enumerate(text.splitlines(), 1))
    told = re.findall(r"igate\.yaml:(\d+): (\S+): (.*)", found.stderr)
    assert len(told) == len(found.stderr.splitlines())
    parent = (
        "`DanhSachHoSoBoSung.MaHoSo`; that of the row around the child is written `parent.MaHoSo`"
    )
    each = (
        "`NgayBoSung`; it is a column of the children DanhSachHoSoBoSung: add `each: "
        "DanhSachHoSoBoSung`"
    )
    for key, words, in_line in (
        (f"{child}.on", "`DanhSachHoSoBoSung.ho_so`; did you mean `ho_so_id`",
         "on: ho_so,"),
        (f"{child}.key", "`DanhSachHoSoBoSung.so`", "key: so"),
        ("dossier.none_when", "`TrangThais`; did you mean `TrangThai`", "none_when"),
        ("dossier.none_when", "`Nhap`; a text stands in quotes in a condition", "none_when"),
        ("facts.supplement_requested.at", parent, "at: MaHoSo"),
        ("facts.received.procedure", each, "procedure"),
        ("facts.received.model", "`xyzzy`; a constant is written {value: …}", "model"),
        ("facts.resolved.at[2].from", "`NgayTraa`; did you mean `NgayTra`", "NgayTraa"),
    ):  # fmt: skip
        there = [line for line, at, says in told if at == key and f"{none} {words}" in says]
        assert len(there) == 1, (words, found.stderr)
        assert in_line in lines[int(there[0])]
    assert "MADONVI" not in found.stderr


SUSPECT = """\
connector: igate
source: /igate
read:
  kind: sql
  url: sqlite:///PLACE
  table: ho_so
  key: id
  cursor: NgayTiepNhan
  children:
    BoSung: {table: bo_sung, on: ho_so_id, key: id}
  times: dd/MM/yyyy
dossier: {unit: {value: H29}, subject: MaHoSo}
facts:
  received: {at: NgayTiepNhan, channel: {value: direct}, due_at: HenTra}
  resolved:
  - {when: TrangThai == 9, at: NgayTra}
  - {when: 'TrangThai in ["Xong", "Trả"]', at: NgayTra}
  withdrawn: {when: TrangThai == 7, at: [NgayRut, NgayTra]}
  stopped: {when: TrangThai == "8", at: NgayTra}
  supplement_requested: {each: BoSung, when: parent.TrangThai == 2, at: Ngay}
"""


def test_what_is_doubtful_is_warned_of_over_more_rows_than_are_shown(tmp_path, monkeypatch):
    monkeypatch.undo()
    place = tmp_path / "igate.db"
    with closing(sqlite3.connect(place)) as database, database:
        database.executescript(
            "create table ho_so (id integer primary key, MaHoSo, TrangThai integer, NgayTiepNhan,"
            "HenTra, NgayTra, NgayRut);"
            "create table bo_sung (id integer primary key, ho_so_id, Ngay);"
            "create index a on bo_sung (ho_so_id); create index b on ho_so (NgayTiepNhan)"
        )
        database.executemany(
            "insert into ho_so values (?, 'HS-' || ?1, ?, '05/01/2026', '12/01/2026', ?, null)",
            [(n, 9 if n > 40 else 3, "09/01/2026" if n > 40 else None) for n in range(1, 44)],
        )
    file = tmp_path / "igate.yaml"
    file.write_text(SUSPECT.replace("PLACE", str(place)))
    found = run(str(file))
    assert found.exit_code == 0
    number = "with a text, and in all rows it is a number"
    for words in (
        f"{file}: the cursor NgayTiepNhan of ho_so holds texts that begin with the day",
        f"{file}:8: read.cursor: is also the time of `received`",
        f"{file}:14: facts.received.due_at: is 00:00 in all rows",
        f"{file}:17: facts.resolved[2].when: compares `TrangThai` {number}",
        f"{file}:17: facts.resolved[2].when: no row of 43 states `resolved`",
        f"{file}:18: facts.withdrawn.when: no row of 43 states `withdrawn`",
        f"{file}:18: facts.withdrawn.at[1]: no row of 43 gives `NgayRut`",
        f"{file}:19: facts.stopped.when: no row of 43 states `stopped`",
        f"{file}:20: facts.supplement_requested.when: no row of 43 states",
        f"{file}:20: facts.supplement_requested.at: no row of 43 has children `BoSung`",
    ):
        assert f"warning: {words}" in found.stderr, found.stderr
    assert len(found.stderr.splitlines()) == 10
    assert "2026" not in found.stderr

    with closing(sqlite3.connect(place)) as database, database:
        database.executescript(
            "update ho_so set TrangThai = 7 where id = 42; update ho_so set TrangThai = 8, NgayRut "
            "= NgayTra where id = 43; update ho_so set MaHoSo = null where id = 20;"
            "update ho_so set TrangThai = 2 where id = 30;"
            "insert into bo_sung values (1, 30, '06/01/2026')"
        )
    text = file.read_text().replace("due_at: HenTra", "due_at: {from: HenTra, end_of_day: true}")
    text = text.replace('["Xong", "Trả"]', '["9", "Trả"]').replace("  cursor: NgayTiepNhan\n", "")
    file.write_text(text)
    found = run(str(file))
    assert found.exit_code == 0
    assert found.stderr == (
        "warning: 1 row behind these would be refused; --rows 43 shows all that were looked at\n"
    )


def test_a_folder_is_no_connector(tmp_path):
    found = run(str(tmp_path))
    says = "is a folder; give the YAML file of one connector"
    assert (found.exit_code, found.stderr) == (1, f"{tmp_path}: {says}\n")
    (tmp_path / "igate.yaml").touch()
    assert run(str(tmp_path)).stderr == f"{tmp_path}: {says}, such as {tmp_path}/igate.yaml\n"


TABLES = """
create table ho_so (
    id integer primary key, MaDonVi, MaHoSo, TrangThai integer, DaXoa integer, NgayTiepNhan, MaTTHC,
    MaLinhVuc, KenhThucHien integer, NgayHenTra, NgayKetThucXuLy, NgayTra, ngay_cap_nhat text,
    HinhThuc integer, HoTen
);
create table ho_so_bo_sung (
    id integer primary key, ho_so_id integer, NgayBoSung, NgayTiepNhanBoSung, NgayHenTraMoi
);
insert into ho_so values
    (1, 'H29.17', 'HS-1', 10, 0, '2020-01-15 08:30:00', '1.004227', 'LV01', 2,
     '2020-01-30 17:00:00', null, '2020-01-29 09:00:00', '2020-01-29 09:00:01', 1, 'Nguyễn A'),
    (2, 'H29.17', 'HS-2', 1, 0, null, null, null, 9, null, null, null, '2020-01-29 09:00:01', 1,
     'Nguyễn B');
"""

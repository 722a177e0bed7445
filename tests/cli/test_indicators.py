"""`hub indicators`: a template is written, filled in, looked at, stated; what is wrong is told."""

from pathlib import Path

from tests.cli.conftest import Run
from tests.reports.entry.entering import filled_csv, filled_xlsx

ASKED = ("phu-ho-2023", "--unit", "P1", "--period", "2023")
COUNT = ("documents.received", "")


def test_a_template_is_filled_in_looked_at_and_stated_once(run: Run, tmp_path: Path) -> None:
    units = tmp_path / "units.csv"
    units.write_text("code,name,level\nP1,A,commune\n")
    assert run("units", "import", str(units)).exit_code == 0
    book, table = tmp_path / "a.xlsx", tmp_path / "a.csv"
    made = run("indicators", "template", *ASKED, "--out", str(book))
    assert (made.exit_code, "yellow cells" in made.stdout) == (0, True), made.output
    again = run("indicators", "template", *ASKED, "--out", str(book))
    assert (again.exit_code, "is there already" in again.stderr) == (2, True)
    template = ("indicators", "template", *ASKED, "--propose", "previous", "--out", str(table))
    assert "column `Giá trị mới`" in run(*template).stdout
    empty = table.read_bytes()
    table.write_bytes(filled_csv(empty, {COUNT: "2.738"}))
    wrong = run("indicators", "import", str(table))
    assert wrong.exit_code == 1
    assert "Giá trị mới: may be a number with groups of three digits" in wrong.stderr
    book.write_bytes(filled_xlsx(book.read_bytes(), {COUNT: (2738, "QĐ 12")}))
    looked = run("indicators", "import", str(book), "--dry-run")
    assert "P1, 2023: would be 1 stated, as /manual/" in looked.stdout, looked.output
    for told in ("1 stated", "1 again"):
        done = run("indicators", "import", str(book))
        assert (done.exit_code, told in done.stdout) == (0, True), done.output
    listed = run("indicators", "history", COUNT[0], "--unit", "P1").stdout
    assert listed.count("in_force") == 1
    assert "2738" in listed
    assert "QĐ 12" in listed
    other = run("indicators", "import", str(units.rename(tmp_path / "units.pdf")))
    assert (other.exit_code, "neither .xlsx nor .csv" in other.stderr) == (2, True)

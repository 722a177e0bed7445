"""`hub report` and `hub export`: reports on the screen and in files, forms tried, tables."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run

ASKED = ("--unit", "H29", "--period", "2020-Q1")


@pytest.fixture(autouse=True)
def _registered(run: Run, tmp_path: Path) -> None:
    """The unit of the questions: of one that nobody knows there is no report."""
    units = tmp_path / "units" / "units.csv"
    units.parent.mkdir()
    units.write_text("code,name\nH29,A\n")
    assert run("units", "import", str(units)).exit_code == 0


def test_reports_are_listed_shown_and_kept(run: Run, tmp_path: Path) -> None:
    assert "vpcp-06a" in run("report", "list").stdout
    shown = run("report", "show", "vpcp-06a", *ASKED)
    assert shown.exit_code == 0, shown.output
    assert "verdict: valid" in shown.stdout
    assert "Tổng số" in shown.stdout
    for kind in ("xlsx", "csv", "html", "json"):
        out = tmp_path / f"r.{kind}"
        kept = run("report", "export", "vpcp-06a", *ASKED, "--format", kind, "--out", str(out))
        assert kept.exit_code == 0, kept.output
        assert out.stat().st_size > 1000
    assert len(list(tmp_path.glob("r.*"))) == 4
    out = tmp_path / "by-its-name.csv"
    assert run("report", "export", "vpcp-06a", *ASKED, "--out", str(out)).exit_code == 0
    assert out.read_bytes() == (tmp_path / "r.csv").read_bytes()


def test_numbers_are_exported_as_tables(run: Run, tmp_path: Path) -> None:
    for ending in ("parquet", "arrows", "csv"):
        out = tmp_path / f"figures.{ending}"
        done = run("export", "figures", str(out), "--unit", "H29", "--subtree")
        assert done.exit_code == 0, done.output
        assert out.stat().st_size > 100
    wrong = run("export", "indicators", str(tmp_path / "a.xls"))
    assert wrong.exit_code == 2
    assert ".parquet, .arrows, .csv" in wrong.stderr


def test_what_cannot_be_is_refused(run: Run, tmp_path: Path) -> None:
    nobody = run("report", "show", "vpcp-06a", "--unit", "H92", "--period", "2020")
    assert (nobody.exit_code, "unit: is not registered" in nobody.stderr) == (2, True)
    unknown = run("report", "show", "nothing", *ASKED)
    assert unknown.exit_code == 2
    assert "vpcp-06a" in unknown.stderr
    nowhere = run("report", "export", "vpcp-06a", *ASKED, "--out", str(tmp_path / "no" / "r"))
    assert nowhere.exit_code == 2
    assert "cannot write" in nowhere.stderr


def test_a_form_of_ones_own_is_tried_and_kept(run: Run, tmp_path: Path) -> None:
    form = tmp_path / "form.yaml"
    text = 'form: a\nversion: "1"\ntitle: A\nsections:\n- values: v\n  rows:\n  - {key: a, %s}\n'
    form.write_text(text % "figure: received_total")
    assert "a 1, 1 cells, 0 checks" in run("report", "check", str(form)).stdout
    for told in ("is kept", "was there already"):
        assert f"a 1 {told}" in run("report", "put", str(form)).stdout
    form.write_text(text % "figure: received_online")
    taken = run("report", "put", str(form))
    assert taken.exit_code == 2
    assert "give the changed form a new version" in taken.stderr
    form.write_text(text % "figure: received")
    assert "form.yaml:7: " in run("report", "put", str(form)).stderr
    wrong = run("report", "check", str(form))
    assert wrong.exit_code == 1
    assert "form.yaml:7: sections[1].rows[1].figure: has no figure `received`" in wrong.stderr

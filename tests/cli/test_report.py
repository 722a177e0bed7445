"""`hub report`: the catalogue, a report on the screen and in a file, a form of one's own tried."""

from pathlib import Path

from tests.cli.conftest import Run

ASKED = ("--unit", "H29", "--period", "2020-Q1")


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
    assert len(list(tmp_path.iterdir())) == 4


def test_what_cannot_be_is_refused(run: Run, tmp_path: Path) -> None:
    unknown = run("report", "show", "nothing", *ASKED)
    assert unknown.exit_code == 2
    assert "vpcp-06a" in unknown.stderr
    nowhere = run("report", "export", "vpcp-06a", *ASKED, "--out", str(tmp_path / "no" / "r"))
    assert nowhere.exit_code == 2
    assert "cannot write" in nowhere.stderr


def test_a_form_of_ones_own_is_tried(run: Run, tmp_path: Path) -> None:
    form = tmp_path / "form.yaml"
    text = 'form: a\nversion: "1"\ntitle: A\nsections:\n- values: v\n  rows:\n  - {key: a, %s}\n'
    form.write_text(text % "figure: received_total")
    assert "a 1, 1 cells, 0 checks" in run("report", "check", str(form)).stdout
    form.write_text(text % "figure: received")
    wrong = run("report", "check", str(form))
    assert wrong.exit_code == 1
    assert "form.yaml:7: sections[1].rows[1].figure: has no figure `received`" in wrong.stderr

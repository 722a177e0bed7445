"""The rules of the house: short files, SQL in one place, documents that tell the truth."""

import re
import subprocess
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from typer.main import get_command

from hub.cli.main import create_app
from hub.processes.settings import Settings

ROOT = Path(__file__).parent.parent
MOST_LINES = 300
FORMS = "hub/reports/forms/"
"""Forms have as many rows as the documents print."""
CODE = {".py", ".js", ".css", ".html", ".sh", ".yml", ".yaml", ".toml", ".conf", ".sql"}
NOT_PROSE = {".json", ".jsonl", ".csv", ".svg", ".ico", ".png", ".xlsx", ".docx", ".pdf", ".xz"}
SQL = re.compile(
    r"\b(SELECT\s.{1,200}\sFROM|INSERT\s+INTO|CREATE\s+TABLE|ALTER\s+TABLE)\b", re.DOTALL
)
SQL_LIVES_IN = (
    "hub/store/",
    "hub/dossier/store/",
    "hub/dossier/audit/",
    "hub/indicator/store.py",
    "hub/demo/vendors/igate.py",
    "tests/",
    "bench/",
)
FOREIGN = re.compile(
    r"pypi\.org|pythonhosted|npmjs|repo1?\.maven|docker\.io|ghcr\.io|quay\.io|index-url"
    r"|/work/|/root/|/home/\w|/tmp/\w",
    re.IGNORECASE,
)
SETTING = re.compile(r"\bHUB_[A-Z_]*[A-Z]\b")
READ = re.compile(r"\"(HUB_[A-Z_]*[A-Z])\"")


def tracked() -> list[Path]:
    """The files that Git knows."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return [path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file()]


@pytest.mark.parametrize("path", sorted((ROOT / "bench").glob("*.py")), ids=lambda path: path.stem)
def test_every_measure_can_still_be_begun(path: Path) -> None:
    if path.stem != "__main__":
        import_module(f"bench.{path.stem}")


def texts(*suffixes: str) -> Iterator[tuple[str, str]]:
    """Name and text of the files with some suffixes; of all that are not pictures, without."""
    for path in tracked():
        if path.suffix in suffixes if suffixes else path.suffix not in NOT_PROSE:
            yield path.relative_to(ROOT).as_posix(), path.read_text()


def test_no_file_is_long():
    long = {n: k for n, t in texts(*CODE) if (k := t.count("\n")) > MOST_LINES}
    long = {name: lines for name, lines in long.items() if not name.startswith(FORMS)}
    assert long == {}, "split by what changes together"


def test_sql_is_written_in_the_store_only():
    found = [
        name
        for name, text in texts(".py")
        if not name.startswith(SQL_LIVES_IN) and SQL.search(text)
    ]
    assert found == [], (
        "the store's SQL lives in hub/store and with a family; log and registry use SQLAlchemy"
    )


def test_nothing_names_a_registry_or_a_place_on_one_machine():
    found = [
        (name, line)
        for name, text in texts()
        if name not in ("tests/test_house.py", "LICENSE")
        for line in text.splitlines()
        if FOREIGN.search(line)
    ]
    assert found == []


def test_every_requirement_is_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    wanted = [line for lines in (project["dependencies"], *extras) for line in lines]
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pinned = {name_of(line) for line in lines if re.fullmatch(r"[\w.-]+==[\w.]+", line)}
    assert {name_of(line) for line in wanted} <= pinned
    assert len(pinned) == sum(not line.startswith("#") for line in lines)


def name_of(requirement: str) -> str:
    """A distribution's name as registries compare it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", requirement)[0]).lower()


def prose() -> str:
    return (ROOT / "README.md").read_text() + (ROOT / "CONTRIBUTING.md").read_text()


def test_make_targets_are_those_the_documents_name():
    makefile = (ROOT / "Makefile").read_text()
    exist = set(re.findall(r"^([a-z]+):.*##", makefile, re.MULTILINE))
    named = set(re.findall(r"(?:`|^(?:\$ )?)make ([a-z]+)", prose(), re.MULTILINE))
    assert named == exist


def test_commands_are_those_the_documents_name():
    exist = set(get_command(create_app()).commands)
    named = set(re.findall(r"(?:`|bin/)hub ([a-z][a-z-]*)", prose()))
    assert named == exist


def test_settings_are_those_the_documents_name():
    read = {
        setting
        for name, text in texts(".py")
        if name != "tests/test_house.py"
        for setting in READ.findall(text)
        if setting.startswith(("HUB_CI", "HUB_TEST_")) or not name.startswith("tests/")
    }
    read |= {f"HUB_{name.upper()}" for name in Settings.model_fields}
    assert set(SETTING.findall(prose())) == read


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "DECISIONS.md"])
def test_files_that_documents_name_exist(document):
    text = (ROOT / document).read_text()
    named = re.findall(r"`((?:hub|streams|connectors|schemas|tests|bench|\.ci)/[\w./-]*)`", text)
    named += re.findall(r"\]\((?!http|#)([^)#]+)", text)
    assert [name for name in named if not (ROOT / name).exists()] == []
    assert named

"""The unit for systemd: systemd understands it, and what it starts exists."""

import configparser
import os
import pwd
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner

from hub.cli.main import create_app
from tests.compose.files import ROOT
from tests.engines import need

UNIT = ROOT / "systemd" / "motcua-hub.service"


def unit() -> configparser.ConfigParser:
    found = configparser.ConfigParser(strict=True, interpolation=None)
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read_string(UNIT.read_text())
    return found


def test_what_it_starts_exists() -> None:
    service = unit()["Service"]
    program, *words = shlex.split(service["ExecStart"])
    assert Path(program).is_absolute()
    assert Path(program).name == "hub"
    help_ = CliRunner().invoke(create_app(), [words[0], "--help"], env={"COLUMNS": "200"})
    assert help_.exit_code == 0
    assert all(word in help_.output for word in words if word.startswith("--"))
    assert int(service["LimitNOFILE"]) >= 65_536
    assert service["Restart"] == "on-failure"
    assert service["StateDirectory"] == Path(service["WorkingDirectory"]).name
    assert service["Environment"] == f"HUB_DATA={service['WorkingDirectory']}"


def test_systemd_understands_it(tmp_path: Path) -> None:
    if not (analyze := shutil.which("systemd-analyze")):
        need("no systemd-analyze: install systemd")
    here = tmp_path / UNIT.name  # with a program that is there, and a user
    program = shlex.split(unit()["Service"]["ExecStart"])[0]
    text = UNIT.read_text().replace(program, sys.executable)
    here.write_text(text.replace("User=motcua-hub", f"User={pwd.getpwuid(os.getuid()).pw_name}"))
    done = subprocess.run([analyze, "verify", str(here)], capture_output=True, text=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")

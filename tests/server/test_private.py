"""What the hub keeps is its own user's, whatever the umask; what was wider before is told."""

import os
import stat
from contextlib import suppress
from pathlib import Path

import httpx

from tests.api.speaking import Speaker, event
from tests.hub_process import HubProcess


def wide(folder: Path) -> list[str]:
    """What others may do something with. The engine moves its files meanwhile: what is gone by the
    time that it is looked at is passed over."""
    found = []
    for place, folders, files in os.walk(folder):
        for path in (Path(place), *(Path(place) / name for name in (*folders, *files))):
            with suppress(FileNotFoundError):
                mode = path.lstat().st_mode
                if not stat.S_ISLNK(mode) and mode & 0o077:
                    found.append(str(path))
    return found


def test_files_are_for_their_owner(tmp_path: Path) -> None:
    data = tmp_path / "new" / "data"
    process = HubProcess(data, open=False)
    process._command = ("sh", "-c", 'umask 000 && exec "$@"', "sh", *process._command)
    process._printed = tmp_path / "output"
    for _ in range(2):
        with process, httpx.Client(base_url=process.url, timeout=60) as client:
            speaker = Speaker(client, process.key)
            position = speaker.accept(*(event(unit="P.1", subject=f"p{n}") for n in range(300)))
            assert speaker.figures(period="2020", min_position=position)
            assert (data / "log.db-wal").exists()
            assert wide(data.parent) == []
            assert process.stop() == 0
        assert wide(data.parent) == []
        assert "others" not in process.output()


def test_wider_rights_of_before_are_told(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    data.chmod(0o755)
    (data / "admin.key").write_text("")
    (data / "admin.key").chmod(0o644)
    with HubProcess(data, open=False) as process:
        assert (data / "admin.key").stat().st_mode & 0o777 == 0o600
        assert f"others on this machine may read {data}; close it" in process.output()
        assert f"chmod -R go= {data}" in process.output()
        assert process.stop() == 0

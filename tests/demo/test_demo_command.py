"""The main job whole: `hub demo` brings two published reports out of events, to the digit."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from hub.cli import demo
from hub.cli.child import ChildHub
from hub.client import HubClient, HubError
from hub.demo.comparison import published
from tests.eventually import eventually
from tests.hub_process import HubProcess

_DEMO = (sys.executable, "-m", "hub", "demo", "--port", "0")

IN_THEIR_FORMS = """
cu-chi-2020 · Huyện Củ Chi: 196 =, 4 ≠
3.1: 4.340 · 3.2: 4.001 · 3.2.1: 4.001 · 3.2.2: 0
đã tiếp nhận tổng cộng 80.070 hồ sơ, đã giải quyết 79.731 hồ sơ (5.842 hồ sơ trực tuyến)
! 3B 2.7 = 2.7.1 + 2.7.2: 2, 4
phu-ho-2023 · Xã Phú Hồ: 30 =, 1 ≠
+ Tư pháp - Hộ tịch: 1.283 hồ sơ, đã xử lý đúng và trước hạn 1.274
đúng và trước hạn: 112 → 156 (X002-01
bim-son-2017 · Thị xã Bỉm Sơn: 51 =, 3 ≠
bim-son-2018-index · Thị xã Bỉm Sơn: 242 =
"""


def test_demo_shows_the_published_figures_and_where_a_report_does_not_add_up(
    tmp_path: Path,
) -> None:
    done = subprocess.run(
        [*_DEMO, "--once", "--reports", str(tmp_path / "reports")],
        env=os.environ | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=290,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    assert done.stdout.count("RECONSTRUCTION") == 2
    for report in published().values():
        assert report["title"] in done.stdout
        for figure in report["figures"]:
            assert figure["label"] in done.stdout
    rows = [
        tuple(cell.strip() for cell in line.split("│")[1:-1])
        for line in done.stdout.splitlines()
        if line.startswith("│")
    ]
    assert ("Toàn huyện: hồ sơ tiếp nhận", "80.070", "80.070", "✓ khớp") in rows
    assert ("Cấp xã: tỷ lệ trực tuyến mức độ 3 (%)", "61,87%", "61,87%", "✓ khớp") in rows
    assert ("Hồ sơ điện tử: đã giải quyết trễ hạn", "28", "28", "✓ khớp") in rows
    land = "Địa chính-NN-XD&MT: đã giải quyết đúng và trước hạn"
    assert (land, "112", "156", "! báo cáo không cộng đủ") in rows
    assert "if 112 is read as 156" in done.stdout
    assert {sign: sum(row[3][0] == sign for row in rows) for sign in "✓✗!–"} == {
        "✓": 77, "✗": 0, "!": 4, "–": 4,
    }  # fmt: skip
    flat = " ".join(done.stdout.split())  # lines are as wide as a pipe
    for told in IN_THEIR_FORMS.strip().split("\n"):
        assert told in flat
    names = sorted(path.name for path in (tmp_path / "reports").iterdir())
    assert names == [
        f"{form}.{kind}" for form in ("cu-chi-2020", "phu-ho-2023") for kind in ("docx", "xlsx")
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["reports"], "the data is removed"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_demo_ends_in_order_at_any_moment(tmp_path: Path, number: int) -> None:
    command = [*_DEMO, "--data", str(tmp_path / "data")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        while "It listens" not in (line := process.stdout.readline()):
            assert line, "it ended"
        process.send_signal(number)
        assert process.wait(60) == 0
    with HubProcess(tmp_path / "data"):  # nobody holds the folder any more
        pass


def test_demo_says_why_it_cannot_start(tmp_path: Path) -> None:
    with HubProcess(tmp_path / "data"):
        command = [*_DEMO, "--data", str(tmp_path / "data")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "in use by another hub" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_trickle_goes_on_until_the_hub_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "_EVERY", 0.05)
    ended: list[HubError] = []
    received: list[int] = []

    def run(child: ChildHub) -> None:
        try:
            demo._trickle(child, lambda: received.append(1))
        except HubError as error:
            ended.append(error)

    with HubProcess(tmp_path / "data") as hub, HubClient(hub.url) as client:
        assert hub.process is not None
        thread = threading.Thread(target=run, args=[ChildHub(hub.process, client)])
        thread.start()
        asked = {"unit": "DEMO", "subtree": "true", "from": "2020-01-01", "to": "2099-12-31"}
        eventually(lambda: client.get("/v1/figures", **asked)["total"]["received_total"] >= 5)
        hub.stop()
        thread.join(30)
    assert "ended by itself" in str(ended[0])
    assert received, "a vendor receives dossiers, too"

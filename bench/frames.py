"""What the page does at once: the longest task of its thread while somebody looks at 12,000 units
and 10,500 overdue dossiers.

python -m bench.frames [--data FOLDER] [--only WORD] [--profile FILE]
"""

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from bench.country import Json, fill, send
from bench.readme import machine, write
from tests.engines.chromium import binary_here, browser_at
from tests.hub_process import HubProcess
from tests.web.office import ago, received

BAR = 50.0
"""Milliseconds that a task may take."""

QUIET_LOOP = 10.0
"""Milliseconds that the loop takes where nothing else runs: times are told as if it took them."""

_LOOP = """() => {
  const rows = Array.from({ length: 16000 }, (_, n) => ({ code: `H${(n * 7919) % 16000}`, n }));
  const text = JSON.stringify(rows);
  performance.mark("loop");
  const read = JSON.parse(text).sort((a, b) => (a.code < b.code ? -1 : 1));
  return new Map(read.map((row) => [row.code, { ...row }])).size;
}"""
# No locator: Playwright would look among ten thousand rows, in the page's thread.
_MORE = """() => {
  const more = document.querySelector(".list-sheet button.more");
  return Boolean(more) && (more.click(), true);
}"""
_CATEGORIES = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline"]


class Reader:
    """Somebody at the page: each step is marked, and has ended once the page rests."""

    def __init__(self, page: Any, http: httpx.Client) -> None:
        self.page, self.http = page, http
        self.told = 0

    @contextmanager
    def step(self, name: str) -> Iterator[Any]:
        """What is done inside belongs to the step."""
        self.page.evaluate("(name) => performance.mark(`step ${name}`)", name)
        yield self.page
        self.page.evaluate("() => new Promise((go) => requestIdleCallback(go, {timeout: 3000}))")
        self.page.wait_for_timeout(400)
        self.page.evaluate("() => performance.mark('step')")

    def scroll(self, place: str, turns: int = 25, by: int = 700) -> None:
        """Turns of a wheel over an element."""
        self.page.locator(place).first.hover(position={"x": 60, "y": 60})
        for _ in range(turns):
            self.page.mouse.wheel(0, by)
            self.page.wait_for_timeout(40)

    def tell(self, times: int) -> None:
        """Dossiers come in, late."""
        for _ in range(times):
            self.told += 1
            send(
                self.http, received("H00.0", f"H00.0-live-{self.told}", ago(days=40), ago(days=30))
            )
            self.page.wait_for_timeout(600)


def figures(reader: Reader) -> None:
    """The tree of figures."""
    page = reader.page
    with reader.step("figures: opened"):
        page.goto("about:blank")
        page.goto(f"{reader.http.base_url}/#/figures")
        page.locator("table.figures tbody tr").nth(30).wait_for()
    with reader.step("figures: scrolled"):
        reader.scroll(".figures-panel .scroll")
    page.locator(".figures-panel .scroll").evaluate("(box) => (box.scrollTop = 0)")
    with reader.step("figures: folded and unfolded"):
        for _ in range(2):
            for n in (1, 0):
                page.locator("button.fold").nth(n).click()
                page.wait_for_timeout(150)
            page.locator("button.fold").nth(0).click()
            page.wait_for_timeout(150)
    with reader.step("figures: sorted by a number, by name"):
        heads = page.locator("table.figures thead tr").last.locator("button.sort")
        for n in (4, 4, 0, 0):
            heads.nth(n).click()
            page.wait_for_timeout(200)
    with reader.step("figures: all 36 figures"):
        page.locator("button.more[aria-pressed=false]").last.click()
        page.wait_for_timeout(300)
    with reader.step("figures: a unit typed"):
        _type(reader, "#add-unit", "phu hoa 12")
    page.keyboard.press("Escape")
    with reader.step("figures: a number opened"):
        page.locator("tfoot button.drill").first.click()
        page.locator(".drill-list li").first.wait_for()
    with reader.step("figures: three pages behind it"):
        for _ in range(3):
            page.locator("dialog button.more").click()
            page.wait_for_timeout(600)
    page.keyboard.press("Escape")


def beside(reader: Reader) -> None:
    """Two periods, and cross tables."""
    page, url = reader.page, reader.http.base_url
    with reader.step("two periods: opened"):
        page.goto(f"{url}/#/figures?against=last_year")
        page.locator("table.figures.beside tbody tr").nth(30).wait_for()
    with reader.step("cross table: opened"):
        page.goto(f"{url}/#/figures?pivot=yes&rows=unit&columns=field")
        page.locator("table.pivot tbody tr").nth(30).wait_for()
    with reader.step("cross table: scrolled"):
        reader.scroll(".figures-panel .scroll")
    with reader.step("by unit and field: opened"):
        page.goto(f"{url}/#/figures?by=unit,field")
        page.locator("table.figures tbody tr").nth(30).wait_for()


def board(reader: Reader) -> None:
    """The board: units, the overdue, and what happens."""
    page = reader.page
    with reader.step("board: opened"):
        page.goto("about:blank")
        page.goto(f"{reader.http.base_url}/#/board")
        page.locator(".dossiers tbody tr").nth(30).wait_for()
        page.locator(".units tbody tr").nth(30).wait_for()
    with reader.step("board: news"):
        reader.tell(5)
    with reader.step("board: a code typed"):
        _type(reader, "#search", "H00.0")
        page.wait_for_timeout(900)
        page.locator("#search").fill("")
        page.wait_for_timeout(900)
    with reader.step("board: a unit typed"):
        _type(reader, "#unit", "phu hoa 12")
    page.keyboard.press("Escape")
    with reader.step("board: eight pages of the overdue"):
        for _ in range(8):
            page.locator(".list button.more").click()
            page.wait_for_timeout(500)
    with reader.step("board: scrolled"):
        reader.scroll(".dossiers", by=900)
    page.evaluate("scrollTo(0, 0)")
    with reader.step("board: news beside 1,800 rows"):
        reader.tell(5)
    with reader.step("board: all units"):
        page.locator(".units button.more").click()
        page.wait_for_timeout(300)
    with reader.step("board: all units scrolled"):
        reader.scroll(".units .scroll")
    with reader.step("board: units sorted by name, by a number"):
        for n in (0, 1):
            page.locator(".units button.sort").nth(n).click()
            page.wait_for_timeout(300)
    with reader.step("board: news beside all units"):
        reader.tell(5)


def sheet(reader: Reader) -> None:
    """The list with an address of its own."""
    page = reader.page
    with reader.step("list: opened"):
        page.goto(f"{reader.http.base_url}/#/list?list=overdue")
        page.locator(".sheet-rows tbody tr").nth(30).wait_for()
    with reader.step("list: all pages"):
        while page.evaluate(_MORE):
            page.wait_for_timeout(700)
    with reader.step("list: scrolled"):
        reader.scroll(".sheet-rows", by=4000)


def lists(reader: Reader) -> None:
    """The units in administration."""
    page = reader.page
    with reader.step("administration: units opened"):
        page.goto(f"{reader.http.base_url}/#/admin/units")
        page.locator(".admin-list tbody tr").nth(30).wait_for()
    with reader.step("administration: a unit typed"):
        _type(reader, ".admin-search", "phu hoa 12")


def _type(reader: Reader, place: str, text: str) -> None:
    reader.page.locator(place).click()
    reader.page.keyboard.type(text, delay=60)


@dataclass
class Step:
    """Its tasks as (ms of the processor, ms by the clock), and what the loop took beside them."""

    name: str
    tasks: list[tuple[float, float]]
    loop: float

    def row(self) -> tuple[str, ...]:
        """As the table has it."""
        scaled = [cpu * QUIET_LOOP / self.loop for cpu, _ in self.tasks]
        over = sum(one > BAR for one in scaled)
        longest = f"{max(scaled, default=0):.0f} ms"
        clock = f"{max((clock for _, clock in self.tasks), default=0):.0f} ms"
        return (self.name, longest, str(over), clock, f"{self.loop:.1f} ms")


def read(trace: Json) -> list[Step]:
    """The steps of a trace, each with the tasks of the page's thread that began in it."""
    events = trace["traceEvents"]
    marks = sorted(
        (it["ts"], it["name"], (it["pid"], it["tid"]))
        for it in events
        if it["cat"] == "blink.user_timing" and it["name"].split()[0] in ("step", "loop")
    )
    homes = {home for _, _, home in marks}
    tasks = [
        it
        for it in events
        if it["name"] == "RunTask" and "dur" in it and (it["pid"], it["tid"]) in homes
    ]
    loops = [
        next(it["tdur"] for it in tasks if it["ts"] <= at <= it["ts"] + it["dur"]) / 1000
        for at, name, _ in marks
        if name == "loop"
    ]
    steps = [mark for mark in marks if mark[1].startswith("step")]
    found = []
    for (start, name, _), (end, _, _) in pairwise(steps):
        if name == "step":
            continue
        some = [(it["tdur"] / 1000, it["dur"] / 1000) for it in tasks if start < it["ts"] < end]
        found.append(Step(name.removeprefix("step "), some, median(loops)))
    return found


def looked(url: str, binary: str, only: str, profile: Path | None) -> Iterator[Step]:
    """All steps, each view in a tab of its own."""
    views: tuple[Callable[[Reader], None], ...] = (figures, beside, board, sheet, lists)
    categories = [*_CATEGORIES, "blink.user_timing"]
    if profile:
        categories.append("disabled-by-default-v8.cpu_profiler")
    with browser_at(binary) as browser, httpx.Client(base_url=url, timeout=60) as http:
        for view in (view for view in views if only in view.__name__):
            page = browser.new_page(viewport={"width": 1366, "height": 768}, locale="vi-VN")
            page.set_default_timeout(120_000)
            page.goto(url)
            page.locator(".units tbody tr").first.wait_for()
            browser.start_tracing(page=page, categories=categories)
            for _ in range(8):
                page.evaluate(_LOOP)
            view(Reader(page, http))
            for _ in range(8):
                page.evaluate(_LOOP)
            told = browser.stop_tracing()
            page.close()
            if profile:
                profile.write_bytes(told)
            for step in read(json.loads(told)):
                print(" | ".join(step.row()), flush=True)
                yield step


def main() -> None:
    """Measure, print, and write the table of a whole run."""
    parser = argparse.ArgumentParser(prog="python -m bench.frames", description=__doc__)
    parser.add_argument("--data", type=Path, help="a folder to keep the hub's data in")
    parser.add_argument("--only", default="", help="of one view: figures, beside, board, ...")
    parser.add_argument("--profile", type=Path, help="keep the trace, with the scripts' calls")
    asked = parser.parse_args()
    binary = binary_here()
    assert binary, "no Chromium"
    with tempfile.TemporaryDirectory() as folder:
        data = asked.data or Path(folder) / "data"
        is_new = not data.exists()
        with HubProcess(data) as hub:
            if is_new:
                fill(hub)
            hub.caught_up()
            head = machine()
            rows = [step.row() for step in looked(hub.url, binary, asked.only, asked.profile)]
    if not asked.only:
        title = ("step", "longest task", "over 50 ms", "longest by the clock", "the loop")
        write("frames", "end frames", head, [title, *rows])


if __name__ == "__main__":
    main()

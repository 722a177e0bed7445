"""What a connector, loops of other kinds and dlt have of a table that hostile writers change.

python -m bench.losing [--mutations 1000000] [--seconds 480] [--databases postgresql,mariadb,sqlite]
    [--dlt PYTHON]

The connector is `hub connector run` beside a real hub; in the end all that the hub has is compared
with another hub that reads the table for the first time, and so are all figures.
"""

import argparse
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import sqlalchemy as sa

from bench.hostile import DOSSIERS, UNITS, Writers
from bench.loops import Plain, dlt_loop
from bench.readme import machine, write
from connectors.guard import FREE
from connectors.hub import HttpHub
from connectors.mapping import loads
from connectors.one import Connector, run_once
from connectors.port import Dossier
from hub.client import HubClient
from tests.engines import mariadb, postgres
from tests.hub_process import HubProcess

SETTLING = 25.0
"""Seconds between the last commit and the end of those who read."""
TITLE = ("database", "read by", "never seen", "stale", "deletes missed", "polls")
YAML = """
connector: doi
source: /doi
read:
  kind: sql
  url: "{url}"
  table: doi
  key: id
  cursor: ngay_cap_nhat
  overlap: 20s
  sweep: {{every: 1m, keys: 5000}}
  children: {{bo_sung: {{table: doi_bo_sung, on: ho_so_id, key: id}}}}
dossier: {{unit: don_vi, subject: ma_ho_so}}
facts:
  received: {{at: ngay_tiep_nhan, channel: {{value: direct}}, field: linh_vuc}}
  supplement_requested: {{each: bo_sung, at: ngay}}
  resolved: {{at: ngay_ket_thuc}}
guard: {{dossiers: 10000, share: 50%, floor: 100}}
"""


def main() -> None:
    """Measure, print, and write the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.losing", description=__doc__)
    parser.add_argument("--mutations", type=int, default=1_000_000, help="of all databases")
    parser.add_argument("--seconds", type=int, default=480, help="in which they are written")
    parser.add_argument("--databases", default="postgresql,mariadb,sqlite")
    parser.add_argument("--dlt", help="a Python with what bench/dlt.txt names")
    asked = parser.parse_args()
    makers, rows = asked.databases.split(","), [TITLE]
    for maker in makers:
        with database(maker) as url, tempfile.TemporaryDirectory() as folder:
            share = asked.mutations // len(makers), asked.seconds / len(makers)
            rows += losing(maker, url, *share, Path(folder), asked.dlt)
    write("losing", "end losing", machine(), rows)


@contextmanager
def database(maker: str) -> Iterator[str]:
    """The URL of an empty one."""
    if maker == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/doi.db"
        return
    server: Any = (postgres if maker == "postgresql" else mariadb).new_server()
    try:
        server.start()
        engine = sa.create_engine(server.url)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("CREATE DATABASE doi"))
        engine.dispose()
        url = sa.make_url(server.url).set(database="doi")
        yield url.render_as_string(hide_password=False)
    finally:
        server.remove()


def losing(
    maker: str, url: str, mutations: int, seconds: float, folder: Path, dlt: str | None
) -> Iterator[tuple[str, ...]]:
    engine = engine_of(url)
    writers = Writers(engine, mutations, seconds)
    writers.fill()
    stop = threading.Event()
    loops = [Plain(engine, ">"), Plain(engine, ">=")]
    with ExitStack() as open_ones:
        hub = open_ones.enter_context(HubProcess(folder / "hub"))
        approved = open_ones.enter_context(connector(hub, url, folder))
        other = open_ones.enter_context(dlt_loop(dlt, url, folder)) if dlt else None
        threads = [threading.Thread(target=loop.run, args=(stop,)) for loop in loops]
        for thread in threads:
            thread.start()
        writers.run()
        print(f"{maker}: {writers.mutations:,} rows changed", flush=True)
        time.sleep(SETTLING)
        stop.set()
        for thread in threads:
            thread.join()
        approved.end()
        name = f"{maker}, {writers.mutations:,} rows changed"
        truth = table_of(engine)
        for loop in loops:
            yield printed(name, f"`{loop.sign}` the highest", *lost(truth, loop.rows), loop.polls)
        if other is not None:
            rows, polls = other()
            yield printed(name, "dlt 1.31, its defaults", *lost(truth, rows), polls)
        yield from ours(name, hub, url, writers.codes, folder, approved.count)
    engine.dispose()


def engine_of(url: str) -> sa.Engine:
    if not url.startswith("sqlite"):
        return sa.create_engine(url, pool_size=20, isolation_level="READ COMMITTED")
    engine = sa.create_engine(url, connect_args={"timeout": 120})
    with engine.connect() as connection:
        connection.execute(sa.text("PRAGMA journal_mode = WAL"))
    return engine


def table_of(engine: sa.Engine) -> dict[str, str]:
    with engine.connect() as connection:
        query = sa.select(DOSSIERS.c.id, DOSSIERS.c.linh_vuc)
        return {str(key): field for key, field in connection.execute(query)}


def lost(truth: dict[str, str], found: dict[str, str]) -> tuple[int, int, int]:
    """Rows that were never seen, that are stale, and that are gone and not known to be."""
    never = sum(key not in found for key in truth)
    stale = sum(found.get(key, field) != field for key, field in truth.items())
    return never, stale, sum(key not in truth for key in found)


def printed(*cells: object) -> tuple[str, ...]:
    told = tuple(f"{it:,}" if isinstance(it, int) else str(it) for it in cells)
    print(" | ".join(told), flush=True)
    return told


class Approver(threading.Thread):
    """The person who looks at what waits, and lets it go on."""

    def __init__(self, url: str, process: "subprocess.Popen[bytes]") -> None:
        super().__init__(daemon=True)
        self._url, self._process, self._over = (
            f"{url}/v1/connectors/doi",
            process,
            threading.Event(),
        )
        self.count = 0
        self.start()

    def run(self) -> None:
        while not self._over.wait(0.3):
            row = httpx.get(self._url, timeout=60)
            if row.is_success and row.json()["waits"]:
                self.count += httpx.post(f"{self._url}/approve", timeout=60).is_success

    def leave(self) -> None:
        """Nobody looks any more."""
        self._over.set()
        self.join()

    def end(self) -> None:
        """The connector ends as `systemctl stop` ends it."""
        self.leave()
        self._process.terminate()
        self._process.wait(600)


@contextmanager
def connector(hub: HubProcess, url: str, folder: Path) -> Iterator[Approver]:
    path = folder / "doi.yaml"
    path.write_text(YAML.format(url=url))
    words = [sys.executable, "-m", "hub", "connector", "run", str(path), "--url", hub.url]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    person = Approver(hub.url, process)
    try:
        yield person
    finally:
        person.leave()
        process.send_signal(signal.SIGKILL)
        process.wait(60)


class Had(NamedTuple):
    """All that a hub has of the dossiers: their facts in force, and its figures."""

    facts: dict[str, Counter[Any]]
    figures: Any
    conflicts: int


def ours(
    name: str, hub: HubProcess, url: str, codes: set[str], folder: Path, approved: int
) -> Iterator[tuple[str, ...]]:
    """What the hub has some seconds after the writers have ended, when the sweep that was under way
    has, after one more, and after two: it takes two to know that a row is gone."""
    with HubProcess(folder / "fresh") as fresh:
        sweep(fresh, url)
        wanted = had(fresh, codes)
    for what in ("as it was", "its sweep ended", "one sweep", "two sweeps"):
        if what != "as it was":
            sweep(hub, url)
        found = had(hub, codes)
        doubled = sum((it - Counter(set(it))).total() for it in found.facts.values())
        is_same = "equal" if found.figures == wanted.figures else "differ"
        told = f"doubled {doubled}, conflicts {found.conflicts}, figures {is_same}"
        lost_ones = missed(wanted.facts, found.facts)
        yield printed(name, f"the connector, {what} ({told})", *lost_ones, f"{approved} approvals")


def missed(wanted: dict[str, Counter[Any]], found: dict[str, Counter[Any]]) -> tuple[int, int, int]:
    never = len(wanted.keys() - found.keys())
    return (
        never,
        sum(found.get(it, of) != of for it, of in wanted.items()),
        len(found.keys() - wanted.keys()),
    )


def sweep(hub: HubProcess, url: str) -> None:
    document = loads(YAML.format(url=url), "doi.yaml")
    with HubClient(hub.url) as client:
        began = time.monotonic()
        run_once(Connector(document, "d", HttpHub(client)), sweep=True, guard=FREE)
        print(f"a sweep: {time.monotonic() - began:.1f} s", flush=True)


def had(hub: HubProcess, codes: set[str]) -> Had:
    facts: dict[str, Counter[Any]] = {}
    with HubClient(hub.url) as client, closing(httpx.Client(base_url=hub.url, timeout=120)) as web:
        asking = HttpHub(client)
        asking.append([])
        for (unit, code), events in asking.known("/doi", dossiers_of(codes)).items():
            told = [(unit, it.kind, it.time, str(it.data)) for it in events if it.in_force]
            if told:
                facts.setdefault(code, Counter()).update(told)
        asked = {"period": "2026-Q1", "by": "unit,field"}
        figures = web.get("/v1/figures", params=asked).raise_for_status().json()
        letters = web.get("/v1/dead-letters", params={"reason": "conflict"}).raise_for_status()
    rows = sorted(map(str, figures["rows"])), figures["total"]
    return Had(facts, rows, len(letters.json()["items"]))


def dossiers_of(codes: set[str]) -> list[Dossier]:
    """Those that may be; the unit of a row whose key and code were changed may be any."""
    found = []
    for code in sorted(codes):
        key, _, is_renamed = code.removeprefix("D").partition("-")
        units = range(UNITS) if is_renamed else (int(key) % UNITS,)
        found += [(f"H{unit}", code) for unit in units]
    return found


if __name__ == "__main__":
    main()

"""Files: how fast a connector reads one into a hub, beside `hub ingest`; what memory 2 GB take.

python -m bench.files [--rows 200000] [--megabytes 2048]
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import orjson

from bench.readme import machine, write
from connectors.files import FilesSource, options_of
from connectors.mapping import compile_mapping, loads
from tests.hub_process import HubProcess

YAML = """
connector: rows
source: /rows
read: {kind: files, match: "*.csv"}
dossier: {unit: unit, subject: code}
facts:
  received: {at: received, channel: {value: direct}, field: field, due_at: due}
  resolved: {at: done}
"""
_DONE = "2026-01-20T09:00:00+07:00"


def main() -> None:
    """Measure, print, and write the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.files", description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000, help="half of them with two events")
    parser.add_argument("--megabytes", type=int, default=2048, help="of the large file")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = [*speeds(Path(folder), asked.rows), memory(Path(folder), asked.megabytes)]
    write("files", "end files", machine(), [("measure", "reached"), *found])


def row(n: int) -> tuple[str, ...]:
    done = _DONE if n % 2 else ""
    received = f"2026-01-{1 + n % 9:02d}T08:{n % 60:02d}:00+07:00"
    return f"H{n % 300}", f"D{n}", received, f"f{n % 20}", "2026-01-25T17:00:00+07:00", done


def events(n: int) -> list[dict[str, object]]:
    unit, code, received, field, due, done = row(n)
    head = {"specversion": "1.0", "source": "/rows", "subject": code}
    kind = "vn.motcua.dossier.{}.v1"
    data = {"unit": unit, "channel": "direct", "field": field, "due_at": due}
    first = {"id": f"{n}-r", "type": kind.format("received"), "time": received, "data": data}
    last = {"id": f"{n}-d", "type": kind.format("resolved"), "time": done, "data": {"unit": unit}}
    return [head | first, head | last] if done else [head | first]


def speeds(folder: Path, rows: int) -> list[tuple[str, str]]:
    (folder / "rows.yaml").write_text(YAML)
    with (folder / "rows.csv").open("w") as table, (folder / "rows.jsonl").open("wb") as lines:
        table.write("unit,code,received,field,due,done\n")
        for n in range(rows):
            table.write(",".join(row(n)) + "\n")
            lines.writelines(orjson.dumps(it) + b"\n" for it in events(n))
    words = ("connector", "run", folder / "rows.yaml", "--data", folder / "rows.csv", "--once")
    bulk = timed(folder / "a", "ingest", folder / "rows.jsonl")
    mapped = timed(folder / "b", *words)
    count = rows + rows // 2
    told = [
        (f"`hub ingest` of {count:,} events", f"{count / bulk:,.0f} events/s"),
        (f"`hub connector run --data` of the same ({rows:,} rows)",
         f"{count / mapped:,.0f} events/s, {bulk / mapped:.2f} times as fast"),
    ]  # fmt: skip
    print(told, flush=True)
    return told


def timed(data: Path, *words: object) -> float:
    """Seconds that a command takes beside a new hub."""
    with HubProcess(data) as hub:
        began = time.perf_counter()
        command = [sys.executable, "-m", "hub", *map(str, words), "--url", hub.url]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - began


def memory(folder: Path, megabytes: int) -> tuple[str, str]:
    """Of a process that reads and maps a large file; it is made here, and a child reads it."""
    path, n = folder / "large.csv", 0
    filler = "x" * 300
    with path.open("w") as table:
        table.write("unit,code,received,field,due,done,remarks\n")
        while table.tell() < megabytes << 20:
            part = (",".join((*row(it), filler)) for it in range(n, n + 10_000))
            table.write("\n".join(part) + "\n")
            n += 10_000
    pid = os.fork()
    if pid == 0:
        read_all(path)
        os._exit(0)
    _, code, used = os.wait4(pid, 0)
    assert code == 0
    told = (
        f"a file of {megabytes:,} MB ({n:,} rows), read and mapped",
        f"{used.ru_maxrss >> 10} MB resident at most, {used.ru_utime:,.0f} s",
    )
    print(told, flush=True)
    return told


def read_all(path: Path) -> None:
    document = loads(YAML, "rows.yaml")
    mapping, source = compile_mapping(document), FilesSource(options_of(document, path))
    for page in source.pages(None, sweep=False):
        for it in page.rows:
            mapping.wanted(it)


if __name__ == "__main__":
    main()

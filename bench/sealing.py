"""Sealing a report of many dossiers, and restating it after late ones arrived.

python -m bench.sealing [--dossiers 100000] [--late 2000] [--after 0] [--form vpcp-06a]

`--after`: dossiers of the whole year that arrive at last, of some 2.5 events each; the seal's bytes
are then compared with what they were.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from bench.fill import fill
from bench.workload import UNITS, arrays
from hub.processes.collector import calm_collector
from hub.processes.serve import embedded_hub
from hub.registry import Unit
from tests.api.conftest import listening
from tests.api.speaking import BATCH, Speaker, event


def sealing(data: Path, form: str, late: int, after: int) -> Iterator[tuple[str, str]]:
    """Each step with its seconds by the clock and of the processors."""
    with embedded_hub(data, open_to_all=True) as hub:
        units = [Unit(f"H29.{n:03}", f"Xã {n}", "commune", "H29") for n in range(UNITS)]
        hub.registry.units.put([Unit("H29", "Huyện", "district"), *units])
        with listening(hub) as client:
            asked = {"unit": "H29", "period": "2020-Q3"}
            path, seal = f"/v1/reports/{form}", {}
            yield "the report", _timed(lambda: client.get(path, params=asked))[0]
            told, answer = _timed(lambda: client.post(f"{path}/seal", params=asked, timeout=600))
            seal = answer.raise_for_status().json()
            yield "sealing", told
            path = f"/v1/sealed/{seal['id']}/restatement"
            yield "restating, nothing differs", _timed(lambda: client.get(path, timeout=600))[0]
            speaker = Speaker(client)
            for first in range(0, late, 1000):
                speaker.accept(*(
                    event(unit=f"H29.{n % UNITS:03}", subject=f"late-{n}", id="r",
                          time="2020-08-03T08:00:00+07:00")
                    for n in range(first, min(first + 1000, late))
                ))  # fmt: skip
            told, answer = _timed(lambda: client.get(path, timeout=600))
            found = answer.raise_for_status().json()
            named = len(found["dossiers"])
            yield "restating", f"{told}; {len(found['cells'])} cells, {named} dossiers"
            assert (found["unexplained"], named) == (0, late)
            if after:
                yield "events after the seal", _after(speaker, client, seal["id"], after)
                told, answer = _timed(lambda: client.get(path, timeout=600))
                found = answer.raise_for_status().json()
                assert (found["unexplained"], found["reproduced"]) == (0, True)
                yield "restating", f"{told}; {len(found['dossiers'])} dossiers"


def _after(speaker: Speaker, client: httpx.Client, seal: str, dossiers: int) -> str:
    """The bytes of every format, before and after many more events."""
    before = _bytes(client, seal)
    events = 0
    for body in arrays(10**8, dossiers):
        answer = speaker.send(body, BATCH)
        events += answer.raise_for_status().json()["accepted"]
    client.get("/v1/figures", params={"min_position": speaker.position or ""}, timeout=600)
    assert _bytes(client, seal) == before
    return f"{events} accepted, the same bytes as before in {', '.join(before)}"


def _bytes(client: httpx.Client, seal: str) -> dict[str, bytes]:
    return {
        name: client.get(f"/v1/sealed/{seal}", params={"format": name}).raise_for_status().content
        for name in ("json", "csv", "xlsx", "docx", "html", "seal")
    }


def _timed(work: Any) -> tuple[str, httpx.Response]:
    begun, worked = time.perf_counter(), time.process_time()
    answer = work()
    took, worked = time.perf_counter() - begun, time.process_time() - worked
    return f"{took:.2f} s, processors {worked:.2f} s", answer


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.sealing", description=__doc__)
    parser.add_argument("--dossiers", type=int, default=100_000, help="in the store")
    parser.add_argument("--late", type=int, default=2_000, help="that arrive after the seal")
    parser.add_argument("--after", type=int, default=0, help="dossiers of the year, at last")
    parser.add_argument("--form", default="vpcp-06a")
    asked = parser.parse_args()
    calm_collector()
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), asked.dossiers)
        for name, value in sealing(Path(folder), asked.form, asked.late, asked.after):
            print(f"{name}: {value}", flush=True)


if __name__ == "__main__":
    main()

"""One unit's form: how long it takes, how much of that the store, and how often the store is asked.

python -m bench.report_form [--dossiers 1000000] [--data DIR] [--runs 30]
"""

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx

from bench.fill import fill
from bench.workload import UNITS
from hub.processes.collector import calm_collector
from hub.processes.serve import embedded_hub
from hub.registry import Unit
from hub.reports.bundled import bundled
from hub.reports.form.load import fresh
from hub.store.driver import Engine, Row
from tests.api.conftest import listening

COMMUNES = 21
"""Below the one district, as the largest of the documents has them."""
ASKED = {
    "vpcp-06a, a district": ("vpcp-06a", "D"),
    "vpcp-06a, one unit": ("vpcp-06a", "H29.030"),
    "cu-chi-2020, a district": ("cu-chi-2020", "D"),
    "phu-ho-2023, one unit": ("phu-ho-2023", "H29.001"),
}


class Watched:
    """A store that tells how long its questions took."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.seconds, self.questions = 0.0, 0

    def select(self, *args: Any, **named: Any) -> Sequence[Row]:
        """The same, timed."""
        begun = time.perf_counter()
        try:
            return self._engine.select(*args, **named)
        finally:
            self.seconds += time.perf_counter() - begun
            self.questions += 1


def report_form(data: Path, runs: int) -> Iterator[tuple[str, str]]:
    """Each form, and how long its text takes to be compiled."""
    for name, made in bundled().items():
        times = [_timed(partial(fresh, made.source)) for _ in range(5)]
        yield f"{name}: compiled", f"{min(times) * 1000:.0f} ms"
    with embedded_hub(data, open_to_all=True) as hub:
        communes = [Unit(f"H29.{n:03}", f"Xã {n}", "commune", "D") for n in range(1, COMMUNES + 1)]
        others = [Unit(f"H29.{n:03}", f"Xã {n}", "commune") for n in range(COMMUNES + 1, UNITS)]
        hub.registry.units.put([Unit("D", "Huyện", "district"), *communes, *others])
        watched = Watched(hub.store)
        with listening(replace(hub, store=watched)) as client:  # type: ignore[arg-type]
            for title, (form, unit) in ASKED.items():
                yield title, _told(client, watched, form, unit, runs)


def _told(client: httpx.Client, store: Watched, form: str, unit: str, runs: int) -> str:
    params = {"unit": unit, "period": "2020-Q3"}
    client.get(f"/v1/reports/{form}", params=params).raise_for_status()
    store.seconds, store.questions, worked = 0.0, 0, time.process_time()
    times = [_timed(lambda: client.get(f"/v1/reports/{form}", params=params)) for _ in range(runs)]
    worked = time.process_time() - worked
    p95 = quantiles(times, n=20)[-1]
    return (
        f"median {median(times) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms, processors "
        f"{worked / runs * 1000:.0f} ms; the store {store.seconds / runs * 1000:.0f} ms in "
        f"{store.questions // runs} questions"
    )


def _timed(work: Any) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


@contextmanager
def _filled(data: Path | None, dossiers: int) -> Iterator[Path]:
    if data is not None:
        yield data
        return
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), dossiers)
        yield Path(folder)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.report_form", description=__doc__)
    parser.add_argument("--dossiers", type=int, default=1_000_000, help="in the store")
    parser.add_argument("--data", type=Path, help="a folder that `bench.fill` has filled")
    parser.add_argument("--runs", type=int, default=30)
    asked = parser.parse_args()
    calm_collector()
    with _filled(asked.data, asked.dossiers) as data:
        for name, value in report_form(data, asked.runs):
            print(f"{name}: {value}", flush=True)


if __name__ == "__main__":
    main()

"""Deadlines on a store with a million open dossiers: a thousand at one instant, then a midnight.

The store is filled by SQL with dossiers on the `hour` basis, so that the instants lie just ahead;
the hub tells them by itself, and what it told is read from its store afterwards.
"""

import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from bench.serving import freshness, timed
from bench.workload import SMALL
from hub.core.identity import HUB
from hub.core.time import DAY, NEVER, SECOND
from hub.dossier.figures import Mark
from hub.dossier.tables import FACTS
from hub.store.chdb_engine import ChdbEngine
from hub.store.tables import EVENTS
from tests.hub_process import HubProcess

OPEN, FEW, MANY = 1_000_000, 1_000, 100_000
_BEFORE, _BETWEEN, _AFTER = 60, 20, 40
"""Seconds to the thousand, from there to the midnight, and for which it is watched."""
_ASKED = 20
"""Questions each time; those beside events a second or half of one apart."""


def fill_open(data: Path, few_at: int, many_at: int) -> None:
    """Open dossiers, most of them due in a month; no hub may run on the folder."""
    received = few_at - DAY
    dossier = {
        "unit": "concat('H29.', leftPad(toString(number % 300), 3, '0'))",
        "subject": "concat(unit, '-', leftPad(toString(number), 8, '0'))",
    }
    due = (
        f"toInt64(multiIf(number < {FEW}, {few_at}, number < {FEW + MANY}, {many_at}, "
        f"{few_at + 30 * DAY} + number * {SECOND}))"
    )
    event = dossier | {
        "source": "'/bench'", "id": "'r'", "kind": "'received'", "time": f"toInt64({received})",
        "sequence": "toInt32(0)", "position": "toInt64(number)", "accepted": f"toInt64({received})",
        "data": f"concat('{{\"channel\":\"direct\",\"due_basis\":\"hour\",\"due_at\":', "
        f"toString({due}), '}}')",
    }  # fmt: skip
    facts = dict.fromkeys(FACTS, "''") | dossier | {
        "version": "toUInt32(1)", "accepted": f"toInt64({received})", "status": "'dossier'",
        "channel": "'direct'", "hourly": "toUInt8(1)", "received_at": f"toInt64({received})",
        "closed_at": f"toInt64({NEVER})", "due_since": "[received_at]", "due_at": f"[{due}]",
        "mark_code": f"[toUInt8({Mark.RECEIVED_DIRECT:d}), toUInt8({Mark.OVERDUE:d})]",
        "mark_at": "[received_at, due_at[1]]", "mark_event": "['', '']",
    }  # fmt: skip
    engine = ChdbEngine(data / "store")
    for table, names, values in (("events", EVENTS, event), ("facts", FACTS, facts)):
        columns = ", ".join(f"{values[name]} AS {name}" for name in names)
        engine.command(f"INSERT INTO {table} SELECT {columns} FROM numbers({OPEN})")
    engine.close()


def told(data: Path, at: int) -> tuple[int, float, float]:
    """How many deadlines of an instant the hub told, and after how long: 99 in 100, and all (s)."""
    engine = ChdbEngine(data / "store")
    count, late, last = engine.select(
        "SELECT count(), quantileExact(0.99)(accepted - time), max(accepted - time) FROM events "
        "WHERE source = %(hub)s AND kind = 'overdue' AND time = %(at)s",
        {"hub": HUB, "at": at},
    )[0]
    engine.close()
    return count, late / SECOND, last / SECOND


def deadlines() -> Iterator[tuple[str, str]]:
    """All of it, as text."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        few_at = time.time_ns() // 1000 + _BEFORE * SECOND
        many_at = few_at + _BETWEEN * SECOND
        fill_open(data, few_at, many_at)
        with HubProcess(data) as hub, httpx.Client(base_url=hub.url, timeout=60) as client:
            unit = {"unit": SMALL, "period": "2020-Q3"}
            while time.time_ns() // 1000 < few_at - 15 * SECOND:
                time.sleep(0.1)
            asked = timed(client, _ASKED, unit)
            with ThreadPoolExecutor(1) as beside:
                asked_beside = beside.submit(timed, client, _ASKED, unit, 0.4)
                calm = freshness(hub.url, 100, 10)
            while time.time_ns() // 1000 < many_at - SECOND:
                time.sleep(0.05)
            with ThreadPoolExecutor(1) as beside:
                meanwhile = beside.submit(timed, client, _ASKED, unit, 1.0)
                busy = freshness(hub.url, 100, _AFTER, 2 * 10**9)
            asked_after = timed(client, _ASKED, unit)
            assert hub.process
            hub.stop()
        name = f"{OPEN:,} open dossiers:"
        for number, at in ((FEW, few_at), (MANY, many_at)):
            count, late, last = told(data, at)
            assert count == number, f"{count} of {number} deadlines were told"
            yield (
                f"{name} {number:,} deadlines at one instant, out after",
                f"p99 {late:.2f} s, all {last:.2f} s",
            )
        yield f"{name} accepted → in the figures, 100/s, before", _said(calm)
        yield f"{name} the same while the {MANY:,} are told", _said(busy)
        for when, (median, most) in (
            ("before", asked),
            ("while others' events come", asked_beside.result()),
            (f"while the {MANY:,} are told, too", meanwhile.result()),
            ("afterwards", asked_after),
        ):
            yield f"{name} a small unit's figures {when}", f"{median:.0f}, p95 {most:.0f} ms"


def _said(times: tuple[float, float]) -> str:
    return f"{times[0]:.0f} ms, p99 {times[1]:.0f} ms"


if __name__ == "__main__":
    for title, value in deadlines():
        print(f"{title}: {value}")

"""Fills a hub's store with very many dossiers by one SQL statement a million.

For measures of questions only: building ten million dossiers from their events would take hours of
other people's machines. The rows have the form the fold gives; there is no log behind them.
"""

import time
from pathlib import Path

from bench.workload import LARGE, LARGE_SIZE, SMALL, SMALL_SIZE, START, UNITS
from hub.core.time import DAY, HOUR, NEVER
from hub.dossier.figures import Mark
from hub.dossier.tables import FACTS, GUARD
from hub.store.chdb_engine import ChdbEngine
from hub.store.tables import EVENTS

_STEP = 500_000
_UNIT = (
    f"multiIf(number < {SMALL_SIZE}, '{SMALL}', number < {SMALL_SIZE + LARGE_SIZE}, '{LARGE}', "
    f"concat('H29.', leftPad(toString(intHash32(number) % {UNITS}), 3, '0')))"
)
_RECEIVED = f"toInt64({START} + (intHash32(number + 7) % 360) * {DAY} + 8 * {HOUR} + number % 977)"
_CLOSED = (
    f"toInt64(if(number % 20 = 0, {NEVER}, received_at + (intHash32(number + 9) % 30) * {DAY}))"
)
_LATE = "number % 20 = 0 OR number % 33 = 0"
_VALUES = {
    "unit": _UNIT,
    "subject": "concat(unit, '-', leftPad(toString(number), 8, '0'))",
    "version": "toUInt32(2)",
    "accepted": f"toInt64({START})",
    "status": "'dossier'",
    "parent": "''",
    "procedure": "concat('1.', leftPad(toString(number % 80), 6, '0'))",
    "field": "concat('field-', toString(number % 12))",
    "channel": "if(number % 3 = 0, 'online', 'direct')",
    "online_level": "if(number % 3 = 0, 'partial', '')",
    "authority": "''",
    "level": "''",
    "model": "''",
    "hourly": "toUInt8(0)",
    "received_at": _RECEIVED,
    "closed_at": _CLOSED,
    "timeliness": f"if(closed_at = {NEVER}, '', 'on_time')",
    "outcome": f"if(closed_at = {NEVER}, '', 'granted')",
    "due_since": "[received_at]",
    "due_at": f"[toInt64(received_at + 10 * {DAY})]",
    "mark_code": (
        f"arrayConcat([toUInt8(if(number % 3 = 0, {Mark.RECEIVED_ONLINE_PARTIAL:d}, "
        f"{Mark.RECEIVED_DIRECT:d}))], arrayResize([toUInt8({Mark.CLOSED_ON_TIME:d})], "
        f"closed_at < {NEVER}), arrayResize([toUInt8({Mark.OVERDUE:d})], {_LATE}))"
    ),
    "mark_at": (
        f"arrayConcat([received_at], arrayResize([closed_at], closed_at < {NEVER}), "
        f"arrayResize([toInt64(received_at + 11 * {DAY})], {_LATE}))"
    ),
    "mark_event": "arrayMap(code -> '', mark_code)",
    GUARD: "toUInt8(0)",
}


_EVENT = {
    "unit": _UNIT,
    "subject": _VALUES["subject"],
    "source": "concat('/one-stop/', unit)",
    "id": "concat(toString(number), '-', kind)",
    "kind": "arrayJoin(['received', 'resolved'])",
    "time": f"{_RECEIVED} + (kind = 'resolved') * {DAY}",
    "sequence": "toInt32(0)",
    "position": "toInt64(number)",
    "accepted": f"toInt64({START})",
    "data": 'if(kind = \'received\', \'{"channel":"direct"}\', \'{"outcome":"granted"}\')',
}


def fill(data: Path, dossiers: int, *, events: bool = False) -> None:
    """Fill the store in a hub's data folder; no hub may run on it. `events`: two of each dossier,
    too, which questions do not read but every refresh does."""
    engine = ChdbEngine(data / "store")
    tables = {"facts": ((*FACTS, GUARD), _VALUES)}
    if events:
        tables["events"] = (tuple(EVENTS), _EVENT)
    for first in range(0, dossiers, _STEP):
        count = min(_STEP, dossiers - first)
        for table, (names, values) in tables.items():
            columns = ", ".join(f"{values[name]} AS {name}" for name in names)
            engine.command(
                f"INSERT INTO {table} ({', '.join(names)}) "
                f"SELECT {columns} FROM numbers({first}, {count})"
            )
    _settle(engine)
    engine.close()


def _settle(engine: ChdbEngine) -> None:
    """Wait for the merges: a store that grew over a year has them behind it."""
    quiet = 0
    while quiet < 20:
        busy = engine.select("SELECT count() FROM system.merges", {})[0][0]
        quiet = 0 if busy else quiet + 1
        time.sleep(0.1)


if __name__ == "__main__":
    import sys

    fill(Path(sys.argv[1]), int(sys.argv[2]))

"""Whether the chain of seals is whole: what was changed or removed is seen."""

import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, select

from hub.core.sealed import digest, is_signed, name_of
from hub.registry import seal_tables as of
from hub.registry import tables

_SEALS, _HEAD, _BYTES, _KEYS = of.seals, of.seal_head, of.seal_bytes, of.seal_keys
_MOST_FAULTS = 100


def verify_seals(engine: Engine) -> tuple[int, list[str]]:
    """How many seals there are, and what of them is not as it was written.

    Each is held against its hash, its signature, the seal before, and every byte that it names;
    the last one against the one noted as the last, here and in the trail.
    """
    with engine.connect() as connection:
        head = connection.execute(select(_HEAD)).one_or_none()
        publics = set(connection.execute(select(_KEYS.c.public)).scalars())
        rows = connection.execute(select(_SEALS).order_by(_SEALS.c.number)).mappings().all()
        faults: list[str] = []
        number, before = 0, ""
        for row in rows:
            if row["number"] != number + 1:
                faults.append(f"seals {number + 1} to {row['number'] - 1} are missing")
            else:
                faults += _faults(row, before, publics)
            number, before = row["number"], row["hash"]
        faults += [*_missing(connection, rows)]
        last = _last_in_trail(connection)
    if head is None or (head.number, head.hash) != (number, before):
        faults.append(f"they end with number {number}, not with the one noted as the last")
    if last is not None and last != before:
        faults.append("the last one is not that of which the trail tells")
    return len(rows), faults[:_MOST_FAULTS]


def _faults(row: Mapping[Any, Any], before: str, publics: set[str]) -> Iterator[str]:
    name, statement = f"seal {row['id']}", row["statement"].encode()
    if digest(statement) != row["hash"] or name_of(row["number"], statement) != row["id"]:
        yield f"{name} is not as it was written"
        return
    said = orjson.loads(statement)
    if said["public_key"] not in publics:
        yield f"{name} names a key that is not this hub's"
    elif not is_signed(said["public_key"], row["signature"], statement):
        yield f"{name} is not signed by this hub"
    if said["before"] != before:
        yield f"{name} does not follow the seal before it"
    told = {
        "number": said["number"], "form": said["form"], "unit": said["unit"] or "",
        "period": said["period"]["label"] or "", "supersedes": said["supersedes"],
        "start": said["period"]["from"], "end": said["period"]["to"],
    }  # fmt: skip
    if any(str(row[column]) != str(value) for column, value in told.items()):
        yield f"{name} is listed as something else than it is"


def _missing(connection: Connection, rows: Any) -> Iterator[str]:
    """Bytes that are missing, or not those of their name."""
    checked: set[str] = set()
    for row in rows:
        try:
            parts = orjson.loads(row["statement"])["parts"]
        except (orjson.JSONDecodeError, KeyError):
            continue  # told already
        for name, it in parts.items():
            sha256 = it["sha256"]
            if sha256 in checked:
                continue
            checked.add(sha256)
            query = select(_BYTES.c.packed).where(_BYTES.c.sha256 == sha256)
            if not _is_whole(connection.scalar(query), sha256):
                yield f"{name} of seal {row['id']} is missing or not as it was sealed"


def _is_whole(packed: bytes | None, sha256: str) -> bool:
    try:
        return packed is not None and digest(zlib.decompress(packed)) == sha256
    except zlib.error:
        return False


def _last_in_trail(connection: Connection) -> str | None:
    """The hash of the newest seal of which the trail tells."""
    trail = tables.trail.c
    query = select(trail.after).where(trail.kind == "seal").order_by(trail.number.desc()).limit(1)
    found = connection.scalar(query)
    return None if found is None else str(orjson.loads(found)["hash"])

"""The language read a second time: a plain and slow interpreter of documents as dictionaries.

It knows nothing of the compiled one. Conditions are given to it as functions of Python.
"""

import hashlib
from datetime import date, datetime, timedelta, timezone
from typing import Any

EAST = timezone(timedelta(hours=7))
STRPTIME = {"dd/MM/yyyy HH:mm": "%d/%m/%Y %H:%M", "dd/MM/yyyy": "%d/%m/%Y", "yyyyMMdd": "%Y%m%d"}
INSTANTS = {"due_at", "received_at", "closed_at"}
CHANNELS = {"direct", "online", "post"}
REQUIRED = {"received": ["channel"], "result_returned": ["channel"], "extended": ["due_at"]}
NAMES = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")


class RefusedError(Exception):
    """A row is refused, with a code."""


def get(row: dict, name: str) -> Any:
    if name in row:
        value = row[name]
    else:
        value = row
        for part in name.split("."):
            value = value.get(part) if isinstance(value, dict) else None
    if isinstance(value, str) and value.strip() == "":
        return None
    return value.strip() if isinstance(value, str) else value


def text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list):
        raise RefusedError("not-text")
    if isinstance(value, float) and int(value) == value:
        return str(int(value))
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def instant(value: Any, patterns: list[str], end_of_day: bool) -> datetime:
    found: datetime | None = None
    if isinstance(value, datetime):
        found = value
    elif isinstance(value, date):
        found = datetime.fromisoformat(value.isoformat())
    elif isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        for pattern in [*(STRPTIME[it] for it in patterns), "%Y-%m-%d", "%Y-%m-%d %H:%M"]:
            try:
                read = datetime.strptime(str(value), pattern)  # noqa: DTZ007
            except ValueError:
                continue
            if read.strftime(pattern) == str(value):
                found = read
                break
    if found is None:
        raise RefusedError("not-a-date")
    if end_of_day and (found.hour, found.minute, found.second, found.microsecond) == (0, 0, 0, 0):
        found = found.replace(hour=23, minute=59, second=59)
    found = found.replace(tzinfo=EAST) if found.tzinfo is None else found.astimezone(EAST)
    if not 1990 <= found.year <= 2100 or found.timestamp() < 631152000:
        raise RefusedError("date-out-of-range")
    return found


def value(spec: Any, row: dict, attribute: str, patterns: list[str]) -> Any:  # noqa: C901
    """The attribute's value, or None where it is not given."""
    if isinstance(spec, list):
        for part in spec:
            found = value(part, row, attribute, patterns)
            if found is not None:
                return found
        return None
    if isinstance(spec, str):
        spec = {"from": spec}
    if "value" in spec:
        raw: Any = spec["value"]
    else:
        names = spec["from"] if isinstance(spec["from"], list) else [spec["from"]]
        for name in names:
            raw = get(row, name)
            if raw is not None and "map" in spec:
                code = text(raw)
                if isinstance(raw, bool) and code not in spec["map"]:
                    code = str(int(raw)) if str(int(raw)) in spec["map"] else code
                if code not in spec["map"] and "*" not in spec["map"]:
                    raise RefusedError("unmapped")
                raw = spec["map"].get(code, spec["map"].get("*"))
            if raw is not None:
                break
    if raw is None:
        return None
    if attribute == "at" or attribute in INSTANTS:
        return instant(raw, patterns, spec.get("end_of_day", False))
    found = text(raw)
    if attribute == "channel":
        if found not in CHANNELS:
            raise RefusedError("not-a-choice")
    else:
        longest = {"unit": 35, "subject": 100}.get(attribute, 64)
        signs = {"unit": NAMES - set("_-"), "subject": NAMES | {"/"}}.get(attribute, NAMES)
        if not 1 <= len(found) <= longest or not set(found) <= signs:
            raise RefusedError("not-a-code")
    return found


def fact(kind: str, spec: dict, row: dict, patterns: list[str], codes: set) -> Any:  # noqa: C901
    """Time and data of a fact, or None; codes of what is wrong are added."""

    def tried(attribute: str, of: Any) -> Any:
        try:
            return value(of, row, attribute, patterns)
        except RefusedError as error:
            codes.add(str(error))
            return RefusedError

    if "when" in spec and not spec["when"].holds(row):
        return None
    time = None
    if "at" in spec:
        time = tried("at", spec["at"])
        if time is None:
            if "when" in spec:
                codes.add("missing")
            return None
    data = {}
    for attribute in spec.keys() - {"at", "when", "each", "key"}:
        found = tried(attribute, spec[attribute])
        if found is None and attribute in REQUIRED.get(kind, []):
            codes.add("missing")
        if found is None or found is RefusedError:
            continue
        data[attribute] = found.isoformat() if attribute in INSTANTS else found
        early = attribute == "due_at" and isinstance(time, datetime) and found.date() < time.date()
        if kind == "received" and early:
            codes.add("due-before-received")
    if time is RefusedError:
        return None
    return None if time is None else round(time.timestamp()) * 1_000_000, data


def wanted(document: dict, row: dict) -> Any:  # noqa: C901
    """(unit, subject, facts by slot) of a row, or the set of codes for which it is refused."""
    codes: set[str] = set()
    patterns = document["read"].get("times", [])
    about = []
    for part in ("unit", "subject"):
        try:
            found = value(document["dossier"][part], row, part, patterns)
        except RefusedError as error:
            codes.add(str(error))
            continue
        if found is None:
            codes.add("missing")
        about.append(found)
    none_when = document["dossier"].get("none_when")
    if none_when is not None and none_when.holds(row):
        return codes or (*about, {})
    facts: dict[str, Any] = {}
    for kind, spec in document["facts"].items():
        if "each" not in spec:
            if (found := fact(kind, spec, row, patterns, codes)) is not None:
                facts[kind] = (kind, *found)
            continue
        children = get(row, spec["each"])
        if children is not None and not isinstance(children, list):
            codes.add("not-a-list")
            continue
        for child in children or []:
            inner: set[str] = set()
            found = fact(kind, spec, child, patterns, inner)
            codes |= inner
            if found is None or inner:
                continue
            label = get(child, spec["key"])
            if label is None:
                codes.add("missing")
                continue
            if isinstance(label, dict | list):
                codes.add("not-text")
                continue
            label = text(label)
            if not set(label) <= NAMES or len(label) > 40:
                label = hashlib.sha256(f'["{label}"]'.encode()).hexdigest()[:16]
            slot = f"{kind}.{label}"
            if facts.get(slot, (kind, *found)) != (kind, *found):
                codes.add("duplicate-child")
            facts.setdefault(slot, (kind, *found))
    return codes or (*about, facts)

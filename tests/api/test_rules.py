"""Every rule of the contract, and random sets of events, through the real HTTP interface."""

import time
from collections import Counter
from datetime import datetime
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests import oracle, questions, strategies
from tests.api.speaking import Json, Speaker
from tests.examples import Check
from tests.examples_rules import RULES

_numbers = count()


def moved(event: Json, below: str) -> Json:
    """The same event of a unit below another, so that tests do not see each other's."""
    return event | {"data": event["data"] | {"unit": f"{below}.{event['data']['unit']}"}}


def key_of(row: Json, by: tuple[str, ...], below: str) -> tuple[str | None, ...]:
    key = dict(row["key"])
    assert tuple(key) == by
    if "unit" in key:
        key["unit"] = key["unit"].removeprefix(below + ".")
    return tuple(key[name] for name in by)


def now() -> int:
    return time.time_ns() // 1000


@pytest.fixture(scope="module")
def conflicts(speaker: Speaker) -> Counter[str]:
    """All rules told to the hub, each below a unit of its own; conflicts by that unit."""
    for n, rule in enumerate(RULES):
        events = [moved(entry.event, f"R{n}") for entry in rule.events]
        if n % 2:
            speaker.accept(*events)
        else:
            assert {speaker.one(event).status_code for event in events} == {202}
    speaker.figures(period="2020")
    letters = speaker.pages("/v1/dead-letters", reason="conflict", limit=1000)
    return Counter(letter["unit"].split(".")[0] for letter in letters)


@pytest.mark.parametrize("n", range(len(RULES)), ids=lambda n: RULES[n].name)
def test_rule(speaker: Speaker, conflicts: Counter[str], n: int) -> None:
    for check in RULES[n].checks:
        if check.as_of is None:  # a moment of acceptance cannot be chosen over HTTP
            assert_check(speaker, check, f"R{n}")
    assert conflicts[f"R{n}"] == RULES[n].conflicts


def assert_check(speaker: Speaker, check: Check, below: str) -> None:
    params: dict[str, Any] = {
        "unit": below,
        "subtree": "true",
        "from": str(check.start),
        "to": str(check.end),
        "parts": "include" if check.parts else "exclude",
    }
    answer = speaker.figures(**params, **({"by": ",".join(check.by)} if check.by else {}))
    assert {name: answer["total"][name] for name in check.expected} == check.expected
    rows = {key_of(row, check.by, below): row["figures"] for row in answer["rows"]}
    if check.by:
        assert set(rows) == set(check.rows)
    for key, row in check.rows.items():
        assert {name: rows[key][name] for name in row} == row
    for name, number in answer["total"].items():
        if number or name in check.expected:
            listed = list(speaker.pages("/v1/dossiers", figure=name, limit=2, **params))
            assert len(listed) == number, name
            assert len({tuple(item.items()) for item in listed}) == number


def params_of(query: dict[str, str], filters: Json, below: str) -> tuple[Json, Json]:
    """Query parameters, and the same as keyword arguments of the oracle."""
    start, end = questions.days_of(query)
    units = filters["units"]
    asked = [below] if units is None else [f"{below}.{unit}" for unit in units]
    subtree = filters["subtree"] or units is None
    params: Json = {
        **query,
        "unit": asked,
        "subtree": str(subtree).lower(),
        "by": ",".join(filters["by"]),
        "parts": "include" if filters["parts"] else "exclude",
        **filters["where"],
        **({} if filters["unit_level"] is None else {"unit_level": filters["unit_level"]}),
    }
    known = {
        "units": asked, "subtree": subtree, "parts": filters["parts"], "where": filters["where"],
        "unit_level": filters["unit_level"],
        "levels": {f"{below}.{unit}": level for unit, level in filters["levels"].items()},
    }  # fmt: skip
    return params, known | {"start": start, "end": end, "by": filters["by"]}


@settings(
    max_examples=15, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(data=st.data())
def test_whatever_is_sent_the_answers_are_the_oracles(
    speaker: Speaker, data: st.DataObject
) -> None:
    """Figures of any period and filter, the lists behind them, the overdue list; and what was
    answered for a moment between two batches is answered so for ever."""
    below = f"S{next(_numbers)}"
    log: list[oracle.Accepted] = []
    earlier: list[tuple[Json, Json]] = []
    events = [moved(e.event, below) for e in data.draw(strategies.logs(min_size=3, max_size=40))]
    query, filters = data.draw(questions.periods()), data.draw(questions.filters())
    params, known = params_of(query, filters, below)
    units = [{"code": u, "name": u, "level": level} for u, level in known["levels"].items()]
    speaker.client.put("/v1/units", json=units).raise_for_status()
    while events:
        size = data.draw(st.integers(1, len(events)))
        batch, events = events[:size], events[size:]
        speaker.accept(*batch)
        stamp = now()  # the hub's is before, that of the next batch after it
        log += [oracle.Accepted(e, stamp, len(log) + n) for n, e in enumerate(batch)]
        at = {**params, "as_of": oracle.instant(stamp).isoformat()}
        table = oracle.figures(log, now=now(), as_of=stamp, **known)
        answer = speaker.ask("/v1/figures", **at).json()
        assert_table(answer, table, filters["by"], below)
        earlier.append((at, answer))
    for at, answer in earlier:
        assert speaker.ask("/v1/figures", **at).json() == answer
    current = speaker.figures(**params)
    assert_table(current, oracle.figures(log, now=now(), **known), filters["by"], below)
    figure = data.draw(st.sampled_from(oracle.FIGURES))
    del params["by"], known["by"]
    found = [
        tuple(item[name] for name in ("unit", "subject", "source", "id") if name in item)
        for item in speaker.pages("/v1/dossiers", figure=figure, limit=3, **params)
    ]
    assert sorted(found) == oracle.drill(log, figure, now=now(), **known)
    assert_overdue(speaker, log, known)


def assert_table(answer: Json, table: oracle.Table, by: tuple[str, ...], below: str) -> None:
    assert answer["total"] == table.total
    rows = {key_of(row, by, below): row["figures"] for row in answer["rows"]}
    strip = by.index("unit") if "unit" in by else None
    expected = {
        tuple(
            value.removeprefix(below + ".") if n == strip and value else value
            for n, value in enumerate(key)
        ): row
        for key, row in table.rows.items()
    }
    assert rows == expected


def assert_overdue(speaker: Speaker, log: list[oracle.Accepted], known: Json) -> None:
    asked = {"units": known["units"], "subtree": known["subtree"]}
    before = now()
    items = list(
        speaker.pages(
            "/v1/overdue", unit=known["units"], subtree=str(known["subtree"]).lower(), limit=2
        )
    )
    expected = oracle.overdue(log, before, **asked)
    assert [(item["unit"], item["subject"]) for item in items] == [e[:2] for e in expected]
    for item, right in zip(items, expected, strict=True):
        assert datetime.fromisoformat(item["due_at"]) == right.due_at
        for name in ("procedure", "field", "days_late", "waiting"):
            assert item[name] == getattr(right, name), name
        assert right.overdue_seconds <= item["overdue_seconds"] <= right.overdue_seconds + 60

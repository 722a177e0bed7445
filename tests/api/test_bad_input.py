"""Bad input: always the documented answer, never a lost neighbour, never a value kept or told."""

import os
import random
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from itertools import count, repeat
from pathlib import Path
from typing import Any

import pytest

from hub.api.context import Hub
from hub.core.check import Refusal, check_object, check_objects
from hub.processes.serve import embedded_hub
from tests.api.conftest import listening
from tests.api.mutations import GOOD, SECRET, SECRET_BYTES, TIMES, spoilt
from tests.api.speaking import Json, Speaker, event

_numbers = count()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hub")


@pytest.fixture(scope="module")
def hub(data: Path) -> Iterator[Hub]:
    """A hub whose whole folder is searched, at the end, for what it was not to keep."""
    with embedded_hub(data, open_to_all=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def speaker(hub: Hub) -> Iterator[Speaker]:
    with listening(hub) as client:
        yield Speaker(client)


def good() -> Json:
    """A good event of a dossier of its own."""
    return event(unit="GOOD.1", subject=f"g{next(_numbers)}")


def changed(path: str, value: Any = ..., /, kind: int = 0) -> Json:
    """A good event with one value set, or (without one) taken out."""
    spoiled = deepcopy(GOOD[kind])
    spoiled["subject"] = f"b{next(_numbers)}"
    *holders, name = path.split("/")
    holder = spoiled[holders[0]] if holders else spoiled
    if value is ...:
        del holder[name]
    else:
        holder[name] = value
    return spoiled


_DUE = "/data/due_at"
BAD: list[tuple[str, Any, str, str]] = [
    ("unknown kind", changed("type", "vn.motcua.dossier.eaten.v1"), "unknown-kind", "/type"),
    ("no kind", changed("type"), "unknown-kind", "/type"),
    ("kind null", changed("type", None), "unknown-kind", "/type"),
    ("kind of another house", changed("type", "com.example.received"), "unknown-kind", "/type"),
    ("version 2", changed("specversion", "0.3"), "invalid", "/specversion"),
    *((f"no {n}", changed(n), "missing", f"/{n}") for n in ("specversion", "id", "source")),
    *((f"no {n}", changed(n), "missing", f"/{n}") for n in ("subject", "time", "data")),
    *((f"{n} null", changed(n, None), "null", f"/{n}") for n in ("id", "source", "subject")),
    *((f"{n} null", changed(n, None), "null", f"/{n}") for n in ("time", "data")),
    ("no unit", changed("data/unit"), "missing", "/data/unit"),
    ("no channel", changed("data/channel"), "missing", "/data/channel"),
    ("channel null", changed("data/channel", None), "null", "/data/channel"),
    ("due_at null", changed("data/due_at", None), "null", _DUE),
    ("no due_at", changed("data/due_at", kind=5), "missing", _DUE),
    ("no rating", changed("data/rating", kind=13), "missing", "/data/rating"),
    ("no retracted id", changed("data/id", kind=15), "missing", "/data/id"),
    ("data a list", changed("data", [SECRET]), "invalid", "/data"),
    ("data a text", changed("data", SECRET), "invalid", "/data"),
    ("personal data", changed("data/applicant", SECRET), "unknown-attribute", "/data/applicant"),
    ("other kind's", changed("data/outcome", "granted"), "unknown-attribute", "/data/outcome"),
    ("channel unknown", changed("data/channel", SECRET), "invalid", "/data/channel"),
    ("reason a sentence", changed("data/reason", SECRET, kind=1), "invalid", "/data/reason"),
    ("id empty", changed("id", ""), "invalid", "/id"),
    ("id with a space", changed("id", SECRET), "invalid", "/id"),
    ("id too long", changed("id", "x" * 201), "invalid", "/id"),
    ("id a number", changed("id", 1), "invalid", "/id"),
    ("source too long", changed("source", "x" * 201), "invalid", "/source"),
    ("subject with a space", changed("subject", SECRET), "invalid", "/subject"),
    ("subject too long", changed("subject", "x" * 101), "invalid", "/subject"),
    ("unit with a slash", changed("data/unit", "H1/2"), "invalid", "/data/unit"),
    ("unit too long", changed("data/unit", "H" * 36), "invalid", "/data/unit"),
    ("procedure too long", changed("data/procedure", "1" * 65), "invalid", "/data/procedure"),
    ("sequence a number", changed("sequence", 1), "invalid", "/sequence"),
    ("sequence 01", changed("sequence", "01"), "invalid", "/sequence"),
    ("sequence 2^31", changed("sequence", "2147483648"), "sequence-out-of-range", "/sequence"),
    ("time far ahead", changed("time", "2100-12-31T23:59:59Z"), "time-in-future", "/time"),
    ("time too old", changed("time", "1989-12-31T23:59:59.9Z"), "time-out-of-range", "/time"),
    ("due 1989", changed("data/due_at", "1989-01-01T00:00:00Z"), "time-out-of-range", _DUE),
    ("30 February", changed("time", "2020-02-30T08:00:00Z"), "time-invalid", "/time"),
    (
        "due the day before",
        changed("data/due_at", "2020-01-14T23:59:59+07:00"), "due-before-received", _DUE,
    ),
    (
        "nothing corrected",
        changed("data", {"unit": "H1"}, kind=12), "nothing-corrected", "/data",
    ),
    (
        "a crowd of attributes",
        changed("data", {"unit": "H1", **{f"name{n}": SECRET for n in range(100)}}),
        "unknown-attribute", "/data/name0",
    ),
    ("a number", 1, "invalid", ""),
    ("a list", [[]], "invalid", ""),
    ("nothing", None, "null", ""),
    ("an empty object", {}, "unknown-kind", "/type"),
]  # fmt: skip


@pytest.mark.parametrize(("bad", "code", "pointer"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_refused_by_name_and_alone(speaker: Speaker, bad: Any, code: str, pointer: str) -> None:
    single = speaker.one(bad)
    assert single.status_code == 422, single.text
    assert single.headers["content-type"] == "application/problem+json"
    assert_refused(single.json()["events"][0], code, pointer)
    answer = speaker.batch([good(), bad, good()])
    assert answer.status_code == 200
    assert [e["outcome"] for e in answer.json()["events"]] == ["accepted", "rejected", "accepted"]
    assert_refused(answer.json()["events"][1], code, pointer)
    assert SECRET_BYTES not in single.content + answer.content


def assert_refused(told: Json, code: str, pointer: str) -> None:
    errors = {(error["code"], error["pointer"]): error["message"] for error in told["errors"]}
    assert (code, pointer) in errors
    assert len(errors[code, pointer]) > 10


@pytest.mark.parametrize("text", TIMES)
@pytest.mark.parametrize("path", ["time", "data/due_at", "data/closed_at"])
def test_no_other_way_to_write_a_time(speaker: Speaker, path: str, text: str) -> None:
    answer = speaker.one(changed(path, text, kind=12 if "closed" in path else 0))
    assert answer.status_code == 422, text
    (error,) = answer.json()["events"][0]["errors"]
    assert error["pointer"] == f"/{path}"
    assert text.strip() not in error["message"]


@pytest.mark.parametrize(
    "text",
    [
        *("1990-01-01T00:00:00Z", "1990-01-01T07:00:00+07:00", "2020-01-15T08:30:00z"),
        *(
            "2020-01-15T08:30:00-00:00",
            "2020-02-29T23:59:59.999999+23:59",
            "2020-01-15T08:30:00.5Z",
        ),
    ],
)
def test_all_ways_to_write_a_time(speaker: Speaker, text: str) -> None:
    assert speaker.one(good() | {"time": text}).status_code == 202


def test_due_on_the_day_of_receipt_in_local_time(speaker: Speaker) -> None:
    early = good() | {"time": "2020-01-15T23:59:59+07:00"}
    early["data"]["due_at"] = "2020-01-14T17:00:00Z"  # 00:00 of the 15th in the hub's zone
    assert speaker.one(early).status_code == 202


def test_ten_thousand_spoilt_events(speaker: Speaker) -> None:
    """In batches with a good neighbour at each side, some alone; checked one by one or all at
    once, the hub says the same."""
    rng = random.Random(20200115)
    neighbours, before = 0, good_ones(speaker)
    for _ in range(100):
        bad = [spoilt(rng) for _ in range(100)]
        batch = [item for event in bad for item in (event, good())]
        answer = speaker.batch(batch)
        assert answer.status_code == 200, answer.text[:300]
        told = answer.json()["events"]
        assert len(told) == len(batch)
        assert {item["outcome"] for item in told[1::2]} == {"accepted"}
        neighbours += len(bad)
        for item, sent in zip(told[::2], bad, strict=True):
            assert_told(item, sent)
        assert SECRET_BYTES not in answer.content
        single = speaker.one(bad[0])
        assert single.status_code == {"accepted": 202, "rejected": 422}[told[0]["outcome"]]
        assert single.json()["events"] == told[:1]
    assert good_ones(speaker) == before + neighbours


def good_ones(speaker: Speaker) -> int:
    """How many of the good neighbours the figures have."""
    found = speaker.figures(unit="GOOD.1", period="2020")["total"]["received_total"]
    return int(found)


def assert_told(item: Json, event: Any) -> None:
    """A refusal names what is wrong: a place that is there, or a name missing in one that is."""
    assert item["outcome"] in ("accepted", "rejected")
    assert bool(item["errors"]) == (item["outcome"] == "rejected")
    for error in item["errors"]:
        assert error["code"]
        assert len(error["message"]) > 10
        holder = event
        *way, last = error["pointer"].split("/")[1:] or [""]
        for name in way:
            holder = holder[name]
        there = error["code"] not in ("missing", "unknown-kind")
        if error["pointer"] and there and not last.endswith("…"):
            names = {name.encode(errors="replace").decode() for name in holder}
            assert last.replace("~1", "/").replace("~0", "~") in names


def test_all_at_once_is_one_by_one() -> None:
    rng = random.Random(7)
    for _ in range(300):
        events = [
            spoilt(rng) if rng.random() < 0.1 else deepcopy(rng.choice(GOOD)) for _ in "12345"
        ]
        now = 1_800_000_000_000_000
        assert check_objects(deepcopy(events), repeat(now)) == [
            check_object(e, now) for e in events
        ]


def test_unknown_names_are_told_and_values_not(speaker: Speaker) -> None:
    bad = event(**{"a/b~c": SECRET, "họ tên": SECRET, "x" * 500: SECRET})
    answer = speaker.one(bad)
    pointers = {error["pointer"] for error in answer.json()["events"][0]["errors"]}
    assert {"/data/a~1b~0c", "/data/họ tên"} < pointers
    assert max(map(len, pointers)) <= 201
    half = speaker.one(event(**{"\ud83d": SECRET}))
    assert half.json()["events"][0]["errors"][0]["pointer"] == "/data"
    assert SECRET_BYTES not in answer.content + half.content


def test_a_letter_of_each_refusal(speaker: Speaker) -> None:
    bad = changed("data/applicant", SECRET)
    for _ in range(3):
        speaker.one(bad)
    letters = speaker.pages("/v1/dead-letters", reason="unknown-attribute", limit=1000)
    (letter,) = [found for found in letters if found["subject"] == bad["subject"]]
    assert (letter["times"], letter["values_kept"], letter["event"]) == (3, False, None)
    assert letter["errors"][0]["pointer"] == "/data/applicant"
    again = speaker.client.post(f"/v1/dead-letters/{letter['id']}/replay")
    assert again.status_code == 409
    assert "not kept" in again.json()["title"]


def test_nothing_that_was_refused_is_anywhere_on_the_disk(
    speaker: Speaker, hub: Hub, data: Path
) -> None:
    """The last test of this file: by now the hub has been told the secret thousands of times."""
    speaker.accept(good() | {"extension": SECRET})
    speaker.figures(period="2020")
    searched = set()
    for folder, _, names in os.walk(data):
        for name in names:
            with suppress(FileNotFoundError, IsADirectoryError):  # the store moves its parts about
                assert SECRET_BYTES not in Path(folder, name).read_bytes(), (folder, name)
                searched.add(name)
    assert {"log.db", "registry.db", "data.bin"} <= searched


def test_a_refusal_keeps_only_identifiers() -> None:
    refusal = check_object(changed("data/applicant", SECRET), 0)
    assert isinstance(refusal, Refusal)
    assert refusal.event is None

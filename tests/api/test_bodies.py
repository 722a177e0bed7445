"""Bodies of every kind: what is no JSON, too large, packed, of another media type."""

import gzip
import json
import random
from itertools import count
from typing import Any

import pytest

from hub.core import check
from tests.api.speaking import BATCH, STRUCTURED, Json, Speaker, event

MB = 2**20
_numbers = count()


def good() -> Json:
    """A good event of a dossier of its own."""
    return event(unit="GOOD.1", subject=f"g{next(_numbers)}")


def packed(content: bytes) -> bytes:
    return gzip.compress(content)


ONE = json.dumps(event(subject="whole")).encode()
GZIP = {"content-encoding": "gzip"}
BODIES: list[tuple[str, int, bytes, str, dict[str, str]]] = [
    ("empty", 400, b"", STRUCTURED, {}),
    ("empty batch body", 400, b"", BATCH, {}),
    ("words", 400, b"hello", STRUCTURED, {}),
    ("cut off", 400, ONE[:-1], STRUCTURED, {}),
    ("two texts", 400, ONE + ONE, STRUCTURED, {}),
    ("single quotes", 400, ONE.replace(b'"', b"'"), STRUCTURED, {}),
    ("byte order mark", 400, b"\xef\xbb\xbf" + ONE, STRUCTURED, {}),
    ("UTF-16", 400, ONE.decode().encode("utf-16"), STRUCTURED, {}),
    ("not UTF-8", 400, ONE.replace(b"whole", b"\xff\xfe"), STRUCTURED, {}),
    ("NaN", 400, ONE[:-1] + b',"x":NaN}', STRUCTURED, {}),
    ("Infinity", 400, b"[" + ONE[:-1] + b',"x":-Infinity}]', BATCH, {}),
    ("very deep", 400, b"[" * 10**6, BATCH, {}),
    ("deep and whole", 422, b"[" * 10**5 + b"]" * 10**5, STRUCTURED, {}),
    ("a number of many digits", 422, b"9" * 10**5, STRUCTURED, {}),
    ("batch of no list", 400, ONE, BATCH, {}),
    ("batch null", 400, b"null", BATCH, {}),
    ("list as one event", 422, b"[" + ONE + b"]", STRUCTURED, {}),
    ("one null", 422, b"null", STRUCTURED, {}),
    ("no events", 200, b"[]", BATCH, {}),
    ("one in a batch", 200, b"[" + ONE + b"]", BATCH, {}),
    ("batch of an empty list", 200, b"[[]]", BATCH, {}),
    ("same key twice", 202, b'{"id":null,' + ONE[1:], STRUCTURED, {}),
    ("UTF-8 said", 202, ONE, STRUCTURED + '; charset="UTF-8"', {}),
    ("large letters", 202, ONE, "Application/CloudEvents+JSON", {}),
    ("an extension with half a character", 202, ONE[:-1] + b',"x":"\\ud800"}', STRUCTURED, {}),
    ("an extension beyond all numbers", 202, ONE[:-1] + b',"x":1e999}', STRUCTURED, {}),
    ("an extension of many digits", 202, ONE[:-1] + b',"x":' + b"9" * 10**4 + b"}", STRUCTURED, {}),
    ("gzip", 202, packed(ONE), STRUCTURED, GZIP),
    ("gzip of two pieces", 202, packed(ONE[:9]) + packed(ONE[9:]), STRUCTURED, GZIP),
    ("gzip that is none", 400, ONE, STRUCTURED, GZIP),
    ("gzip cut off", 400, packed(ONE)[:-9], STRUCTURED, GZIP),
    ("gzip with a wrong sum", 400, packed(ONE)[:-8] + bytes(8), STRUCTURED, GZIP),
    ("gzip of nothing", 400, b"", STRUCTURED, GZIP),
    ("gzip in gzip", 400, packed(packed(ONE)), STRUCTURED, GZIP),
    ("gzip said twice", 415, packed(packed(ONE)), STRUCTURED, {"content-encoding": "gzip, gzip"}),
    ("gzip bomb", 413, packed(bytes(64 * MB)), STRUCTURED, GZIP),
    ("gzip bomb in pieces", 413, packed(bytes(MB)) * 17, BATCH, GZIP),
    ("many empty gzips", 202, packed(b"") * 900 + packed(ONE), STRUCTURED, GZIP),
    ("too many empty gzips", 400, packed(b"") * 1_100 + packed(ONE), STRUCTURED, GZIP),
    ("16 MB and a byte", 413, b" " * (16 * MB + 1), STRUCTURED, {}),
    ("40 MB", 413, b" " * (40 * MB), BATCH, {}),
    ("16 MB", 202, ONE + b" " * (16 * MB - len(ONE)), STRUCTURED, {}),
    ("10,001 events", 413, b"[" + b",".join([ONE] * 10_001) + b"]", BATCH, {}),
    ("millions of nothings", 413, b"[" + b"0," * (7 * MB) + b"0]", BATCH, {}),
    ("plain JSON", 415, ONE, "application/json", {}),
    ("text", 415, ONE, "text/plain", {}),
    ("no type", 415, ONE, "", {}),
    ("avro", 415, ONE, "application/cloudevents+avro", {}),
    ("Latin-1", 415, ONE, STRUCTURED + "; charset=iso-8859-1", {}),
    ("two charsets", 415, ONE, STRUCTURED + "; charset=utf-8; charset=utf-8", {}),
    ("UTF-16 said", 415, ONE.decode().encode("utf-16"), STRUCTURED + ";charset=utf-16", {}),
    ("brotli", 415, ONE, STRUCTURED, {"content-encoding": "br"}),
]


@pytest.mark.parametrize(("status", "content", "media_type", "headers"), [b[1:] for b in BODIES],
                         ids=[b[0] for b in BODIES])  # fmt: skip
def test_bodies(
    speaker: Speaker, status: int, content: bytes, media_type: str, headers: dict[str, str]
) -> None:
    answer = speaker.send(content, media_type, **headers)
    assert answer.status_code == status, answer.text[:500]
    if status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert {"title", "status", "detail"} <= set(answer.json())
        assert answer.json()["status"] == status


def test_of_a_crowd_of_attributes_no_error_is_made_for_each(
    speaker: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A million of them took 5 s and more than 1 GB, for the first twenty to be told."""
    one, many = check._one(), check._many()

    class Watched:
        def validate_python(self, value: Any) -> Any:
            events = value if isinstance(value, list) else [value]
            assert max(len(event["data"]) for event in events) < 100
            return (many if isinstance(value, list) else one).validate_python(value)

    monkeypatch.setattr(check, "_one", Watched)
    monkeypatch.setattr(check, "_many", Watched)
    crowded = event(subject="crowd", **{f"name{number}": 0 for number in range(1000)})
    single = speaker.one(crowded)
    for size in (1, 300):  # many are looked at by attribute first
        batch = speaker.batch([*size * [event(subject="crowd")], crowded])
        told = batch.json()["events"]
        assert [one["outcome"] for one in told] == [*size * ["accepted"], "rejected"]
        for errors in (told[-1]["errors"], single.json()["events"][0]["errors"]):
            assert [error["pointer"] for error in errors] == [
                f"/data/name{number}" for number in range(20)
            ]


def test_ten_thousand_events_at_once(speaker: Speaker) -> None:
    events = [good() for _ in range(10_000)]
    answer = speaker.send(gzip.compress(json.dumps(events).encode()), BATCH, **GZIP)
    assert (answer.status_code, answer.json()["accepted"]) == (200, 10_000)
    told = answer.json()["events"]
    assert told == [{"id": e["id"], "outcome": "accepted", "errors": []} for e in events]
    found = speaker.figures(unit=events[0]["data"]["unit"], period="2020")["total"]
    assert found["received_total"] >= 10_000


def test_bytes_at_random(speaker: Speaker) -> None:
    rng = random.Random(42)
    for _ in range(500):
        content = bytearray(ONE)
        for _ in range(rng.choice((1, 2, 8))):
            content[rng.randrange(len(content))] = rng.randrange(256)
        answer = speaker.send(bytes(content))
        assert answer.status_code in (202, 400, 422), content

"""What is JSON costs no neighbour, whatever it holds; what is none is told plainly."""

import gzip
import json

import pytest

from tests.api.speaking import BATCH, STRUCTURED, Speaker
from tests.api.test_bodies import GZIP, MB, ONE, good, packed


def deep(before: bytes, name: str, levels: int, after: bytes = b"") -> bytes:
    """An event in which an attribute, or one of its data, is very deep."""
    inside = b"[" * levels + b"1" + b"]" * levels
    return before + b',"' + name.encode() + b'":' + inside + after + b"}"


DATA = ONE[:-2]
ODD: list[tuple[str, bytes, str, str | None]] = [
    ("an extension too deep", deep(ONE[:-1], "x", 3000), "too-deep", "/x"),
    ("data too deep", deep(DATA, "field", 3000, b"}"), "too-deep", "/data/field"),
    ("data 16 MB deep", deep(DATA, "y", 7 * MB, b"}"), "too-deep", "/data/y"),
    ("too deep, no event", b"[" * 5000 + b"]" * 5000, "too-deep", ""),
    ("deep", deep(DATA, "y", 400, b"}"), "unknown-attribute", "/data/y"),
    ("half a character", DATA + b',"field":"\\ud800"}}', "invalid", "/data/field"),
    ("a name of half a character", DATA + b',"\\ud800":1}}', "invalid", "/data"),
    ("many digits", DATA + b',"field":' + b"9" * 10**5 + b"}}", "invalid", "/data/field"),
    ("a great exponent", DATA + b',"field":1e999}}', "invalid", "/data/field"),
    ("a small exponent", DATA + b',"field":-1e-999999}}', "invalid", "/data/field"),
    ("a long string", DATA + b',"field":"' + b"x" * MB + b'"}}', "invalid", "/data/field"),
    ("a long name", DATA + b',"' + b"x" * MB + b'":1}}', "unknown-attribute", None),
    ("a name twice", DATA + b',"field":"a","field":1}}', "invalid", "/data/field"),
    ("an extension beyond all numbers and bad", ONE[:-1] + b',"id":1e999}', "invalid", "/id"),
]


@pytest.mark.parametrize(("odd", "code", "pointer"), [o[1:] for o in ODD], ids=[o[0] for o in ODD])
def test_what_is_json_costs_no_neighbour(
    speaker: Speaker, odd: bytes, code: str, pointer: str | None
) -> None:
    neighbours = [json.dumps(good() | {"x": '[{"\\'}).encode() for _ in range(3)]
    content = b"[" + b" ,\n".join([*neighbours[:2], odd, neighbours[2]]) + b"] "
    answer = speaker.send(gzip.compress(content, 1), BATCH, **GZIP)
    assert answer.status_code == 200, answer.text[:500]
    told = answer.json()["events"]
    assert [one["outcome"] for one in told] == ["accepted", "accepted", "rejected", "accepted"]
    (error,) = told[2]["errors"]
    assert error["code"] == code
    assert pointer is None or error["pointer"] == pointer
    single = speaker.send(gzip.compress(odd, 1), STRUCTURED, **GZIP)
    assert (single.status_code, single.json()["events"]) == (422, told[2:3])


NOT_JSON: list[tuple[str, bytes, tuple[str, ...]]] = [
    ("NaN", b'[{"a": 1},\n {"b": NaN}]', ("line 2 column 8", "NaN")),
    ("Infinity", b'[{"a": "Infinity"}, {"b": -Infinity}]', ("line 1 column", "Infinity")),
    ("trailing comma", b'[{"a": 1,}]', ("line 1 column 10", "comma")),
    ("trailing comma of the batch", b'[{"a": 1},\n]', ("line 2 column 1", "comma")),
    ("no comma", b'[{"a": 1} {"a": 2}]', ("line 1 column 11", "comma or a closing bracket")),
    ("JSON lines", b'{"a": 1}\n{"a": 2}', ("line 2 column 1", "one JSON array")),
    ("single quotes", b"[{'a': 1}]", ("line 1 column 3", "double quotes")),
    ("no quotes", b"[{a: 1}]", ("line 1 column 3", "double quotes")),
    ("comment", b'[ // yes\n{"a": 1}]', ("line 1 column 3", "comments")),
    ("Python", b'[{"a": None}]', ("line 1 column 8", "true, false, null")),
    ("zero in front", b'[{"a": 01}]', ("line 1 column 9", "zero in front")),
    ("line break in a string", b'[{"a": "b\nc"}]', ("line 1 column 10", "line break")),
    ("escape", b'[{"a": "C:\\x"}]', ("line 1 column", "backslash")),
    ("colon", b'[{"a" 1}]', ("line 1 column 7", "colon")),
    ("cut off", b'[{"a": 1}, {"b"', ("line 1 column 16", "cut off")),
    ("cut off in a string", b'[{"a": 1}, {"b', ("line 1 column 13", "does not end")),
    ("a bracket too many", b'[{"a": 1}]]', ("line 1 column 11", "more text")),
    ("deep and cut off", b"[" * 10**5, ("100000", "cut off")),
    ("deep, a bracket too many", b"[" * 10**4 + b"]" * 10001, ("column 20001", "bracket")),
    ("not UTF-8", b'[{"a": "\xff"}]', ("byte 9", "line 1", "UTF-8")),
    ("half a letter", '[{"a": "ệ'.encode()[:-1], ("byte 9", "middle of a character")),
    ("TCVN3", b'[{"a": "Nguy\xd4n V\xa8n \xb8"}]', ("byte 13", "TCVN3")),
    ("Windows-1258", b'[{"a": "Nguy\xea\xden V\xe3n Bi\xccnh"}]', ("byte 13", "Windows-1258")),
    ("byte order mark", b"\xef\xbb\xbf[]", ("byte order mark",)),
    ("UTF-16", "[]".encode("utf-16"), ("UTF-16",)),
    ("UTF-16 without mark", '[{"a": 1}]'.encode("utf-16-le"), ("UTF-16",)),
    ("UTF-32", "[]".encode("utf-32"), ("UTF-32",)),
    ("gzip that is not said", packed(b"[]"), ("gzip", "Content-Encoding")),
    ("Excel", b"PK\x03\x04\x14\x00", ("Excel",)),
    ("empty", b" \n", ("empty",)),
]


@pytest.mark.parametrize(("content", "says"), [n[1:] for n in NOT_JSON],
                         ids=[n[0] for n in NOT_JSON])  # fmt: skip
def test_what_is_no_json_is_told_where_and_why(
    speaker: Speaker, content: bytes, says: tuple[str, ...]
) -> None:
    answer = speaker.send(content, BATCH)
    assert answer.status_code == 400, answer.text
    detail = answer.json()["detail"]
    assert all(word in detail for word in says), detail
    assert len(detail) < 250

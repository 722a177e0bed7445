"""Envelopes: attributes in headers, data in base64; what is malformed refuses the event."""

import base64
import json
from typing import Any

import httpx
import pytest

from tests.api.speaking import Speaker
from tests.api.test_bodies import good

BINARY = {"ce-specversion": "1.0", "ce-id": "b", "ce-source": "/igate/cu-chi",
          "ce-type": "vn.motcua.dossier.received.v1", "ce-subject": "binary",
          "ce-time": "2020-01-15T08:30:00+07:00"}  # fmt: skip
PLAIN = b'{"unit":"BIN.1","channel":"post"}'


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({}, "b"),
        ({"ce-id": "%62"}, "b"),
        ({"ce-id": '"b"'}, "b"),
        ({"ce-id": '"\\b"'}, "b"),
        ({"ce-id": "a%25b"}, "a%b"),
        ({"ce-sequence": "7", "ce-traceparent": "00-1", "ce-time": "2020-01-15T08%3A30:00Z"}, "b"),
        ({"CE-Id": "b"}, "b"),
    ],
)
def test_binary_mode(speaker: Speaker, headers: dict[str, str], told: str) -> None:
    names = {name.lower() for name in headers}
    sent = {name: value for name, value in BINARY.items() if name not in names} | headers
    answer = speaker.send(PLAIN, "application/json", **sent)
    assert answer.status_code == 202, answer.text
    assert answer.json()["events"] == [{"id": told, "outcome": "accepted", "errors": []}]


@pytest.mark.parametrize(
    ("headers", "content", "status", "pointer"),
    [
        ({"ce-id": "%F0%9F"}, PLAIN, 422, "/id"),
        ({"ce-id": "a%20b"}, PLAIN, 422, "/id"),
        ({"ce-time": "yesterday"}, PLAIN, 422, "/time"),
        ({"ce-type": "received"}, PLAIN, 422, "/type"),
        ({"ce-data": "x"}, PLAIN, 422, "/data"),
        ({"ce-data_base64": "e30="}, PLAIN, 422, "/data_base64"),
        ({"ce-datacontenttype": "application/json"}, PLAIN, 422, "/datacontenttype"),
        ({"CE-DataContentType": "text/xml"}, PLAIN, 422, "/datacontenttype"),
        ({"ce-traceparent": "%FF"}, PLAIN, 422, "/traceparent"),
        ({"ce-traceparent": "%C3%A9%C3"}, PLAIN, 422, "/traceparent"),
        ({"ce-traceparent": "%ED%A0%80"}, PLAIN, 422, "/traceparent"),
        ({"ce-traceparent": "%C0%80"}, PLAIN, 422, "/traceparent"),
        ({"ce-traceparent": "%zz"}, PLAIN, 422, "/traceparent"),
        ({"ce-traceparent": "100%"}, PLAIN, 422, "/traceparent"),
        ({"ce-traceparent": "%4"}, PLAIN, 422, "/traceparent"),
        ({"ce-traceparent": '"%FF"'}, PLAIN, 422, "/traceparent"),
        ({"ce-traceparent": '"a'}, PLAIN, 422, "/traceparent"),
        ({"ce-id": '"a'}, PLAIN, 422, "/id"),
        ({"ce-dataschema": "a%20b"}, PLAIN, 422, "/dataschema"),
        ({}, b'{"unit":"BIN.1","channel":"post","x":1}', 422, "/data/x"),
        ({}, b"", 400, None),
    ],
)
def test_binary_mode_refuses(
    speaker: Speaker, headers: dict[str, str], content: bytes, status: int, pointer: str | None
) -> None:
    answer = speaker.send(content, "application/json", **(BINARY | headers))
    assert answer.status_code == status, answer.text
    if pointer:
        assert pointer in {error["pointer"] for error in answer.json()["events"][0]["errors"]}


def test_raw_bytes_in_a_header_are_not_percent_encoded(speaker: Speaker) -> None:
    answer = sent_with(speaker, [("ce-traceparent", "é".encode())])
    assert answer.status_code == 422
    assert answer.json()["events"][0]["errors"][0]["pointer"] == "/traceparent"


@pytest.mark.parametrize("name", ["id", "Id", "source", "time", "traceparent", "sequence"])
def test_no_attribute_comes_in_two_headers(speaker: Speaker, name: str) -> None:
    value = BINARY.get(f"ce-{name.lower()}", "1")
    answer = sent_with(speaker, [(f"ce-{name}", value)] * (1 if name.lower() != "sequence" else 2))
    if name == "traceparent":
        assert answer.status_code == 202  # once
        answer = sent_with(speaker, [("ce-traceparent", "1"), ("CE-TraceParent", "1")])
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["events"][0]["errors"]
    assert (error["code"], error["pointer"]) == ("twice", f"/{name.lower()}")


@pytest.mark.parametrize("name", ["content-type", "content-encoding"])
def test_two_headers_that_say_what_the_body_is(speaker: Speaker, name: str) -> None:
    value = {"content-type": "application/json", "content-encoding": "identity"}[name]
    answer = sent_with(speaker, [(name, value)] * (1 if name == "content-type" else 2))
    assert answer.status_code == 415
    assert answer.headers["content-type"] == "application/problem+json"


def sent_with(speaker: Speaker, headers: list[tuple[str, Any]]) -> httpx.Response:
    """An event in binary mode with some more headers."""
    sent = [("content-type", "application/json"), *BINARY.items(), *headers]
    raw = [(n.encode(), v if isinstance(v, bytes) else v.encode()) for n, v in sent]
    return speaker.client.post("/v1/events", content=PLAIN, headers=raw)


def test_base64_is_decoded_and_checked_like_data(speaker: Speaker) -> None:
    plain = good()
    data = json.dumps(plain.pop("data")).encode()

    def told(text: Any, **more: Any) -> Any:
        sent = plain | {"data_base64": text} | more
        batch = speaker.batch([good(), sent, good()]).json()["events"]
        single = speaker.one(sent)
        assert single.json()["events"] == batch[1:2]
        assert (batch[0]["outcome"], batch[2]["outcome"]) == ("accepted", "accepted")
        if single.status_code == 202:
            return None
        return [(error["code"], error["pointer"]) for error in batch[1]["errors"]]

    packed_data = base64.b64encode(data).decode()
    assert told(packed_data) is None
    assert told(packed_data, datacontenttype="application/json; charset=utf-8") is None
    assert told(packed_data, datacontenttype=None) is None
    at = "/data_base64"
    assert told(packed_data, datacontenttype="text/xml") == [("invalid", "/datacontenttype")]
    assert told(packed_data, data=json.loads(data)) == [("data-twice", at)]
    assert told(packed_data, data=None) == [("data-twice", at)]
    assert told(None) == [("null", at)]
    assert told(7) == [("invalid", at)]
    no_base64 = ("%%%", packed_data[:-3], packed_data + "\n", "é", "e30=e30=", "-_-_")
    assert [told(text) for text in no_base64] == [[("invalid", at)]] * len(no_base64)
    for content in (b"", b"{", b"\xff", b"NaN", b"<a/>", b"[" * 5000 + b"]" * 5000):
        assert told(base64.b64encode(content).decode()) == [("invalid", at)]
    assert told(base64.b64encode(b"[]").decode()) == [("invalid", "/data")]
    more = json.dumps(json.loads(data) | {"applicant": 1}).encode()
    assert told(base64.b64encode(more).decode()) == [("unknown-attribute", "/data/applicant")]

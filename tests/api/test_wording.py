"""Whatever refuses a call, a check of its own or a library: it says what, where and what to do."""

from typing import Any

import pytest

from tests.api.speaking import Json, Speaker

Q = {"period": "2020"}


@pytest.mark.parametrize(
    ("path", "params", "detail"),
    [
        ("/v1/figures", Q | {"calendar": "x"}, "calendar: must be one of 'civil' or 'nd09'"),
        ("/v1/figures", Q | {"parts": ""}, "parts: must be one of 'include' or 'exclude'"),
        ("/v1/figures", Q | {"subtree": "maybe"}, "subtree: is neither true nor false; write one"),
        ("/v1/figures", Q | {"unit": "a b"}, "unit: must be 1 to 35 characters"),
        ("/v1/figures", Q | {"by": "unit,unit"}, "by: must be a comma list"),
        ("/v1/figures", Q | {"as_of": "now"}, "as_of: must be RFC 3339"),
        ("/v1/figures", Q | {"map": "x"}, "map: has a wrong form; it must match"),
        ("/v1/figures", {"from": "2020-02-30", "to": "2020-03-01"}, "from: is no day; write a day"),
        ("/v1/dossiers", Q, "figure: is missing; add it"),
        ("/v1/overdue", {"limit": 0}, "limit: must be at least 1; correct it"),
        ("/v1/overdue", {"limit": 1001}, "limit: must be at most 1000; correct it"),
        ("/v1/overdue", {"q": "x" * 101}, "q: must have at most 100 characters; shorten it"),
        *((f"/v1/{kept}", {"unit": "a b"}, "unit: must be 1 to") for kept in ("sealed", "stated")),
        *(
            (f"/v1/{kept}", {"period": "2020-Q5"}, "period: must l")
            for kept in ("sealed", "stated")
        ),
        ("/v1/calendar", {"from": "2020-01-02", "to": "2020-01-01"}, "to: must be 0 to"),
    ],
)
def test_a_wrong_parameter_is_told_in_words(
    speaker: Speaker, path: str, params: dict[str, Any], detail: str
) -> None:
    told = speaker.ask(path, **params).json()
    assert told["detail"].startswith(detail)
    assert told["detail"] == f"{told['errors'][0]['pointer'][1:]}: {told['errors'][0]['message']}"


UNIT = {"code": "A1", "name": "x"}
KEY = {"role": "reader", "units": []}


@pytest.mark.parametrize(
    ("verb", "path", "body", "pointer", "message"),
    [
        ("PUT", "/v1/units", [{"code": "A1"}], "/0/name", "is missing; add it"),
        ("PUT", "/v1/units", [UNIT | {"level": "x"}], "/0/level", "must be one of 'ministry', "),
        ("PUT", "/v1/units", [UNIT | {"valid_from": "2020-13-01"}], "/0/valid_from", "is no day; "),
        ("PUT", "/v1/units", [UNIT | {"name": 1}], "/0/name", "must be a text; put it in double"),
        ("PUT", "/v1/units", UNIT, "", "must be a JSON array; put it in [ ]"),
        ("PUT", "/v1/indicators", [UNIT], "/0/code", "has a wrong form; it must match"),
        ("POST", "/v1/keys", {}, "/role", "is missing; add it"),
        ("POST", "/v1/keys", [], "", "must be a JSON object; put it in { }"),
        ("POST", "/v1/keys", KEY | {"a/b": 1}, "/a~1b", "is not known here; leave it out"),
        ("POST", "/v1/keys", KEY | {"may_seal": "no"}, "/may_seal", "is neither true nor false; "),
        ("POST", "/v1/keys", {"role": "reader"}, "/units", "are missing; name units"),
        ("PUT", "/v1/calendar", {"days": [{}]}, "/days/0/", "is missing; add it"),
    ],
)
def test_a_wrong_body_is_told_in_words(
    speaker: Speaker, verb: str, path: str, body: Json | list[Json], pointer: str, message: str
) -> None:
    told = speaker.client.request(verb, path, json=body).json()
    (error,) = told["errors"]
    assert error["pointer"].startswith(pointer)
    assert error["message"].startswith(message)
    assert told["detail"] == f"{error['pointer']}: {error['message']}".removeprefix(": ")


@pytest.mark.parametrize(
    ("verb", "path", "detail"),
    [
        ("GET", "/v1/nothing", "the hub has nothing under this address; /docs names all its calls"),
        ("DELETE", "/v1/units", "DELETE is not answered here; send GET, HEAD, PUT"),
        ("OPTIONS", "/v1/events", "OPTIONS is not answered here; send POST"),
        ("DELETE", "/", "DELETE is not answered here; send GET"),
    ],
)
def test_a_wrong_address_is_told_in_words(
    speaker: Speaker, verb: str, path: str, detail: str
) -> None:
    assert speaker.client.request(verb, path).json()["detail"].startswith(detail)

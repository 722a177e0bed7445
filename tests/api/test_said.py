"""What is refused can be said in Vietnamese: a walk through all calls with what is wrong there."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from hub.api.context import Hub
from hub.web.refusals import sentences, table
from tests.api.speaking import Speaker

STRANGE = ("?", "9999-13-45", "-1")
"""Values that few parameters take."""
WHOLE_PATHS = {"{kind}": "units", "{number}": "7", "{index}": "7"}


def calls(speaker: Speaker) -> Iterator[tuple[str, str, list[str]]]:
    """Verb, path and query parameters of all calls."""
    paths = speaker.ask("/openapi.json").json()["paths"]
    for path, verbs in paths.items():
        for verb, call in verbs.items():
            names = [it["name"] for it in call.get("parameters", ()) if it["in"] == "query"]
            filled = re.sub(r"\{[a-z_]+\}", lambda it: WHOLE_PATHS.get(it[0], "x"), path)
            yield verb, filled, names


def unsaid(answer: dict[str, Any]) -> list[Any]:
    """The errors that nobody can say but in English."""
    return [it for it in answer.get("errors", ()) if not is_said(it)]


def is_said(error: dict[str, Any]) -> bool:
    if says := error.get("says"):
        return says["code"] != "own-words" and is_whole(says)
    return error["code"] in table().codes and error["code"] != "invalid"


def is_whole(says: dict[str, Any]) -> bool:
    """Whether a sentence is known and all of its values are there."""
    text = sentences().get(says["code"])
    if text is None or not set(re.findall(r"\{(\w+)\}", text)) <= says["values"].keys():
        return False
    return all(is_whole(it) for it in says["values"].values() if isinstance(it, dict))


@pytest.fixture(scope="module")
def walked(hub: Hub, speaker: Speaker) -> list[tuple[str, dict[str, Any]]]:
    """What was asked, and the refusal."""
    found = []

    def ask(verb: str, path: str, **how: Any) -> None:
        with speaker.client.stream(verb, path, **how) as answer:  # one may tell on and on
            if 400 <= answer.status_code < 500:
                answer.read()
                found.append((f"{verb} {path} {how}", answer.json()))

    for verb, path, names in calls(speaker):
        ask(verb, path, params={"strange": "1"})
        if verb == "get":
            for name in names:
                for value in STRANGE:
                    ask(verb, path, params={name: value})
                ask(verb, path, params={name: ["a", "b"]})
        else:
            for body in ({"strange": 1}, [{"strange": 1}], "strange", {}):
                ask(verb, path, json=body)
    return found


def test_every_error_of_every_call_can_be_said(walked: list[tuple[str, dict[str, Any]]]) -> None:
    assert len(walked) > 500
    assert [(asked, left) for asked, it in walked if (left := unsaid(it))] == []


COMBINED = [
    ("/v1/figures", {"period": "2020", "from": "2020-01-01", "to": "2020-02-01"}, "period-or-days"),
    ("/v1/figures", {"from": "2020-01-01", "to": "2020-02-01", "calendar": "nd09"},
     "calendar-of-days"),
    ("/v1/figures", {"from": "2020-03-01", "to": "2020-02-01"}, "from-after-to"),
    ("/v1/figures", {"from": "1800-03-01", "to": "2020-02-01"}, "from-to-years"),
    ("/v1/figures", {"from": "2020-01-01"}, "days-required"),
    ("/v1/figures", {"period": "2020", "by": "unit,unit"}, "by-what"),
    ("/v1/figures", {"period": "2020", "against": "2019", "format": "csv"}, "against-csv"),
    ("/v1/figures", {"period": "2020", "against": "2019-02-30/2019-03-01"}, "no-such-day"),
    ("/v1/figures", {"period": "2020", "figure": "received"}, "figure-of-xlsx"),
    ("/v1/figures", {"period": "2020", "as_of": "2999-01-01T00:00:00Z"}, "in-future"),
    ("/v1/figures/pivot", {"period": "2020", "figure": "received_total", "rows": "unit",
                           "columns": "unit"}, "same-axis"),
    ("/v1/figures/pivot", {"from": "1950-01-01", "to": "2150-01-01", "figure": "received_total",
                           "rows": "unit", "columns": "period", "each": "month"}, "parts-too-many"),
    ("/v1/due-soon", {"within": "today", "hours": "3"}, "hours-or-within"),
    ("/v1/dossiers", {"period": "2020", "figure": ["received_online", "received_total"]},
     "figures-twice"),
    ("/v1/units", {"below": "true"}, "below-what"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "params", "code"), COMBINED)
def test_parameters_that_do_not_go_together_are_refused_by_a_code(
    speaker: Speaker, path: str, params: dict[str, Any], code: str
) -> None:
    answer = speaker.ask(path, **params)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["says"]["code"]) == (422, code)
    assert is_said(error)
    assert error["message"] in answer.json()["detail"]

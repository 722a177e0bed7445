"""What was counted, sealed and stated, beside each other and never mixed."""

import random
from typing import Any

import pytest

from hub.core.periods import named
from tests.api.speaking import Speaker
from tests.reports.history.conftest import Json, stated
from tests.reports.test_seals import seal


def trend(speaker: Speaker, form: str, **asked: Any) -> Json:
    answer = speaker.ask(f"/v1/reports/{form}/trend", **asked)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


@pytest.mark.parametrize("form", ["vpcp-06a", "cu-chi-2020"])
def test_counted_is_what_the_report_says_stated_what_was_entered_and_neither_is_added(
    admin: Speaker, form: str
) -> None:
    rng = random.Random(form)
    asked = {"unit": "T", "calendar": "civil"}
    labels = ["2019-Q2", "2020-Q1", "2020-Q2", "2020-Q3", "2021-Q1"]
    places = PLACES[form]
    entered: dict[str, Json] = {}
    for label in rng.sample(labels[:4], 3):  # some before the first dossier, some after
        cells = {at: str(rng.randrange(2000)) for at in rng.sample(places, 3)}
        entered[label] = cells
        day = {"date": "2021-12-31"}
        stated(admin, asked | {"period": label}, cells, form=form, **day)
    sealed = seal(admin, form, {"waive": []}, unit="T", period="2021-Q1", calendar="civil")
    assert sealed.status_code == 201, sealed.text
    found = trend(admin, form, **asked, periods=",".join(rng.sample(labels, len(labels))))
    assert [it["label"] for it in found["periods"]] == labels
    covered = {it["label"]: it["coverage"] for it in found["periods"]}
    since = found["counted_from"]
    for it in found["periods"]:
        wanted = "none" if it["to"] < since else "whole" if it["from"] >= since else "part"
        assert it["coverage"] == wanted
        use = "counted" if wanted != "none" else "stated" if it["label"] in entered else None
        assert it["use"] == use
    points: dict[tuple[str, str], Json] = {}
    for row in found["cells"]:
        at = f"{row['section']}/{row['row']}/{row['column']}"
        for it in row["points"]:
            label = found["periods"][it["period"]]["label"]
            assert points.setdefault((label, it["basis"]), {}).setdefault(at, it) is it
    for label in labels:
        report = admin.ask(f"/v1/reports/{form}", **asked, period=label).json()
        computed = {
            f"{section['key']}/{row['key']}/{column}": (cell["text"], cell["value"], cell["list"])
            for section in report["sections"] for row in section["rows"]
            for column, cell in row["cells"].items() if column != "ghi_chu"
        }  # fmt: skip
        for at, it in points.get((label, "counted"), {}).items():
            own = OWN_DAYS.get(at.rpartition("/")[2], label[5:])
            is_before = named(f"{label[:4]}-{own}".strip("-")).end.isoformat() < since
            if is_before and it["origin"] not in ("indicator", "registry", "stated"):
                assert it["state"] == "not_provided", "of days before the first dossier, never 0"
            else:
                assert (it["text"], it["value"], it["list"]) == computed[at]
        if covered[label] != "none":
            assert points[label, "counted"].keys() == computed.keys()
        said = {at: it["text"] for at, it in points.get((label, "stated"), {}).items()}
        assert said == entered.get(label, {})
    assert {label for label, basis in points if basis == "sealed"} == {"2021-Q1"}
    beside = trend(admin, form, **asked, periods="2021-Q2", same_period=True, cells=places[0])
    assert [it["label"] for it in beside["periods"]] == ["2020-Q2", "2021-Q2"]


OWN_DAYS = {"q1": "Q1", "h1": "H1", "m9": "9M", "y": ""}
PLACES = {
    "vpcp-06a": [f"don_vi/{row}/{column}" for row in ("tong", "moi:T.1") for column in
                 ("tn", "gq", "dg", "gq_qua")],
    "cu-chi-2020": [f"pl3b/{row}/{column}" for row in ("r3_1", "r3_2", "r3_3", "r4") for column in
                    ("q1", "y")],
}  # fmt: skip


def test_before_the_first_dossier_nothing_is_counted_not_even_in_a_ratio(admin: Speaker) -> None:
    """A year that is counted only in part is told as such, and a sum of a year before as unknown,
    never as 0."""
    stated(admin, {"unit": "T", "period": "2019"}, {"pl3b/r3_1/y": "4.340"}, date="2020-01-10")
    found = trend(
        admin, "cu-chi-2020", unit="T", periods="2020", same_period=True,
        cells=["pl3b/r3_1/y", "pl3b/r4/y"],
    )  # fmt: skip
    assert [it["coverage"] for it in found["periods"]] == ["none", "part"]
    assert [it["use"] for it in found["periods"]] == ["stated", "counted"]
    first, letters = ([(it["period"], it["basis"], it["value"]) for it in row["points"]]
                      for row in found["cells"])  # fmt: skip
    assert first[0] == (0, "stated", 4340)
    assert [it[:2] for it in first] == [(0, "stated"), (1, "counted")]
    assert [it[0] for it in letters] == [1]
    then = admin.ask(f"/v1/stated/{found['periods'][0]['stated']['id']}").json()["known_at"]
    before = f"{int(then[:4]) - 1}{then[4:]}"
    old = trend(admin, "cu-chi-2020", unit="T", periods="2019", cells="pl3b/r3_1/y", as_of=before)
    assert (old["periods"][0]["use"], old["cells"][0]["points"]) == (None, [])


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({"periods": "2019,2020-Q1"}, "/periods"),
        ({"periods": "2019-W1"}, "/periods"),
        ({"periods": "2019-Q1,2019-H1"}, "/periods"),
        ({"periods": ",".join(map(str, range(1990, 2015)))}, "/periods"),
        ({"periods": "2019-02-30..2019-03-01"}, "/periods"),
        ({"periods": "2019", "cells": "pl3b/r3_1"}, "/cells"),
        ({"periods": "2019", "cells": "pl3b/r3_1/y,pl3b/r3_1/z"}, "/cells"),
        ({"periods": "2019", "cells": "pl3b/r3_1:T/y"}, "/cells"),
        ({}, "/periods"),
    ],
)
def test_a_trend_that_cannot_be_is_refused(admin: Speaker, asked: Json, pointer: str) -> None:
    answer = admin.ask("/v1/reports/cu-chi-2020/trend", unit="T", **asked)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_days_of_ones_own_have_a_year_before_too(admin: Speaker) -> None:
    days = "2020-02-01..2020-02-29"
    found = trend(admin, "vpcp-06a", unit="T", periods=days, same_period=True)
    assert [(it["from"], it["to"]) for it in found["periods"]] == [
        ("2019-02-01", "2019-02-28"), ("2020-02-01", "2020-02-29"),
    ]  # fmt: skip

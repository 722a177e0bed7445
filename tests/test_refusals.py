"""Each refusal names the rule that was broken, and no other."""

import re
from copy import deepcopy
from typing import Any

import pytest

from hub.core.check import Refusal, check_object
from tests.api.mutations import GOOD, SECRET, TIMES, VALUES
from tests.pure import NOW

RULES = {
    "empty": r"is empty",
    "ends": r"space or a line break at its (beginning|end)",
    "ascii": r"not ASCII",
    "number": r"bare number",
    "year first": r"begin with the year",
    "hyphens": r"no hyphens",
    "weeks": r"weeks",
    "four digits": r"year that is not of four",
    "one digit": r"of one digit",
    "no time": r"day without a time",
    "space for T": r"space in place of the T",
    "small t": r"small t",
    "no T": r"does not begin with a day and T",
    "seconds": r"no seconds",
    "colons": r"no colons",
    "hour 24": r"hour 24",
    "second 60": r"second 60",
    "no such time": r"over 23",
    "comma": r"comma before the fraction",
    "digits": r"more than 6 digits",
    "no digits": r"without digits",
    "no offset": r"has no offset",
    "form of offset": r"offset of another form",
    "no such offset": r"offset that does not exist",
    "end": r"does not end with an offset",
    "no such day": r"day that does not exist",
    "no such month": r"month that does not exist",
    "years": r"years 1990 to 2100",
    "future": r"24 hours in the future",
}
D = "2020-07-16"
INSTANTS = [
    ("", "empty"), ("  ", "empty"), (f" {D}T08:30:00Z", "ends"), (f"{D}T08:30:00Z\n", "ends"),
    (f"{D}T08:30:00Ｚ", "ascii"), ("２０20-07-16T08:30:00Z", "ascii"), ("1579051800", "number"),
    ("1579051800.5", "number"), ("16/07/2020 08:30", "year first"), ("16-07-2020", "year first"),
    ("2020/07/16T08:30:00Z", "hyphens"), ("20200716T083000Z", "hyphens"),
    ("2020-W29-4T08:30:00Z", "weeks"), ("12020-07-16T08:30:00Z", "four digits"),
    ("20-07-16T08:30:00Z", "four digits"), ("2020-7-16T08:30:00Z", "one digit"),
    ("2020-07-6T08:30:00Z", "one digit"), (D, "no time"), (f"{D} 08:30:00+07:00", "space for T"),
    (f"{D}t08:30:00+07:00", "small t"), ("yesterday", "no T"), (f"{D}08:30:00", "no T"),
    (f"{D}T08:30", "seconds"), (f"{D}T08:30+07:00", "seconds"), (f"{D}T083000Z", "colons"),
    (f"{D}T8:30:00Z", "one digit"), (f"{D}T24:00:00+07:00", "hour 24"),
    (f"{D}T08:30:60Z", "second 60"), (f"{D}T23:59:60.5Z", "second 60"),
    (f"{D}T25:00:00Z", "no such time"), (f"{D}T08:60:00Z", "no such time"),
    (f"{D}T08:30:61Z", "no such time"), (f"{D}T08:30:00,5Z", "comma"),
    (f"{D}T08:30:00.1234567+07:00", "digits"), (f"{D}T08:30:00.123456789Z", "digits"),
    (f"{D}T08:30:00.Z", "no digits"), (f"{D}T08:30:00", "no offset"),
    (f"{D}T08:30:00.5", "no offset"), (f"{D}T08:30:00+0700", "form of offset"),
    (f"{D}T08:30:00+7:00", "form of offset"), (f"{D}T08:30:00+07", "form of offset"),
    (f"{D}T08:30:00+24:00", "no such offset"), (f"{D}T08:30:00-07:60", "no such offset"),
    (f"{D}T08:30:00 +07:00", "end"), (f"{D}T08:30:00ICT", "end"), (f"{D}T08:30:00Z[UTC]", "end"),
    ("2020-02-30T08:30:00Z", "no such day"), ("2019-02-29T08:30:00Z", "no such day"),
    ("2020-04-31T08:30:00+07:00", "no such day"), ("2020-01-00T08:30:00Z", "no such day"),
    ("2020-13-01T08:30:00Z", "no such month"), ("2020-00-01T08:30:00Z", "no such month"),
    ("1989-12-31T23:59:59Z", "years"), ("1990-01-01T06:59:59+07:00", "years"),
    ("2101-01-01T00:00:00Z", "years"), ("0000-01-01T00:00:00Z", "years"),
    ("9999-12-31T23:59:59-12:00", "years"),
]  # fmt: skip


def message(kind: int, name: str, value: Any) -> str:
    """What a good event of a kind is told when one value is put into it."""
    item = deepcopy(GOOD[kind])
    holder = item["data"] if name in item["data"] or name not in item else item
    holder[name] = value
    refusal = check_object(item, NOW)
    assert isinstance(refusal, Refusal), (name, value)
    (problem,) = refusal.problems
    assert problem.pointer == f"/data/{name}" if holder is item["data"] else f"/{name}"
    return problem.message


@pytest.mark.parametrize(("text", "rule"), INSTANTS)
def test_an_instant(text: str, rule: str) -> None:
    for kind, name in ((0, "time"), (0, "due_at"), (12, "closed_at")):
        told = message(kind, name, text)
        assert [r for r, words in RULES.items() if re.search(words, told)] == [rule], told


def test_every_instant_that_is_none_has_a_rule() -> None:
    for text in TIMES:
        assert any(re.search(words, message(0, "time", text)) for words in RULES.values()), text


def test_the_future() -> None:
    assert re.search(RULES["future"], message(0, "time", "2100-01-01T00:00:00Z"))


TEXTS = [
    ("", "is empty"), ("a b", "has a space,"), ("a\n", "control character"),
    ("a\tb", "control character"), ("ệ", "not ASCII"), ("a–b", "not ASCII"), ("\x7f", "control"),
]  # fmt: skip
LONGEST = {"id": 200, "source": 200, "subject": 100, "unit": 35, "procedure": 64, "reason": 50}


@pytest.mark.parametrize(("name", "longest"), LONGEST.items())
def test_a_text_of_some_characters(name: str, longest: int) -> None:
    kind = 1 if name == "reason" else 0
    for text, words in TEXTS:
        told = message(kind, name, text)
        assert words in told
        assert "longer" not in told
    told = message(kind, name, "x" * (longest + 1))
    assert f"longer than {longest} characters" in told
    assert "where only" not in told


@pytest.mark.parametrize(
    ("kind", "name", "value", "words"),
    [
        (0, "unit", "H29/17", "a slash"),
        (0, "unit", "H29_17", "an underscore"),
        (0, "unit", "H29-17", "a hyphen"),
        (0, "subject", "H29:17", "a colon"),
        (1, "reason", "Thieu", "a capital letter"),
        (1, "reason", "thieu.giay", "a full stop"),
        (0, "field", "dat, dai", "a comma"),
        (0, "field", "a@b", "a sign"),
        (0, "sequence", "", "is empty"),
        (0, "sequence", " 1", "space"),
        (0, "sequence", "-1", "is negative"),
        (0, "sequence", "+1", "plus sign"),
        (0, "sequence", "01", "zero in front"),
        (0, "sequence", "1.0", "no whole number"),
        (0, "sequence", "1e3", "other than the digits"),
        (0, "sequence", "٣", "other than the digits"),
        (0, "sequence", "2147483648", "at most 2147483647"),
        (0, "sequence", "99999999999999999999", "at most 2147483647"),
        (0, "sequence", 1, "must be a string, not a number"),
        (0, "channel", "Online", "in small letters"),
        (0, "channel", " post", "without spaces"),
        (0, "channel", "fax", "must be one of 'direct', 'online' or 'post'"),
        (0, "channel", 1, "must be a string, not a number"),
        (0, "channel", None, "must not be null"),
        (0, "id", 1, "must be a string, not a number"),
        (0, "id", True, "must be a string, not true or false"),
        (0, "source", ["x"], "must be a string, not an array"),
        (0, "time", {"x": 1}, "must be a string, not an object"),
        (0, "id", "\ud800", "half a character"),
        (0, "data", "{}", "must be a JSON object, not a string; was it encoded twice?"),
        (0, "data", [], "must be a JSON object, not an array"),
        (0, "data", {"\ud800": 1}, "a name that holds half a character"),
        (0, "specversion", "0.3", "must be one of '1.0'"),
        (0, "specversion", 1.0, "must be a string, not a number"),
        (0, "type", "received", "does not begin with vn.motcua.dossier."),
        (0, "type", "vn.motcua.dossier.eaten.v1", "a kind that does not exist"),
        (0, "type", "vn.motcua.dossier.received.v2", "a version that the hub does not know"),
        (0, "type", "vn.motcua.dossier.received", "a version that the hub does not know"),
        (0, "type", "vn.motcua.dossier.Received.v1", "small letters"),
        (0, "type", None, "is required and must not be null"),
        (0, "type", 7, "must be a string, not a number"),
        (0, "outcome", "granted", "belongs to other kinds of event"),
        (0, "Channel", "post", "only in small letters"),
        (0, "applicant", SECRET, "perhaps personal data"),
        (0, "datacontenttype", "text/xml", "another media type than JSON"),
        (0, "dataschema", "", "is no URI"),
    ],
)
def test_any_other_value(kind: int, name: str, value: Any, words: str) -> None:
    item = deepcopy(GOOD[kind])
    envelope = {*item, "datacontenttype", "dataschema"}
    (item if name in envelope else item["data"])[name] = value
    refusal = check_object(item, NOW)
    assert isinstance(refusal, Refusal)
    assert words in refusal.problems[0].message


def test_an_attribute_of_the_envelope_among_the_data() -> None:
    told = check_object(GOOD[0] | {"data": GOOD[0]["data"] | {"time": "x"}}, NOW)
    assert isinstance(told, Refusal)
    assert "beside it" in told.problems[0].message


def test_no_message_repeats_a_value() -> None:
    for value in VALUES:
        if not isinstance(value, str) or len(value) < 4:
            continue
        for name in (*GOOD[0], *GOOD[0]["data"], "applicant"):
            item = deepcopy(GOOD[0])
            (item if name in item else item["data"])[name] = value
            refusal = check_object(item, NOW)
            if isinstance(refusal, Refusal) and value not in ("received", "null"):
                assert all(value.strip() not in p.message or not value.strip()
                           for p in refusal.problems), (name, value)  # fmt: skip

"""What a person writes into a cell: taken where it says one thing, asked about where it may say
two."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from hub.reports.entry.parsing import UnclearError, parsed

NO_BREAK = "\u00a0"


@pytest.mark.parametrize(
    ("kind", "raw", "said"),
    [
        ("count", 2738.0, 2738), ("count", " 2738 ", 2738), ("count", "0", 0), ("count", 7, 7),
        ("amount", "2738,5", 2738.5), ("amount", "2738.5", 2738.5), ("amount", -1.25, -1.25),
        ("amount", "2,7380", 2.738), ("amount", Decimal("2.738"), 2.738), ("amount", "0,1", 0.1),
        ("share", "96", 96), ("share", 92.1, 92.1), ("share", "92,125", 92.125), ("share", 0, 0),
        ("share", "0,96%", 0.96), ("share", "100 %", 100), ("share", "96,0", 96),
        ("yes_no", "có", 1), ("yes_no", "KHÔNG", 0), ("yes_no", True, 1), ("yes_no", 0.0, 0),
        ("yes_no", Decimal(1), 1), ("yes_no", "Co\u0301", 1),
        ("any", "12", 12), ("any", 3.5, 3.5),
    ],
)  # fmt: skip
def test_numbers(kind, raw, said):
    found = parsed(kind, (), raw)
    assert found == ("value", said)
    assert type(found.said) is type(said)


@pytest.mark.parametrize(
    ("kind", "raw", "said"),
    [
        ("date", date(2020, 1, 31), ("date", "2020-01-31")),
        ("date", datetime(2020, 1, 31), ("date", "2020-01-31")),  # noqa: DTZ001  # as sheets have it
        ("date", "2020-01-31", ("date", "2020-01-31")),
        ("date", "31/1/2020", ("date", "2020-01-31")),
        ("date", "05/05/2020", ("date", "2020-05-05")),
        ("any", "31/01/2020", ("date", "2020-01-31")), ("any", "đã xong", ("text", "đã xong")),
        ("text", " a ", ("text", "a")), ("text", 12.0, ("text", "12")),
        ("text", "=1+1", ("text", "=1+1")), ("choice", "Late", ("text", "late")),
        ("count", "Không áp dụng", ("status", "not_applicable")),
        ("text", f"Rút lại{NO_BREAK}", ("status", "withdrawn")),
        ("date", "withdrawn", ("status", "withdrawn")),
    ],
)  # fmt: skip
def test_days_texts_and_words(kind, raw, said):
    assert parsed(kind, ("timely", "late") if kind == "choice" else (), raw) == said


@pytest.mark.parametrize(
    ("kind", "raw", "code"),
    [
        ("count", "2.738", "grouped"), ("count", 2.738, "grouped"), ("count", "2,738", "grouped"),
        ("count", "1.234.567", "grouped"), ("count", f"2{NO_BREAK}738", "grouped"),
        ("amount", 2.738, "grouped"), ("amount", "2.738,5", "grouped"), ("any", 2.738, "grouped"),
        ("any", "2.738", "grouped"), ("amount", "-2.738", "grouped"),
        ("count", 12.5, "not-whole"), ("count", "12,5", "not-whole"), ("count", -1, "negative"),
        ("count", "năm", "not-a-number"), ("count", True, "not-a-number"),
        ("amount", date(2020, 1, 1), "not-a-number"), ("amount", float("nan"), "not-a-number"),
        ("amount", "１２", "not-a-number"), ("count", "1e3", "not-a-number"),
        ("count", "1234567890123456", "too-long"), ("amount", "0,1234567890123456", "too-long"),
        ("share", 0.96, "share-fraction"), ("share", "0,96", "share-fraction"),
        ("share", 1, "share-fraction"), ("share", 101, "share-range"), ("share", -3, "share-range"),
        ("share", Decimal("0.5"), "share-fraction"), ("share", "cao", "not-a-number"),
        ("yes_no", "có lẽ", "not-yes-no"), ("yes_no", 2, "not-yes-no"),
        ("yes_no", 0.5, "not-yes-no"),
        ("date", "01/03/2012", "date-ambiguous"), ("any", "3/1/2012", "date-ambiguous"),
        ("date", "31/02/2020", "not-a-date"), ("date", 43831.0, "not-a-date"),
        ("date", "2020-1-1", "not-a-date"), ("date", "hôm qua", "not-a-date"),
        ("text", 2.5, "not-text"), ("text", date(2020, 1, 1), "not-text"),
        ("text", "a" * 501, "text-long"), ("choice", "no", "not-a-choice"),
    ],
)  # fmt: skip
def test_what_is_asked_about(kind, raw, code):
    with pytest.raises(UnclearError, match=f"^{code}$"):
        parsed(kind, ("timely", "late"), raw)

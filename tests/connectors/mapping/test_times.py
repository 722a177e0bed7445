"""Times: every form that a source gives, and what is refused by name."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.mapping.times import time_reader
from connectors.port import Fault
from schemas.values import microseconds

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
moment = datetime.fromisoformat


def read(value, *formats: str, end_of_day: bool = False, zone: ZoneInfo = ZONE) -> str:
    found = time_reader(formats, zone, end_of_day=end_of_day)(value, "Ngày")
    if isinstance(found, Fault):
        assert found.column == "Ngày"
        return found.code
    instant, text, day = found
    assert instant == microseconds(text)
    assert day == moment(text).toordinal()
    return text


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("dd/MM/yyyy HH:mm", "05/01/2023 08:30", "2023-01-05T08:30:00+07:00"),
        ("dd/MM/yyyy", "05/01/2023", "2023-01-05T00:00:00+07:00"),
        ("d/M/yyyy H:m:s", "5/1/2023 8:3:7", "2023-01-05T08:03:07+07:00"),
        ("d/M/yyyy", "15/11/2023", "2023-11-15T00:00:00+07:00"),
        ("MM-dd-yyyy", "01-15-2023", "2023-01-15T00:00:00+07:00"),
        ("yyyyMMddHHmmss", "20230105083001", "2023-01-05T08:30:01+07:00"),
        ("yyyyMMddHHmmss", 20230105083001, "2023-01-05T08:30:01+07:00"),
        ("yyyyMMdd", "20230105", "2023-01-05T00:00:00+07:00"),
        ("HH:mm dd/MM/yyyy", "08:30 05/01/2023", "2023-01-05T08:30:00+07:00"),
        ("dd/MM/yyyy hh:mm a", "05/01/2023 12:05 SA", "2023-01-05T00:05:00+07:00"),
        ("dd/MM/yyyy hh:mm a", "05/01/2023 08:30 PM", "2023-01-05T20:30:00+07:00"),
        ("dd/MM/yyyy'T'HH:mm", "05/01/2023T08:30", "2023-01-05T08:30:00+07:00"),
        ("dd/MM/yyyyTHH:mm", "05/01/2023T08:30", "2023-01-05T08:30:00+07:00"),
        ("'ngày' dd/MM/yyyy", "ngày 05/01/2023", "2023-01-05T00:00:00+07:00"),
        ("yyyyMMdd HHmmss.SSS", "20230105 083001.250", "2023-01-05T08:30:01.250000+07:00"),
        ("dd/MM/yyyy HH:mm XXX", "05/01/2023 08:30 Z", "2023-01-05T15:30:00+07:00"),
        ("dd/MM/yyyy HH:mm Z", "05/01/2023 08:30 +0900", "2023-01-05T06:30:00+07:00"),
        ("epoch-seconds", "1672882200", "2023-01-05T08:30:00+07:00"),
        ("epoch-millis", 1672882200000, "2023-01-05T08:30:00+07:00"),
        ("epoch-micros", 1672882200000001, "2023-01-05T08:30:00.000001+07:00"),
        ("epoch-micros-local", 1672907400000000, "2023-01-05T08:30:00+07:00"),
        ("epoch-days", 19362, "2023-01-05T00:00:00+07:00"),
        ("iso", "2023-01-05", "2023-01-05T00:00:00+07:00"),
        ("dd/MM/yyyy", " 2023-01-05 08:30 ", "2023-01-05T08:30:00+07:00"),
        ("dd/MM/yyyy", "2023-01-05T08:30:01.5Z", "2023-01-05T15:30:01.500000+07:00"),
        ("dd/MM/yyyy", "2023-01-05 08:30:01 +09:00", "2023-01-05T06:30:01+07:00"),
        ("dd/MM/yyyy", date(2023, 1, 5), "2023-01-05T00:00:00+07:00"),
        ("dd/MM/yyyy", moment("2023-01-05 08:30"), "2023-01-05T08:30:00+07:00"),
        ("dd/MM/yyyy", moment("2023-01-05 08:30+00:00"), "2023-01-05T15:30:00+07:00"),
    ],
)
def test_forms(pattern, text, expected):
    assert read(text, pattern) == expected


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("31/02/2023", "not-a-date"), ("29/02/2023", "not-a-date"), ("00/01/2023", "not-a-date"),
        ("05/13/2023", "not-a-date"), ("05/01/23", "not-a-date"), ("5/1/2023", "not-a-date"),
        ("05/01/2023 24:00", "not-a-date"), ("05/01/2023 08:60", "not-a-date"),
        ("05/01/1989", "date-out-of-range"), ("05/01/2101", "date-out-of-range"),
        ("05/01/0001", "date-out-of-range"), ("05/01/9999", "date-out-of-range"),
        (date(1, 1, 1), "date-out-of-range"), (moment("9999-12-31 23:59:59"), "date-out-of-range"),
        (datetime.min.replace(tzinfo=UTC), "date-out-of-range"),
        ("2023-02-30", "not-a-date"), ("2023-W01-1", "not-a-date"), ("20230105", "not-a-date"),
        ("0000-00-00", "not-a-date"), ("0000-00-00 00:00:00", "not-a-date"), ("x", "not-a-date"),
        (44931.35, "not-a-date"), (44931, "not-a-date"), (True, "not-a-date"), ([], "not-a-date"),
        ({}, "not-a-date"), (b"2023-01-05", "not-a-date"), ("9" * 5_000, "not-a-date"),
        ("05/01/2023\n", "2023-01-05T00:00:00+07:00"), ("٠٥/٠١/٢٠٢٣", "not-a-date"),
    ],
)  # fmt: skip
def test_what_is_no_date(value, code):
    assert read(value, "dd/MM/yyyy HH:mm", "dd/MM/yyyy") == code


def test_the_reasons_are_told_apart():
    reader = time_reader(["dd/MM/yyyy"], ZONE, end_of_day=False)
    told = {text: reader(text, "Ngày") for text in ("31/02/2023", "05/01/23", "5.1.2023")}
    says = {text: fault.says for text, fault in told.items() if isinstance(fault, Fault)}
    assert "does not exist" in says["31/02/2023"]
    assert "two digits" in says["05/01/23"]
    assert "`times`" in says["5.1.2023"]


def test_a_date_alone_may_be_the_end_of_its_day():
    for value in ("05/01/2023", date(2023, 1, 5), moment("2023-01-05"), "2023-01-05"):
        assert read(value, "dd/MM/yyyy", end_of_day=True) == "2023-01-05T23:59:59+07:00"
    assert read("2023-01-05 17:00", end_of_day=True) == "2023-01-05T17:00:00+07:00"


def test_the_first_pattern_that_fits_counts():
    both = ("dd/MM/yyyy", "MM/dd/yyyy")
    assert read("02/01/2023", *both) == "2023-01-02T00:00:00+07:00"
    assert read("01/31/2023", *both) == "2023-01-31T00:00:00+07:00"
    assert read(19362, "epoch-micros", "epoch-days") == "2023-01-05T00:00:00+07:00"


def test_another_zone_and_its_summer():
    zone = ZoneInfo("Europe/Berlin")
    assert read("2023-01-05 08:30", zone=zone) == "2023-01-05T08:30:00+01:00"
    assert read("2023-07-05 08:30", zone=zone) == "2023-07-05T08:30:00+02:00"
    assert read(moment("2023-07-05T08:30:00+07:00"), zone=zone) == "2023-07-05T03:30:00+02:00"


@given(
    st.datetimes(moment("1990-01-02"), moment("2100-12-30")),
    st.sampled_from([None, UTC, timezone(timedelta(hours=9, minutes=-30))]),
)
def test_a_time_is_the_same_in_every_form(local, zone):
    expected = local.replace(tzinfo=zone or ZONE).astimezone(ZONE)
    value = local.replace(tzinfo=zone)
    micros = int((expected - moment("1970-01-01T00:00:00+00:00")) / timedelta(microseconds=1))
    assert read(value) == expected.isoformat()
    assert read(str(value)) == expected.isoformat()
    assert read(value.isoformat()) == expected.isoformat()
    assert read(micros, "epoch-micros") == expected.isoformat()
    if zone is None:
        text = local.strftime("%d/%m/%Y %H:%M:%S.%f")
        assert read(text, "dd/MM/yyyy HH:mm:ss.SSSSSS") == expected.isoformat()

"""What changed since the last time, sweeps, and what every source does."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.port import BrokenSourceError, Source
from connectors.rest import RestSource
from connectors.rest.since import written_as
from tests.connectors.rest.test_paging import keys
from tests.connectors.rest.vendor import Reply, Request, Server, document, item, source
from tests.connectors.source_contract import SourceContract, Vendor, read

SINCE = (
    "items: data.items\n  since: {send: tu, from: luc, overlap: 10m, format: yyyyMMddHHmmss}\n"
    "  page: {by: cursor, send: sau, next: data.next}"
)


@dataclass
class Service(Vendor):
    server: Server
    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    minute: int = 0
    size: int = 10

    def write(self, states: dict[str, str]) -> None:
        self.minute += 1
        luc = f"202011050{self.minute // 60}{self.minute % 60:02d}00"
        self.items.update({code: item(code, tt=state, luc=luc) for code, state in states.items()})

    def open(self) -> Source:
        self.server.answer = self.answer
        return source(self.server, SINCE)

    def answer(self, request: Request) -> Reply:
        since, at = request.params.get("tu", ""), int(request.params.get("sau", 0))
        found = [one for one in self.items.values() if one["luc"] >= since]
        follows = at + self.size if at + self.size < len(found) else None
        return Reply({"data": {"items": found[at : at + self.size], "next": follows}})


class TestService(SourceContract):
    column = "tt"

    @pytest.fixture
    def vendor(self, server: Server) -> Vendor:
        return Service(server)


def test_only_what_changed_is_asked_for(server: Server) -> None:
    vendor = Service(server)
    vendor.write({f"A-{n}": "s1" for n in range(30)})
    vendor.minute = 40
    vendor.write({"A-7": "s2"})
    opened = vendor.open()
    first = read(opened)
    assert [request.params.get("tu") for request in server.requests] == [None] * 3
    server.requests.clear()
    assert keys(read(opened, first[-1].cursor)) == ["A-7"]
    assert server.requests[0].params["tu"] == "20201105003100"


def test_a_clock_that_is_ahead_hides_nothing(server: Server) -> None:
    vendor = Service(server)
    vendor.items = {"A-1": item("A-1", luc="20991231000000")}
    vendor.open()
    now = 1_604_534_400_000_000  # 2020-11-05T00:00:00Z
    opened = server.keep(RestSource(document(server.url, SINCE), clock=lambda: now))
    (page,) = read(opened)
    assert page.cursor == {"newest": now}


def test_a_change_time_that_cannot_be_read_is_told_unless_others_can(server: Server) -> None:
    vendor = Service(server)
    vendor.items = {"A-1": item("A-1", luc="05/11/2020"), "A-2": item("A-2", luc="20201105080000")}
    assert keys(read(vendor.open())) == ["A-1", "A-2"]
    del vendor.items["A-2"]
    vendor.items["A-1"]["luc"] = ":05/11"
    vendor.answer = lambda _: Reply({"data": {"items": [item("A-1", luc="05/11")], "next": None}})  # type: ignore[method-assign]
    with pytest.raises(BrokenSourceError, match=r"`since\.from`: luc"):
        read(vendor.open())


class TestSweeps:
    def test_all_is_read_and_its_end_told(self, server: Server) -> None:
        vendor = Service(server)
        vendor.write({f"A-{n}": "s1" for n in range(25)})
        opened = vendor.open()
        cursor = read(opened)[-1].cursor
        del vendor.items["A-3"]
        pages = read(opened, cursor, sweep=True)
        assert len(keys(pages)) == 24
        assert [page.ends for page in pages] == [None, None, ""]
        assert not any(page.is_sure for page in pages)
        assert [page.cursor for page in pages] == [None, None, cursor]
        assert pages[-1].went_back is None

    def test_an_older_copy_is_told(self, server: Server) -> None:
        vendor = Service(server)
        vendor.write({"A-1": "s1"})
        vendor.minute = 59
        vendor.write({"A-2": "s1"})
        opened = vendor.open()
        cursor = read(opened)[-1].cursor
        del vendor.items["A-2"]
        (page,) = read(opened, cursor, sweep=True)
        assert page.went_back
        assert "older copy" in page.went_back
        vendor.items.clear()
        (page,) = read(opened, cursor, sweep=True)
        assert page.went_back

    def test_rows_that_nobody_can_name_take_nothing_back(self, server: Server) -> None:
        vendor = Service(server)
        vendor.items = {"1": item("A-1", luc="20201105080000"), "2": item("", luc="20201105080000")}
        (page,) = read(vendor.open(), sweep=True)
        assert page.ends is None
        assert page.rows[1].key.startswith("?")
        assert "A-1" not in page.rows[1].place

    def test_deletes_may_never_be_looked_for(self, server: Server) -> None:
        vendor = Service(server)
        vendor.open()
        (page,) = read(
            source(server, f"{SINCE}\n  sweep: {{every: 1d, deletes: never}}"), sweep=True
        )
        assert page.ends is None


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("yyyyMMddHHmmss", "20201105083000"),
        ("yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "2020-11-05T08:30:00.123+07:00"),
        ("iso", "2020-11-05T08:30:00+07:00"), ("epoch-millis", "1604539800123"),
        ("epoch-seconds", "1604539800"),
        ("dd/MM/yyyy HH:mm:ss.SSSSSSXX", "05/11/2020 08:30:00.123456+0700"),
    ],
)  # fmt: skip
def test_times_are_sent_in_the_form_that_is_asked_for(form: str, text: str) -> None:
    write: Callable[[int], str] = written_as(form, ZoneInfo("Asia/Ho_Chi_Minh"))
    assert write(1_604_539_800_123_456) == text
    with pytest.raises(BrokenSourceError, match="has `yy`"):
        written_as("yy-MM-dd", ZoneInfo("UTC"))

"""Every way from page to page gives every row, whatever happens in between."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.mapping import loads
from connectors.mapping.reads import Rest
from connectors.port import BrokenSourceError, SourceError
from connectors.rest import open_source
from connectors.rest.paging import Pages
from connectors.rest.service import Answer
from tests.connectors.rest.vendor import READ, Reply, Request, Server, item, listed, source
from tests.connectors.source_contract import read

WAYS = [
    "page: {by: number, send: trang}",
    "page: {by: number, send: trang, next: data.next}",
    "page: {by: offset, send: tu, size: 10}",
    "page: {by: cursor, send: sau, next: data.next}",
    "page: {by: link, next: data.link}",
    "page: {by: link}",
]
ITEMS = "items: data.items\n  "


def keys(pages: Any) -> list[str]:
    return [row.key for page in pages for row in page.rows]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 35])
def test_all_pages(server: Server, way: str, count: int) -> None:
    server.answer = listed([item(f"A-{n}") for n in range(count)], 10)
    found = keys(read(source(server, ITEMS + way)))
    assert sorted(set(found), key=lambda key: int(key[2:])) == [f"A-{n}" for n in range(count)]


def test_one_answer_becomes_pages_and_holds_nothing_unnamed(server: Server) -> None:
    server.answer = lambda _: Reply([item(f"A-{n}", chu={"ten": "secret"}) for n in range(4_500)])
    pages = read(source(server, "every: 1m"))
    assert [len(page.rows) for page in pages] == [2_000, 2_000, 500]
    assert [page.cursor is None for page in pages] == [True, True, False]
    assert pages[0].rows[0].place == "127.0.0.1 A-0"
    assert "secret" not in str(pages)


@pytest.mark.parametrize("way", WAYS)
def test_a_reading_goes_on_where_a_crash_ended_it(server: Server, way: str) -> None:
    server.answer = listed([item(f"A-{n}") for n in range(35)], 10)
    pages = read(source(server, ITEMS + way))
    for at, page in enumerate(pages):
        server.requests.clear()
        rest = read(source(server, ITEMS + way), json.loads(json.dumps(page.cursor)))
        assert {*keys(pages[: at + 1]), *keys(rest)} == {f"A-{n}" for n in range(35)}
        if at < len(pages) - 1:
            assert len(server.requests) <= len(pages) - at


@pytest.mark.parametrize("status", [400, 404, 410])
def test_a_place_that_was_forgotten_begins_the_reading_anew(server: Server, status: int) -> None:
    way = ITEMS + "page: {by: cursor, send: sau, next: data.next}"
    server.answer = listed([item(f"A-{n}") for n in range(25)], 10)
    first = next(iter(source(server, way).pages(None, sweep=False)))
    server.first = [Reply({}, status)]
    assert len(set(keys(read(source(server, way), first.cursor)))) == 25


def test_a_next_page_that_repeats_is_told(server: Server) -> None:
    server.answer = lambda _: Reply({"data": {"items": [item("A-1")], "next": 7}})
    with pytest.raises(SourceError, match="the same next page twice"):
        read(source(server, ITEMS + "page: {by: cursor, send: sau, next: data.next}"))


@pytest.mark.parametrize("way", WAYS[:1] + WAYS[2:3])
def test_a_service_that_ignores_the_page_is_told(server: Server, way: str) -> None:
    server.answer = lambda _: Reply({"data": {"items": [item("A-1"), item("A-2")]}})
    with pytest.raises(SourceError, match=r"see whether `page\.send` names the right parameter"):
        read(source(server, ITEMS + way))


def test_a_link_to_another_host_is_refused(server: Server) -> None:
    away = {"link": "https://elsewhere.example/x"}
    server.answer = lambda _: Reply({"data": {"items": [item("A-1")], **away}})
    with pytest.raises(BrokenSourceError, match=r"lies on another host, elsewhere\.example"):
        read(source(server, ITEMS + "page: {by: link, next: data.link}"))


def test_what_is_secret_in_the_address_is_sent_and_not_kept(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MADE_UP", f"{server.url}/api/hoso?khoa=s3cret&sau=0")
    items = [item(f"A-{n}") for n in range(25)]

    def answer(request: Request) -> Reply:
        reply = listed(items, 10)(request)
        if reply.body["data"]["link"] and server.requests[-1].params["sau"] != "0":
            reply.body["data"]["link"] += "&khoa=s3cret"  # this one repeats all that it was asked
        return reply

    server.answer = answer
    text = READ.format(url="x", more=ITEMS + "page: {by: link, next: data.link}")
    opened = open_source(loads(text.replace("url: x/api/hoso", "url: env:MADE_UP"), "x.yaml"))
    pages = read(server.keep(opened))
    assert len(keys(pages)) == 25
    assert [request.params["khoa"] for request in server.requests] == ["s3cret"] * 3
    assert [request.params["sau"] for request in server.requests] == ["0", "10", "20"]
    assert "s3cret" not in str(pages)


def test_the_size_is_sent_and_need_not_be_kept(server: Server) -> None:
    server.answer = listed([item(f"A-{n}") for n in range(25)], 10)
    way = "page: {by: number, send: trang, size: {send: so, rows: 500}}"
    assert len(keys(read(source(server, ITEMS + way)))) == 25
    assert {request.params["so"] for request in server.requests} == {"500"}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"data": {"muc": []}}, "`items` finds nothing"), ({"data": {"items": {}}}, "no list"),
        ({"data": {"items": [1]}}, "no object"), ([], "`items` finds nothing"),
    ],
)  # fmt: skip
def test_answers_of_another_shape(server: Server, body: Any, says: str) -> None:
    server.answer = lambda _: Reply(body)
    with pytest.raises(BrokenSourceError, match=says):
        read(source(server))


def test_a_wrong_path_is_told_at_once(server: Server) -> None:
    with pytest.raises(BrokenSourceError, match="`items` is no JMESPath"):
        read(source(server, 'items: "data..["'))


Changes = st.lists(st.tuples(st.booleans(), st.integers(0, 30)), max_size=4)


@given(st.integers(0, 30), st.integers(1, 7), st.lists(Changes, max_size=12))
def test_by_offset_no_row_that_stays_is_passed_over(
    count: int, size: int, between: list[list[tuple[bool, int]]]
) -> None:
    """Rows vanish and come while the pages are read; every row that was there all the time is
    met."""
    rows = [f"A-{n}" for n in range(count)]
    lasting, changes = set(rows), iter(between)

    def get(_: str, params: dict[str, Any]) -> Answer:
        found = rows[params["tu"] : params["tu"] + size]
        for is_new, place in next(changes, []):
            if is_new:
                rows.insert(place % (len(rows) + 1), f"N-{len(rows)}-{place}")
            elif rows:
                lasting.discard(rows.pop(place % len(rows)))
        return Answer(found, {}, "http://x")

    page = {"by": "offset", "send": "tu", "size": size}
    asked = Rest.model_validate({"kind": "rest", "url": "http://x", "page": page})
    met: set[str] = set()
    try:
        for step in Pages(asked, get, str, {}).steps(None):
            met.update(step.items)
    except SourceError:
        return  # as many rows came as a page holds: it is read again later
    if size > 1:  # with one row a page nothing overlaps; a sweep finds what was passed over
        assert lasting <= met


def test_a_request_tells_what_it_is(server: Server) -> None:
    read(source(server, "headers: {X-Don-Vi: H29}\n  params: {loai: 2}\n  every: 1m"))
    (request,) = server.requests
    assert isinstance(request, Request)
    assert (request.params, request.headers["x-don-vi"]) == ({"loai": "2"}, "H29")

"""What the demo's vendors hold, read by their connectors, is what the demo would have sent."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.mapping import Document, compile_mapping, load
from connectors.port import Fact, Row, Source, Wanted
from connectors.sources import open_source
from hub.demo.plausible import Event
from hub.demo.reconstruct import events, examples
from hub.demo.vendors import IGATE_UNITS, PORTAL_UNITS, documents, igate
from hub.demo.vendors.portal import portal
from hub.demo.vendors.states import states, without
from schemas.values import microseconds

Told = set[tuple[str, str, str, int, str]]


@pytest.fixture(scope="module")
def held() -> tuple[list[Event], list[Event]]:
    """The events of the dossiers that each vendor holds."""
    aside: dict[frozenset[str], list[Event]] = {IGATE_UNITS: [], PORTAL_UNITS: []}
    others = list(without(events(examples()[0]), aside))
    assert not {event["data"]["unit"] for event in others} & (IGATE_UNITS | PORTAL_UNITS)
    return aside[IGATE_UNITS], aside[PORTAL_UNITS]


def test_the_tables_say_what_was_sent(
    held: tuple[list[Event], list[Event]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    igate.create(tmp_path / "igate.db", states(held[0]))
    monkeypatch.setenv("DEMO_IGATE_URL", f"sqlite:///{tmp_path / 'igate.db'}")
    assert read(document("igate.yaml", tmp_path)) == sent(held[0])


def test_the_service_says_what_was_sent(
    held: tuple[list[Event], list[Event]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with portal(states(held[1])) as service:
        assert httpx.get(service.url).status_code == 401
        monkeypatch.setenv("DEMO_PORTAL_URL", service.url)
        monkeypatch.setenv("DEMO_PORTAL_TOKEN", service.token)
        assert read(document("portal.yaml", tmp_path)) == sent(held[1])


def document(name: str, folder: Path) -> Document:
    """The demo's document, from a file."""
    path = folder / name
    path.write_text(documents()[name], "utf-8")
    assert len(path.read_text("utf-8").splitlines()) <= 40
    return load(path)


def read(found: Document) -> Told:
    """What all rows of a source state."""
    mapping, source = compile_mapping(found), open_source(found)
    try:
        wanted = [mapping.wanted(row) for row in rows(source)]
    finally:
        source.close()
    assert all(isinstance(each, Wanted) for each in wanted)
    return {
        told(*each.dossier, fact) for each in wanted if isinstance(each, Wanted)
        for fact in each.facts
    }  # fmt: skip


def rows(source: Source) -> Iterable[Row]:
    """All rows, page by page."""
    for page in source.pages(None, sweep=False):
        assert not page.unreadable
        yield from page.rows


def told(unit: str, subject: str, fact: Fact) -> tuple[str, str, str, int, str]:
    """A fact, to be compared."""
    assert fact.time is not None
    return unit, subject, fact.kind, fact.time, plain(fact.kind, dict(fact.data))


def sent(found: Iterable[Event]) -> Told:
    """Events, to be compared."""
    return {
        (
            event["data"]["unit"], event["subject"], kind, microseconds(event["time"]),
            plain(kind, {name: it for name, it in event["data"].items() if name != "unit"}),
        )
        for event in found
        for kind in [event["type"].split(".")[3]]
    }  # fmt: skip


def plain(kind: str, data: dict[str, Any]) -> str:
    """Data as text; a resolution says its outcome, which is `granted` where none is stated."""
    default = {"outcome": "granted"} if kind == "resolved" else {}
    return json.dumps(default | data, sort_keys=True)

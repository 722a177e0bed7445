"""No step outside a key's role, source or units, on any route."""

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from hub.api.app import create_app
from hub.api.context import Hub
from hub.core.batch import FEW
from hub.core.check import FUTURE, Problem, refuse
from hub.core.time import rfc3339
from hub.processes.serve import ADMIN_KEY, embedded_hub
from hub.registry import Unit
from hub.registry.letters import of_refusal
from schemas.event import Event
from tests.api.conftest import listening
from tests.api.roles import ADMIN_ONLY, ALL_KEYS, SENDERS
from tests.api.speaking import STRUCTURED, Json, Speaker, event

_WHY = Problem("time-in-future", "/time", "is more than 24 hours in the future")
VISIBLE = {"H1", "H1.2", "H1.23", "X"}
UNITS = (*VISIBLE, "H12", "H", "A.1")


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    folder = tmp_path_factory.mktemp("hub")
    with embedded_hub(folder) as opened:
        opened.registry.units.put([Unit("H1", "Huyện 1"), Unit("X", "Xã", parent="H1")])
        opened.registry.keys.create("admin", label=(folder / ADMIN_KEY).read_text().strip())
        yield opened


@pytest.fixture(scope="module")
def client(hub: Hub) -> Iterator[httpx.Client]:
    with listening(hub) as opened:
        yield opened


@pytest.fixture(scope="module")
def admin(hub: Hub, client: httpx.Client) -> Speaker:
    """Speaks with the key of the first start; every unit has a dossier, an orphan and a letter."""
    speaker = Speaker(client, hub.registry.keys.all()[-1].label)
    for unit in UNITS:
        speaker.accept(
            event(unit=unit, subject="d", source="/s1", due_at="2020-01-20T17:00:00+07:00"),
            event("rated", unit=unit, subject="o", source="/s1", rating="neutral"),
        )
        speaker.one(event(unit=unit, subject="bad", source="/s1", applicant="somebody"))
    speaker.figures(period="2020")
    return speaker


def made(admin: Speaker, **wanted: object) -> Speaker:
    answer = admin.client.post("/v1/keys", json=wanted, headers=admin.headers)
    assert answer.status_code == 201, answer.text
    speaker = admin.with_key(answer.json()["key"])
    speaker.position = admin.position
    return speaker


@pytest.fixture(scope="module")
def reader(admin: Speaker) -> Speaker:
    return made(admin, role="reader", units=["H1"])


@pytest.fixture(scope="module")
def source(admin: Speaker) -> Speaker:
    return made(admin, role="source", source="/s1", units=["H1"])


def routes(hub: Hub) -> list[tuple[str, str]]:
    """All calls under `/v1`, as FastAPI knows them: a new one cannot be forgotten here."""
    found = create_app(hub).openapi()["paths"]
    return [
        (verb.upper(), path) for path, verbs in found.items() for verb in verbs if "/v1" in path
    ]


def call(speaker: Speaker, verb: str, path: str, headers: dict[str, str]) -> httpx.Response:
    for name, value in {"{unit}": "H1", "{subject}": "d", "{number}": "999999"}.items():
        path = path.replace(name, value)
    return speaker.client.request(
        verb, path.replace("{letter_id}", "x").replace("{form}", "x"), headers=headers
    )


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer  x", "Bearer hub_wrong", "Bearer \xe9", "Basic YTpi", "hub_wrong"],
)
def test_no_key_no_answer(hub: Hub, admin: Speaker, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization.encode("latin-1")}
    for verb, path in routes(hub):
        for query in ("", "?wrong=1", "?limit=1&limit=2"):
            answer = call(admin, verb, path + query, headers)  # type: ignore[arg-type]
            assert answer.status_code == 401, (verb, path)
            assert answer.headers["www-authenticate"].startswith("Bearer")
            assert answer.headers["content-type"] == "application/problem+json"


def test_what_needs_no_key(admin: Speaker) -> None:
    for path in ("/healthz", "/readyz", "/metrics", "/docs", "/openapi.json", "/"):
        assert admin.client.get(path).status_code == 200, path


def test_each_role_keeps_to_its_calls(
    hub: Hub, admin: Speaker, reader: Speaker, source: Speaker
) -> None:
    assert set(routes(hub)) >= ADMIN_ONLY | SENDERS | ALL_KEYS
    for verb, path in routes(hub):
        if (verb, path) in ALL_KEYS:
            continue
        read = (verb, path) not in ADMIN_ONLY | SENDERS
        if not read:
            assert call(reader, verb, path, reader.headers).status_code == 403, (verb, path)
        if (verb, path) not in SENDERS:
            answer = call(source, verb, path, source.headers)
            assert answer.status_code == 403, (verb, path)
            assert answer.headers["content-type"] == "application/problem+json"
    assert call(admin, "DELETE", "/v1/keys/{number}", admin.headers).status_code == 404


def test_a_revoked_key_opens_nothing(admin: Speaker) -> None:
    key = made(admin, role="reader", units=[])
    number = admin.ask("/v1/keys").json()["keys"][-1]["id"]
    assert key.ask("/v1/figures", period="2020").status_code == 200
    assert admin.client.delete(f"/v1/keys/{number}", headers=admin.headers).status_code == 200
    assert key.ask("/v1/figures", period="2020").status_code == 401


@pytest.mark.parametrize(
    ("wanted", "pointer"),
    [
        ({}, "/role"), ({"role": "king"}, "/role"), ({"role": "reader"}, "/units"),
        ({"role": "source", "units": []}, "/source"),
        ({"role": "admin", "units": ["H1"]}, "/units"),
        ({"role": "source", "source": "/hub", "units": []}, "/source"),
        ({"role": "reader", "units": [], "source": "/s1"}, "/source"),
        ({"role": "reader", "units": ["H/1"]}, "/units"), ({"role": "admin", "name": "x"}, "/name"),
    ],
)  # fmt: skip
def test_no_key_by_mistake(admin: Speaker, wanted: Json, pointer: str) -> None:
    answer = admin.client.post("/v1/keys", json=wanted, headers=admin.headers)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_a_reader_sees_its_units_only(admin: Speaker, reader: Speaker) -> None:
    answer = reader.figures(period="2020", by="unit")
    assert {row["key"]["unit"] for row in answer["rows"]} == VISIBLE
    assert answer["total"]["received_total"] == len(VISIBLE)
    for extra in ({}, {"as_of": answer["as_of"]}):
        rows = reader.figures(period="2020-Q1", by="unit", **extra)["rows"]
        assert {row["key"]["unit"] for row in rows} == VISIBLE
    listed = reader.pages("/v1/dossiers", figure="received_total", period="2020", limit=2)
    assert {item["unit"] for item in listed} == VISIBLE
    assert {item["unit"] for item in reader.pages("/v1/overdue", limit=1)} == VISIBLE
    assert {item["unit"] for item in reader.pages("/v1/orphans", limit=1)} == VISIBLE
    assert reader.ask("/v1/overdue").json()["total"] == len(VISIBLE)
    assert {unit["code"] for unit in reader.ask("/v1/units").json()["units"]} == VISIBLE
    assert {letter["unit"] for letter in reader.pages("/v1/dead-letters", limit=1)} == VISIBLE
    foreign = admin.ask("/v1/overdue", unit="A.1", limit=1).json()
    page = admin.ask("/v1/overdue", limit=1).json()["next"]
    assert foreign["total"] == 1
    found = reader.ask("/v1/overdue", cursor=page).json()["items"]
    assert {item["unit"] for item in found} <= VISIBLE


@pytest.mark.parametrize("unit", ["A.1", "H12", "H", "H1/", "ghost"])
def test_a_reader_cannot_name_other_units(reader: Speaker, unit: str) -> None:
    status = 422 if "/" in unit else 403
    for path, more in (
        ("/v1/figures", {"period": "2020"}),
        ("/v1/dossiers", {"period": "2020", "figure": "received_total"}),
        ("/v1/overdue", {}),
        ("/v1/board", {}),
        ("/v1/due-soon", {}),
        ("/v1/undated", {}),
        ("/v1/orphans", {}),
        ("/v1/live", {}),
    ):
        assert reader.ask(path, unit=unit, **more).status_code == status, path
        both = reader.ask(path, unit=["H1", unit], subtree="true", **more)
        assert both.status_code == status, path
    if status == 403:
        assert reader.ask(f"/v1/dossiers/{unit}/d").status_code == 403


def test_a_reader_may_name_what_is_below_its_units(reader: Speaker) -> None:
    for unit in VISIBLE:
        asked = reader.figures(period="2020", unit=unit)
        assert asked["total"]["received_total"] == 1
        assert reader.ask(f"/v1/dossiers/{unit}/d").status_code == 200


def test_a_source_sends_as_itself_for_its_units(source: Speaker, admin: Speaker) -> None:
    own, other = event(unit="X", subject="own", source="/s1"), event(unit="H1", source="/s2")
    away = event(unit="H12", source="/s1", subject="away")
    for bad, code, pointer in (
        (other, "source-not-allowed", "/source"),
        (away, "unit-not-allowed", "/data/unit"),
        (event(unit="H1", source="/hub"), "source-not-allowed", "/source"),
    ):
        single = source.one(bad)
        assert single.status_code == 403
        for many in (1, 2 * FEW):  # many that are good are looked at together
            batch = source.batch([*many * [own], bad, own])
            assert batch.status_code == 200
            told = batch.json()["events"]
            assert [e["outcome"] for e in told] == [*many * ["accepted"], "rejected", "accepted"]
            for event_told in (single.json()["events"][0], told[many]):
                errors = [(e["code"], e["pointer"]) for e in event_told["errors"]]
                assert errors == [(code, pointer)]
    assert admin.figures(unit="H12", period="2020")["total"]["received_total"] == 1
    assert source.one(own).status_code == 202
    assert source.batch(2 * FEW * [own]).json()["accepted"] == 2 * FEW


def test_letters_are_for_their_source_and_units(
    admin: Speaker, source: Speaker, reader: Speaker
) -> None:
    stranger = made(admin, role="source", source="/s3", units=[])
    hidden = [x for x in admin.pages("/v1/dead-letters", limit=1000) if x["unit"] == "A.1"]
    assert hidden
    path = f"/v1/dead-letters/{hidden[0]['id']}"
    assert admin.ask(path).status_code == 200
    for key in (source, reader, stranger):
        assert key.ask(path).status_code == 404
    assert source.client.post(f"{path}/replay", headers=source.headers).status_code == 404
    assert reader.client.post(f"{path}/replay", headers=reader.headers).status_code == 403
    assert list(stranger.pages("/v1/dead-letters")) == []
    assert {x["unit"] for x in source.pages("/v1/dead-letters")} <= VISIBLE


def test_what_a_key_may_not_send_is_filed_under_the_key(admin: Speaker) -> None:
    """Neither a foreign source nor foreign units get letters in their lists."""
    sender, named = (made(admin, role="source", source=s, units=["H1"]) for s in ("/s4", "/s5"))
    for unit in ("H1.2", "H12"):
        for more in ({}, {"applicant": "somebody"}):  # a good event, and no event at all
            for where in ("/s4", "/s5"):
                sender.one(event(unit=unit, subject="filed", source=where, **more))
    letters = [x for x in admin.pages("/v1/dead-letters", limit=1000) if x["subject"] == "filed"]
    assert {(x["source"], x["unit"]) for x in letters} == {("/s4", "H1.2"), ("/s4", None)}
    assert {x["unit"] for x in sender.pages("/v1/dead-letters")} == {"H1.2"}
    assert list(named.pages("/v1/dead-letters")) == []


def test_nobody_sends_as_the_hub_itself(admin: Speaker) -> None:
    answer = admin.one(event(unit="H1", source="/hub"))
    assert answer.status_code == 403
    assert answer.json()["events"][0]["errors"][0]["pointer"] == "/source"


def test_what_a_key_may_not_send_it_cannot_try_again_either(
    hub: Hub, admin: Speaker, source: Speaker
) -> None:
    """An event from the future is kept to be tried again later: not one of somebody else."""
    late = rfc3339(hub.now() + 2 * FUTURE)
    others = ((source, "H1", "/s2"), (source, "H12", "/s1"), (source, "H1", "/hub"))
    for key, unit, name in (*others, (admin, "H1", "/hub")):
        forged = event(unit=unit, source=name, subject="forged", time=late)
        single = key.one(forged)
        assert single.status_code == 403
        (told,) = key.batch([forged]).json()["events"]
        assert told == single.json()["events"][0]
    for letter in admin.pages("/v1/dead-letters", limit=1000):
        assert letter["subject"] != "forged" or not letter["values_kept"]
    # letters from before this was seen to, or from a topic that others write to
    own = Event("H1", "d", "/s1", "own", "voided", hub.now(), 0, {})
    for kept, key, status in (
        (own._replace(source="/s2"), source, 403),
        (own._replace(unit="H12"), source, 403),
        (own._replace(source="/hub"), admin, 403),
        (own, source, 200),
    ):
        letter = of_refusal(refuse(kept, _WHY, keep=True), "http")
        hub.registry.dead_letters.add([replace(letter, source="/s1", unit="H1")], hub.now())
        path = f"/v1/dead-letters/{letter.id}/replay"
        assert source.client.post(path, headers=key.headers).status_code == status
        if status == 403:
            assert admin.figures(unit="H1", period="2020")["total"]["received_total"] == 1


def test_who_may_not_send_is_told_before_anything_is_read(reader: Speaker) -> None:
    for content in (b"", b"{", b"\x1f\x8b"):
        assert reader.send(content, STRUCTURED).status_code == 403
        assert Speaker(reader.client).send(content, "text/plain").status_code == 401

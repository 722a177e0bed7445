"""Rules and targets of the registry: they count from the next look on, as they are then."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub.core.time import DAY, HOUR, SECOND
from hub.registry.alerts import AlertRow, Kind
from hub.services.addresses import RefusedError, is_plain, read
from hub.services.alert_rules import AlertSetup
from hub.services.targets import Message, TargetSettings, open_target, renewed
from tests.alerts.receiver import Receiver
from tests.alerts.world import MONDAY, World
from tests.eventually import eventually
from tests.hub_process import HubProcess

HERE = AlertSetup(allow_private=True)
OVERDUE = {"when": "dossier_overdue", "targets": ["t"]}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def world(tmp_path: Path, receiver: Receiver) -> Iterator[World]:
    made = World(tmp_path, f'kind = "webhook"\nurl = "{receiver.url}"')
    yield made
    made.close()


def keep(world: World, what: Kind, name: str, **body: Any) -> None:
    row = AlertRow(what, name, world.now, body)
    world.registry.alerts.put(row, lambda _: None)


def drop(world: World, kind: Kind, name: str) -> None:
    assert world.registry.alerts.remove(kind, name, lambda _: None)


def told(receiver: Receiver, count: int) -> list[str]:
    """The first lines of the messages, once there are so many."""
    return [message["lines"][0].split()[1] for message in receiver.wait(count)]


def test_a_rule_is_looked_for_from_the_next_look_on_and_tells_nothing_of_before(world, receiver):
    alerts = world.looking(HERE)
    alerts.look()
    assert world.registry.cursors.get("alerts") == {}  # who has no rules writes nothing
    world.received(("old", MONDAY - DAY), ("before", MONDAY + HOUR))
    world.now = MONDAY + 2 * HOUR
    keep(world, "target", "t", kind="webhook", url=receiver.url)
    keep(world, "rule", "late", when="dossier_overdue", targets=["t", "t"])
    world.received(("after", MONDAY + 3 * HOUR), ("other", MONDAY + 5 * HOUR))
    world.now = MONDAY + 4 * HOUR
    alerts.look()
    assert told(receiver, 1) == ["after"]
    keep(world, "rule", "late", **OVERDUE, unit="H9")  # those of another unit
    eventually(lambda: all(it.is_idle for it in alerts._couriers.values()), "it is delivered")
    world.now = MONDAY + 6 * HOUR
    alerts.look()
    drop(world, "rule", "late")
    alerts.look()
    keep(world, "rule", "late", **OVERDUE)
    world.received(("again", MONDAY + 7 * HOUR))
    world.now = MONDAY + 8 * HOUR
    alerts.look()
    assert told(receiver, 2) == ["after", "again"]


def test_a_new_rule_tells_nothing_of_before_while_another_one_waits(world, receiver):
    keep(world, "target", "t", kind="webhook", url=receiver.url)
    keep(world, "rule", "slow", **OVERDUE, group_minutes=1000)
    alerts = world.looking(HERE)
    alerts.look()
    world.received(("before", MONDAY + HOUR), ("after", MONDAY + 3 * HOUR))
    world.now = MONDAY + 2 * HOUR
    alerts.look()
    keep(world, "rule", "new", **OVERDUE)
    world.now = MONDAY + 4 * HOUR
    alerts.look()
    assert told(receiver, 1) == ["after"]


def test_what_was_found_while_nobody_looked_is_told(world, receiver):
    """The first rule of all, made while no worker runs."""
    keep(world, "target", "t", kind="webhook", url=receiver.url)
    keep(world, "rule", "late", **OVERDUE)
    world.received(("s", MONDAY + HOUR))
    world.now = MONDAY + 2 * DAY
    world.looking(HERE).look()
    assert told(receiver, 1) == ["s"]


def test_what_waits_is_sent_as_the_rule_says_now_or_found_anew(world, receiver):
    keep(world, "target", "t", kind="webhook", url=receiver.url)
    keep(world, "rule", "late", **OVERDUE, group_minutes=60)
    alerts = world.looking(HERE)
    alerts.look()
    world.received(("s", MONDAY + HOUR))
    world.now = MONDAY + HOUR + SECOND
    alerts.look()
    keep(world, "rule", "late", **OVERDUE, group_minutes=600)
    world.now += HOUR + SECOND
    alerts.look()
    assert receiver.got == []
    keep(world, "rule", "late", **OVERDUE, unit="H1")
    alerts.look()
    assert told(receiver, 1) == ["s"]
    world.received(("u", world.now + HOUR))
    keep(world, "rule", "late", **OVERDUE, unit="H1", group_minutes=60)
    world.now += HOUR + SECOND
    alerts.look()
    keep(world, "rule", "late", **OVERDUE, unit="H9")  # not its dossier: it is not told
    world.now += HOUR + SECOND
    alerts.look()
    assert told(receiver, 1) == ["s"]
    assert world.registry.cursors.get("alerts") == {0: world.now}


def test_a_corrected_target_has_what_waited_for_it_and_a_removed_one_stops_nothing(
    world, receiver, caplog
):
    keep(world, "target", "t", kind="webhook", url="http://localhost:1/")
    keep(world, "rule", "late", **OVERDUE)
    alerts = world.looking(HERE)
    alerts.look()
    world.received(("s", MONDAY + HOUR))
    world.now = MONDAY + HOUR + SECOND
    alerts.look()
    keep(world, "target", "t", kind="webhook", url=receiver.url)
    alerts.look()
    assert told(receiver, 1) == ["s"]
    drop(world, "target", "t")
    world.received(("u", MONDAY + 2 * HOUR))
    world.now = MONDAY + 3 * HOUR
    alerts.look()
    assert "there is no target t" in caplog.text
    assert world.registry.cursors.get("alerts") == {0: world.now}


def test_of_a_name_in_both_that_of_the_file_counts(world, receiver, caplog):
    other = Receiver()
    alerts = world.alerts('name = "late"\nwhen = "dossier_overdue"\nunit = "H9"')
    keep(world, "target", "ops", kind="webhook", url=other.url)
    keep(world, "rule", "late", when="dossier_overdue", targets=["ops"])
    keep(world, "rule", "mine", when="dossier_overdue", targets=["ops"])
    keep(world, "rule", "newer", when="of another release", targets=["ops"])
    alerts.look()
    world.received(("s", MONDAY + HOUR))
    world.now = MONDAY + 2 * HOUR
    alerts.look()
    assert [message["rule"] for message in receiver.wait(1)] == ["mine"]
    assert other.got == []
    other.close()
    for name in ("rule late", "target ops"):
        assert caplog.text.count(f"alert {name} of the registry is left out") == 1
    assert "alert rule newer is of another release" in caplog.text


def test_a_secret_is_read_where_it_stands_when_it_is_needed(tmp_path, receiver, monkeypatch):
    file = tmp_path / "alert-office"
    settings = TargetSettings(
        name="t", kind="webhook", url=f"file:{file}", secret="env:ALERT_KEY", allow_private=True
    )
    target, message = renewed(settings), Message("k", "r", "t", [], "")
    monkeypatch.setenv("ALERT_KEY", "geheim")
    with pytest.raises(RefusedError, match=f"nothing stands at file:{file}"):
        target(message)
    file.write_text(f"{receiver.url}?token=geheim\n")
    target(message)
    file.write_text("geheim")
    with pytest.raises(RefusedError, match="http or https") as refused:
        target(message)
    assert "geheim" not in str(refused.value)
    monkeypatch.delenv("ALERT_KEY")
    with pytest.raises(RefusedError, match="nothing stands at env:ALERT_KEY"):
        target(message)
    ((headers, _),) = receiver.got
    assert "Hub-Signature" in headers
    os.mkfifo(tmp_path / "alert-pipe")
    (tmp_path / "alert-dir").mkdir()
    for name in ("alert-pipe", "alert-dir", "alert-none"):
        with pytest.raises(RefusedError, match="nothing stands"):
            read(f"file:{tmp_path}/{name}")


def test_nothing_else_of_the_machine_is_read(tmp_path, monkeypatch):
    monkeypatch.setenv("HUB_KEY", "geheim")
    (tmp_path / "admin.key").write_text("geheim")
    for text in (
        "env:HUB_KEY", "env:alert_x", "env:", f"file:{tmp_path}/admin.key", "file:alert-x",
        f"file:{tmp_path}/alert-x/../admin.key", "file:/etc/passwd", "file:///x/alert-x/",
    ):  # fmt: skip
        assert read(text) == text
        with pytest.raises(RefusedError):
            open_target(TargetSettings(name="t", kind="webhook", url=text))


def test_what_may_hold_a_secret_is_not_written_out():
    for kind, url in (
        ("webhook", "https://office.example.vn/motcua/canh-bao/v2"), ("webhook", "http://10.0.0.1:8/"),
        ("webhook", "https://office.example.vn"), ("apprise", "mailto://mail.example.vn?to=a@b.vn"),
        ("apprise", "mailtos://hub@mail.example.vn:465/?smtp=m.example.vn&from=a@b.vn&to=c@d.vn"),
    ):  # fmt: skip
        assert is_plain(kind, url), url
    for kind, url in (
        ("webhook", "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"),
        ("webhook", "https://api.telegram.org/bot123456:ABC-DEF1234ghIkl/sendMessage"),
        ("webhook", "https://discord.com/api/webhooks/1290000000000000000/aZ_9"),
        ("webhook", "https://n8n.example.vn/webhook/0b9a3c5e-2b1c-4a57-9f2c-111111111111"),
        ("webhook", "https://a.example.vn/hook?key=x"), ("webhook", "https://a.example.vn/hook#x"),
        ("webhook", "https://u:p@a.example.vn/"), ("webhook", "https://u@a.example.vn/"),
        ("webhook", "https://a.example.vn/%61bc"), ("webhook", "ftp://a.example.vn/"),
        ("webhook", "https://[x/"), ("webhook", "https://a.example.vn:x/"), ("webhook", "a"),
        ("apprise", "mailto://hub:p@example.vn"), ("apprise", "mailto://example.vn?pass=x"),
        ("apprise", "mailto://example.vn?pgpkey=/etc/x"), ("apprise", "tgram://1:abc/2"),
        ("apprise", "json://example.vn/token"), ("apprise", "mailto://example.vn/p@x.vn"),
    ):  # fmt: skip
        assert not is_plain(kind, url), url


def test_a_hub_takes_rules_without_a_restart_and_keeps_their_secrets(
    tmp_path, receiver, monkeypatch, caplog
):
    monkeypatch.setenv("ALERT_OFFICE", f"{receiver.url}?token=geheim")
    monkeypatch.setenv("HUB_ALERTS_PRIVATE", "on")
    caplog.set_level(logging.DEBUG)
    with HubProcess(tmp_path / "data") as hub, httpx.Client(base_url=hub.url) as http:
        target, rule = (
            "/v1/alerts/targets/S%E1%BB%9F%20N%E1%BB%99i%20v%E1%BB%A5",
            "/v1/alerts/rules/l",
        )
        body = {"kind": "webhook", "url": "env:ALERT_OFFICE"}
        assert http.put(target, json=body).json() == {"name": "Sở Nội vụ", "new": True}
        wish = {"when": "dead_letters", "targets": ["Sở Nội vụ"]}
        assert http.put(rule, json=wish).json()["new"]
        headers = {"Content-Type": "application/cloudevents+json"}
        assert http.post("/v1/events", json={"id": "x"}, headers=headers).status_code == 422
        eventually(lambda: receiver.got, "the target is told", 60)
        sent = http.post("/v1/alerts/test", json={"target": "Sở Nội vụ"})
        assert sent.json()["sent"], sent.text
        for path in ("/v1/alerts", "/v1/trail"):
            assert "env:ALERT_OFFICE" in http.get(path).text
            assert "geheim" not in http.get(path).text
        assert hub.stop() == 0
        assert "geheim" not in hub.output()
    assert b"geheim" not in (tmp_path / "data" / "registry.db").read_bytes()

"""Alerts to a real webhook: once, signed, grouped, quiet at night; a target that hangs delays
nobody."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from hub.core.time import DAY, HOUR, SECOND
from hub.registry import Source
from hub.services.alert_rules import AlertsError, read_alerts
from hub.services.targets import Message, RefusedError, TargetSettings, open_target
from tests.alerts.receiver import Receiver
from tests.alerts.world import MONDAY, World
from tests.eventually import eventually
from tests.hub_process import HubProcess


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def world(tmp_path: Path, receiver: Receiver) -> Iterator[World]:
    made = World(tmp_path, f'kind = "webhook"\nurl = "{receiver.url}"\nsecret = "x"')
    yield made
    made.close()


def test_a_dossier_that_becomes_overdue_is_told_once_and_signed(world, receiver):
    rule = 'name = "late"\nwhen = "dossier_overdue"\nunit = "H1"'
    world.received(("old", MONDAY - DAY))
    alerts = world.alerts(rule)
    alerts.look()
    world.received(("s", MONDAY + HOUR))
    receiver.answers = [503, 500]
    world.now = MONDAY + HOUR + SECOND
    alerts.look()
    alerts.look()
    told = receiver.wait(3)
    assert told[0] == told[1] == told[2]
    assert told[0]["rule"] == "late"
    assert ["H1.2 s overdue since" in line for line in told[0]["lines"]] == [True]
    headers, body = receiver.got[0]
    moment, signed = headers["Hub-Signature"].removeprefix("t=").split(",v1=")
    wanted = hmac.new(b"x", f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    assert signed == wanted
    assert headers["Idempotency-Key"] == told[0]["key"]
    assert headers["Host"] == receiver.url.split("/")[2]
    # the same after a restart has the same key
    again = world.alerts(rule)
    again._looked = MONDAY
    again.look()
    assert receiver.wait(4)[3]["key"] == told[0]["key"]


def test_findings_are_grouped_and_wait_for_working_hours(world, receiver):
    alerts = world.alerts(
        'name = "late"\nwhen = "dossier_overdue"\nworking_hours_only = true\ngroup_minutes = 10'
    )
    alerts.look()
    night = MONDAY + 12 * HOUR
    world.received(*((f"s{n:02}", night + n) for n in range(60)))
    for minutes in (1, 9, 11, 60 * 9, 60 * 10 + 31):  # 10.5 hours later it is half past seven
        world.now = night + minutes * 60 * SECOND
        alerts.look()
        sent = minutes > 600
        assert len(receiver.wait(sent)) == sent
    (told,) = receiver.wait(1)
    assert len(told["lines"]) == 51
    assert told["lines"][-1] == "… 10 more"


@pytest.mark.parametrize(("when", "told"), [("overdue", "overdue since"), ("due_soon", "was due")])
def test_what_waits_for_working_hours_is_told_after_a_closure_however_long(
    world, receiver, when, told
):
    rule = f'name = "r"\nwhen = "dossier_{when}"\nworking_hours_only = true'
    alerts = world.alerts(rule)
    alerts.look()
    evening = MONDAY + 12 * HOUR
    world.received(("s", evening if when == "overdue" else evening + 6 * HOUR))
    world.now = evening + SECOND
    alerts.look()  # found, and held until the morning; then the machine is off
    world.now = MONDAY + 21 * DAY
    alerts = world.alerts(rule)
    alerts.look()
    (message,) = receiver.wait(1)
    assert [told in line for line in message["lines"]] == [True]


def test_what_is_due_in_a_month_is_told_once(world, receiver):
    alerts = world.alerts('name = "r"\nwhen = "dossier_due_soon"\nhours = 800')
    world.received(("s", MONDAY + 31 * DAY))
    for days in range(35):
        world.now = MONDAY + days * DAY
        alerts.look()
    assert len(receiver.wait(1)) == 1


def test_what_did_not_reach_its_target_is_found_again(world, receiver):
    rule = 'name = "r"\nwhen = "dossier_overdue"'
    alerts = world.alerts(rule)
    alerts.look()
    world.received(("s", MONDAY + HOUR))
    receiver.answers = [503] * 1000
    world.now = MONDAY + 2 * HOUR
    alerts.look()
    receiver.wait(1)
    world.now += HOUR
    alerts.look()
    for courier in alerts._couriers.values():  # it is killed while it tries
        courier.stop()
        courier._thread.join()
    receiver.answers = []
    receiver.got.clear()
    world.now += 20 * DAY
    world.alerts(rule).look()
    assert "H1.2 s overdue since" in receiver.wait(1)[0]["lines"][0]


@pytest.mark.parametrize(
    ("rule", "arrange", "line"),
    [
        (
            'when = "overdue_count"\nunit = "H1"\nat_least = 2',
            lambda w: w.received(("a", MONDAY - DAY), ("b", MONDAY - DAY)),
            "H1: 2 dossiers are overdue",
        ),
        (
            'when = "dossier_due_soon"\nhours = 2',
            lambda w: w.received(("a", MONDAY + HOUR), ("b", MONDAY + 3 * HOUR)),
            "H1.2 a due until",
        ),
        (
            'when = "silent_source"',
            lambda w: (
                w.registry.sources.put([Source("/a", "a", max_age_expected_s=60)]),
                w.registry.sources.seen({"/a": MONDAY - HOUR}),
            ),
            "/a sent nothing since",
        ),
    ],
)
def test_other_rules(world, receiver, rule: str, arrange: Callable[[World], object], line: str):
    alerts = world.alerts(f'name = "r"\n{rule}')
    alerts.look()
    arrange(world)
    alerts.look()
    alerts.look()
    (told,) = receiver.wait(1)
    assert len(told["lines"]) == 1
    assert told["lines"][0].startswith(line)


def test_a_target_that_hangs_delays_nothing(world, receiver):
    receiver.hang.clear()
    alerts = world.alerts('name = "late"\nwhen = "dossier_overdue"')
    alerts.look()
    begun = time.monotonic()
    for n in range(150):
        courier = alerts._couriers["ops"]
        courier.send(Message(str(n), "r", "t", [], ""))
    assert time.monotonic() - begun < 9  # the target hangs for ten seconds


def test_private_addresses_are_refused_unless_allowed(receiver):
    for url in (receiver.url, "http://169.254.1.1/", "http://[::1]:1/", "http://10.0.0.1/"):
        target = open_target(TargetSettings(name="t", kind="webhook", url=url))
        with pytest.raises(RefusedError, match="private"):
            target(Message("k", "r", "t", [], ""))
    mail = open_target(TargetSettings(name="m", kind="apprise", url="json://localhost:1/x"))
    with pytest.raises(RefusedError, match="private"):
        mail(Message("k", "r", "t", [], ""))
    assert receiver.got == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[[target", "alerts.toml"),
        ("target = []\nrule = []\nother = 1", "other"),
        ('[[target]]\nname="a"\nkind="pigeon"\nurl="x"\n', "target.0.kind"),
        ('target=[]\n[[rule]]\nname="r"\nwhen="dead_letters"\ntargets=["no"]', "not there"),
    ],
)
def test_a_wrong_file_is_named_without_its_values(tmp_path, text, place):
    file = tmp_path / "alerts.toml"
    file.write_text(text)
    with pytest.raises(AlertsError, match=place) as wrong:
        read_alerts(file)
    assert "pigeon" not in str(wrong.value)


def test_a_hub_sends_what_its_file_says_and_refuses_a_wrong_one(tmp_path, receiver):
    file = tmp_path / "alerts.toml"
    file.write_text(
        f'[[target]]\nname="ops"\nkind="webhook"\nurl="{receiver.url}"\nallow_private=true\n'
        '[[rule]]\nname="letters"\nwhen="dead_letters"\ntargets=["ops"]\n'
    )
    words = ("--alerts", str(file))
    bad = {"specversion": "1.0", "id": "x"}
    with HubProcess(tmp_path / "data", extra_args=words) as hub:
        headers = {"Content-Type": "application/cloudevents+json"}
        assert httpx.post(f"{hub.url}/v1/events", json=bad, headers=headers).status_code == 422
        assert hub.stop() == 0  # what is not told yet is told after the next start
    with HubProcess(tmp_path / "data", extra_args=words):
        eventually(lambda: receiver.got, "the target is told")
        assert json.loads(receiver.got[-1][1])["lines"] == ["1 dead letters are open"]
    file.write_text("[[rule]]")
    with pytest.raises(AssertionError, match=r"alerts\.toml"):
        HubProcess(tmp_path / "data", extra_args=words).start()

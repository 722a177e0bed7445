"""Alerts by real e-mail: what arrives, and what a server that refuses or hangs does to others."""

import logging
import time
from collections.abc import Iterator
from pathlib import Path

import apprise
import pytest

from hub.core.time import HOUR, SECOND, rfc3339
from hub.services.targets import Courier, Message, RefusedError, TargetSettings, open_target
from tests.alerts.post_office import PostOffice
from tests.alerts.receiver import Receiver
from tests.alerts.world import MONDAY, World
from tests.eventually import eventually

FROM = "hub@example.vn"
LATE = 'name = "Trễ hạn"\nwhen = "dossier_overdue"\ngroup_minutes = 10'


@pytest.fixture
def office() -> Iterator[PostOffice]:
    made = PostOffice()
    yield made
    made.close()


@pytest.fixture
def world(tmp_path: Path, office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(apprise.NotifyBase, "request_rate_per_sec", 0)  # it would wait for seconds
    url = f"mailto://127.0.0.1:{office.port}/?mode=insecure&cto=0.5&from={FROM}"
    made = World(tmp_path, f'kind = "apprise"\nurl = "{url}&to=a@example.vn,b@example.vn"')
    yield made
    made.close()


def test_a_group_of_findings_arrives_once_with_all_that_was_found(
    world: World, office: PostOffice
) -> None:
    office.open()
    office.refuses = {"b@example.vn": ["451 later", "550 no such mailbox"]}
    alerts = world.alerts(LATE)
    alerts.look()
    world.received(*((f"<b>{n:02}&amp;", MONDAY + HOUR + n) for n in range(60)))
    for minutes in (1, 9, 11, 12):
        world.now = MONDAY + HOUR + minutes * 60 * SECOND
        alerts.look()
        if minutes < 11:
            assert office.got == []
    (first, mail), (second, again) = office.wait(2)
    # who has it did not get it again when the other one was tried again
    assert (first, second) == ("a@example.vn", "b@example.vn")
    assert (mail["From"].addresses[0].addr_spec, mail["Subject"]) == (FROM, "Trễ hạn: 60")
    assert mail.get_content_type() == "text/plain"
    lines = mail.get_content().splitlines()
    assert len(lines) == 53
    assert lines[0].startswith("H1.2 <b>00&amp; overdue since 2")
    assert lines[50:52] == ["… 10 more", ""]
    moment, key = lines[52].split()
    assert (moment, len(key)) == (rfc3339(MONDAY + 71 * 60 * SECOND), 32)
    assert again.get_content() == mail.get_content()


def test_a_server_that_says_nothing_delays_nobody_and_is_tried_again(
    world: World, office: PostOffice
) -> None:
    other = Receiver()
    hook = 'name = "hook"\nallow_private = true\nkind = "webhook"\n'
    world.target += f'\n[[target]]\n{hook}url = "{other.url}"'
    world.targets.append("hook")
    alerts = world.alerts('name = "late"\nwhen = "dossier_overdue"')
    alerts.look()
    world.received(("s", MONDAY + HOUR))
    world.now = MONDAY + HOUR + SECOND
    begun = time.monotonic()
    alerts.look()
    assert office.waits_for_it()
    alerts.look()
    assert other.wait(1)
    assert time.monotonic() - begun < 5
    office.open()
    assert [who for who, _ in office.wait(2)] == ["a@example.vn", "b@example.vn"]
    other.close()


def test_the_server_that_is_asked_is_the_one_whose_address_is_checked(office: PostOffice) -> None:
    office.open()
    there = (
        f"mailto://hub:geheim@example.invalid:{office.port}/?smtp=127.0.0.1&mode=insecure&to=a@b.vn"
    )
    alert = Message("k", "r", "t", [], "")
    with pytest.raises(RefusedError, match=r"127\.0\.0\.1 lies in a private network"):
        open_target(TargetSettings(name="m", kind="apprise", url=there))(alert)
    # that it comes to here, although no machine has the name of the mailbox's domain:
    allowed = TargetSettings(name="m", kind="apprise", url=there, allow_private=True)
    with pytest.raises(OSError, match="could not be told"):  # it does not know such a login
        open_target(allowed)(alert)
    for service in ("json://[::1]:1/x", "json://localhost:1/x"):
        with pytest.raises(RefusedError, match="private"):
            open_target(TargetSettings(name="m", kind="apprise", url=service))(alert)
    assert office.got == []


@pytest.mark.parametrize(
    "url", ["mailtoz://hub:geheim@example.vn", "mailto://hub:geheim@/", "geheim"]
)
def test_a_url_that_cannot_be_used_is_told_at_the_start_without_its_password(
    caplog: pytest.LogCaptureFixture, url: str
) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(RefusedError, match="target m: ") as caught:
        open_target(TargetSettings(name="m", kind="apprise", url=url))
    assert "geheim" not in str(caught.value)
    assert caplog.text == ""
    with pytest.raises(RefusedError, match="private"):  # and it speaks again afterwards
        open_target(TargetSettings(name="m", kind="apprise", url="json://localhost"))(
            Message("k", "r", "t", [], "")
        )
    assert not logging.getLogger("apprise").disabled


def test_whatever_a_library_raises_does_not_end_the_courier() -> None:
    told, trouble = [], [KeyError(), UnicodeError()]

    def target(message: Message) -> None:
        if trouble:
            raise trouble.pop()
        told.append(message.key)

    courier = Courier("t", target, lambda _: False)
    courier.start()
    for key in ("one", "two"):
        courier.send(Message(key, "r", "t", [], ""))
    eventually(lambda: told == ["one", "two"], "both are sent")
    courier.stop()

"""What one key, and one address without a good one, may do; nobody else is held up by it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest

from hub.api.context import Hub
from hub.api.guard import Guard
from hub.api.lanes import Lanes
from hub.api.limits import Limits
from hub.api.problems import ProblemError
from hub.processes.serve import embedded_hub
from tests.api.conftest import listening
from tests.api.speaking import Speaker, event
from tests.api.test_lanes import Endless, wait_until
from tests.api.test_metrics import value


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with embedded_hub(tmp_path_factory.mktemp("hub")) as opened:
        yield opened


def limited(hub: Hub, **limits: int) -> Hub:
    return replace(hub, guard=Guard(Limits(**limits)), lanes=Lanes())


def with_new_key(hub: Hub, client: httpx.Client) -> Speaker:
    return Speaker(client, hub.registry.keys.create("admin")[1])


def turned_away(answer: httpx.Response) -> int:
    """After how many seconds one may come again."""
    assert answer.status_code == 429, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return int(answer.headers["retry-after"])


def test_many_wrong_keys_are_turned_away_and_good_ones_from_there_are_not(hub: Hub) -> None:
    with listening(limited(hub, wrong_keys=5)) as client:
        good, wrong = with_new_key(hub, client), Speaker(client, "hub_wrong")
        before = value(good, 'hub_keys_refused_total{why="unknown"}')
        turned = value(good, 'hub_limited_total{limit="wrong_keys"}')
        paths = ("/v1/units", "/v1/figures", "/v1/keys", "/v1/sources", "/v1/live")
        asked = [wrong.ask(path) for path in paths]
        assert [answer.status_code for answer in asked] == 5 * [401]
        for path in ("/v1/units", "/v1/units?wrong=1"):
            assert 0 < turned_away(wrong.ask(path)) <= 60
        turned_away(wrong.one(event()))
        assert Speaker(client).ask("/v1/units").status_code == 401  # no key is no wrong key
        assert good.ask("/v1/units").status_code == 200
        assert good.one(event()).status_code == 202
        assert value(good, 'hub_keys_refused_total{why="unknown"}') == before + 8
        assert value(good, 'hub_limited_total{limit="wrong_keys"}') == turned + 3


def test_wrong_keys_are_forgotten_after_a_minute_and_never_fill_the_memory() -> None:
    clock = iter(float(second) for second in (*(4 * [0]), 59, 61, *range(100, 30_200))).__next__
    guard = Guard(Limits(wrong_keys=2), clock)

    def tried(address: str) -> bool:
        try:
            guard.wrong_key(address)
        except ProblemError:
            return False
        return True

    # an address of IPv6 is the network that one customer has
    assert [tried(f"2001:db8::{n}") for n in (1, 2, 3)] == [True, True, False]
    assert tried("2001:db8:0:1::1")
    assert [tried("2001:db8::4"), tried("2001:db8::4")] == [False, True]
    for number in range(30_000):
        assert tried(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(guard._wrong) == 10_000


def test_a_key_that_sends_more_than_it_may_waits_and_others_do_not(hub: Hub) -> None:
    with listening(limited(hub, key_events=100)) as client:
        one, other = with_new_key(hub, client), with_new_key(hub, client)
        batch = [event(subject=f"{n}") for n in range(10_000)]
        assert one.batch(batch).json()["accepted"] == 10_000  # a pause allows a whole batch
        assert one.batch(batch).json()["accepted"] == 10_000
        assert 50 < turned_away(one.batch(batch)) <= 100
        assert 50 < turned_away(one.one(event())) <= 100
        assert one.ask("/v1/procedures").status_code == 200
        assert other.one(event()).status_code == 202
        assert value(other, 'hub_limited_total{limit="key_events"}') == 2


def test_a_key_that_asks_more_at_once_than_it_may_is_turned_away_and_others_are_not(
    hub: Hub,
) -> None:
    asked = replace(limited(hub, key_questions=2), store=Endless(hub.store))  # type: ignore[arg-type]
    with listening(asked) as client, ThreadPoolExecutor(2) as askers:
        one, other = with_new_key(hub, client), with_new_key(hub, client)
        running = [askers.submit(one.ask, "/v1/undated") for _ in range(2)]
        wait_until(lambda: asked.lanes.reckoning.taken + asked.lanes.reckoning.waiting == 2)
        series = 'hub_lane_questions{lane="reckoning",state="%s"}'
        assert [value(one, series % state) for state in ("running", "waiting")] == [1, 1]
        turned_away(one.ask("/v1/procedures"))
        assert one.one(event()).status_code == 202
        assert other.ask("/v1/procedures").status_code == 200
        assert value(other, 'hub_limited_total{limit="key_questions"}') == 1
        asked.lanes.close()
        assert {answer.result(20).status_code for answer in running} == {503}
        assert one.ask("/v1/procedures").status_code == 200
        asked.lanes.end()


def test_a_hub_without_keys_has_no_limits_of_keys(hub: Hub) -> None:
    opened = replace(limited(hub, key_events=1, key_questions=1), open=True)
    with listening(opened) as client, ThreadPoolExecutor(8) as askers:
        batch = [event(subject=f"{n}") for n in range(10_000)]
        for _ in range(3):
            assert Speaker(client).batch(batch).status_code == 200
        many = [askers.submit(Speaker(client).ask, "/v1/procedures") for _ in range(40)]
        assert {answer.result(20).status_code for answer in many} == {200}

"""What trying letters again changes is told before it does, by figures."""

from typing import Any

from hub.api.context import Hub
from hub.core.time import SECOND
from tests.api.inbox import SECRET, admin, held, hub, letters, post, refuse_rows, src
from tests.api.speaking import Speaker, event
from tests.api.test_letter_groups import filed
from tests.api.test_proposed import figures

__all__ = ["admin", "hub", "src"]


class TestForecast:
    def test_what_is_told_is_what_then_changes(self, hub: Hub, admin: Speaker, src: str) -> None:
        filed(hub, "second", 50, src, unit=src[1:], kind="resolved", data={"outcome": "granted"})
        filed(hub, "first", 90, src, unit=src[1:])
        filed(hub, "other", 10, src, subject="e", unit=f"{src[1:]}.2")
        admin.one(event(source=src, id="bad", unit=src[1:], x=1))
        before = (letters(admin, source=src), hub.registry.trail.page(99), hub.log.end())
        told = post(admin, "replay", source=src, dry_run="true").json()
        assert (letters(admin, source=src), hub.registry.trail.page(99), hub.log.end()) == before
        assert (told["events"], told["left"], told["asked"]) == (3, 1, [])
        would = told["would"]
        assert (would["added"], would["only_added"], would["dossiers"]) == (3, 2, 0)
        then = figures(admin)
        answer = post(admin, "replay", source=src)
        assert answer.json() == {"replayed": 3, "waiting": 0, "left": 1}
        admin.position = answer.headers["hub-position"]
        now = figures(admin)
        changed = {
            place: (then.get(place, 0), now.get(place, 0))
            for place in then.keys() | now.keys()
            if then.get(place) != now.get(place)
        }
        assert changed
        assert changed == {
            (it["unit"], it["period"], it["figure"]): (it["before"], it["after"])
            for it in would["figures"]
        }

    def test_of_one_and_of_a_mended_one(self, hub: Hub, admin: Speaker, src: str) -> None:
        filed(hub, "one", 90, src, unit=src[1:])
        admin.one(event(source=src, id="i1", unit=src[1:], applicant=SECRET))
        one, bad = (
            letters(admin, source=src, reason="time-in-future"),
            letters(admin, source=src, reason="unknown-attribute"),
        )
        told = post(admin, f"{one[0]['id']}/replay", dry_run="true").json()
        assert (told["events"], told["would"]["added"]) == (1, 1)
        mended = event(source=src, id="i1", unit=src[1:], subject="z")
        told = post(admin, f"{bad[0]['id']}/replay", mended, dry_run="true").json()
        assert {"unit": src[1:], "period": "2020-Q1", "figure": "received_total", "before": 0,
                "after": 1} in told["would"]["figures"]  # fmt: skip
        assert post(admin, f"{bad[0]['id']}/replay", dry_run="true").status_code == 409
        assert len(letters(admin, source=src)) == 2

    def test_of_rows_their_connector_is_asked(self, hub: Hub, admin: Speaker, src: str) -> None:
        refuse_rows(hub, src, "a.csv:2", "a.csv:3", "b.csv:2")
        (asked,) = post(admin, "replay", source=src, file="a.csv", dry_run="true").json()["asked"]
        assert (asked["connector"], asked["rows"], asked["running"]) == (src[1:], 2, True)
        told = admin.ask(f"/v1/connectors/{src[1:]}").json()
        assert (told["asked"], told["forecast"]) == (asked["token"], None)
        claim = {"owner": "o", "source": src, "kind": "files"}
        lease = admin.client.put(
            f"/v1/connectors/{src[1:]}/lease", json=claim, headers=admin.headers
        ).json()
        assert lease["asked"] == {"token": asked["token"], "keys": ["k-a.csv:2", "k-a.csv:3"]}
        would = {"dossiers": 0, "only_added": 1, "events": [event(source=src, unit=src[1:])]}
        body = {"owner": "o", "token": asked["token"], "would": would}

        def tell(**changed: Any) -> Any:
            url = f"/v1/connectors/{src[1:]}/forecast"
            return admin.client.put(url, json=body | changed, headers=admin.headers)

        assert tell(token="another").json() == {"told": False}
        assert tell(owner="who").status_code == 409
        assert tell().json() == {"told": True}
        told = admin.ask(f"/v1/connectors/{src[1:]}").json()
        assert (told["asked"], told["forecast"]["token"]) == (None, asked["token"])
        found = told["forecast"]["would"]
        assert "events" not in found
        assert {it["figure"] for it in found["figures"]} >= {"received_total"}
        # a later question takes the place of the answer; who does not run cannot answer
        held(hub, src, hub.now() - 60 * SECOND)
        (later,) = post(admin, "replay", source=src, reason="row", dry_run="true").json()["asked"]
        assert (later["rows"], later["running"]) == (3, False)
        assert later["token"] != asked["token"]
        assert admin.ask(f"/v1/connectors/{src[1:]}").json()["forecast"] is None
        assert held(hub, src).again == []

"""What the leading worker tells reaches those who watch any `hub api`, and the alerts' targets."""

import time
from typing import Any

import httpx
import orjson
import pytest

pytest.importorskip("kafka")
pytest.importorskip("faust")

from hub.core.time import HOUR, rfc3339
from hub.dossier.store.board import Watched
from hub.services.live import Notice
from hub.services.notices import read, written
from tests.alerts.receiver import Receiver
from tests.distributed.conftest import Make
from tests.eventually import eventually
from tests.live.watcher import Watcher

NOTICE = Notice(Watched("H1", "s", "1.1", "x", 5, 6, True), "24h")
ALERTS = """
[[target]]
name = "ops"
kind = "webhook"
url = "{url}"
allow_private = true

[[rule]]
name = "soon"
when = "dossier_due_soon"
targets = ["ops"]
"""


def test_a_notice_is_read_as_it_was_written() -> None:
    ((unit, told),) = written([NOTICE])
    assert unit == "H1"
    assert list(read([orjson.loads(orjson.dumps(told))])) == [NOTICE]


@pytest.mark.parametrize("value", [None, 1, {}, {"dossier": {"unit": 1}, "kind": "24h"}])
def test_what_is_no_notice_is_left_out(value: Any) -> None:
    ((_, told),) = written([NOTICE])
    assert list(read([value, told])) == [NOTICE]


@pytest.mark.faults
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # the client's
def test_due_soon_is_told_to_watchers_and_alerts(make: Make) -> None:
    receiver = Receiver()
    hub = make()
    (hub.folder / "alerts.toml").write_text(ALERTS.format(url=receiver.url))
    hub.env["HUB_ALERTS"] = str(hub.folder / "alerts.toml")
    hub.migrate()
    worker = hub.worker()
    hub.api()
    now = time.time_ns() // 1000
    event = {
        "specversion": "1.0", "id": "1", "source": "/a", "subject": "s-1",
        "type": "vn.motcua.dossier.received.v1", "time": rfc3339(now - HOUR),
        "data": {
            "unit": "H1", "channel": "direct", "due_basis": "hour", "due_at": rfc3339(now + HOUR),
        },
    }  # fmt: skip
    kind = {"Content-Type": "application/cloudevents+json"}
    with Watcher(hub.url) as watcher:
        eventually(lambda: watcher.told, "the board is there")
        worker.wait_for(r"partitions of this worker: \[0")
        kept = {"when": "dossier_due_soon", "targets": ["ops"], "hours": 48}
        made = httpx.put(f"{hub.url}/v1/alerts/rules/kept", json=kept, timeout=30)
        assert made.status_code == 200, made.text
        sent = httpx.post(f"{hub.url}/v1/events", json=event, headers=kind, timeout=30)
        assert sent.status_code == 202, sent.text

        def noticed() -> list[Any]:
            told = [told.data["items"] for told in watcher.told if told.name == "due_soon"]
            return [item for items in told for item in items]

        eventually(noticed, "those who watch are told")
        assert {item["subject"] for item in noticed()} == {"s-1"}
        assert "24h" in {item["notice"] for item in noticed()}
    eventually(lambda: len(receiver.got) > 1, "the target is told twice")
    told = [orjson.loads(body) for _, body in receiver.got]
    assert {it["rule"] for it in told} == {"soon", "kept"}  # of the file, and made meanwhile
    assert all("s-1" in it["lines"][0] for it in told)
    assert worker.end() == 0
    hub.env["HUB_ALERTS"] = str(hub.folder / "registry.db")
    code, said = hub.run("worker")
    assert code == 2, said
    assert "registry.db" in said
    receiver.close()

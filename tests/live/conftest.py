"""A real hub for the tests of the live stream, and events for it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.hub_process import HubProcess

Json = dict[str, Any]


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    with HubProcess(tmp_path_factory.mktemp("live") / "data", open=False) as running:
        yield running


@pytest.fixture
def admin(hub: HubProcess) -> dict[str, str]:
    return {"Authorization": f"Bearer {hub.key}"}


@pytest.fixture
def send(hub: HubProcess, admin: dict[str, str]) -> Callable[..., str]:
    """Sends events; the position after them."""

    def post(*events: Json) -> str:
        headers = {"Content-Type": "application/cloudevents-batch+json", **admin}
        answer = httpx.post(f"{hub.url}/v1/events", json=list(events), headers=headers)
        assert answer.json()["accepted"] == len(events), answer.text
        return answer.headers["Hub-Position"]

    return post


def ago(**span: float) -> str:
    """An instant in the past."""
    return (datetime.now(UTC) - timedelta(**span)).isoformat().replace("+00:00", "Z")


def event(unit: str, subject: str, kind: str, time: str, **data: Any) -> Json:
    """An event; its id says what it is."""
    return {
        "specversion": "1.0",
        "id": f"{subject}-{kind}-{time}",
        "source": "/a",
        "type": f"vn.motcua.dossier.{kind}.v1",
        "subject": subject,
        "time": time,
        "data": {"unit": unit, **data},
    }


def late(unit: str, subject: str, days: float = 3) -> Json:
    """A dossier that is overdue."""
    return event(
        unit, subject, "received", ago(days=days + 10), channel="direct", due_at=ago(days=days)
    )

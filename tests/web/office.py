"""An office whose dossiers have everything the page shows; and one to talk to it with."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from random import Random
from typing import Any

import httpx

Json = dict[str, Any]
ZONE = timezone(timedelta(hours=7))
SOURCE = "/igate/<img/src=x/onerror=pwned()>"
UNITS = {
    "H29": "Thành phố Hồ Chí Minh",
    "H29.17": "Huyện Củ Chi",
    "H29.17.01": "Thị trấn Củ Chi",
    "H29.17.02": "Xã An Nhơn Tây",
    "H29.17.03": "<img src=x onerror=pwned()>Xã An Phú",
}
DESKS = tuple(UNITS)[2:]
LEVELS = {"H29": "province", "H29.17": "district"}
PROCEDURES = {
    "1.004227": ("Đăng ký biến động quyền sử dụng đất", "dat-dai", "Đất đai"),
    "1.001193": ("Đăng ký khai sinh", "ho-tich", "Hộ tịch"),
    "1.000656": ("</script><script>pwned()</script>Khai tử", "ho-tich", "Hộ tịch"),
    "2.000815": ("Chứng thực bản sao", "chung-thuc", '"><svg onload=pwned()>Chứng thực'),
}


class Office:
    """What a test says to a hub."""

    def __init__(self, url: str, key: str = "") -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        closing = httpx.Limits(max_keepalive_connections=0)  # nothing is left open
        self.http = httpx.Client(base_url=url, headers=headers, timeout=60, limits=closing)

    def register(self) -> None:
        """Units, procedures and a source."""
        units = [
            {
                "code": code,
                "name": name,
                "parent": code.rpartition(".")[0] or None,
                "level": LEVELS.get(code, "commune"),
            }
            for code, name in UNITS.items()
        ]
        procedures = [
            {"code": code, "name": name, "field": field, "field_name": field_name}
            for code, (name, field, field_name) in PROCEDURES.items()
        ]
        sources = [
            {"source": SOURCE, "name": "<b>iGate</b>", "max_age_expected_s": 3600},
            {"source": "/silent", "name": "Đất đai", "max_age_expected_s": 60},
        ]
        for what, rows in (("units", units), ("procedures", procedures), ("sources", sources)):
            assert self.http.put(f"/v1/{what}", json=rows).status_code == 200, what

    def send(self, *events: Json) -> httpx.Response:
        """Send events and wait until the figures have them."""
        answer = self.http.post(
            "/v1/events",
            json=list(events),
            headers={"Content-Type": "application/cloudevents-batch+json"},
        )
        assert answer.json()["accepted"] == len(events), answer.text
        today = f"{datetime.now(ZONE):%Y-%m-%d}"
        position = answer.headers["Hub-Position"]
        params = {"from": today, "to": today, "min_position": position}
        assert self.http.get("/v1/figures", params=params).status_code == 200
        return answer

    @contextmanager
    def running(self, name: str, claim: Json) -> Iterator[None]:
        """A connector that runs: however slow the machine is, its lease does not end."""
        path, ends = f"/v1/connectors/{name}/lease", threading.Event()
        assert self.http.put(path, json=claim).status_code == 200

        def beat() -> None:
            while not ends.wait(1):
                self.http.put(path, json=claim)

        beating = threading.Thread(target=beat)
        beating.start()
        try:
            yield
        finally:
            ends.set()
            beating.join()


def event(unit: str, subject: str, kind: str, at: datetime, **data: Any) -> Json:
    """An event; each has an id that is told by what it says."""
    return {
        "specversion": "1.0",
        "id": f"<b>{subject}</b>{kind}{at.timestamp()}",
        "source": SOURCE,
        "type": f"vn.motcua.dossier.{kind}.v1",
        "subject": subject,
        "time": at.isoformat(),
        "data": {"unit": unit, **data},
    }


def received(unit: str, subject: str, at: datetime, due: datetime | None, **data: Any) -> Json:
    """A dossier that comes in."""
    if due:
        data["due_at"] = due.isoformat()
    return event(unit, subject, "received", at, **{"channel": "direct", **data})


def ago(**span: float) -> datetime:
    """A moment in the past, in whole seconds."""
    return datetime.now(ZONE).replace(microsecond=0) - timedelta(**span)


def many(count: int, seed: int = 4) -> list[Json]:
    """Events of dossiers that end, wait, are late, extended, refused and rated by chance."""
    rng, now, events = Random(seed), ago(), []
    for number in range(count):
        unit, procedure = rng.choice(DESKS), rng.choice([*PROCEDURES, None])
        came = now - timedelta(days=rng.uniform(0, 40))
        subject = f"{unit}-{came:%y%m%d}-{number:04}"
        due = came + timedelta(days=rng.choice([1, 3, 10, 20]))
        channel = rng.choice(["online", "direct", "post"])
        data: Json = {"channel": channel, "level": "commune"}
        if channel == "online":
            data["online_level"] = rng.choice(["full", "partial"])
        if procedure:
            data |= {"procedure": procedure, "field": PROCEDURES[procedure][1]}
        events.append(received(unit, subject, came, due, **data))
        events += _course(rng, unit, subject, came, due, now)
    return events


def _course(
    rng: Random, unit: str, subject: str, came: datetime, due: datetime, now: datetime
) -> list[Json]:
    """What happens to a dossier after it came in, up to now."""
    told: list[tuple[str, Json]] = []
    chance = rng.random()
    if chance < 0.3:
        told += [("supplement_requested", {"reason": "thieu-giay-to"}), ("supplemented", {})]
        if chance < 0.15:
            told.append(("supplement_requested", {}))
    elif chance < 0.5:
        later = {"due_at": (due + timedelta(days=4)).isoformat()}
        told.append(("extended", later | {"apology": rng.choice(["letter", "message"])}))
    ends: list[tuple[str, Json]] = [
        ("resolved", {}), ("resolved", {}), ("resolved", {"outcome": "refused"}), ("withdrawn", {}),
    ]  # fmt: skip
    if rng.random() < 0.75:
        told.append(rng.choice(ends))
        told.append(("result_returned", {"channel": rng.choice(["direct", "post"])}))
        rating = rng.choice(["satisfied", "neutral", "dissatisfied"])
        told.append(("rated", {"rating": rating, "via": "kiosk"}))
    step = (due - came) * rng.uniform(0.2, 0.6)
    moments = [came + step * (1 + i) for i in range(len(told))]
    return [
        event(unit, subject, kind, at, **data)
        for (kind, data), at in zip(told, moments, strict=True)
        if at < now
    ]

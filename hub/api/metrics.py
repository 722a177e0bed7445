"""What Prometheus reads. No unit or dossier is a label: there are too many."""

import asyncio
import math
import time
from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.registry import Key

_SECOND = 1_000_000
_LOOK_EVERY = 0.01
_QUICK = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)


class Metrics:
    """The hub's metrics, one set for each application."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._timing = False
        self.events = Counter(
            "hub_events", "Events that arrived over HTTP, by what became of them", ["outcome"],
            registry=self._registry,
        )  # fmt: skip
        self.figure_seconds = Histogram(
            "hub_figure_query_seconds", "Time to answer a question for figures",
            buckets=_QUICK, registry=self._registry,
        )  # fmt: skip
        self.ingest_seconds = Histogram(
            "hub_ingest_to_store_seconds",
            "Time from when events are stored until they are in the figures; a sample",
            buckets=_QUICK, registry=self._registry,
        )  # fmt: skip
        self.fire_delay = Histogram(
            "hub_overdue_fire_delay_seconds",
            "Time from a deadline until the hub has said that it passed",
            buckets=(*_QUICK, 60, 300), registry=self._registry,
        )  # fmt: skip
        self.responses = Counter(
            "hub_http_responses", "Answers over HTTP, by the class of their status", ["status"],
            registry=self._registry,
        )  # fmt: skip
        self.limited = Counter(
            "hub_limited", "Requests turned away, by the limit that they met", ["limit"],
            registry=self._registry,
        )  # fmt: skip
        self.asking = asyncio.Lock()
        """Held while the registry is asked: whoever reads these numbers needs no key."""
        self._questions = self._gauge(
            "hub_lane_questions", "Dear questions that run, or wait for their turn", "lane", "state"
        )
        self._watchers = self._gauge("hub_sse_clients", "Clients of the live stream")
        self._lag = self._gauge(
            "hub_log_lag_records", "Records of the log that are not in the figures yet"
        )
        self._trouble = self._gauge("hub_store_trouble", "1 while the store cannot be written")
        self._log_trouble = self._gauge(
            "hub_log_trouble", "1 while the log cannot store events, as far as was tried"
        )
        self._clock_behind = self._gauge(
            "hub_clock_behind_seconds",
            "How far the log's last moment lies in the future, by this machine's clock",
        )
        self.refused_keys = Counter(
            "hub_keys_refused", "Requests without a valid key: missing, unknown, expired", ["why"],
            registry=self._registry,
        )  # fmt: skip

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(name, text, labels, registry=self._registry)

    def time_until(self, included: Callable[[], bool]) -> None:
        """Time how long it takes until the figures include what was stored just now; one at a
        time, so under load only some."""
        if self._timing:
            return
        self._timing = True
        loop, start = asyncio.get_running_loop(), time.monotonic()

        def look() -> None:
            self._timing = not included()
            if self._timing:
                loop.call_later(_LOOK_EVERY, look)
            else:
                self.ingest_seconds.observe(time.monotonic() - start)

        look()

    def progress(self, lag: int, trouble: str | None, watchers: int) -> None:
        """How far the figures are behind the log, whether the store fails, how many watch."""
        self._watchers.set(watchers)
        self._lag.set(lag)
        self._trouble.set(trouble is not None)

    def log(self, trouble: str | None, ahead: int) -> None:
        """Whether the log fails, and how far (µs) it is ahead of the clock."""
        self._log_trouble.set(trouble is not None)
        self._clock_behind.set(ahead / _SECOND)

    def lane(self, name: str, running: int, waiting: int) -> None:
        """How many questions a lane has."""
        self._questions.labels(name, "running").set(running)
        self._questions.labels(name, "waiting").set(waiting)

    def text(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self._registry)


def kept_text(
    letters: Mapping[str, int],
    not_kept: int,
    seen: Mapping[str, int],
    late: int,
    keys: Iterable[Key],
    now: int,
    *,
    named: bool,
) -> bytes:
    """What the registry holds, in the same format: open letters by reason, how many were only
    counted, when (µs) each source was last heard of, how many are late, the keys. Not `named`: one
    number of letters, and the source that is silent for the longest time, both without a name.

    Made anew for each who asks, since not all may see the same.
    """
    registry = CollectorRegistry()
    if not named:
        letters = {"": sum(letters.values())}
        seen = {"": min(seen.values())} if seen else {}
    dlq = Gauge("hub_dlq_messages", "Open dead letters", ["reason"], registry=registry)
    for reason, count in letters.items():
        dlq.labels(reason).set(count)
    Gauge(
        "hub_dlq_not_kept", "Dead letters that were counted only, as their source has too many",
        registry=registry,
    ).set(not_kept)  # fmt: skip
    freshness = Gauge(
        "hub_source_freshness_seconds",
        "Time since a source was heard of: since events came, or a connector read it", ["source"],
        registry=registry,
    )  # fmt: skip
    for source, moment in seen.items():
        freshness.labels(source).set((now - moment) / _SECOND)
    Gauge(
        "hub_sources_late", "Sources that were silent for longer than is expected of them",
        registry=registry,
    ).set(late)  # fmt: skip
    number = Gauge("hub_keys", "Keys by role and state", ["role", "state"], registry=registry)
    expiry = Gauge(
        "hub_keys_next_expiry_seconds",
        "Time until the next valid key expires that has no successor", registry=registry,
    )  # fmt: skip
    all_keys = list(keys)
    for key in all_keys:
        number.labels(key.role, key.state(now)).inc()
    followed = {key.replaces for key in all_keys}
    ends = [k.expires for k in all_keys if k.expires and k.opens(now) and k.id not in followed]
    expiry.set(min(((end - now) / _SECOND for end in ends), default=math.inf))
    return generate_latest(registry)


class CountResponses:
    """ASGI middleware: counts answers as `2xx`, `4xx`, …; what nobody handles becomes a 500."""

    def __init__(self, app: ASGIApp, counter: Counter) -> None:
        self._app, self._counter = app, counter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on, and look at the status of the answer."""
        status = 0

        async def counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._counter.labels(f"{status // 100}xx").inc()
            await send(message)

        try:
            await self._app(scope, receive, counted)
        except Exception:
            if not status:
                self._counter.labels("5xx").inc()
            raise

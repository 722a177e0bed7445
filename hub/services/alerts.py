"""Alerts: rules of a file and of the registry are looked at again and again; findings are sent.

What the registry has counts from the next look on as it is then. A finding is told once: its key
says what it is about, and goes along so that a receiver can drop what comes again after a restart.
Findings of a rule are grouped; outside working hours they wait where the rule says so.
"""

import hashlib
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy.exc import DBAPIError

from hub.core.said import said
from hub.core.time import DAY, SECOND, date_of, local_day, rfc3339
from hub.dossier.store.board import Filter, Watched, coming_page, overdue_page, unit_boards
from hub.registry import Registry
from hub.services.alert_rules import AlertSetup, Book, Rule
from hub.services.freshness import freshness
from hub.services.targets import Courier, Message, TargetSettings, renewed
from hub.store.driver import Engine, StoreUnavailableError
from hub.store.scope import Scope

logger = logging.getLogger(__name__)

EVERY = 15.0
"""Seconds from one look to the next."""

_MOST_LINES = 50
_KEPT = 8 * DAY
"""How long (µs) a finding is remembered that is not found any more: a number that goes up and down
is told once a day."""
_CURSOR = "alerts"


class Finding(NamedTuple):
    """What a rule found: `about` says what in a stable way, `line` to people."""

    about: str
    line: str


class Alerts:
    """Looks and sends, in a thread of its own. `now` gives µs UTC."""

    def __init__(
        self, setup: AlertSetup, engine: Engine, registry: Registry, now: Callable[[], int],
        pause: Callable[[float], bool] | None = None,
    ) -> None:  # fmt: skip
        self._setup, self._engine, self._registry, self._now = setup, engine, registry, now
        self._pause = pause
        self._rules: Mapping[str, Rule] = {}
        self._targets: Mapping[str, TargetSettings] = {}
        self._double: frozenset[tuple[str, str]] = frozenset()
        self._couriers: dict[str, Courier] = {}
        self._told: dict[str, int] = {}
        self._waiting: dict[str, dict[str, Finding]] = {}
        self._since: dict[str, int] = {}
        self._looked: int | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="alerts", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; what is not sent yet is found again at the next start."""
        self._stop.set()
        self._thread.join()
        for courier in self._couriers.values():
            courier.stop()

    def look(self) -> None:
        """Look once, and send what is ripe.

        What was found and is not delivered yet is found again after a restart: until then the
        cursor stays, however long the machine is off.
        """
        now = self._now()
        book = self._setup.book(self._registry)
        self._follow(book)
        if not book.rules:
            self._looked = None
            return
        if self._looked is None:
            self._looked = self._first_look(book, now)
        for rule in book.rules.values():
            waiting = self._waiting.setdefault(rule.name, {})
            after = max(self._looked, book.made(rule.name) or 0)
            for finding in self._findings(rule, now, after):
                key = _key(rule, finding.about)
                if key not in self._told:
                    waiting[key] = finding
                self._told[key] = now
            if waiting:
                self._send_if_ripe(rule, waiting, now)
        self._told = {key: at for key, at in self._told.items() if at > now - _KEPT}
        delivered = all(courier.is_idle for courier in self._couriers.values())
        if delivered and not any(self._waiting.values()):
            self._looked = now
            self._registry.cursors.set(_CURSOR, {0: now})

    def _follow(self, book: Book) -> None:
        """Begin, change and end what is not any more as it was at the last look."""
        for name, rule in self._rules.items():
            if name not in book.rules or book.rules[name].looks_for != rule.looks_for:
                for key in self._waiting.pop(name, {}):
                    self._told.pop(key, None)
                self._since.pop(name, None)
        for name in [name for name in self._couriers if name not in book.targets]:
            gone = self._couriers.pop(name)
            gone.stop()
            if not gone.is_idle:
                logger.warning("target %s was removed before it had all alerts", name)
        for name, target in book.targets.items():
            if name not in self._couriers:
                self._couriers[name] = Courier(name, renewed(target), self._pause)
                self._couriers[name].start()
            elif target != self._targets[name]:
                self._couriers[name].redirect(renewed(target))
        for kind, name in book.double - self._double:
            logger.error(
                "alert %s %s of the registry is left out: the file has it, too", kind, name
            )
        self._rules, self._targets, self._double = book.rules, book.targets, book.double

    def _first_look(self, book: Book, now: int) -> int:
        """Since when (µs) to look; kept at once, since the first findings may have to wait."""
        looked = self._registry.cursors.get(_CURSOR).get(0)
        if looked is None:  # a rule may have been made while nobody looked
            looked = min([now, *filter(None, map(book.made, book.rules))])
            self._registry.cursors.set(_CURSOR, {0: looked})
        return looked

    def _send_if_ripe(self, rule: Rule, waiting: dict[str, Finding], now: int) -> None:
        since = self._since.setdefault(rule.name, now)
        if now - since < rule.group_minutes * 60 * SECOND:
            return
        if rule.working_hours_only and not self._is_working(rule, now):
            return
        del self._since[rule.name]
        lines = [finding.line for finding in waiting.values()]
        more = [f"… {len(lines) - _MOST_LINES} more"] if len(lines) > _MOST_LINES else []
        title = f"{rule.name}: {lines[0] if len(lines) == 1 else len(lines)}"
        key = hashlib.sha256("\n".join(sorted(waiting)).encode()).hexdigest()[:32]
        message = Message(key, rule.name, title, lines[:_MOST_LINES] + more, rfc3339(now))
        waiting.clear()
        for name in dict.fromkeys(rule.targets):
            if name in self._couriers:
                self._couriers[name].send(message)
            else:
                logger.error("alert %s is not sent: there is no target %s", message.key, name)

    def _is_working(self, rule: Rule, now: int) -> bool:
        sessions = self._registry.calendar.of(rule.unit or "").sessions(local_day(now))
        return any(start <= now < end for start, end in sessions)

    def _findings(self, rule: Rule, now: int, after: int) -> Iterator[Finding]:
        match rule.when:
            case "dossier_overdue":
                yield from _dossiers(self._newly_overdue(rule, now, after), "overdue since")
            case "dossier_due_soon":
                until = now + rule.hours * 3600 * SECOND
                rows = coming_page(self._engine, _scope(rule, self._registry), Filter(), now, until)
                yield from _dossiers(rows, "due until")
                # what was to be told, and could not while the machine was off
                yield from _dossiers(self._newly_overdue(rule, now, after), "was due until")
            case _:
                yield from state_of(rule, self._engine, self._registry, now)

    def _newly_overdue(self, rule: Rule, now: int, after: int) -> list[Watched]:
        """The dossiers whose deadline passed since then: the last look with nothing left to
        deliver, or the moment at which the rule was made."""
        scope = _scope(rule, self._registry)
        return overdue_page(self._engine, scope, Filter(), now, (after - 1, "~", ""))

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                try:
                    self.look()
                except (StoreUnavailableError, DBAPIError) as error:
                    logger.warning("alerts cannot be looked for, trying again: %s", error)
                self._stop.wait(EVERY)
        except BaseException:
            logger.exception("the alerts ended; the hub goes on without them")
            raise


def state_of(rule: Rule, engine: Engine, registry: Registry, now: int) -> Iterator[Finding]:
    """What a rule about a state (how many, which sources) finds at this moment. Raises
    `StoreUnavailableError`."""
    day = date_of(local_day(now))
    match rule.when:
        case "overdue_count":
            boards = unit_boards(engine, _scope(rule, registry), now)
            count = sum(board.numbers.overdue_now for board in boards.values())
            if count >= rule.at_least:
                told = said(
                    "n-overdue", "{unit}: {count} dossiers are overdue",
                    unit=rule.unit or said("all-units", "all units"), count=count,
                )  # fmt: skip
                yield Finding(f"{day}", told)
        case "silent_source":
            for row in freshness(registry, now):
                if row.is_late and row.since:
                    told = said(
                        "source-silent", "{source} sent nothing since {since}",
                        source=row.source.source, since=rfc3339(row.since),
                    )  # fmt: skip
                    yield Finding(f"{row.source.source} {row.since}", told)
        case "dead_letters":
            count = sum(registry.dead_letters.count().values())
            if count >= rule.at_least:
                told = said("n-letters", "{count} dead letters are open", count=count)
                yield Finding(f"{day}", told)
        case "dossier_overdue" | "dossier_due_soon":
            return


def _scope(rule: Rule, registry: Registry) -> Scope:
    if rule.unit is None:
        return Scope()
    return Scope(frozenset(), registry.units.tree().region((rule.unit,)).tops)


def _dossiers(rows: Sequence[Watched], told: str) -> Iterable[Finding]:
    for row in rows:
        about = f"{row.unit} {row.subject} {row.deadline}"
        yield Finding(about, f"{row.unit} {row.subject} {told} {rfc3339(row.deadline)}")


def _key(rule: Rule, about: str) -> str:
    """A key that is the same for the same finding, whenever and wherever the finding is made."""
    return hashlib.sha256(f"{rule.name}\n{rule.when}\n{about}".encode()).hexdigest()[:32]

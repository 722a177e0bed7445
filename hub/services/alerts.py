"""Alerts: rules, as a TOML file has them, are looked at again and again; what they find is sent.

A finding is told once: its key says what it is about, and goes along so that a receiver can drop
what comes again after a restart. Findings of a rule are grouped; outside working hours they wait
where the rule says so.
"""

import hashlib
import logging
import threading
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from sqlalchemy.exc import DBAPIError

from hub.core.said import said
from hub.core.time import DAY, SECOND, date_of, local_day, rfc3339
from hub.dossier.store.board import Filter, Watched, coming_page, overdue_page, unit_boards
from hub.registry import Registry
from hub.services.freshness import freshness
from hub.services.targets import Courier, Message, TargetSettings, open_target
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


OF_A_STATE = frozenset(("overdue_count", "silent_source", "dead_letters"))
"""Rules that look at how something is; the others at what has just happened to a dossier."""


class AlertsError(ValueError):
    """The file of alerts is wrong; the text says where."""


class Rule(BaseModel):
    """What to look for."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1)
    when: Literal[
        "overdue_count", "dossier_overdue", "dossier_due_soon", "silent_source", "dead_letters"
    ]
    targets: list[str] = Field(min_length=1)
    unit: str | None = None
    """The unit, and those below it, that it is about; all where it is left out."""
    at_least: int = Field(1, ge=1)
    """From how many overdue dossiers, or dead letters, on."""
    hours: int = Field(24, ge=1, le=24 * 366)
    """How long before its deadline a dossier is due soon."""
    working_hours_only: bool = False
    group_minutes: int = Field(0, ge=0, le=24 * 60)
    """How long to gather findings before they are sent together."""


class AlertSettings(BaseModel):
    """The file of alerts."""

    model_config = ConfigDict(extra="forbid")
    target: list[TargetSettings]
    rule: list[Rule]

    @model_validator(mode="after")
    def _known(self) -> "AlertSettings":
        names = [target.name for target in self.target]
        rules = [rule.name for rule in self.rule]
        if len(set(names)) < len(names) or len(set(rules)) < len(rules):
            raise ValueError("a name is given twice")
        for rule in self.rule:
            for name in rule.targets:
                if name not in names:
                    raise ValueError(f"rule {rule.name} names a target that is not there")
        return self


class Finding(NamedTuple):
    """What a rule found: `about` says what in a stable way, `line` to people."""

    about: str
    line: str


def read_alerts(file: Path) -> AlertSettings:
    """The settings of a TOML file. Raises `AlertsError`, which repeats no value."""
    try:
        return AlertSettings.model_validate(tomllib.loads(file.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise AlertsError(f"{file}: {error}") from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise AlertsError(f"{file}: {place}: {first['msg']}") from None


class Alerts:
    """Looks and sends, in a thread of its own. `now` gives µs UTC."""

    def __init__(
        self, settings: AlertSettings, engine: Engine, registry: Registry, now: Callable[[], int]
    ) -> None:
        self._rules, self._engine, self._registry, self._now = (
            settings.rule, engine, registry, now,
        )  # fmt: skip
        self._couriers = {t.name: Courier(t.name, open_target(t)) for t in settings.target}
        self._told: dict[str, int] = {}
        self._waiting: dict[str, dict[str, Finding]] = {}
        self._since: dict[str, int] = {}
        self._looked = self._first_look()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="alerts", daemon=True)

    def start(self) -> None:
        """Begin."""
        for courier in self._couriers.values():
            courier.start()
        self._thread.start()

    def stop(self) -> None:
        """End; what is not sent yet is found again at the next start."""
        self._stop.set()
        for courier in self._couriers.values():
            courier.stop()
        self._thread.join()

    def look(self) -> None:
        """Look once, and send what is ripe.

        What was found and is not delivered yet is found again after a restart: until then the
        cursor stays, however long the machine is off.
        """
        now = self._now()
        for rule in self._rules:
            waiting = self._waiting.setdefault(rule.name, {})
            for finding in self._findings(rule, now):
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

    def _first_look(self) -> int:
        """Since when (µs) to look; kept at once, since the first findings may have to wait."""
        looked = self._registry.cursors.get(_CURSOR).get(0)
        if looked is None:
            looked = self._now()
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
        for name in rule.targets:
            self._couriers[name].send(message)

    def _is_working(self, rule: Rule, now: int) -> bool:
        sessions = self._registry.calendar.of(rule.unit or "").sessions(local_day(now))
        return any(start <= now < end for start, end in sessions)

    def _findings(self, rule: Rule, now: int) -> Iterator[Finding]:
        match rule.when:
            case "dossier_overdue":
                yield from _dossiers(self._newly_overdue(rule, now), "overdue since")
            case "dossier_due_soon":
                until = now + rule.hours * 3600 * SECOND
                rows = coming_page(self._engine, self._scope(rule), Filter(), now, until)
                yield from _dossiers(rows, "due until")
                # what was to be told, and could not while the machine was off
                yield from _dossiers(self._newly_overdue(rule, now), "was due until")
            case _:
                yield from state_of(rule, self._engine, self._registry, now)

    def _newly_overdue(self, rule: Rule, now: int) -> list[Watched]:
        """The dossiers whose deadline passed since the last look with nothing left to deliver."""
        after = (self._looked - 1, "~", "")
        return overdue_page(self._engine, self._scope(rule), Filter(), now, after)

    def _scope(self, rule: Rule) -> Scope:
        return _scope(rule, self._registry)

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

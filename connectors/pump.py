"""Reads one source into the hub: pages of rows, their facts, the events, and then the cursor.

A page is stored in one order: which dossiers are about to change; its events, durably; then what is
remembered of its rows together with the cursor. What a crash repeats has the same ids and counts
once. What changed back, or went, between a crash and the next reading is found by the first: those
dossiers are compared again, and taken back where no row states them.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from connectors.guard import Guard, token_of, would
from connectors.lease import Lease
from connectors.missing import Met
from connectors.plan import Plan
from connectors.port import Dossier, Held, Kept, Page, ReadAhead, Settling, Unreadable
from connectors.reader import PausedError, ReadAnewError, Reader
from connectors.rivals import Rivals
from connectors.shadow import ShadowHub
from connectors.store_page import Draft, Witness, drafted, left_over, new_events, sent, touched
from connectors.summary import NOT_FOUND, Summary
from connectors.turns import Turns
from connectors.untouched import Asked, Untouched
from connectors.waiting import Patience, StoppedError
from hub.client import UnreachableError
from hub.core.said import says

if TYPE_CHECKING:
    from connectors.ahead import Ahead


class Pump:
    """Of one connector. `take` first, then `read` as often as need be; one thread."""

    def __init__(
        self,
        reader: Reader,
        lease: Lease,
        stop: threading.Event,
        status: dict[str, Any],
        *,
        guard: Guard,
        waits: bool = True,
        patience: float | None = None,
        clock: Callable[[], int] = lambda: time.time_ns() // 1000,
        on_page: Callable[[Summary], None] = lambda _: None,
        on_wait: Callable[[str], None] = lambda _: None,
        ahead: "Callable[[dict[str, Any], bool], Ahead] | None" = None,
        summary: Summary | None = None,
    ) -> None:
        """`on_wait` is told why a page waits for a person. `ahead` tells of the reading that begins
        at a state, and whether it is a sweep, what it would change. `waits`: whether a page that
        needs approval is waited for; else `PausedError`. `patience`: seconds for which a busy
        hub is asked again; None: for ever. `summary`: of a reading that broke off."""
        self._name, self._owner, self._mapping, self._source, self._hub = reader
        self._lease, self._stop, self._status = lease, stop, status
        self._guard, self._waits, self._clock = guard, waits, clock
        self._patiently = Patience(
            stop, patience, lambda problem: status.update(problem=problem), lease.sure
        )
        self._state: dict[str, Any] = {}
        self._asked: str | None = None
        self._on_page, self._on_wait, self._ahead = on_page, on_wait, ahead
        self._is_granted = self._is_sweep = False
        self._rivals = Rivals()
        self._turns: Turns | None = None
        self._fresh: Untouched | None = None
        self._untouched: Untouched | None = None
        self.summary = Summary() if summary is None else summary

    def is_due(self, every: float) -> bool:
        """Whether a sweep is to be made that is made every so many seconds."""
        ended: int | None = self._state.get("swept")
        return self._doubt["of_sweep"] or ended is None or self._clock() - ended > every * 1_000_000

    def take(self) -> Held:
        """Wait for the lease and begin where the last owner ended. What was remembered is not
        trusted where the mapping changed, or where the hub's log lost what was sent."""
        held, term = self._lease.take(), self._lease.term
        state = dict(held.cursor or {"epoch": 0})
        witness = state.get("witness")
        if witness and not self._patiently(
            lambda: Witness(*witness).is_there(self._hub, self._mapping.source)
        ):
            state = {"epoch": state["epoch"] + 1}
        if state.get("mapping") != self._mapping.version:
            state |= {"mapping": self._mapping.version, "read": None}
        self._state, self._asked = state, "" if held.paused or held.approved else None
        # who sent anything had a cursor before
        is_new = held.cursor is None and not self._patiently(
            lambda: self._hub.has_any(self._mapping.source)
        )
        self._fresh = Untouched(self._hub, term) if is_new else None
        return held

    def read(self, *, sweep: bool) -> None:
        """Store all that is new in the source. Raises `SourceError`, `BrokenSourceError`,
        `LostLeaseError`, `StoppedError`, `HubError`, `PausedError`, `ReadAnewError`."""
        began, met, self._is_sweep = self._clock(), Met(), sweep
        self._is_granted = False
        unsure = self._unsure()
        self._untouched, self._fresh = self._fresh, None
        if isinstance(self._source, ReadAhead):
            self._source.pages_at_once = _FIRST_AT_ONCE if self._untouched else 1
        pages = self._source.pages(self._state.get("read"), sweep=sweep)
        with Turns(pages, self._drafter(began)) as self._turns:
            for page, made in self._turns:
                self._turns.stored(self._store(page, met, began, made))
        self._untouched = None
        if sweep or not self._doubt["of_sweep"]:
            self._clear(unsure)
        done = {"swept": began} if sweep else {}
        if self._asked is not None or done:
            self._save(done, Plan(), goes_on=False)
            self._asked = None
        now = self._clock()
        # what changed right after a reading began is known when the next one has ended
        self._status |= {"last_read": now, "lag": round((now - began) / 1_000_000, 3)}
        self._status |= self.summary.counts()

    def again(self, keys: Sequence[str]) -> None:
        """Read some rows once more: refused ones whose mapping or value was mended."""
        left = dict.fromkeys(keys)
        if self._turns is not None:
            self._turns.rest()
        for page in self._source.again(keys):
            self._store(page._replace(cursor=None, ends=None), Met(), self._clock())
            for key in (*(row.key for row in page.rows), *(one.key for one in page.unreadable)):
                left.pop(key, None)
        if left:
            refused = {key: Unreadable(key, key, (NOT_FOUND,)) for key in left}
            self._save({}, Plan(refused=refused))

    def _drafter(self, began: int) -> Callable[[Page], Draft] | None:
        """What prepares a page while the one before is stored, where its source lets it."""
        if isinstance(self._source, ReadAhead) and not isinstance(self._hub, ShadowHub):
            return lambda page: self._draft(page, {}, began)
        return None

    def _draft(self, page: Page, missing: Mapping[str, Kept], began: int) -> Draft:
        version = f"{self._mapping.version}/{self._state['epoch']}"
        return drafted(
            self._questions(), self._name, self._mapping, version, page, missing, self._clock(),
            began, self._stop,
        )  # fmt: skip

    def _questions(self) -> Asked:
        """Who is asked before a page is planned. Raises `UnreachableError` after a gap."""
        if self._untouched is None:
            return self._hub
        if self._untouched.term != self._lease.term:
            raise UnreachableError("another owner may have had the connector for a while")
        return self._untouched

    def _store(self, page: Page, met: Met, began: int, made: Plan | None = None) -> Plan:
        """Store a page, of which it may be known already what it changes; what was stored."""
        rest: Mapping[str, Kept] = {}
        if self._untouched is None or not isinstance(self._source, ReadAhead):
            met.add(page)  # of a file all that is remembered so far was met
            if (label := page.ends) is not None:
                rest = self._patiently(lambda: self._hub.kept_in(self._name, label))
        if made is None:
            missing = {key: rest[key] for key in met.end(rest)} if page.ends is not None else {}
            made = self._patiently(lambda: self._draft(page, missing, began)).made
        self._ask(page, made, max(len(page.rows), len(rest)))
        more = {"doubt": self._doubt} | ({} if page.cursor is None else {"read": page.cursor})
        if self._untouched is not None:
            self._untouched.tell(made)
        events = self._store_new(made, more)
        if events is None:
            self._prepare(made)
            events, witness = self._patiently(lambda: self._send(made))
            self._save(more | Witness.told(witness), made, goes_on=not self._is_granted)
        self._asked = None if self._is_granted else self._asked
        self._count(page, made, events)
        if isinstance(self._source, Settling) and not isinstance(self._hub, ShadowHub):
            self._source.settle(page, list(made.refused.values()))
        if heirs := made.again | self._rivals.heirs(made):
            self.again(sorted(heirs))
        return made

    @property
    def _doubt(self) -> dict[str, Any]:
        """Dossiers that a crash left in doubt, and whether it takes a sweep to read their rows."""
        known = self._state.get("doubt") or {}
        return {"dossiers": known.get("dossiers", []), "of_sweep": known.get("of_sweep", False)}

    def _unsure(self) -> set[Dossier]:
        return {(unit, subject) for unit, subject in self._doubt["dossiers"]}

    def _store_new(self, made: Plan, more: dict[str, Any]) -> int | None:
        """Store a page of which all is new in one call that does the same in the same order; how
        many events it had. None: it is another page, or one that is refused; go step by step."""
        events = new_events(made)
        if not events:
            return None
        before, goes_on = self._state | self._told_doubt(touched(made)[0]), not self._is_granted
        after = self._state | more | Witness.told(Witness.of(made.steps[-1].dossier, events[-1]))

        def store() -> bool:
            self._check()
            return self._hub.store(
                self._name, self._owner, before, after, events, made.kept,
                list(made.refused.values()), goes_on=goes_on,
            )  # fmt: skip

        if not self._patiently(store):
            return None
        self._state = after
        return len(events)

    def _prepare(self, made: Plan) -> None:
        """Before anything is sent: what a crash would leave in doubt."""
        dossiers, rows = touched(made)
        if dossiers:
            self._save(self._told_doubt(dossiers), Plan(kept=rows))

    def _told_doubt(self, dossiers: set[Dossier]) -> dict[str, Any]:
        of_sweep = self._doubt["of_sweep"] or self._is_sweep
        return {"doubt": {"dossiers": sorted(self._unsure() | dossiers), "of_sweep": of_sweep}}

    def _clear(self, unsure: set[Dossier]) -> None:
        """All rows were read that may state these dossiers: what none states is taken back."""
        if not unsure:
            return
        made = self._patiently(
            lambda: left_over(self._hub, self._name, self._mapping.source, unsure, self._clock())
        )
        self._ask(Page((), None), made, len(unsure))
        events, witness = self._patiently(lambda: self._send(made))
        self._save(Witness.told(witness) | {"doubt": {}}, Plan(), goes_on=not self._is_granted)
        self.summary.events += events
        if made.again:
            self.again(sorted(made.again))

    def _send(self, made: Plan) -> tuple[int, Witness | None]:
        self._check()
        return sent(self._hub, made)

    def _check(self) -> None:
        """The events of who lost the lease would stand beside those of the next owner."""
        self._lease.check()
        self._questions()

    def _save(self, more: dict[str, Any], made: Plan, *, goes_on: bool = True) -> None:
        """`goes_on`: what waits for a person, on another page, waits on."""
        state = self._state | more
        self._lease.sure()
        self._patiently(
            lambda: self._hub.save(
                self._name, self._owner, state, made.kept, sorted(made.forgotten),
                list(made.refused.values()), sorted(made.mended), goes_on=goes_on,
            )
        )  # fmt: skip
        self._state = state

    def _ask(self, page: Page, made: Plan, rows: int) -> None:
        """Where the guard says so, wait until a person approves. Nothing was stored yet. What was
        approved is the whole reading, which the person was shown."""
        why = self._guard.why(made.steps, rows, page.went_back)
        if why is None or self._is_granted:
            return
        token = token_of(made.steps, went_back=page.went_back is not None)
        until = time.monotonic() + _LOOK_AGAIN
        while self._patiently(self._lease.beat).approved != token:
            if self._asked != token:
                self._pause(why, self._change(token, made, rows))
                self._asked = token
            if not self._waits:
                raise PausedError(why)
            if self._stop.wait(_POLL):
                raise StoppedError
            if time.monotonic() > until:
                raise ReadAnewError(why)
        self._is_granted = True

    def _pause(self, why: str, change: dict[str, Any]) -> None:
        self._patiently(lambda: self._hub.pause(self._name, self._owner, why, change | says(why)))
        self._on_wait(why)

    def _change(self, token: str, made: Plan, rows: int) -> dict[str, Any]:
        """What would change: by this page alone, where nothing tells of the rest."""
        if self._ahead is not None:
            found = self._ahead(self._state, self._is_sweep)
            return would(token, found.rows, found.events, is_all=found.is_all)
        events = [it for step in made.steps for part in step.change for it in part]
        return would(token, rows, events, is_all=False)

    def _count(self, page: Page, made: Plan, events: int) -> None:
        self.summary.add(page, made, events)
        self._on_page(self.summary)
        self._status |= {**self.summary.counts(), "last_page": self._clock(), "problem": None}
        if events:
            self._status["last_changed"] = self._clock()


_POLL, _LOOK_AGAIN, _FIRST_AT_ONCE = 1.0, 60.0, 4

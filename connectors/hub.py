"""The hub as connectors need it, over HTTP: the same for an embedded hub and a distributed one."""

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import orjson

from connectors import wire
from connectors.port import (
    LEASE,
    Cursor,
    Dossier,
    Fault,
    Held,
    Kept,
    Known,
    LostLeaseError,
    Outcome,
    Unreadable,
)
from connectors.waiting import BusyError
from hub.client import HubClient, Item, Refused, Sender, UnreachableError, batches, json_of
from schemas.connectors import MOST_DOSSIERS, MOST_EVENTS, MOST_KEYS

if TYPE_CHECKING:
    import httpx

_PASSING = (429, 502, 503, 504)
_PATIENCE = 6.0
"""Seconds for which events are sent again before the pump is told: it has its own ladder of waits,
and a lease to keep."""

_BATCH = 5_000
_MOST_BYTES = 15 * 2**20
_MOST_POSITIONS = 20
_LIFTED = ("source", "kind", "digest", "every", "expect", "last_read", "last_changed")
_PATH = "/v1/connectors"
T = TypeVar("T")


class _Sent(NamedTuple):
    """A place in the log, and the dossiers of which something may lie before it; None: of any."""

    position: str
    about: frozenset[Dossier] | None


class HttpHub:
    """Satisfies `connectors.port.Hub`. One for each connector, whose threads may share it."""

    def __init__(self, client: HubClient, patience: float = _PATIENCE) -> None:
        self._client, self._patience = client, patience
        self._sent: tuple[_Sent, ...] = ()
        """What is not known to be in the figures yet."""
        self._lock = threading.Lock()

    def known(self, source: str, dossiers: Sequence[Dossier]) -> Mapping[Dossier, list[Known]]:
        """See `connectors.port.Hub`. Waits for what was sent of these dossiers, and not for the
        rest: the hub goes on with one page while the next is read."""
        found: dict[Dossier, list[Known]] = {}
        for some in _parts(dossiers, MOST_DOSSIERS):
            self._settle(source)
            about = set(map(tuple, some))
            waited = [it for it in self._sent if it.about is None or not about.isdisjoint(it.about)]
            for one in self._known(source, some, waited)["dossiers"]:
                found[one["unit"], one["subject"]] = list(map(wire.known, one["events"]))
        return found

    def has_any(self, source: str) -> bool:
        """See `connectors.port.Hub`."""
        self._settle(source)
        return bool(self._known(source, [], self._sent, any=True)["any"])

    def _settle(self, source: str) -> None:
        """Wait for what was sent first, where much is not known to be in the figures yet."""
        while len(sent := self._sent) > _MOST_POSITIONS:
            self._known(source, [], sent[:_MOST_POSITIONS])

    def _known(
        self, source: str, dossiers: Sequence[Dossier], waited: Sequence["_Sent"], **more: bool
    ) -> Any:
        told = self._told(self._client.request(
            "POST", f"{_PATH}/known", params={"min_position": [it.position for it in waited]},
            **wire.body({"source": source, "dossiers": dossiers} | more),
        ))  # fmt: skip
        self._forget(waited)
        return told

    def _add(self, sent: "_Sent") -> None:
        with self._lock:
            self._sent = (*self._sent, sent)

    def _forget(self, waited: Sequence["_Sent"]) -> None:
        with self._lock:
            self._sent = tuple(it for it in self._sent if it not in waited)

    def append(self, events: Sequence[Mapping[str, Any]]) -> list[Outcome]:
        """See `connectors.port.Hub`."""
        faults: defaultdict[int, list[Fault]] = defaultdict(list)
        large: list[Refused] = []
        about = _about(events)
        items = (Item(str(n), orjson.dumps(dict(event))) for n, event in enumerate(events))
        # one batch after the other: additions must not be overtaken by retractions
        for batch in batches(items, _BATCH, large):
            sender = Sender(self._client, packed=False, patience=self._patience, on_wait=_go_on)
            for sent in sender.send_all([batch]):
                _add(faults, sent.refused)
                if sent.position:
                    self._add(_Sent(sent.position, about))
        _add(faults, large)
        return [Outcome(n not in faults, tuple(faults.get(n, ()))) for n in range(len(events))]

    def kept(self, name: str, keys: Sequence[str]) -> Mapping[str, Kept]:
        """See `connectors.port.Hub`."""
        found: dict[str, Kept] = {}
        for some in _parts(keys, MOST_KEYS):
            told = self._ask("POST", f"{name}/kept", {"keys": some})
            found |= map(wire.kept, told["rows"])
        return found

    def kept_in(self, name: str, range_label: str) -> Mapping[str, Kept]:
        """See `connectors.port.Hub`."""
        found: dict[str, Kept] = {}
        asked = {"range": range_label}
        while True:
            told = self._ask("POST", f"{name}/kept", asked)
            found |= map(wire.kept, told["rows"])
            if told["next"] is None:
                return found
            asked["after"] = told["next"]

    def kept_of(
        self, name: str, dossiers: Sequence[Dossier]
    ) -> Mapping[Dossier, Mapping[str, Kept]]:
        """See `connectors.port.Hub`."""
        found: defaultdict[Dossier, dict[str, Kept]] = defaultdict(dict)
        for some in _parts(dossiers, MOST_DOSSIERS):
            told = self._ask("POST", f"{name}/kept", {"dossiers": some})
            for key, row in map(wire.kept, told["rows"]):
                found[row.unit, row.subject][key] = row
        return found

    def save(
        self,
        name: str,
        owner: str,
        cursor: Cursor | None,
        kept: Mapping[str, Kept],
        forgotten: Sequence[str],
        refused: Sequence[Unreadable],
        mended: Sequence[str],
        *,
        goes_on: bool = False,
    ) -> None:
        """See `connectors.port.Hub`. Of very many rows the cursor is stored with the last ones."""
        lists = {
            "kept": wire.rows(kept), "forgotten": forgotten, "refused": wire.refused(refused),
            "mended": mended,
        }  # fmt: skip
        pages = [dict(zip(lists, some, strict=True)) for some in _together(list(lists.values()))]
        for page in pages[:-1]:
            self._ask("POST", f"{name}/page", {"owner": owner, "goes_on": True, **page})
        last = {"owner": owner, "cursor": cursor, "goes_on": goes_on, **pages[-1]}
        self._ask("POST", f"{name}/page", last)

    def store(
        self, name: str, owner: str, before: Cursor, cursor: Cursor,
        events: Sequence[Mapping[str, Any]], kept: Mapping[str, Kept],
        refused: Sequence[Unreadable], *, goes_on: bool = False,
    ) -> bool:  # fmt: skip
        """See `connectors.port.Hub`."""
        if len(kept) > MOST_KEYS or len(refused) > MOST_KEYS:
            return False
        self._settle(events[0]["source"])
        page: dict[str, Any] = {"owner": owner, "before": before}
        if self._sent:
            page["behind"] = self._sent[-1].position
        *parts, last = _parts(events, MOST_EVENTS)
        whole = {"cursor": cursor, "kept": wire.rows(kept), "refused": wire.refused(refused)}
        for some, more in (*((it, {}) for it in parts), (last, whole)):
            goes = goes_on or not more
            sent = wire.body(page | more | {"events": some, "goes_on": goes})
            if len(sent["content"]) > _MOST_BYTES:
                return False
            told = self._told(self._client.request("POST", f"{_PATH}/{name}/page", **sent))
            if told["refused_events"]:
                return False
            about = frozenset((it["data"]["unit"], it["subject"]) for it in some)
            self._add(_Sent(told["position"], about))
        return True

    def hold(
        self, name: str, owner: str, status: Mapping[str, Any], seconds: float = LEASE
    ) -> Held:
        """See `connectors.port.Hub`."""
        claim = {key: status[key] for key in _LIFTED if key in status}
        more = {key: value for key, value in status.items() if key not in _LIFTED}
        told = self._ask(
            "PUT", f"{name}/lease", {"owner": owner, **claim, "status": more, "seconds": seconds}
        )
        if told["position"] is not None:  # what an owner before may have sent is known from here on
            self._add(_Sent(told["position"], None))
        asked = told.get("asked")
        found = (asked["token"], asked["keys"]) if asked else None
        return Held(told["cursor"], told["paused"], told["approved"], told["again"], found)

    def pause(self, name: str, owner: str, why: str, would: Mapping[str, Any]) -> None:
        """See `connectors.port.Hub`."""
        body = {"owner": owner, "why": why, "token": would["token"], "would": dict(would)}
        self._ask("POST", f"{name}/pause", body)

    def tell(self, name: str, owner: str, would: Mapping[str, Any]) -> None:
        """See `connectors.port.Hub`."""
        body = {"owner": owner, "token": would["token"], "would": dict(would)}
        self._ask("PUT", f"{name}/forecast", body)

    def _ask(self, method: str, path: str, body: Any) -> Any:
        return self._told(self._client.request(method, f"{_PATH}/{path}", **wire.body(body)))

    def _told(self, answer: "httpx.Response") -> Any:
        """What a good answer says. Raises `UnreachableError`, `HubError`, `LostLeaseError`."""
        if answer.is_success:
            return json_of(answer)
        if answer.status_code == 504 and wire.title(answer) == "beyond the end of the log":
            self._forget(self._sent)
            raise UnreachableError("the hub was restored: what it answered for is gone")
        if answer.status_code in _PASSING:
            told = f"the hub answered {answer.status_code}: {wire.why(answer)}"
            raise (BusyError if wire.is_problem(answer) else UnreachableError)(told)
        if answer.status_code == 409:
            raise LostLeaseError(wire.why(answer))
        raise self._client.refused(answer)


def _about(events: Sequence[Mapping[str, Any]]) -> frozenset[Dossier] | None:
    named = frozenset(
        (str(it.get("data", {}).get("unit")), str(it.get("subject"))) for it in events
    )
    return named or None


def _parts(values: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    for first in range(0, len(values), most):
        yield values[first : first + most]


def _together(lists: Sequence[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    """The lists, so many of each at a time; once at least."""
    for first in range(0, max(1, *map(len, lists)), MOST_KEYS):
        yield [one[first : first + MOST_KEYS] for one in lists]


def _add(faults: defaultdict[int, list[Fault]], refused: Sequence[Refused]) -> None:
    for one in refused:
        faults[int(one.place)].append(Fault(one.pointer, one.code, one.message))


def _go_on(reason: str, seconds: float) -> None:
    """The wait of a few seconds is nothing to tell."""

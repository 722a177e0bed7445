"""The pages of a reading in their turn; of some sources the next one is prepared meanwhile.

Pages are stored one after the other, by one thread, as if nothing were prepared: a preparation
reads and asks, and changes nothing. One that may have become wrong is thrown away.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import NamedTuple, Self

from connectors.lease import SURE
from connectors.plan import Plan
from connectors.port import LostLeaseError, Page
from connectors.store_page import Draft
from connectors.waiting import BusyError, StoppedError
from hub.client import HubError

_FIRST = (HubError, LostLeaseError, StoppedError)
"""Errors of storing a page that say more than one of preparing the next."""


class Turn(NamedTuple):
    """A page whose turn has come, and what it changes; None: that is to be asked now."""

    page: Page
    made: Plan | None


class Turns:
    """Gives pages; with `draft`, the next one is read and drafted on another thread while the
    caller stores the one before. Use in `with`: behind it nothing is under way."""

    def __init__(self, pages: Iterator[Page], draft: Callable[[Page], Draft] | None) -> None:
        self._pages, self._draft = pages, draft
        self._pool = ThreadPoolExecutor(1, "next-page") if draft else None
        self._coming: Future[tuple[Page, Draft | None] | None] | None = None
        self._stored: Plan | None = None
        self._is_disturbed = False

    def __iter__(self) -> Iterator[Turn]:
        if self._pool is None:
            yield from (Turn(page, None) for page in self._pages)
            return
        self._coming = self._pool.submit(self._next)
        while (found := self._coming.result()) is not None:
            made = self._of(found[1])
            self._coming = self._pool.submit(self._next)
            yield Turn(found[0], made)

    def stored(self, made: Plan) -> None:
        """The page whose turn it was is stored; by that the next one is judged."""
        self._stored = made

    def rest(self) -> None:
        """Wait until nothing is under way, since the caller asks the source for other rows, and
        stores them; what is prepared is thrown away."""
        self._is_disturbed = True
        if self._coming is not None:
            self._coming.exception()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._pool is None:
            return
        self._pool.shutdown()
        hidden = self._coming.exception() if self._coming is not None else None
        if (
            isinstance(error, Exception)
            and not isinstance(error, _FIRST)
            and isinstance(hidden, HubError)
        ):
            raise hidden from error  # a hub that was away is to be asked anew what it has

    def _next(self) -> tuple[Page, Draft | None] | None:
        page = next(self._pages, None)
        if page is None:
            return None
        if self._draft is None or page.ends is not None or page.went_back is not None:
            return page, None
        try:
            return page, self._draft(page)
        except BusyError:
            return page, None  # who stores the page asks again, for as long as it takes

    def _of(self, draft: Draft | None) -> Plan | None:
        """The plan of a draft that is right still. One of before a long wait is not, since another
        owner may have had the connector; a hub so slow is then asked nothing ahead any more."""
        stored, is_disturbed = self._stored, self._is_disturbed
        self._stored, self._is_disturbed = None, False
        if draft is None or is_disturbed:
            return None
        if time.monotonic() - draft.since > SURE:
            self._draft = None
            return None
        return draft.made if stored is None or draft.is_apart(stored) else None

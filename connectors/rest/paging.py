"""From page to page of a service, so that no row is passed over.

By number and by offset the end is an empty page: a service may give fewer items than it was asked
for. By offset each page begins with a row of the page before: where it does not, rows went away in
between, and it is asked again from farther back. By number that cannot be seen; a sweep finds it.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import httpx
import jmespath
import orjson
from jmespath.exceptions import JMESPathError

from connectors.mapping.reads import Paging, Rest
from connectors.port import BrokenSourceError, SourceError
from connectors.rest.service import Answer, is_same_host

Params = dict[str, Any]
Get = Callable[[str, Params], Answer]
Mark = Callable[[Any], str]
"""What tells an item from others."""
Token = Any
"""Where a page begins: a number, an offset, a cursor, or the path of a link."""


class Step(NamedTuple):
    """One page."""

    items: list[Any]
    next: Token | None
    """Where the next page begins; None: there is none."""


class Pages:
    """The pages of one reading, from a place on."""

    def __init__(self, read: Rest, get: Get, mark: Mark, params: Params) -> None:
        self._read, self._get, self._mark, self._params = read, get, mark, params
        self._url = read.url.value()
        self._own = _parameters(self._url)
        page = read.page
        if page is not None and page.size is not None and page.size.send:
            self._params = {**params, page.size.send: page.size.rows}
        self._items = _compiled("items", read.items)
        self._next = _compiled("page.next", page.next if page else None)

    def steps(self, token: Token | None) -> Iterator[Step]:
        """Raises `SourceError`, `BrokenSourceError`."""
        page = self._read.page
        if page is None:
            yield Step(self._listed(self._get(self._url, self._params)), None)
        elif page.by == "number":
            yield from self._by_number(page, token)
        elif page.by == "offset":
            yield from self._by_offset(page, token)
        else:
            yield from self._by_what_answers_tell(page, token)

    def _by_number(self, page: Paging, token: Token | None) -> Iterator[Step]:
        number = token if token is not None else 1 if page.first is None else page.first
        before: list[str] = []
        while True:
            answer = self._get(self._url, {**self._params, str(page.send): number})
            items = self._listed(answer)
            marks = list(map(self._mark, items))
            if marks and marks == before:
                raise _same(f"page {number}")
            before = marks
            number += 1
            is_end = not items or self._says_end(answer)
            yield Step(items, None if is_end else number)
            if is_end:
                return

    def _by_offset(self, page: Paging, token: Token | None) -> Iterator[Step]:
        """A page's token is where it began: a reading that goes on reads that page again."""
        start = page.first or 0
        offset = last = start if token is None else token
        before: list[str] = []
        while True:
            answer = self._get(self._url, {**self._params, str(page.send): offset})
            items = self._listed(answer)
            marks = list(map(self._mark, items))
            known = set(before)
            if offset > start and known.isdisjoint(marks) and (known or not marks):
                offset = max(start, offset - max(1, len(before)))
                continue
            if len(marks) > 1 and marks == before and offset != last:
                raise _same(f"offset {offset}")
            is_end = len(items) < 2 and known.issuperset(marks)
            is_end = is_end or self._says_end(answer)
            yield Step(items, None if is_end else offset)
            if is_end:
                return
            last, before = offset, marks
            offset += max(1, len(items) - 1)

    def _by_what_answers_tell(self, page: Paging, token: Token | None) -> Iterator[Step]:
        seen: set[Token] = set()
        while True:
            answer = self._asked(page, token)
            items = self._listed(answer)
            token = self._following(page, answer)
            if token in seen:
                raise SourceError(
                    f"{_host(self._url)} tells the same next page twice, so that reading would "
                    "never end; tell its owner, or see whether `page.next` is right"
                )
            seen.add(token)
            yield Step(items, token)
            if token is None:
                return

    def _asked(self, page: Paging, token: Token | None) -> Answer:
        if token is None:
            return self._get(self._url, self._params)
        if page.by == "cursor":
            return self._get(self._url, {**self._params, str(page.send): token})
        link = httpx.URL(urljoin(self._url, token))
        own = {name: value for name, value in self._own if name not in link.params}
        return self._get(str(link.copy_merge_params(own)), {})

    def _following(self, page: Paging, answer: Answer) -> Token | None:
        told = self._next.search(answer.body) if self._next else answer.links.get("next")
        if told in (None, "", False):
            return None
        if page.by == "cursor":
            return told if isinstance(told, str | int) else orjson.dumps(told).decode()
        if not isinstance(told, str):
            raise BrokenSourceError("`page.next` finds no link; correct it")
        target = urljoin(answer.url, told)
        if not is_same_host(self._url, target):
            raise BrokenSourceError(
                f"the next page of {_host(self._url)} lies on another host, {_host(target)}; write "
                "that address in `url` if it is the right one"
            )
        return self._kept(httpx.URL(target))

    def _kept(self, link: httpx.URL) -> Token:
        """Path and parameters of a link without those of `url`, which may be secret: they are added
        when it is asked."""
        pairs = [pair for pair in _parameters(str(link)) if pair not in self._own]
        query = urlencode(pairs)
        return f"{link.path}?{query}" if query else link.path

    def _says_end(self, answer: Answer) -> bool:
        """Whether the answer itself says that no page follows."""
        return self._next is not None and not self._next.search(answer.body)

    def _listed(self, answer: Answer) -> list[Any]:
        found = self._items.search(answer.body) if self._items else answer.body
        if not isinstance(found, list):
            what = "nothing" if found is None else "no list"
            raise BrokenSourceError(
                f"`items` finds {what} in the answer of {_host(self._url)}; correct it (where an "
                "empty answer has none, write `items: PATH || `[]``)"
            )
        return found


def _parameters(url: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(url).query, keep_blank_values=True)


def _compiled(key: str, text: str | None) -> Any:
    if text is None:
        return None
    try:
        return jmespath.compile(text)
    except JMESPathError as error:
        raise BrokenSourceError(f"`{key}` is no JMESPath: {error}; correct it") from error


def _same(place: str) -> SourceError:
    return SourceError(
        f"{place} holds the same items as the one before, so that reading would never end; see "
        "whether `page.send` names the right parameter"
    )


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2] or "the address"

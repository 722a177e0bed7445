"""How requests say who asks."""

import time
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import orjson

from connectors.mapping.reads import Auth, OAuth
from connectors.port import BrokenSourceError, SourceError

Post = Callable[[str, dict[str, str], dict[str, str]], tuple[int, bytes]]
"""Sends a form with headers to an address; gives status and body."""
_EARLIER = 30.0
"""Seconds before its end at which a token is taken for ended."""


class Login:
    """Headers of every request. Secrets are read anew each time: they may have been changed."""

    def __init__(self, auth: Auth | None, post: Post) -> None:
        self._auth, self._post = auth, post
        self._token: str | None = None
        self._ends = 0.0

    def headers(self) -> dict[str, str]:
        """Raises `BrokenSourceError`, `SourceError`."""
        auth = self._auth
        if auth is None:
            return {}
        if auth.bearer is not None:
            return {"Authorization": f"Bearer {auth.bearer.value()}"}
        if auth.basic is not None:
            return {"Authorization": _basic(auth.basic.user, auth.basic.password.value())}
        if auth.header is not None:
            return {name: secret.value() for name, secret in auth.header.items()}
        if auth.oauth is None:
            return {}
        if self._token is None or time.monotonic() >= self._ends:
            self._token, seconds = self._new_token(auth.oauth)
            self._ends = time.monotonic() + seconds - _EARLIER
        return {"Authorization": f"Bearer {self._token}"}

    def forget(self) -> bool:
        """Who asks was refused: whether it is worth asking again, with another token."""
        known, self._token = self._token, None
        return known is not None

    def _new_token(self, oauth: OAuth) -> tuple[str, float]:
        form = {"grant_type": "client_credentials"}
        if oauth.scope:
            form["scope"] = oauth.scope
        client, secret = oauth.client, oauth.secret.value()
        status, body = self._post(
            oauth.url.value(), form, {"Authorization": _basic(client, secret)}
        )
        if status in (400, 401):  # some take the client's secret in the form only
            form |= {"client_id": client, "client_secret": secret}
            status, body = self._post(oauth.url.value(), form, {})
        if status >= 500 or status == 429:
            raise SourceError(f"the address that gives tokens answers {status}")
        found = _json(body)
        token = found.get("access_token") if isinstance(found, dict) else None
        if status != 200 or not isinstance(token, str):
            raise BrokenSourceError(
                f"the address that gives tokens gives none (status {status}); correct `auth.oauth`"
            )
        seconds = found.get("expires_in")
        return token, float(seconds) if isinstance(seconds, int | float) else 3600.0


def _basic(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None

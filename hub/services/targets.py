"""Where alerts go: signed webhooks, and what the library Apprise knows (e-mail among it).

Every target has a thread and a short queue of its own: one that hangs delays nothing else.
"""

import hashlib
import hmac
import logging
import queue
import socket
import threading
import time
from collections.abc import Callable, Hashable, Iterable
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

import httpx
import orjson
from pydantic import BaseModel, ConfigDict, Field

from hub.core.said import Said, said, why
from hub.services.addresses import RefusedError, address_of, read

logger = logging.getLogger(__name__)

QUEUED = 100
"""Messages that wait for one target at most; further ones are dropped, and the log says so."""

_TIMEOUT = 10.0
_quiet = threading.Lock()
_RETRY_FIRST, _RETRY_LAST, _GIVE_UP = 2.0, 300.0, 3600.0


class Message(NamedTuple):
    """An alert as it is sent. `key`: the same alert has the same one, however often it is sent."""

    key: str
    rule: str
    title: str
    lines: list[str]
    at: str


class TargetSettings(BaseModel):
    """A target. Address and secret may be `env:ALERT_NAME` or `file:/PATH/alert-NAME`, the place
    where they stand."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1)
    kind: Literal["webhook", "apprise"]
    url: str = Field(min_length=1)
    secret: str = ""
    """With it a webhook's body is signed."""
    allow_private: bool = False
    """Whether it may lie in a private network."""


Target = Callable[[Message], None]
"""Sends one message; raises `RefusedError`, or an error of the network, which may pass."""


def open_target(settings: TargetSettings) -> Target:
    """How a target is sent to, by what stands at its references now. Raises `RefusedError`."""
    there = {"url": read(settings.url), "secret": read(settings.secret)}
    settings = settings.model_copy(update=there)
    return _Webhook(settings) if settings.kind == "webhook" else _Apprise(settings)


def renewed(settings: TargetSettings) -> Target:
    """As `open_target`, opened at the first message, and anew once something else stands at its
    references: what is wrong with it is told then, and only to those who wait for it."""
    opened: dict[tuple[str, str], Target] = {}

    def send(message: Message) -> None:
        there = read(settings.url), read(settings.secret)
        if there not in opened:
            made = open_target(settings)
            opened.clear()
            opened[there] = made
        opened[there](message)

    return send


def try_target(settings: TargetSettings, message: Message) -> Said | None:
    """Send a message once, now: None where it was taken, else why not, without what is secret."""
    try:
        open_target(settings)(message)
    except RefusedError as error:
        return why(error)
    except Exception as error:  # noqa: BLE001 - whatever a library raises; its text may hold the URL
        kind = type(error).__name__
        return said("target-away", "it cannot be reached ({kind})", kind=kind)
    return None


def signature(secret: str, moment: int, body: bytes) -> str:
    """The header `Hub-Signature`: `t` seconds, `v1` HMAC-SHA256 over `t`, a dot and the body."""
    signed = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256)
    return f"t={moment},v1={signed.hexdigest()}"


class _Webhook:
    def __init__(self, settings: TargetSettings) -> None:
        if urlsplit(settings.url).scheme not in ("http", "https"):
            says = "target {name}: a webhook has a URL of http or https"
            raise RefusedError(said("url-scheme", says, name=settings.name))
        self._settings = settings

    def __call__(self, message: Message) -> None:
        """POST it, to the very address that was checked; redirects are not followed."""
        settings = self._settings
        address = address_of(settings.url, allow_private=settings.allow_private)
        url = httpx.URL(settings.url)
        body = orjson.dumps(message._asdict())
        headers = {
            "Host": url.netloc.decode(),
            "Content-Type": "application/json",
            "Idempotency-Key": message.key,
        }
        if settings.secret:
            headers["Hub-Signature"] = signature(settings.secret, int(time.time()), body)
        with httpx.Client(timeout=_TIMEOUT, trust_env=False) as client:
            answer = client.post(
                url.copy_with(host=address), content=body, headers=headers,
                extensions={"sni_hostname": url.host},
            )  # fmt: skip
        if 400 <= answer.status_code < 500 and answer.status_code not in (408, 425, 429):
            raise RefusedError(
                said("target-answered", "it answered {status}", status=answer.status_code)
            )
        answer.raise_for_status()


class _Apprise:
    def __init__(self, settings: TargetSettings) -> None:
        import apprise

        self._allow_private = settings.allow_private
        self._key, self._reached = "", set[Hashable]()
        with _quiet:  # couriers open theirs beside each other
            apprise.logger.disabled = True  # it would tell the first and last letter of passwords
            try:
                service = apprise.Apprise.instantiate(settings.url, suppress_exceptions=False)
            except Exception:  # noqa: BLE001 - each of its services has its own; all mean the same
                service = None
            finally:
                apprise.logger.disabled = False
        if not isinstance(service, apprise.NotifyBase):
            says = "target {name}: Apprise cannot use such a URL"
            raise RefusedError(said("url-apprise", says, name=settings.name))
        if service.overflow_mode != apprise.OverflowMode.SPLIT:  # whose pieces it must tell apart
            vars(service).update(
                is_delivered=lambda who, *_, **__: who in self._reached,
                mark_delivered=lambda who, *_, **__: self._reached.add(who),
            )
        self._service = service

    def __call__(self, message: Message) -> None:
        """Tell those whom this message has not reached yet."""
        import apprise

        self._check_address()
        if message.key != self._key:
            self._key, self._reached = message.key, set()
        body = "\n".join([*message.lines, "", f"{message.at} {message.key}"])
        told = apprise.Apprise(self._service)
        if not told.notify(body, title=message.title, body_format=apprise.NotifyFormat.TEXT):
            raise OSError("it could not be told")

    def _check_address(self) -> None:
        """Of what has a host; with other services the same part of the URL is a token."""
        templates: Iterable[str] = self._service.templates
        if any("{host}" in template for template in templates):
            host = getattr(self._service, "smtp_host", None) or self._service.host
            try:
                address_of(f"//{host}", allow_private=self._allow_private)
            except (socket.gaierror, UnicodeError):
                if "." in host:
                    raise


class Courier:
    """Brings messages to one target, in its own time."""

    def __init__(
        self, name: str, target: Target, pause: Callable[[float], bool] | None = None
    ) -> None:
        self._name, self._target = name, target
        self._queue: queue.Queue[Message] = queue.Queue(QUEUED)
        self._stop = threading.Event()
        self._pause = pause or self._stop.wait
        self._thread = threading.Thread(target=self._run, name=f"alerts-{name}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def redirect(self, target: Target) -> None:
        """Bring what waits, and all that follows, to the target as it is set up now."""
        self._target = target

    def stop(self) -> None:
        """End without waiting for a target that hangs."""
        self._stop.set()

    @property
    def is_idle(self) -> bool:
        """Whether every message was delivered, or given up."""
        return self._queue.unfinished_tasks == 0

    def send(self, message: Message) -> None:
        """Never waits."""
        try:
            self._queue.put_nowait(message)
        except queue.Full:
            logger.error("alert %s was dropped: %s takes none", message.key, self._name)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                message = self._queue.get(timeout=1.0)
            except queue.Empty:
                continue
            if self._deliver(message):
                self._queue.task_done()

    def _deliver(self, message: Message) -> bool:
        """Deliver a message or give it up; False: the courier was stopped before that."""
        wait, until = _RETRY_FIRST, time.monotonic() + _GIVE_UP
        while not self._stop.is_set():
            try:
                self._target(message)
                return True
            except RefusedError as error:
                logger.error("alert %s is not sent to %s: %s", message.key, self._name, error)
                return True
            except Exception as error:  # noqa: BLE001 - whatever a library raises, others wait
                kind = type(error).__name__
                if time.monotonic() > until:
                    logger.error("alert %s never reached %s: %s", message.key, self._name, kind)
                    return True
                logger.warning("alert %s: %s, trying again: %s", message.key, self._name, kind)
            self._pause(wait)
            wait = min(2 * wait, _RETRY_LAST)
        return False

"""Addresses that alerts are sent to: where a secret one stands, which may be written out, which lie
in a private network."""

import ipaddress
import os
import re
import socket
import stat
from urllib.parse import parse_qsl, urlsplit

from hub.core.said import said

_REFERENCE = re.compile(r"env:(ALERT_\w+)|file:(/(?:[^/]+/)*alert-[^/]+)", re.ASCII)
_MOST = 4096
_WORDS = r"[A-Za-z]{1,20}[0-9]{0,2}"
_PLAIN_PATH = re.compile(rf"(/{_WORDS}([-_.]{_WORDS})*)*/?")
_PLAIN_MAIL = frozenset(("to", "cc", "bcc", "from", "name", "reply", "smtp", "mode", "cto"))
"""What of a mail server's address is no secret and reads no file."""


class RefusedError(ValueError):
    """The target must not or cannot be asked as it is set up; trying again does not help."""


def is_reference(text: str) -> bool:
    """Whether a text is the place of a secret on the machine that sends: `env:ALERT_NAME` or
    `file:/PATH/alert-NAME`. Of other names nothing is read: what is given by the interface must not
    reach a secret that is meant for something else."""
    return _REFERENCE.fullmatch(text) is not None


def read(text: str) -> str:
    """What stands at a reference now, without the white space around it; any other text is itself.
    Raises `RefusedError`, which never repeats what was read."""
    found = _REFERENCE.fullmatch(text)
    if found is None:
        return text
    variable, file = found.groups()
    value = os.environ.get(variable, "") if variable else _of_file(file)
    if not value.strip():
        says = "nothing stands at {place}; put it there on the machine that sends the alerts"
        raise RefusedError(said("alert-no-secret", says, place=text))
    return value.strip()


def _of_file(file: str) -> str:
    """The beginning of a regular file, as text; "" where there is none. A pipe would never end."""
    try:
        opened = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(opened, encoding="utf-8") as it:
            return it.read(_MOST) if stat.S_ISREG(os.fstat(opened).st_mode) else ""
    except (OSError, UnicodeDecodeError):
        return ""


def is_plain(kind: str, url: str) -> bool:
    """Whether an address may be written out, since nothing in it can be a secret: a webhook's host
    with words for a path, a mail server without a password. Tokens of chat services are parts of
    their address like any other, so what is not known to be harmless counts as one."""
    try:
        parts = urlsplit(url)
        _ = parts.port
        names = {name for name, _ in parse_qsl(parts.query, strict_parsing=bool(parts.query))}
    except ValueError:
        return False
    if parts.password is not None or parts.fragment or not parts.hostname:
        return False
    if kind == "webhook":
        known = parts.scheme in ("http", "https") and parts.username is None and not parts.query
        return known and _PLAIN_PATH.fullmatch(parts.path) is not None
    return (
        parts.scheme in ("mailto", "mailtos") and parts.path in ("", "/") and names <= _PLAIN_MAIL
    )


def address_of(url: str, *, allow_private: bool) -> str:
    """The address that a URL's host has, checked. Raises `RefusedError`, `OSError`."""
    host = urlsplit(url).hostname
    if not host:
        raise RefusedError(said("url-no-host", "the URL names no host"))
    found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    if not allow_private and not all(ipaddress.ip_address(it).is_global for it in addresses):
        says = (
            "{host} lies in a private network; if that is meant, set allow_private in the file of "
            "alerts, or HUB_ALERTS_PRIVATE=on for targets that are not in it"
        )
        raise RefusedError(said("url-private", says, host=host))
    return addresses[0]

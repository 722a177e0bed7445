"""How a topic's servers are reached."""

import socket
import ssl
from collections.abc import Sequence
from typing import Any

from connectors.mapping.reads import Kafka, Tls
from connectors.port import BrokenSourceError, SourceError

_PORT = 9092
_ONE = 10.0
"""Seconds for one server."""


def servers_of(read: Kafka) -> list[str]:
    """The servers as `host:port`. Raises `BrokenSourceError`."""
    servers = [one.strip() for one in read.servers.value().removeprefix("kafka://").split(",")]
    found = [one if _has_port(one) else f"{one}:{_PORT}" for one in servers if one]
    if not found or any(not one.rpartition(":")[2].isdecimal() for one in found):
        raise BrokenSourceError("`servers` names no server; write host:port, more after commas")
    return found


def arguments_of(read: Kafka) -> dict[str, Any]:
    """The arguments of every client of kafka-python. Raises `BrokenSourceError`."""
    found: dict[str, Any] = {
        "bootstrap_servers": servers_of(read),
        "security_protocol": ("SASL_" if read.login else "") + ("SSL" if read.tls else "PLAINTEXT"),
        "ssl_context": _context(read.tls),
        "reconnect_backoff_max_ms": 1000,
    }
    if read.login is not None:
        found |= {
            "sasl_mechanism": read.login.mechanism,
            "sasl_plain_username": read.login.user,
            "sasl_plain_password": read.login.password.value(),
        }
    return found


def knock(servers: Sequence[str], context: ssl.SSLContext | None) -> None:
    """See whether a server answers and is to be believed: the client tries again and again and in
    the end says neither. Raises `SourceError`, `BrokenSourceError`."""
    said = ""
    for server in servers:
        host, _, port = server.rpartition(":")
        try:
            with socket.create_connection((host.strip("[]"), int(port)), _ONE) as open_socket:
                if context is not None:
                    context.wrap_socket(open_socket, server_hostname=host.strip("[]")).close()
                return
        except ssl.SSLCertVerificationError as error:
            raise BrokenSourceError(
                f"the certificate of {server} is not to be believed ({error.verify_message}); name "
                "the file of its authority in `tls.ca`, and the server as the certificate does"
            ) from error
        except OSError as error:
            told = (
                "see whether `tls` is what it asks for" if isinstance(error, ssl.SSLError) else ""
            )
            said = f"{server}: {told or error.strerror or type(error).__name__}"
    raise SourceError(f"no Kafka server answers ({said})")


def _context(tls: bool | Tls) -> ssl.SSLContext | None:
    if not tls:
        return None
    given = Tls() if isinstance(tls, bool) else tls
    try:
        context = ssl.create_default_context(cafile=given.ca)
        if given.certificate is not None:
            context.load_cert_chain(given.certificate, given.key)
    except (OSError, ssl.SSLError) as error:
        raise BrokenSourceError(
            f"a file of `tls` cannot be read ({error.strerror or 'it holds no certificate or key'})"
        ) from error
    return context


def _has_port(server: str) -> bool:
    return ":" in server and not server.endswith("]")

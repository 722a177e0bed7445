"""Connections that lead to no private network unless the document says so.

The address that is connected to is checked, after its name was resolved: a name may resolve to
another address each time.
"""

import socket
import ssl
from collections.abc import Iterable
from ipaddress import ip_address

import httpcore
import httpx

_MOST_CONNECTIONS = 2


class PrivateAddressError(Exception):
    """A name leads into a private network; the text says which name."""


def transport(*, private: bool) -> httpx.BaseTransport:
    """What carries requests. `private`: whether private networks may be reached."""
    return _Transport(private=private)


class _Transport(httpx.HTTPTransport):
    def __init__(self, *, private: bool) -> None:
        context = httpx.create_ssl_context()
        super().__init__(verify=context)
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=_MOST_CONNECTIONS,
            network_backend=httpcore.SyncBackend() if private else _PublicOnly(),
        )


class _PublicOnly(httpcore.SyncBackend):
    """Resolves a name itself and connects to the address that it checked."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first of the name's addresses. Raises `PrivateAddressError`."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(f"{host} has no address") from error
        addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
        if not all(map(is_public, addresses)):
            raise PrivateAddressError(host)
        return super().connect_tcp(addresses[0], port, timeout, local_address, socket_options)


def is_public(text: str) -> bool:
    """Whether an address is one of the whole internet's."""
    address = ip_address(text.partition("%")[0])
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    if inner is not None:
        return is_public(str(inner))
    return address.is_global and not address.is_multicast


def is_untrusted(error: BaseException | None) -> bool:
    """Whether a failure's cause is a certificate that is not to be believed."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False

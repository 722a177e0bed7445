"""How to reach Kafka, in the words of each of its clients."""

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

SASL_MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
DEFAULT_PORT = 9092


@dataclass(frozen=True, slots=True)
class KafkaAccess:
    """Servers as `host:port`, and what they ask for before they talk."""

    servers: tuple[str, ...]
    tls: bool = False
    ca_file: Path | None = None
    """The authorities that may have signed the brokers' certificates; None: the system's."""
    sasl_mechanism: str | None = None
    username: str | None = None
    password: str | None = None

    @property
    def protocol(self) -> str:
        """Kafka's name for the combination."""
        return ("SASL_" if self.sasl_mechanism else "") + ("SSL" if self.tls else "PLAINTEXT")

    def ssl_context(self) -> ssl.SSLContext | None:
        """For TLS: certificates and host names are checked."""
        return ssl.create_default_context(cafile=self.ca_file) if self.tls else None

    def login(self) -> dict[str, Any]:
        """Of the arguments, those that kafka-python and aiokafka share."""
        return {
            "security_protocol": self.protocol,
            "ssl_context": self.ssl_context(),
            "sasl_mechanism": self.sasl_mechanism,
            "sasl_plain_username": self.username,
            "sasl_plain_password": self.password,
        }

    def client(self) -> dict[str, Any]:
        """The arguments of every client of kafka-python."""
        servers = {"bootstrap_servers": list(self.servers), "reconnect_backoff_max_ms": 1000}
        return servers | self.login()


def servers_of(url: str) -> tuple[str, ...]:
    """The servers of `kafka://host:port[,host:port…]`. Raises `ValueError`."""
    parts = urlsplit(url)
    if parts.scheme != "kafka" or not parts.netloc or parts.path.strip("/") or parts.query:
        raise ValueError("must look like kafka://host:port, more servers after commas")
    if "@" in parts.netloc:
        raise ValueError("must not hold a password; set HUB_KAFKA_USER and HUB_KAFKA_PASSWORD_FILE")
    servers = []
    for server in parts.netloc.split(","):
        host, colon, port = server.rpartition(":")
        if not colon or server.endswith("]"):
            host, port = server, str(DEFAULT_PORT)
        if not host or not (port.isascii() and port.isdigit()) or not 0 < int(port) < 2**16:
            raise ValueError("must name a host and a port for each server: kafka://host:port")
        servers.append(f"{host}:{port}")
    return tuple(servers)

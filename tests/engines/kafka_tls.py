"""A private Apache Kafka that asks for TLS and a login: import the fixture into a `conftest.py`."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from hub.log.kafka_access import KafkaAccess, servers_of
from tests.engines.kafka import KafkaCluster, free_ports, jars

_LOGIN = "org.apache.kafka.common.security"
_SCRAM = ("SCRAM-SHA-256", "SCRAM-SHA-512")


class SecureKafka(KafkaCluster):
    """One node; what is said of it here holds for its clients, to itself it talks as the others."""

    user, password = "hub", "bi/mat+ 9=x"

    def __init__(self, files: Path) -> None:
        self.ca_file, self.other_ca_file = files / "ca.pem", files / "other-ca.pem"
        (self._port,) = free_ports(1)
        self._keys = files / "broker.pem"
        authority = trustme.CA()
        authority.cert_pem.write_to_path(self.ca_file)
        trustme.CA().cert_pem.write_to_path(self.other_ca_file)
        broker = authority.issue_cert("127.0.0.1")
        key = load_pem_private_key(broker.private_key_pem.bytes(), None)
        pkcs8 = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        chain = [pkcs8, *(pem.bytes() for pem in broker.cert_chain_pems)]
        self._keys.write_bytes(b"".join(chain))
        super().__init__(jars())

    @property
    def servers(self) -> str:
        """Where clients log in."""
        return f"127.0.0.1:{self._port}"

    @property
    def access(self) -> KafkaAccess:
        """All that is asked for."""
        return KafkaAccess(
            servers_of(self.url), True, self.ca_file, _SCRAM[1], self.user, self.password
        )

    def _users(self) -> tuple[str, ...]:
        who = f"name={self.user},password={self.password}"
        return tuple(word for kind in _SCRAM for word in ("--add-scram", f"{kind}=[{who}]"))

    def _properties(self, node: int) -> dict[str, object]:
        plain = super()._properties(node)
        listener = "listener.name.sasl_ssl"
        secure = {
            "listeners": f"{plain['listeners']},SASL_SSL://{self.servers}",
            "listener.security.protocol.map": (
                "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL"
            ),
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": self._keys,
            "sasl.enabled.mechanisms": ",".join(("PLAIN", *_SCRAM)),
            f"{listener}.plain.sasl.jaas.config": (
                f'{_LOGIN}.plain.PlainLoginModule required user_{self.user}="{self.password}";'
            ),
        }
        scram = {
            f"{listener}.{kind.lower()}.sasl.jaas.config": (
                f"{_LOGIN}.scram.ScramLoginModule required;"
            )
            for kind in _SCRAM
        }
        return plain | secure | scram


@pytest.fixture(scope="session")
def secure_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureKafka]:
    """A server of the tests' own."""
    pytest.importorskip("kafka")
    cluster = SecureKafka(tmp_path_factory.mktemp("tls"))
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.remove()

"""Settings of the distributed set: where they come from, and what is said of wrong ones."""

from pathlib import Path

import certifi
import pytest

from hub.processes.settings import SettingsError, read_settings

GIVEN = {
    "HUB_LOG": "kafka://one:9092,two",
    "HUB_STORE": "clickhouse://hub:secret@store:9000/hub",
    "HUB_REGISTRY": "postgresql+psycopg://hub:secret@registry/hub",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [name for name in os.environ if name.startswith("HUB_")]:
        monkeypatch.delenv(name)
    for name, value in GIVEN.items():
        monkeypatch.setenv(name, value)


def test_from_the_environment_with_defaults() -> None:
    settings = read_settings()
    assert settings.kafka.servers == ("one:9092", "two:9092")
    assert settings.kafka.protocol == "PLAINTEXT"
    assert settings.events_topic == "motcua-dossier-events"
    assert settings.group == "motcua-workers"
    assert "secret" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("hub.toml", 'topic_prefix = "x-"\nport = 81\nHUB_PARTITIONS = 3\n'),
        ("hub.env", "POSTGRES_PASSWORD=x\nHUB_TOPIC_PREFIX=x-\nHUB_PORT=81\nHUB_PARTITIONS=3\n"),
    ],
)
def test_a_file_completes_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    file = tmp_path / name
    file.write_text(text)
    monkeypatch.setenv("HUB_PORT", "82")
    settings = read_settings(file)
    assert (settings.events_topic, settings.port, settings.partitions) == (
        "x-dossier-events", 82, 3,
    )  # fmt: skip


def test_tls_and_sasl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "password").write_text("geheim\n")
    for name, value in {
        "TLS": "true", "SASL": "SCRAM-SHA-512", "USER": "hub",
        "PASSWORD_FILE": str(tmp_path / "password"),
    }.items():  # fmt: skip
        monkeypatch.setenv(f"HUB_KAFKA_{name}", value)
    client = read_settings().kafka.client()
    assert client["security_protocol"] == "SASL_SSL"
    assert client["sasl_mechanism"] == "SCRAM-SHA-512"
    assert (client["sasl_plain_username"], client["sasl_plain_password"]) == ("hub", "geheim")
    assert client["ssl_context"].check_hostname


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("HUB_LOG", "sqlite:///x", "HUB_LOG must look like kafka://"),
        ("HUB_LOG", "kafka://hub:secret@one", "HUB_LOG must not hold a password"),
        ("HUB_LOG", "kafka://one:0", "HUB_LOG must name a host and a port"),
        ("HUB_STORE", "mysql://secret", "HUB_STORE must look like clickhouse://"),
        ("HUB_STORE", "clickhouse://", "HUB_STORE must look like clickhouse://"),
        ("HUB_STORE", "clickhouse://hub:secret#@store", "HUB_STORE must look like clickhouse://"),
        ("HUB_STORE", "clickhouse://hub:secret@store/a-b", "HUB_STORE: 'a-b' is no name"),
        ("HUB_REGISTRY", "secret", "HUB_REGISTRY is not a database URL; use"),
        ("HUB_REGISTRY", "postgresql://hub@db:secret/hub", "HUB_REGISTRY is not a database URL"),
        ("HUB_REGISTRY", "mysql://hub:secret@db/hub", "HUB_REGISTRY mysql of this form cannot"),
        ("HUB_PORT", "secret", "HUB_PORT .*integer"),
        ("HUB_PARTITIONS", "0", "HUB_PARTITIONS .*greater"),
        ("HUB_SIGNAL_THRESHOLDS", "closed_least=4", "HUB_SIGNAL_THRESHOLDS closed_least must be"),
        ("HUB_KAFKA_SASL", "PLAIN", "HUB_KAFKA_SASL needs HUB_KAFKA_USER"),
        ("HUB_KAFKA_SASL", "secret", "HUB_KAFKA_SASL .*PLAIN"),
        ("HUB_KAFKA_USER", "secret", "HUB_KAFKA_USER needs HUB_KAFKA_SASL"),
        ("HUB_KAFKA_CA_FILE", "/nowhere", "HUB_KAFKA_CA_FILE .*not a file"),
        ("HUB_KAFKA_CA_FILE", __file__, "HUB_KAFKA_CA_FILE .*holds no certificates"),
        ("HUB_KAFKA_CA_FILE", certifi.where(), "HUB_KAFKA_CA_FILE needs HUB_KAFKA_TLS"),
    ],
)
def test_what_is_wrong_is_named_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=said) as caught:
        read_settings()
    assert "secret" not in str(caught.value)


def test_what_is_missing_or_unknown_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HUB_LOG")
    with pytest.raises(SettingsError, match="HUB_LOG is not set"):
        read_settings()
    for name, text in (("hub.toml", 'lug = "x"\n'), ("hub.env", "HUB_LUG=x\n")):
        (tmp_path / name).write_text(text)
        with pytest.raises(SettingsError, match="HUB_LUG is not a setting"):
            read_settings(tmp_path / name)
    (tmp_path / "hub.toml").write_text("= 1")
    with pytest.raises(SettingsError, match="is not TOML"):
        read_settings(tmp_path / "hub.toml")
    with pytest.raises(SettingsError, match="is not a file"):
        read_settings(tmp_path / "other")

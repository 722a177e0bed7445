"""Settings of the distributed set: environment `HUB_…` first, then a file, then the defaults."""

import os
import ssl
import tomllib
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from hub.api.limits import KEY_QUESTIONS, WRONG_KEYS, Limits
from hub.dossier.thresholds import Thresholds, thresholds_from
from hub.log.kafka_access import SASL_MECHANISMS, KafkaAccess, servers_of
from hub.registry import RegistryError
from hub.registry.sql import open_engine
from hub.store.clickhouse_engine import ClickHouseEngine
from schemas.topics import DEFAULT_PREFIX, changes, dossier_events

PREFIX = "HUB_"
CHDB = "chdb://"


class SettingsError(ValueError):
    """A setting is missing or wrong; the text names it and says what to do."""


class Settings(BaseSettings):
    """Names in the environment: `HUB_` and the field's name in capitals."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", hide_input_in_errors=True)

    log: str
    store: SecretStr
    registry: SecretStr
    topic_prefix: str = Field(DEFAULT_PREFIX, pattern=r"^[A-Za-z0-9._-]{0,100}$")
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, lt=2**16)
    request_log: str = ""
    """File of `hub api`'s request log; `-`: standard output; empty: none."""

    metrics: Literal["keyed", "open"] = "keyed"
    """Whether `/metrics` names sources and reasons of letters to those who have no key, too."""

    signals: Literal["off", "on"] = "off"
    """Whether `hub api` tells signals (`hub/dossier/SIGNALS.md`)."""
    signal_thresholds: str = ""
    """Other thresholds than the usual ones: closed_least=30,reopened_within=5."""

    store_cluster: str = ""
    """Name of ClickHouse's cluster, where the store is one."""

    kafka_tls: bool = False
    kafka_ca_file: Path | None = None
    kafka_sasl: Literal["", *SASL_MECHANISMS] = ""  # type: ignore[valid-type]
    kafka_user: str = ""
    kafka_password: SecretStr = SecretStr("")
    kafka_password_file: Path | None = None

    key_events: int = Field(0, ge=0)
    """Events a second of each key, over time; 0: no limit."""
    key_questions: int = Field(KEY_QUESTIONS, ge=0)
    """Questions of each key at once, in each process; 0: no limit."""
    wrong_keys: int = Field(WRONG_KEYS, ge=0)
    """Wrong keys a minute from an address, after which it is refused; 0: no limit."""

    partitions: int = Field(12, ge=1, le=1000)
    replicas: int = Field(1, ge=1, le=100)
    retention_days: int = Field(0, ge=0)
    """0: the log keeps everything."""

    alerts: Path | None = None
    """TOML file with rules and targets of alerts; the leading worker sends them."""
    alerts_private: Literal["off", "on"] = "off"
    """Whether targets of alerts that are not in that file may lie in a private network."""

    keep_letters_days: int = Field(180, ge=1)
    """Days a dead letter stays after it came last."""
    letters_per_source: int = Field(20_000, ge=1)
    """Dead letters of one source that are kept; more are only counted."""
    dead_letter_run: int = Field(500, ge=0)
    dead_letter_share: float = Field(0.5, gt=0, le=1)
    worker_group: str = Field("", pattern=r"^[A-Za-z0-9._-]{0,200}$")
    """Kafka's name for all workers of one store; left out: `<topic prefix>workers`. Hubs that fill
    several stores from the same topics need one each."""
    worker_patience: float = Field(120, gt=0)
    """Seconds that an engine may be away before a worker ends (and is started anew)."""
    worker_session: float = Field(10, ge=1)
    """Seconds after which a dead worker's partitions are given to others."""

    @field_validator("log")
    @classmethod
    def _is_kafka(cls, value: str) -> str:
        servers_of(value)
        return value

    @field_validator("store")
    @classmethod
    def _is_store(cls, value: SecretStr) -> SecretStr:
        try:
            parts = urlsplit(value.get_secret_value())
            known = parts.scheme == "chdb" and not parts.netloc and len(parts.path) > 1
            if parts.scheme in ("clickhouse", "clickhouses"):
                known = bool(parts.hostname) and parts.port != 0
        except ValueError:  # its text may repeat a password
            known = False
        if not known:
            raise ValueError("must look like clickhouse://user:password@host:9000/database")
        return value

    @field_validator("registry")
    @classmethod
    def _is_database(cls, value: SecretStr) -> SecretStr:
        try:
            open_engine(value.get_secret_value()).dispose()  # it connects to nothing
        except RegistryError as error:
            raise ValueError(f"{error.problem}; {error.hint}") from None
        return value

    @field_validator("signal_thresholds")
    @classmethod
    def _are_thresholds(cls, value: str) -> str:
        thresholds_from(value)
        return value

    @field_validator("kafka_ca_file", "kafka_password_file")
    @classmethod
    def _is_file(cls, value: Path | None) -> Path | None:
        if value is not None and not (value.is_file() and os.access(value, os.R_OK)):
            raise ValueError(f"{value} is not a file that can be read")
        return value

    @field_validator("kafka_ca_file")
    @classmethod
    def _holds_certificates(cls, value: Path | None) -> Path | None:
        try:
            ssl.create_default_context(cafile=value)
        except ssl.SSLError:
            raise ValueError(f"{value} holds no certificates in PEM") from None
        return value

    @model_validator(mode="after")
    def _go_together(self) -> Self:
        if self.kafka_sasl and not (self.kafka_user and self._password()):
            raise ValueError(
                "HUB_KAFKA_SASL needs HUB_KAFKA_USER and HUB_KAFKA_PASSWORD_FILE "
                "(or HUB_KAFKA_PASSWORD)"
            )
        if not self.kafka_sasl and (self.kafka_user or self._password()):
            raise ValueError(f"HUB_KAFKA_USER needs HUB_KAFKA_SASL: {', '.join(SASL_MECHANISMS)}")
        if self.kafka_ca_file and not self.kafka_tls:
            raise ValueError("HUB_KAFKA_CA_FILE needs HUB_KAFKA_TLS=true, or nothing is encrypted")
        return self

    @model_validator(mode="after")
    def _store_can_be_asked(self) -> Self:
        url = self.store.get_secret_value()
        if not url.startswith(CHDB):
            try:
                ClickHouseEngine(url, self.store_cluster).close()  # it connects to nothing
            except ValueError as error:
                raise ValueError(f"HUB_STORE: {error}") from None
        return self

    def _password(self) -> str:
        if self.kafka_password_file is not None:
            return self.kafka_password_file.read_text().strip()
        return self.kafka_password.get_secret_value()

    @property
    def kafka(self) -> KafkaAccess:
        """How to reach Kafka."""
        return KafkaAccess(
            servers_of(self.log), self.kafka_tls, self.kafka_ca_file,
            self.kafka_sasl or None, self.kafka_user or None, self._password() or None,
        )  # fmt: skip

    @property
    def signal_limits(self) -> Thresholds | None:
        """By which thresholds signals are told; None: they are off."""
        return thresholds_from(self.signal_thresholds) if self.signals == "on" else None

    @property
    def limits(self) -> Limits:
        """What one key, and one address, may do."""
        return Limits(self.key_events, self.key_questions, self.wrong_keys)

    @property
    def events_topic(self) -> str:
        """Accepted events."""
        return dossier_events(self.topic_prefix)

    @property
    def changes_topic(self) -> str:
        """News for live readers."""
        return changes(self.topic_prefix)

    @property
    def group(self) -> str:
        """Kafka's name for all workers together."""
        return self.worker_group or f"{self.topic_prefix}workers"


def read_settings(file: Path | None = None) -> Settings:
    """The settings of the environment, completed by a file: TOML (`log = "…"`) where its name ends
    so, else lines `HUB_LOG=…`. Raises `SettingsError`."""
    try:
        if file is None:
            return Settings()
        if not file.is_file():
            raise SettingsError(f"{file} is not a file that can be read; correct --config")
        return Settings(**_from_file(file))
    except ValidationError as error:
        raise SettingsError("; ".join(_said(problem) for problem in error.errors())) from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file} is not TOML: {error}") from None


def _from_file(file: Path) -> dict[str, Any]:
    """The values of a file that the environment does not give. A file of lines may serve others
    (docker compose), too: of it only `HUB_…` counts."""
    if file.suffix == ".toml":
        given = tomllib.loads(file.read_text())
    else:
        given = {k: v for k, v in dotenv_values(file).items() if k.startswith(PREFIX)}
    names = {name.removeprefix(PREFIX).lower(): value for name, value in given.items()}
    return {n: value for n, value in names.items() if PREFIX + n.upper() not in os.environ}


def _said(problem: Any) -> str:
    """A problem by the setting's name, never its value."""
    name = PREFIX + str(problem["loc"][0]).upper() if problem["loc"] else ""
    name = name.replace(PREFIX + PREFIX, PREFIX)
    if problem["type"] == "missing":
        return f"{name} is not set; see `hub --help` or give --config"
    if problem["type"] == "extra_forbidden":
        return f"{name} is not a setting of the hub; correct its name"
    message = problem["msg"].removeprefix("Value error, ")
    return f"{name} {message}".strip()

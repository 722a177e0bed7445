"""How each kind of source is read: `read` of a document."""

from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from connectors.mapping.scalars import Address, ColumnName, Duration, Names, Rate, Secret, wrong
from connectors.mapping.times import TimeFormats


class Closed(BaseModel):
    """A part of a document: other keys than its own are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Sweep(Closed):
    """A full comparison from time to time: silent edits, back-dated rows, deletes."""

    every: Duration = Field(default=3600.0, description="How often.")
    keys: Annotated[int, Field(ge=1, le=10_000_000)] = Field(
        default=20_000, description="Keys in one range that is compared by its checksum."
    )
    deletes: Literal["confirm", "never"] = Field(
        default="confirm",
        description="Whether a row that two sweeps miss is gone, or stays as it was.",
    )


class Child(Closed):
    """A table whose rows belong to rows of the main one."""

    table: str = Field(description="Its table, with its schema if need be.")
    on: Names = Field(description="Its column that holds the key of the main row.")
    key: Names = Field(description="What tells its rows apart.")


class Polled(Closed):
    """What all sources have that are asked again and again."""

    times: TimeFormats = Field(
        default=(), description="How texts and numbers tell times, tried in this order."
    )


class Sql(Polled):
    """A table or view of a database."""

    kind: Literal["sql"]
    url: Address = Field(description="SQLAlchemy URL of the database.")
    table: str = Field(min_length=1, description="Table or view, with its schema if need be.")
    key: Names = Field(description="The columns that tell rows apart; indexed.")
    cursor: ColumnName | None = Field(
        default=None, description="Column that grows with every change; without it, sweeps only."
    )
    overlap: Duration = Field(
        default=60.0, description="How late a change may be committed after its cursor's value."
    )
    every: Duration = Field(default=2.0, description="How often changes are asked for.")
    sweep: Sweep = Field(default=Sweep(), description="The full comparison.")
    children: dict[str, Child] = Field(default={}, description="Tables of children, by name.")


class Files(Polled):
    """A folder into which files are put: CSV, XLSX, JSON lines."""

    kind: Literal["files"]
    folder: str | None = Field(default=None, description="The folder that is watched.")
    match: Names = Field(
        default=("*.csv", "*.xlsx", "*.jsonl"), description="Which files, by shell patterns."
    )
    separator: Annotated[str, Field(min_length=1, max_length=1)] = Field(
        default=",", description="What parts the cells of a line of CSV."
    )
    encoding: str = Field(default="utf-8", description="How CSV and JSON lines are encoded.")
    sheet: str | int | None = Field(
        default=None, description="Sheet of a workbook, by name or number (from 1); else the first."
    )
    header: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=1, description="The row that names the columns, from 1."
    )
    key: Names | None = Field(
        default=None, description="The columns that tell rows apart; else unit and subject."
    )
    whole: bool = Field(default=False, description="Whether what a later file omits is taken back.")
    every: Duration = Field(default=10.0, description="How often the folder is looked at.")


class Tls(Closed):
    """Certificates of an encrypted connection."""

    ca: str | None = Field(default=None, description="File of the authority's certificate.")
    certificate: str | None = Field(default=None, description="File of the client's certificate.")
    key: str | None = Field(default=None, description="File of the client's key.")


class Login(Closed):
    """SASL."""

    mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        default="SCRAM-SHA-512", description="How the password is shown."
    )
    user: str = Field(validation_alias=AliasChoices("user", "username"), description="Who.")
    password: Secret = Field(description="Its password.")


def _servers(value: Any) -> Any:
    return ",".join(map(str, value)) if isinstance(value, list) else value


class Kafka(Polled):
    """A topic of states of rows."""

    kind: Literal["kafka"]
    servers: Annotated[
        Address, BeforeValidator(_servers, json_schema_input_type=str | list[str])
    ] = Field(description="host:port, with commas between several.")
    topic: str = Field(min_length=1, description="The topic.")
    shape: Literal["row", "debezium"] = Field(
        default="row", description="The vendor's own JSON, or Debezium's envelope."
    )
    key: Names | None = Field(
        default=None, description="What tells rows apart; else the record's key."
    )
    group: str | None = Field(
        default=None, description="Consumer group; else `motcua-` and the connector's name."
    )
    login: Login | None = Field(default=None, description="SASL.")
    tls: bool | Tls = Field(default=False, description="Whether, and how, it is encrypted.")


class Basic(Closed):
    """User and password."""

    user: str = Field(validation_alias=AliasChoices("user", "username"), description="Who.")
    password: Secret = Field(description="Its password.")


class OAuth(Closed):
    """Client credentials."""

    url: Address = Field(
        validation_alias=AliasChoices("url", "token_url"), description="Where tokens are given."
    )
    client: str = Field(
        validation_alias=AliasChoices("client", "client_id"), description="The client's id."
    )
    secret: Secret = Field(
        validation_alias=AliasChoices("secret", "client_secret"), description="Its secret."
    )
    scope: str | None = Field(default=None, description="What is asked for.")


def _header(value: Any) -> Any:
    if isinstance(value, dict) and value.keys() == {"name", "value"}:
        return {value["name"]: value["value"]}
    return value


class Auth(Closed):
    """How requests say who asks: one of these."""

    bearer: Secret | None = Field(default=None, description="A token.")
    basic: Basic | None = Field(default=None, description="User and password.")
    header: Annotated[dict[str, Secret] | None, BeforeValidator(_header)] = Field(
        default=None, description="Headers of the service's own, by name."
    )
    oauth: OAuth | None = Field(default=None, description="Client credentials.")

    @model_validator(mode="after")
    def _one(self) -> "Auth":
        if sum(it is not None for it in (self.bearer, self.basic, self.header, self.oauth)) != 1:
            raise wrong("needs exactly one of bearer, basic, header and oauth")
        return self


class Size(Closed):
    """How many items a page holds, and the parameter that says so."""

    send: str | None = Field(default=None, description="The parameter.")
    rows: Annotated[int, Field(ge=1, le=100_000)] = Field(description="How many items.")


def _size(value: Any) -> Any:
    return {"rows": value} if isinstance(value, int) and not isinstance(value, bool) else value


class Paging(Closed):
    """How one gets from page to page."""

    by: Literal["number", "offset", "cursor", "link"] = Field(description="The way.")
    send: str | None = Field(
        default=None, description="The parameter with the page's number, offset or cursor."
    )
    next: str | None = Field(
        default=None, description="Where an answer tells the next cursor or link (JMESPath)."
    )
    first: Annotated[int, Field(ge=0)] | None = Field(
        default=None, description="Number of the first page (1) or first offset (0)."
    )
    size: Annotated[
        Size | None, BeforeValidator(_size, json_schema_input_type=int | Size | None)
    ] = Field(default=None, description="Items of a page.")

    @model_validator(mode="after")
    def _complete(self) -> "Paging":
        if self.by != "link" and self.send is None:
            raise wrong(f"by {self.by} needs `send`, the name of the parameter")
        if self.by == "cursor" and self.next is None:
            raise wrong("by cursor needs `next`, where an answer tells the next cursor")
        if self.by == "offset" and self.size is None:
            raise wrong("by offset needs `size`, how many items a page holds")
        return self


class Since(Closed):
    """How only what changed is asked for."""

    send: str = Field(description="The parameter with the time.")
    from_: ColumnName = Field(alias="from", description="Where an item tells when it changed.")
    overlap: Duration = Field(default=600.0, description="How much earlier than that is asked.")
    format: str = Field(default="iso", description="How the time is sent, as in `times`, or iso.")


_DAILY = Sweep.model_validate({"every": "1d"})


class Rest(Polled):
    """A service that answers JSON."""

    kind: Literal["rest"]
    url: Address = Field(description="What is asked.")
    auth: Auth | None = Field(default=None, description="Who asks.")
    headers: dict[str, str] = Field(default={}, description="Headers of every request.")
    params: dict[str, str | int | float | bool] = Field(
        default={}, description="Parameters of every request."
    )
    items: str | None = Field(
        default=None, description="Where an answer holds the items (JMESPath); else it is a list."
    )
    key: Names | None = Field(
        default=None, description="What tells items apart; else unit and subject."
    )
    page: Paging | None = Field(default=None, description="Paging; else one answer holds all.")
    since: Since | None = Field(default=None, description="Without it, all is read every time.")
    rate: Rate | None = Field(default=None, description="The most requests.")
    every: Duration = Field(default=60.0, description="How often changes are asked for.")
    sweep: Sweep = Field(default=_DAILY, description="The full comparison.")
    private: bool = Field(
        default=False, description="Whether it may lie in a private network or on this machine."
    )


Read = Annotated[Sql | Files | Kafka | Rest, Field(discriminator="kind")]

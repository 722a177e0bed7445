"""How each kind of source is read: `read` of a document."""

from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field

from connectors.mapping.read_base import Closed, Polled, Sweep
from connectors.mapping.read_rest import Auth, Basic, OAuth, Paging, Rest, Since, Size
from connectors.mapping.scalars import Address, ColumnName, Duration, Names, Secret, wrong

__all__ = [
    "KINDS", "Auth", "Basic", "Child", "Files", "Kafka", "Login", "OAuth", "Paging", "Polled",
    "Read", "Rest", "Since", "Size", "Sql", "Sweep", "Tls",
]  # fmt: skip


class Child(Closed):
    """A table whose rows belong to rows of the main one."""

    table: str = Field(description="Its table, with its schema if need be.")
    on: Names = Field(description="Its column that holds the key of the main row.")
    key: Names = Field(description="What tells its rows apart.")


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
    every: Duration = Field(default=1.0, description="How often changes are asked for.")
    sweep: Sweep = Field(default=Sweep(), description="The full comparison.")
    children: dict[str, Child] = Field(default={}, description="Tables of children, by name.")


def _encoding(name: str) -> str:
    try:
        "".encode(name)
    except (LookupError, ValueError):
        raise wrong(
            "is no encoding that is known here; write one such as utf-8, utf-16 or cp1258 (save "
            "texts in TCVN3 or VNI as Unicode first)"
        ) from None
    return name


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
    encoding: Annotated[str, AfterValidator(_encoding)] = Field(
        default="utf-8", description="How CSV and JSON lines are encoded."
    )
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


Read = Annotated[Sql | Files | Kafka | Rest, Field(discriminator="kind")]
KINDS: dict[str, type[Polled]] = {
    get_args(model.model_fields["kind"].annotation)[0]: model
    for model in get_args(get_args(Read)[0])
}
"""The models of the kinds of sources, by what a document names them."""

"""How a service that answers JSON is read: `read` with `kind: rest`."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, model_validator

from connectors.mapping.read_base import Closed, Polled, Sweep
from connectors.mapping.scalars import (
    Address,
    ColumnName,
    Duration,
    Names,
    Rate,
    Secret,
    is_reference,
    is_secret_name,
    wrong,
)


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


def _open_headers(headers: dict[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        if is_secret_name(name) or is_reference(value):
            raise wrong(f"holds a secret; write `auth: {{header: {{{name}: env:NAME}}}}`")
    return headers


def _open_params(params: dict[str, Any]) -> dict[str, Any]:
    for name, value in params.items():
        if is_secret_name(name) or is_reference(value):
            raise wrong(
                f"holds a secret, `{name}`; write the whole address with it into an environment "
                "variable, and `url: env:NAME`"
            )
    return params


_DAILY = Sweep.model_validate({"every": "1d"})


class Rest(Polled):
    """A service that answers JSON."""

    kind: Literal["rest"]
    url: Address = Field(description="What is asked.")
    auth: Auth | None = Field(default=None, description="Who asks.")
    headers: Annotated[dict[str, str], AfterValidator(_open_headers)] = Field(
        default={}, description="Headers of every request."
    )
    params: Annotated[dict[str, str | int | float | bool], AfterValidator(_open_params)] = Field(
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

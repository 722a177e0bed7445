"""What connectors and the hub tell each other over HTTP, as pydantic models: closed and strict."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

MOST_DOSSIERS, MOST_KEYS, MOST_EVENTS = 5_000, 20_000, 20_000
"""In one call."""

ConnectorName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
Source = Annotated[str, Field(pattern=r"^[!-~]{1,200}$")]
Owner = Annotated[str, Field(pattern=r"^[!-~]{1,200}$")]
Key = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]
Label = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]
Text = Annotated[str, Field(max_length=1_000, pattern=r"^[^\x00]*$")]
Moment = Annotated[int, Field(ge=0, lt=2**62)]
Whole = Annotated[int, Field(ge=-(2**63), lt=2**63)]
Dossiers = Annotated[
    list[
        tuple[
            Annotated[str, Field(pattern=r"^[A-Za-z0-9.]{1,35}$")],
            Annotated[str, Field(pattern=r"^[A-Za-z0-9._/-]{1,100}$")],
        ]
    ],
    Field(max_length=MOST_DOSSIERS),
]
_CLOSED = ConfigDict(extra="forbid", strict=True)


class Wish(BaseModel):
    """Which dossiers (unit and subject) of a source are asked for; `any`: and whether there is any
    event of it."""

    model_config = _CLOSED
    source: Source
    dossiers: Dossiers
    any: bool = False


class WhichRows(BaseModel):
    """Rows by their keys, or by the dossiers that they stated, or those of a range (`""`: all),
    some after a key."""

    model_config = _CLOSED
    keys: Annotated[list[Key], Field(max_length=MOST_KEYS)] | None = None
    dossiers: Dossiers | None = None
    range: Label | None = None
    after: Key | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> "WhichRows":
        if sum(one is not None for one in (self.keys, self.dossiers, self.range)) != 1:
            raise PydanticCustomError("which_rows", "give one of keys, dossiers and range")
        return self


class Kept(BaseModel):
    """What is remembered of a row; `missing_since` is µs since 1970."""

    model_config = _CLOSED
    key: Key
    fingerprint: Annotated[str, Field(max_length=128)]
    unit: Annotated[str, Field(max_length=35)]
    subject: Annotated[str, Field(max_length=100)]
    range: Label = ""
    version: Whole | None = None
    missing_since: Moment | None = None


class RowError(BaseModel):
    """Why a row is refused; `column` as the source names it. No text repeats a value."""

    model_config = _CLOSED
    column: Text
    code: Annotated[str, Field(pattern=r"^[!-~]{1,64}$")]
    says: Text


class Refused(BaseModel):
    """A row that is refused; `place` for people."""

    model_config = _CLOSED
    key: Key
    place: Text
    errors: Annotated[list[RowError], Field(min_length=1, max_length=50)]


class Saved(BaseModel):
    """A page, remembered in one transaction; `cursor` null: it stays as it is. `goes_on`: what
    waits for a person, or was approved, is not of this page.

    With `events` (CloudEvents) these are stored first, and `before` is the cursor until they are.
    `behind`: a position that the log must have."""

    model_config = _CLOSED
    owner: Owner
    before: Any = None
    events: Annotated[list[Any], Field(max_length=MOST_EVENTS)] = []
    behind: Annotated[str, Field(pattern=r"^[!-~]{1,2000}$")] | None = None
    cursor: Any = None
    kept: Annotated[list[Kept], Field(max_length=MOST_KEYS)] = []
    forgotten: Annotated[list[Key], Field(max_length=MOST_KEYS)] = []
    refused: Annotated[list[Refused], Field(max_length=MOST_KEYS)] = []
    mended: Annotated[list[Key], Field(max_length=MOST_KEYS)] = []
    goes_on: bool = False


class Claim(BaseModel):
    """Who wants the lease of a connector, and how the connector is. `every` and `expect` are
    seconds, moments µs since 1970; `status` is for people: no secret, no value of a row."""

    model_config = _CLOSED
    owner: Owner
    source: Source
    kind: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,19}$")]
    digest: Annotated[str, Field(pattern=r"^[!-~]{1,64}$")] | None = None
    every: Annotated[float, Field(ge=0, lt=1e9)] | None = None
    expect: Annotated[int, Field(ge=1, lt=2**31)] | None = None
    last_read: Moment | None = None
    last_changed: Moment | None = None
    status: dict[str, Any] = {}
    seconds: Annotated[float, Field(ge=0, le=10)] = 10
    """For how long; 0: whoever comes may have it."""


class Pause(BaseModel):
    """Why a connector waits for a person, and what would change."""

    model_config = _CLOSED
    owner: Owner
    why: Annotated[str, Field(min_length=1, max_length=2_000, pattern=r"^[^\x00]*$")]
    token: Annotated[str, Field(pattern=r"^[!-~]{1,200}$")]
    would: dict[str, Any] = {}


class Forecast(BaseModel):
    """What refused rows would change if they were read again, for the question with that token."""

    model_config = _CLOSED
    owner: Owner
    token: Annotated[str, Field(pattern=r"^[!-~]{1,200}$")]
    would: dict[str, Any] = {}


class Approval(BaseModel):
    """With a token only what has it."""

    model_config = _CLOSED
    token: Annotated[str, Field(pattern=r"^[!-~]{1,200}$")] | None = None


class Again(BaseModel):
    """Refused rows, by their keys or the ids of their letters, or all of them."""

    model_config = _CLOSED
    keys: Annotated[list[Key], Field(max_length=MOST_KEYS)] = []
    letters: Annotated[
        list[Annotated[str, Field(pattern=r"^[!-~]{1,64}$")]], Field(max_length=MOST_KEYS)
    ] = []
    all: Literal[True] | None = None

"""What the descriptions of all kinds of sources share."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from connectors.mapping.scalars import Duration, Names
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


class Polled(Closed):
    """What all kinds of sources have: each names its `kind`, too."""

    key: Names | None = Field(
        default=None, description="What tells rows apart; else unit and subject."
    )
    times: TimeFormats = Field(
        default=(), description="How texts and numbers tell times, tried in this order."
    )

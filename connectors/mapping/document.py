"""A connector's document as a whole."""

import re
from collections.abc import Iterator
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from connectors.mapping.facts import MAPPED, Fact, Facts
from connectors.mapping.read_base import Closed
from connectors.mapping.reads import Read
from connectors.mapping.scalars import Duration, Share, wrong
from connectors.mapping.values import Value
from hub.core.identity import HUB


def _name(text: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", text) is None:
        raise wrong("is no name; write 1 to 64 of A-Z a-z 0-9 . _ -, such as igate-cu-chi")
    return text


def _source(text: str) -> str:
    if re.fullmatch(r"[!-~]{1,200}", text) is None:
        raise wrong("is no source; write 1 to 200 signs without spaces, such as /igate/cu-chi")
    if text == HUB:
        raise wrong("is the hub itself; write a source of your own, such as /igate/cu-chi")
    return text


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ValueError, OSError, LookupError):
        raise wrong("is no time zone; write one such as Asia/Ho_Chi_Minh") from None
    return text


class Dossier(Closed):
    """Which dossier a row is about."""

    unit: Value = Field(description="Code of the unit whose desk registered it.")
    subject: Value = Field(description="The dossier's code.")
    none_when: str | None = Field(
        default=None, description="Condition (CEL) under which the row states nothing at all."
    )


class Expect(Closed):
    """What is expected of a source."""

    every: Duration = Field(description="How often something new comes at least.")


class GuardLimits(Closed):
    """Beyond what a page waits for a person. The bounds leave no way to write the guard off."""

    dossiers: Annotated[int, Field(ge=0, le=10_000)] = Field(
        default=100, description="A page waits that takes something back of more dossiers."
    )
    share: Share = Field(
        default=0.05, description="A page waits that takes something back of more of its rows."
    )
    floor: Annotated[int, Field(ge=0, le=100)] = Field(
        default=10, description="A page never waits for so few dossiers, whatever its rows."
    )

    @model_validator(mode="before")
    @classmethod
    def _is_on(cls, value: Any) -> Any:
        if isinstance(value, str | bool):
            raise wrong("is not switched off; write limits, such as {dossiers: 1000, share: 20%}")
        return value

    @model_validator(mode="after")
    def _is_kept(self) -> "GuardLimits":
        if self.floor > self.dossiers:
            raise wrong(f"the floor of {self.floor} is above `dossiers`; write a lower `floor`")
        return self


class Document(Closed):
    """A connector: what it is called, how its source is read, what rows state."""

    connector: Annotated[str, AfterValidator(_name)] = Field(description="Its name, once in a hub.")
    source: Annotated[str, AfterValidator(_source)] = Field(
        description="`source` of its events, which its key may send."
    )
    zone: Annotated[str, AfterValidator(_zone)] = Field(
        default="Asia/Ho_Chi_Minh", description="Time zone of times that state none."
    )
    read: Read = Field(description="How its source is read.")
    dossier: Dossier = Field(description="Which dossier a row is about.")
    facts: Facts = Field(description="What a row states, by kind of event.")
    expect: Expect | None = Field(default=None, description="What is expected of the source.")

    guard: GuardLimits = Field(
        default=GuardLimits(), description="Beyond what a page waits for a person."
    )

    def all_facts(self) -> Iterator[tuple[str, int, Fact]]:
        """Kind, number among those of its kind (from 0) and model of every fact."""
        for kind in MAPPED:
            for number, fact in enumerate(getattr(self.facts, kind) or ()):
                yield kind, number, fact

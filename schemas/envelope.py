"""What all events have in common: the attributes of CloudEvents 1.0 that the hub reads.

Events are typed dictionaries checked by pydantic: an attribute that was not sent is not there,
`null` is refused, and the result is the plain dictionary that the hub keeps.
"""

from typing import Literal, NotRequired

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

from schemas.values import Instant, JsonType, Printable, Sequence, Subject, Uri

closed = with_config(ConfigDict(extra="forbid", strict=True))
open_to_others = with_config(ConfigDict(extra="ignore", strict=True))


@open_to_others
class Envelope(TypedDict):
    """The CloudEvents attributes the hub reads; others are accepted and not stored."""

    specversion: Literal["1.0"]
    id: Printable
    source: Printable
    subject: Subject
    time: Instant
    sequence: NotRequired[Sequence | None]
    datacontenttype: NotRequired[JsonType | None]
    dataschema: NotRequired[Uri | None]

"""Models of the events about dossiers (CONTRACT §1)."""

from typing import Annotated, Any, Literal, NotRequired

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from schemas.envelope import Envelope, closed, open_to_others
from schemas.values import Basis, Channel, Code, Instant, Level, Name, Printable, Subject, UnitCode


@closed
class Plain(TypedDict):
    """Only the unit."""

    unit: UnitCode


@closed
class Reasoned(Plain):
    """An event that may say why."""

    reason: NotRequired[Code]


@closed
class Dated(Plain):
    """An event that may set the due date."""

    due_at: NotRequired[Instant]


@closed
class ReceivedData(Plain):
    """The dossier is taken in: where, what, how, until when."""

    channel: Channel
    procedure: NotRequired[Name]
    field: NotRequired[Name]
    online_level: NotRequired[Literal["full", "partial"]]
    authority: NotRequired[Name]
    level: NotRequired[Level]
    model: NotRequired[Name]
    parent: NotRequired[Subject]
    due_at: NotRequired[Instant]
    due_basis: NotRequired[Basis]


@closed
class ResumedData(Reasoned):
    """The dossier waits no more; the due date may have moved."""

    due_at: NotRequired[Instant]


@closed
class ExtendedData(Reasoned):
    """A new due date, and how the applicant was told."""

    due_at: Instant
    apology: NotRequired[Literal["letter", "message", "none"]]


@closed
class ResolvedData(Plain):
    """The result is there."""

    outcome: NotRequired[Literal["granted", "refused"]]


@closed
class ReturnedData(Plain):
    """The result was handed over."""

    channel: Channel


@closed
class OverdueData(Plain):
    """The deadline passed, says the source or the hub."""

    due_at: Instant


@closed
class CorrectedData(Plain):
    """Values that replace what was said before; at least one."""

    procedure: NotRequired[Name]
    field: NotRequired[Name]
    channel: NotRequired[Channel]
    online_level: NotRequired[Literal["full", "partial"]]
    authority: NotRequired[Name]
    level: NotRequired[Level]
    model: NotRequired[Name]
    due_basis: NotRequired[Basis]
    received_at: NotRequired[Instant]
    closed_at: NotRequired[Instant]


def _something_corrected(data: dict[str, Any]) -> dict[str, Any]:
    if len(data) < 2:
        raise PydanticCustomError(
            "nothing_corrected", "must carry at least one value to correct besides `unit`"
        )
    return data


@closed
class RatedData(Plain):
    """The applicant's opinion."""

    rating: Literal["satisfied", "neutral", "dissatisfied"]
    via: NotRequired[Literal["kiosk", "online", "survey"]]


@closed
class RetractedData(Plain):
    """The event of this dossier and source with that id is taken back."""

    id: Printable


@open_to_others
class Received(Envelope):
    """Opens the dossier."""

    type: Literal["vn.motcua.dossier.received.v1"]
    data: ReceivedData


@open_to_others
class Supplemented(Envelope):
    """The papers came: the dossier waits no more."""

    type: Literal["vn.motcua.dossier.supplemented.v1"]
    data: Dated


@open_to_others
class RequestedOrSuspended(Envelope):
    """The dossier waits, for papers or for something else."""

    type: Literal["vn.motcua.dossier.supplement_requested.v1", "vn.motcua.dossier.suspended.v1"]
    data: Reasoned


@open_to_others
class Resumed(Envelope):
    """The dossier waits no more."""

    type: Literal["vn.motcua.dossier.resumed.v1"]
    data: ResumedData


@open_to_others
class Extended(Envelope):
    """Sets a new due date."""

    type: Literal["vn.motcua.dossier.extended.v1"]
    data: ExtendedData


@open_to_others
class Resolved(Envelope):
    """Closes the dossier with a result."""

    type: Literal["vn.motcua.dossier.resolved.v1"]
    data: ResolvedData


@open_to_others
class WithdrawnOrStopped(Envelope):
    """Closes the dossier without a result."""

    type: Literal["vn.motcua.dossier.withdrawn.v1", "vn.motcua.dossier.stopped.v1"]
    data: Reasoned


@open_to_others
class Reopened(Envelope):
    """Opens the dossier again."""

    type: Literal["vn.motcua.dossier.reopened.v1"]
    data: Dated


@open_to_others
class ResultReturned(Envelope):
    """The result was handed over; the clock has stopped before."""

    type: Literal["vn.motcua.dossier.result_returned.v1"]
    data: ReturnedData


@open_to_others
class Overdue(Envelope):
    """Recorded, in no figure."""

    type: Literal["vn.motcua.dossier.overdue.v1"]
    data: OverdueData


@open_to_others
class Corrected(Envelope):
    """Replaces values, for past periods too."""

    type: Literal["vn.motcua.dossier.corrected.v1"]
    data: Annotated[
        CorrectedData,
        AfterValidator(_something_corrected),
        Field(json_schema_extra={"minProperties": 2}),
    ]


@open_to_others
class Rated(Envelope):
    """Counts an opinion."""

    type: Literal["vn.motcua.dossier.rated.v1"]
    data: RatedData


@open_to_others
class Voided(Envelope):
    """Entered by mistake."""

    type: Literal["vn.motcua.dossier.voided.v1"]
    data: Reasoned


@open_to_others
class Retracted(Envelope):
    """Takes an event back."""

    type: Literal["vn.motcua.dossier.retracted.v1"]
    data: RetractedData


DossierEvent = (
    Received
    | Supplemented
    | RequestedOrSuspended
    | Resumed
    | Extended
    | Resolved
    | WithdrawnOrStopped
    | Reopened
    | ResultReturned
    | Overdue
    | Corrected
    | Rated
    | Voided
    | Retracted
)
KINDS = (
    "received", "supplement_requested", "supplemented", "suspended", "resumed", "extended",
    "resolved", "withdrawn", "stopped", "reopened", "result_returned", "overdue", "corrected",
    "rated", "voided", "retracted",
)  # fmt: skip

DEFAULTS = {"extended": ("apology", "none"), "resolved": ("outcome", "granted")}
"""What an attribute that was left out says, by kind: (name, value)."""

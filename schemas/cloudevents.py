"""Events of CONTRACT §1 as CloudEvents 1.0 in the JSON format: of every family."""

from typing import Annotated

from pydantic import Field

from schemas import dossier, indicator

CloudEvent = Annotated[
    dossier.DossierEvent | indicator.IndicatorEvent, Field(discriminator="type")
]

TYPE_OF = {
    **{kind: f"vn.motcua.dossier.{kind}.v1" for kind in dossier.KINDS},
    **{kind: f"vn.motcua.{kind}.v1" for kind in indicator.KINDS},
}
"""The `type` of an event, by its kind inside the hub."""

KIND_OF = {name: kind for kind, name in TYPE_OF.items()}

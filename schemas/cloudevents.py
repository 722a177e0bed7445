"""Events of CONTRACT §1 as CloudEvents 1.0 in the JSON format: of every family."""

from typing import Annotated

from pydantic import Field

from schemas import dossier, indicator

CloudEvent = Annotated[dossier.DossierEvent | indicator.IndicatorEvent, Field(discriminator="type")]

MOST_EVENTS = 10_000
"""How many events a batch may hold (CONTRACT §4)."""

TYPE_PREFIX = "vn.motcua."
TYPE_SUFFIX = ".v1"
FAMILIES = {"dossier": dossier.KINDS, "indicator": indicator.KINDS}
"""The kinds of event of each family, as they stand in `type`."""

KIND_OF = {
    f"{TYPE_PREFIX}{family}.{kind}{TYPE_SUFFIX}": kind
    if family == "dossier"
    else f"{family}.{kind}"
    for family, kinds in FAMILIES.items()
    for kind in kinds
}
"""The kind of an event inside the hub by its `type`; a dossier's kind bears no family's name."""

KINDS = {
    family: frozenset(KIND_OF[f"{TYPE_PREFIX}{family}.{kind}{TYPE_SUFFIX}"] for kind in kinds)
    for family, kinds in FAMILIES.items()
}
"""The kinds of each family inside the hub."""

DEFAULTS = dossier.DEFAULTS | indicator.DEFAULTS
"""What an attribute that was left out says, by the kind inside the hub: (name, value)."""

TYPE_OF = {kind: name for name, kind in KIND_OF.items()}

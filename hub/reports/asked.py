"""What a report is asked for, and the two ports that it is reckoned from."""

from collections.abc import Collection, Mapping
from typing import NamedTuple, Protocol

from hub.dossier.store.questions import Key, Moment
from hub.indicator.values import Said
from hub.registry.unit_tree import UnitTree
from hub.reports.spans import Days
from hub.store.scope import Scope

Rows = Mapping[Key, Mapping[str, int]]


class Asked(NamedTuple):
    """`unit` None: all that may be read. Moments are µs; `limit`: nothing later is known, which is
    `as_of` or now."""

    unit: str | None
    scope: Scope
    """The units: the asked one and all below it."""
    days: Days
    limit: int
    as_of: int | None = None
    known_at: str | None = None
    """`as_of` as it was asked, for addresses."""


class Figures(Protocol):
    """Answers for figures: those of each combination of the dimensions `by` that has any."""

    def __call__(self, scope: Scope, moment: Moment, by: tuple[str, ...]) -> Rows:
        """Figures of a scope."""


class Statements(Protocol):
    """Answers for indicators: statements in force by code."""

    def __call__(
        self, scope: Scope, codes: Collection[str], calendar: str, as_of: int | None
    ) -> Mapping[str, Said]:
        """Statements of a scope."""


class Catalogue(Protocol):
    """What the registry says of an indicator: how it may be summed."""

    def get(self, code: str) -> "Summable | None":
        """The indicator with this code."""


class Summable(Protocol):
    """How an indicator may be put together."""

    @property
    def over_units(self) -> str:
        """`sum` or `none`."""

    @property
    def over_periods(self) -> str:
        """`sum`, `last` or `none`."""


class Ports(NamedTuple):
    """What a report is reckoned from."""

    figures: Figures
    statements: Statements
    tree: UnitTree
    catalogue: Catalogue
    names: Mapping[str, str] = {}
    """Of fields, by code."""

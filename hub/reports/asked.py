"""What a report is asked for, and the two ports that it is reckoned from."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

from hub.dossier.store.questions import By, Cut, Key
from hub.indicator.values import Said
from hub.registry.unit_tree import UnitTree
from hub.reports.form import Form
from hub.reports.spans import Days
from hub.store.scope import Scope

Rows = Mapping[Key, Mapping[str, int]]
Wanted = Mapping[By, Sequence[Cut]]
"""Cuts by the dimensions by which they are wanted."""


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
    lists: bool = True
    """Whether cells tell where what stands behind them is listed."""
    view: str | None = None
    """The day by whose units it counts (`map`), for addresses; None: as they are registered."""


class Figures(Protocol):
    """Answers for figures: of each cut those of each combination of the dimensions that has any,
    all of them as they are at one moment."""

    def __call__(
        self, scope: Scope, wanted: Wanted, as_of: int | None, names: Collection[str]
    ) -> Mapping[By, Sequence[Rows]]:
        """These figures of the units of a scope, in the order of the cuts."""


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


class Shown(Protocol):
    """Which rows stand for rows by some dimensions."""

    def __call__(self, rows: Rows, by: By) -> Rows:
        """Those of merged units are added to their heirs'."""


def as_counted(rows: Rows, by: By) -> Rows:  # noqa: ARG001
    """Each unit stands for itself."""
    return rows


class Ports(NamedTuple):
    """What a report is reckoned from."""

    figures: Figures
    statements: Statements
    tree: UnitTree
    catalogue: Catalogue
    names: Mapping[str, str] = {}
    """Of fields, by code."""
    gone: Collection[str] = ()
    """Units of the tree that have no row of their own: they were merged, or are not there yet."""
    shown: Shown = as_counted
    """How rows of figures by unit are told. Levels are chosen before: a merged unit keeps its own,
    whatever its heir's is."""
    forms: Mapping[str, Form] = {}
    """Those that checks look into, by name."""

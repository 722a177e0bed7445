"""A form's arithmetic on the numbers of a sheet: nothing is taken from the hub."""

from collections.abc import Mapping

from hub.reports.asked import Asked, Ports
from hub.reports.cells import Cell, Number, quotient
from hub.reports.evaluation import NOTHING, Evaluation
from hub.reports.form.compiled import Address, Block, Elsewhere, Form, Line, Plan
from hub.reports.slices import Slice

Place = tuple[Address, str | None]
"""A cell of a form; of a block's, with the key of one of its rows."""
_RECKONED = ("formula", "ratio")


class OnSheet(Evaluation):
    """The cells of a form as a sheet has them. A blank is not provided, so what is made of it is
    unknown, never wrong."""

    def __init__(
        self, form: Form, asked: Asked, ports: Ports, known: Evaluation, said: Mapping[Place, Cell]
    ) -> None:
        """`known`: the report of the hub, whose rows of units and fields count; `said`: what the
        sheet says in the cells that it has."""
        super().__init__(form, asked, ports)
        self._known, self._there = known, said

    def cell(self, address: Address, of: Slice | None = None) -> Cell:
        """A cell as the sheet has it; one that it does not have is reckoned from those."""
        found = self._there.get((address, of.key if of else None))
        return found if found is not None else super().cell(address, of)

    def row(self, section: str, line: Line | Block, of: Slice | None = None) -> Mapping[str, Cell]:
        """The cells of a line as the sheet has them."""
        return {column: self.cell(Address(section, line.key, column), of) for column in line.plans}

    def exact(self, address: Address, of: Slice | None) -> Number:
        """What a formula or ratio (in percent) should be by the other cells of the sheet, before it
        is rounded."""
        plan = self._plans[address]
        found = [self.number(bound, of) for bound in plan.bounds]
        if plan.kind == "formula":
            return found[0]
        share = quotient(*found)
        return share._replace(value=share.value * 100)

    def slices(self, section: str, block: str) -> list[Slice]:
        """The rows of a block that the sheet has."""
        there = {key for address, key in self._there if address[:2] == (section, block)}
        return [of for of in self._known.slices(section, block) if of.key in there]

    def _elsewhere(self, _: Elsewhere) -> Number:
        """Another form's cell is the hub's, so it is no number of the sheet."""
        return NOTHING

    def _made(self, plan: Plan, of: Slice | None) -> Cell:
        if plan.kind in (*_RECKONED, "text", "number", "rule"):
            return super()._made(plan, of)
        return Cell(NOTHING)


def is_reckoned(plan: Plan) -> bool:
    """Whether a cell follows from others of the form."""
    return plan.kind in _RECKONED


def as_cell(number: Number, words: str | None = None) -> Cell:
    """A cell of a sheet."""
    return Cell(number, "stated", words)

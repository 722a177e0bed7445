"""Where the whole of a block's rows stands: the cell that counts the same without a dimension."""

from collections.abc import Iterator
from typing import NamedTuple

from hub.reports.form.compiled import Address, Block, Form, Line, Part, Plan
from hub.reports.slices import YEAR


class Whole(NamedTuple):
    """The columns of a block whose rows should sum to a cell, each with that cell's address."""

    section: str
    block: Block
    columns: tuple[tuple[str, Address], ...]


def wholes(form: Form) -> Iterator[Whole]:
    """Those of a form, in its order; blocks of years are no parts of a whole."""
    for part in form.parts:
        for block in part.lines:
            if isinstance(block, Block) and block.each != YEAR:
                columns = (
                    (column, whole)
                    for column, plan in block.plans.items()
                    if plan.kind == "figure" and (whole := _whole(form, part, plan)) is not None
                )
                yield Whole(part.key, block, tuple(columns))


def _whole(form: Form, part: Part, plan: Plan) -> Address | None:
    """Where the same dossiers are counted without the dimension: in the block's own table, else
    anywhere."""
    for some in (part, *form.parts):
        for line in some.lines:
            if not isinstance(line, Line):
                continue
            for column, other in line.plans.items():
                if _counted(other) == _counted(plan):
                    return Address(some.key, line.key, column)
    return None


def _counted(plan: Plan) -> tuple[object, ...]:
    """What a cell counts."""
    return (
        plan.kind, plan.figures, plan.unit_level, plan.where, plan.period, plan.after, plan.parts,
        plan.applies,
    )  # fmt: skip

"""Texts of a form with the values of a report in them."""

from hub.registry.unit_tree import UnitTree
from hub.reports.cells import Number
from hub.reports.evaluation import Evaluation
from hub.reports.form.compiled import PLAIN, Address, Bound, Line, Style, Text
from hub.reports.form.formula import Formula, name_of
from hub.reports.form.template import OfParts, Piece, Pieces, When, WithParts, Word
from hub.reports.numbers import printed
from hub.reports.slices import Slice

STATES = {"not_provided": "(chưa có số liệu)", "not_applicable": "-", "not_yet": "(chưa đến kỳ)"}
"""What stands in a text where a number is wanted and there is none; never 0."""


class Printer:
    """Prints texts."""

    def __init__(self, found: Evaluation, tree: UnitTree) -> None:
        self._found = found
        days = found.asked.days
        code = found.asked.unit
        named = tree.units.get(code or "")
        self.unit = named.name if named else code or ""
        self._words = {
            "unit": self.unit,
            "period": days.asked.label or "",
            "from": f"{days.asked.start:%d/%m/%Y}",
            "to": f"{min(days.asked.end, days.data_date):%d/%m/%Y}",
            "year": str(days.year),
            "data_date": f"{days.data_date:%d/%m/%Y}",
        }
        given = found.form.document.numbers
        self._style = Style(*(
            value if (value := getattr(given, name)) is not None else getattr(PLAIN, name)
            for name in Style._fields
        ))  # fmt: skip

    def text(self, text: Text, of: Slice | None = None) -> str:
        """A text; in a list, that of one of its rows."""
        return self._pieces(text.pieces, text, of)

    def note(self, line: Line) -> str:
        """The note of a row, as of the last column that has begun."""
        begun = [
            column
            for column, plan in line.plans.items()
            if column in line.notes and self._found.span(plan).begun
        ]
        return self.text(line.notes[begun[-1]]) if begun else ""

    def _pieces(self, pieces: Pieces, text: Text, of: Slice | None) -> str:
        return "".join(self._piece(piece, text, of) for piece in pieces)

    def _piece(self, piece: Piece, text: Text, of: Slice | None) -> str:
        match piece:
            case str():
                return piece
            case Word(name="label") if of is not None:
                return of.label
            case Word(name=name):
                return self._words.get(name, "")
            case WithParts(has=has, pieces=inner):
                has_parts = of is not None and bool(of.parts)
                return self._pieces(inner, text, of) if has_parts == has else ""
            case When(condition=condition, pieces=inner):
                holds = self._found.judged(Bound(condition, text.targets), of).holds
                return self._pieces(inner, text, of) if holds else ""
            case OfParts(pieces=inner):
                parts = of.parts if of is not None else ()
                return ", ".join(self._pieces(inner, text, part) for part in parts)
            case Formula():
                return self._value(piece, text, of)

    def _value(self, formula: Formula, text: Text, of: Slice | None) -> str:
        try:
            target = text.targets[name_of(formula.tree)]
        except (ValueError, KeyError):
            target = None
        if isinstance(target, Address):
            cell = self._found.target(target, of)
            return cell.text if cell.number.known else STATES[cell.number.state]
        return self._number(self._found.number(Bound(formula, text.targets), of))

    def _number(self, number: Number) -> str:
        return printed(number.value, self._style) if number.known else STATES[number.state]

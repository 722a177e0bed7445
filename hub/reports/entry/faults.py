"""What is wrong with a filled-in template: a code, where, and what to do about it.

The page has a text of its own for each code. No value is ever repeated.
"""

from typing import NamedTuple

MOST_TOLD = 200
"""Faults of one file that are told; more are only counted."""


class Fault(NamedTuple):
    """`place` is a cell of a sheet, a line and column of a CSV, or a JSON Pointer; `key` is the
    indicator and level that it is about, where that is known."""

    code: str
    message: str
    place: str = ""
    key: tuple[str, str] | None = None


class FaultsError(Exception):
    """Nothing of a file is taken."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


SAYS = {
    "grouped": (
        "may be a number with groups of three digits or one with a decimal point; write a whole "
        "number without points, such as 2738, or a fraction with another digit, such as 2,7380"
    ),
    "not-a-number": "is not a number; write digits only, with a decimal comma if need be",
    "not-whole": "is not a whole number; this indicator counts, so write digits only",
    "negative": "is below 0; this indicator counts, so write 0 or more",
    "too-long": "has more than 15 digits; round it",
    "share-fraction": (
        "is between 0 and 1: of 100 or of 1? Write percent, such as 96; if it really is a part of "
        "one percent write it as text with the sign, such as 0,96%"
    ),
    "share-range": "is not between 0 and 100; write percent, such as 96",
    "not-yes-no": "is neither yes nor no; write Có or Không",
    "not-a-date": "is not a day; write one as 2020-01-31",
    "date-ambiguous": (
        "can be read as day and month in two ways; write the day as 2020-01-31 (year-month-day)"
    ),
    "not-text": "is a number or a day where a text is wanted; format the cell as text and write it",
    "text-long": "is longer than 500 characters; shorten it",
    "not-a-choice": "is none of the words that the form's rule knows; write one of them",
    "formula": (
        "holds a formula without a result that is kept in the file, or an error such as #N/A; "
        "write the value"
    ),
    "no-value": "comes without a new value; write the value, too, or empty this cell",
    "nothing-to-withdraw": "withdraws what nobody stated; empty the cell",
    "changed-since": (
        "was stated anew after this template was written; download a new template, look at the "
        "present value and fill it in again"
    ),
    "unknown-row": "is no row of this form for this unit and period; download a new template",
    "twice": "stands in two rows; leave one",
    "moved": "is not what the template has here; undo the change or download a new template",
    "header": (
        "is not the column that the template has here: columns were moved, renamed or left out; "
        "download a new template"
    ),
    "merged": "is merged with other cells; undo that or download a new template",
    "beside": "stands in a row without an indicator; move it into the row of its indicator",
    "other-template": "is of another template than the first row; fill in one template at a time",
    "not-a-template": (
        "is no template of this hub; download one (`hub indicators template`) and fill that in"
    ),
    "other-form": "is a template of another form; choose the form that the file is for",
    "other-unit": "is a template of another unit; choose the unit that the file is for",
    "other-period": "is a template of another period; choose the period that the file is for",
    "other-calendar": "is a template of another calendar; choose the one that the file is for",
    "old-version": (
        "is a template of another version of the form; download a new template and fill it in"
    ),
    "macros": "holds macros (.xlsm); save it as .xlsx and send that",
    "not-a-workbook": "cannot be read as a workbook; save it anew as .xlsx",
    "not-csv": "is not CSV (a quote or a line break out of place); save it as CSV UTF-8",
    "too-many": "has too many rows; a template has one row an indicator",
    "refused": "is refused",
}
"""What each code says."""


def fault(code: str, place: str = "", key: tuple[str, str] | None = None) -> Fault:
    """A fault in the words of its code."""
    return Fault(code, SAYS[code], place, key)

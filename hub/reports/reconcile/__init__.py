"""A sheet of somebody else held against a form: what differs, and what fails on the sheet itself.

Nothing is repaired and nothing is guessed in silence: what a column means is told with the reason
for it, and what is unclear is not compared.
"""

from hub.reports.reconcile import listing
from hub.reports.reconcile.comparing import reconciled
from hub.reports.reconcile.matching import Named
from hub.reports.reconcile.sheets import Sheet, read_sheets

__all__ = ["Named", "Sheet", "listing", "read_sheets", "reconciled"]
"""`Named`: what a person says of a column or row."""

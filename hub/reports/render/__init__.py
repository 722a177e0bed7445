"""The forms in which a report is printed; each is a function of the answer, with equal bytes for an
equal answer."""

from hub.reports.render.as_csv import as_csv
from hub.reports.render.as_html import as_html
from hub.reports.render.as_xlsx import as_xlsx

__all__ = ["as_csv", "as_html", "as_xlsx"]

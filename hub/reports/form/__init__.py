"""The language of forms: what a document may hold, and what it is compiled to."""

from hub.reports.form.compiled import Form
from hub.reports.form.load import FormError, fresh, kept, load, loads, text_of

__all__ = ["Form", "FormError", "fresh", "kept", "load", "loads", "text_of"]

"""The forms that come with the hub."""

from functools import cache
from importlib.resources import files
from types import MappingProxyType

from hub.reports.form import Form, fresh

Forms = MappingProxyType[str, Form]


@cache
def bundled() -> Forms:
    """All of them by their names, compiled once."""
    found = {}
    for file in sorted(files(__package__).joinpath("forms").iterdir(), key=lambda it: it.name):
        if file.name.endswith(".yaml"):
            form = fresh(file.read_text("utf-8"))
            found[form.id] = form
    return MappingProxyType(found)

"""All versions of all forms, bundled and an office's own, and which of them a day wants."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from hub.registry import Actor, Registry
from hub.registry.forms import OwnForm, VersionTakenError
from hub.reports.bundled import bundled
from hub.reports.form import Form, FormError, kept, text_of

Versions = Mapping[str, Sequence[Form]]
"""Of each form, by its name, the versions: those that came into force first stand first."""


def versions(registry: Registry) -> Versions:
    """All that this hub knows. Each text is compiled once in a process."""
    return _versions(registry.forms.all())


def put(registry: Registry, forms: Sequence[Form], by: Actor) -> int:
    """Keep forms of an office's own, all or none; how many were not there yet.

    Raises `VersionTakenError` where a version is there with another text, `FormError` where
    something in a new one would be ignored.
    """
    own = []
    for form in forms:
        if form.ignored:
            is_new(registry, form)
        there = bundled().get(form.id)
        if there is None or there.version != form.version:
            own.append(OwnForm(form.id, form.version, *valid_days(form), form.source))
        elif there.source != form.source:
            raise VersionTakenError(form.id, form.version)
    return registry.forms.put(own, by)


def is_new(registry: Registry, form: Form) -> bool:
    """Whether `put` would keep a form that is not there yet. Raises as `put` does."""
    there = next(
        (it for it in versions(registry).get(form.id, ()) if it.version == form.version), None
    )
    if there is not None and there.source != form.source:
        raise VersionTakenError(form.id, form.version)
    if there is None and form.ignored:
        raise FormError(f"{form.id} {form.version}", form.ignored)
    return there is None


def load_folder(folder: Path) -> list[Form]:
    """The forms in the YAML files of a folder, also those that a hub kept long ago and `put` would
    not take as new ones. Raises `FormError`."""
    files = sorted(it for it in folder.iterdir() if it.suffix in (".yaml", ".yml"))
    return [kept(text_of(file), str(file)) for file in files]


def at(found: Sequence[Form], day: date) -> Form:
    """Of some versions of a form the one for a day: of those in force that which came into force
    last, of several the one with the highest version. Where none is in force, the nearest."""
    if in_force := [form for form in found if is_in_force(form, day)]:
        return in_force[-1]
    begun = [form for form in found if (valid_days(form)[0] or date.min) <= day]
    return begun[-1] if begun else found[0]


def others(registry: Registry, form: Form, day: date) -> dict[str, Form]:
    """The forms that a form's checks look into, as they are on a day; one that is not known is left
    out."""
    known = versions(registry)
    return {name: at(known[name], day) for name in form.others() if name in known}


def is_in_force(form: Form, day: date) -> bool:
    """Whether a form is in force on a day."""
    start, end = valid_days(form)
    return (start or date.min) <= day <= (end or date.max)


def valid_days(form: Form) -> tuple[date | None, date | None]:
    """The first and the last day on which a form is in force; None: any."""
    valid = form.document.valid
    return (valid.from_, valid.to) if valid else (None, None)


@lru_cache(maxsize=2)
def _versions(own: tuple[OwnForm, ...]) -> Versions:
    found: dict[str, list[Form]] = {name: [form] for name, form in bundled().items()}
    for row in own:
        found.setdefault(row.form, []).append(_compiled(row.form, row.version, row.source))
    return MappingProxyType({name: sorted(forms, key=_rank) for name, forms in found.items()})


@lru_cache(maxsize=1000)
def _compiled(form: str, version: str, source: str) -> Form:
    return kept(source, f"{form} {version}")


def _rank(form: Form) -> tuple[date, list[tuple[int, str]]]:
    """Later days of coming into force are higher, then versions, whose numbers count as numbers."""
    parts = re.findall(r"[0-9]+|[^0-9]+", form.version)
    version = [(int(it), "") if it.isdigit() else (-1, it) for it in parts]
    return valid_days(form)[0] or date.min, version

"""Sums of figures that a cell may show: those that count no dossier twice.

What stands behind a cell is then as long as its value says.
"""

from hub.core.said import said
from hub.core.yaml_text import near
from hub.dossier.figures import FIGURES, are_apart


def figures_in(text: str) -> tuple[str, ...]:
    """The figures of a sum such as `resolved_early + resolved_on_time`. Raises `ValueError`."""
    found = tuple(name.strip() for name in text.split("+"))
    for name in found:
        if name not in FIGURES:
            hint = near(name, list(FIGURES))
            raise ValueError(
                said("no-figure", "has no figure `{name}`{hint}", name=name, hint=hint)
            )
    if len(found) > 1 and not are_apart(found):
        raise ValueError(
            said(
                "sum-twice",
                "sums figures that may count a dossier twice; use a formula over rows of their own",
            )
        )
    return found

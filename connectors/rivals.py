"""Rows that were refused since another row speaks for their dossier: who follows when it leaves."""

from connectors.plan import Plan
from connectors.port import Dossier

_MOST = 10_000


class Rivals:
    """Of one connector; of very many dossiers the first ones."""

    def __init__(self) -> None:
        self._keys: dict[Dossier, str] = {}

    def heirs(self, made: Plan) -> set[str]:
        """The keys of rows that may follow now that a page is stored."""
        if len(self._keys) < _MOST:
            self._keys |= made.rivals
        left = {step.dossier for step in made.steps if not step.change.added}
        return {self._keys.pop(dossier) for dossier in left if dossier in self._keys}

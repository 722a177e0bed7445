"""The registry: units, procedures, sources, keys, dead letters, cursors; SQLite or PostgreSQL."""

from hub.registry.cursors import Cursors
from hub.registry.dead_letters import DeadLetters
from hub.registry.errors import RegistryError
from hub.registry.key import EndedKeyError, Key, LastAdminError
from hub.registry.keys import Keys
from hub.registry.letter import DeadLetter, letter_id
from hub.registry.letter_quota import LetterLimits
from hub.registry.procedures import Procedure, Procedures
from hub.registry.registry import Registry, open_registry
from hub.registry.schema import migrate
from hub.registry.sources import Source, Sources
from hub.registry.trail import BY_HUB, Actor, Change, Trail, TrailRow
from hub.registry.unit_tree import Unit, UnitTree
from hub.registry.units import Units

__all__ = [
    "BY_HUB",
    "Actor",
    "Change",
    "Cursors",
    "DeadLetter",
    "DeadLetters",
    "EndedKeyError",
    "Key",
    "Keys",
    "LastAdminError",
    "LetterLimits",
    "Procedure",
    "Procedures",
    "Registry",
    "RegistryError",
    "Source",
    "Sources",
    "Trail",
    "TrailRow",
    "Unit",
    "UnitTree",
    "Units",
    "letter_id",
    "migrate",
    "open_registry",
]

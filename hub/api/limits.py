"""How much one key, and one address, may do."""

from typing import NamedTuple

KEY_QUESTIONS = 100
WRONG_KEYS = 60
"""What is allowed unless told otherwise; see README.md."""


class Limits(NamedTuple):
    """How much is allowed; 0: no limit."""

    key_events: int = 0
    """Events a second of each key, over time."""

    key_questions: int = 0
    """Questions of each key at once."""

    wrong_keys: int = 0
    """Wrong keys a minute from an address."""


NO_LIMITS = Limits()

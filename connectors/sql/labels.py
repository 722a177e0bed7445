"""Ranges of keys, and the label of the one that a row belongs to.

Close integers fall into ranges of neighbours, which an index finds. Other keys are spread by the
first signs of their MD5, which the database reckons with each row: the order of texts differs from
database to database.
"""

from typing import Any, NamedTuple

from connectors.sql.values import Key

_SPARSE = 4
"""How many times as many ranges as full ones would do are too many."""
_FEW = 64
_MOST_SIGNS = 6


class Labels(NamedTuple):
    """How keys are put into ranges. A label depends on the key alone, and names how it was made."""

    width: int
    """Integers in a range; 0: by MD5."""
    signs: int = 0
    """How many signs of the MD5 tell ranges apart."""

    def of(self, key: Key, digest: str) -> str:
        """The label of a row's range, by its key or the key's MD5."""
        if self.width:
            return f"{int(key[0]) // self.width}/{self.width}"
        return f"#{digest[: self.signs]}"

    def bounds(self, label: str) -> tuple[int, int]:
        """The first integer of a range and the first behind it."""
        first = int(label.partition("/")[0]) * self.width
        return first, first + self.width

    def order(self, label: str) -> tuple[int, str]:
        """Orders labels as their ranges are swept."""
        return (int(label.partition("/")[0]), "") if self.width else (0, label)

    def made(self, label: str) -> bool:
        """Whether a label is one of these."""
        if self.width:
            return label.endswith(f"/{self.width}")
        return label.startswith("#") and len(label) == self.signs + 1

    def start(self, label: str) -> str:
        """The signs with which every MD5 of a range begins."""
        return label.removeprefix("#")

    def plain(self) -> list[Any]:
        """As JSON."""
        return [self.width, self.signs]


def chosen(keys: int, count: int, ends: tuple[int, int] | None) -> Labels:
    """Ranges of about `keys` keys for a table of so many rows, whose keys are integers between two
    ends (None: they are no integers)."""
    full = count // keys + 1
    if ends is not None and (ends[1] - ends[0]) // keys <= _SPARSE * full + _FEW:
        return Labels(keys)
    signs = 0
    while full > 16**signs and signs < _MOST_SIGNS:
        signs += 1
    return Labels(0, signs)


def is_outgrown(labels: Labels, keys: int, count: int, ends: tuple[int, int] | None) -> bool:
    """Whether other ranges would now be far better."""
    better = chosen(keys, count, ends)
    if labels.width:
        return labels.width != keys or not better.width
    return better.signs > labels.signs and count > 4 * keys * 16**labels.signs

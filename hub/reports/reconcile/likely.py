"""Rows of a sheet that are no row of the form, and which rows of the form they are likely to be.

A guess is only told: what a row is counts once a person says so.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from hub.reports.reconcile.matching import FormRow, Match
from hub.reports.reconcile.words import plain

Json = dict[str, Any]
FEW = 200
"""Rows that are told, at most."""
_LABEL_SIGNS = 200
_GUESSES = 3
_LOOKED_AT = 20
_LIKELY = 0.6


class _Free(NamedTuple):
    key: str
    text: str
    words: frozenset[str]


def unknown_rows(match: Match, expected: Sequence[FormRow]) -> Iterator[Json]:
    """Each row with its number, its label and `may_be`: keys of rows of the form that the sheet
    does not have, the likeliest first."""
    numbers = {*match.unknown[:FEW]}
    taken = {row.key for row in match.rows.values()}
    free = [
        _Free(row.key, text, frozenset(text.split()))
        for row in expected
        if row.key not in taken and (text := plain(row.label))
    ]
    of_word: defaultdict[str, list[_Free]] = defaultdict(list)
    for row in free:
        for word in row.words:
            of_word[word].append(row)
    for line in match.sheet.rows:
        if line.number in numbers:
            label = label_told(line.cells, match.labels)
            yield {"row": line.number, "label": label, "may_be": _guessed(plain(label), of_word)}


def label_told(cells: Sequence[Any], labels: int) -> str:
    """The label of a row as the sheet says it, without line breaks, of a bearable length."""
    cell = cells[labels] if labels < len(cells) else None
    return " ".join(cell.split())[:_LABEL_SIGNS] if isinstance(cell, str) else ""


def _guessed(text: str, of_word: dict[str, list[_Free]]) -> list[str]:
    """By the words that both have, a seldom one counting for more, then by all letters."""
    shared: defaultdict[_Free, float] = defaultdict(float)
    for word in {*text.split()}:
        for row in of_word.get(word, ()):
            shared[row] += 1 / len(of_word[word])
    likely = sorted(shared, key=lambda row: (-shared[row], row.key))[:_LOOKED_AT]
    weighed = [(SequenceMatcher(None, row.text, text).ratio(), row.key) for row in likely]
    weighed.sort(key=lambda it: (-it[0], it[1]))
    return [key for weight, key in weighed if weight >= _LIKELY][:_GUESSES]

"""What is wrong with a document."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import NamedTuple


class Problem(NamedTuple):
    """One thing that is wrong."""

    line: int
    """From 1; 0 where the whole file is at fault."""
    key: str
    """The path of the key, such as `facts.received.channel`; empty for the whole document."""
    says: str
    """What is wrong and what to do."""


class MappingError(Exception):
    """A document cannot be used. The text names file, line, key and what to do, one problem a
    line; it holds no secret."""

    def __init__(self, name: str, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(_told(name, problem) for problem in self.problems))


def _told(name: str, problem: Problem) -> str:
    place = f"{name}:{problem.line}" if problem.line else name
    return ": ".join(filter(None, (place, problem.key, problem.says)))


def near(name: str, known: Sequence[str]) -> str:
    """A hint at the known names that are most like a wrong one, as an end of a sentence."""
    close = get_close_matches(name, known, n=3, cutoff=0.6)
    folded = [it for it in known if it.casefold() == name.casefold()]
    if found := list(dict.fromkeys(folded + close)):
        return f"; did you mean {' or '.join(f'`{it}`' for it in found)}?"
    return ""

"""What is wrong with a document."""

from collections.abc import Sequence

from hub.core.yaml_text import Problem


class MappingError(Exception):
    """A document cannot be used. The text names file, line, key and what to do, one problem a
    line; it holds no secret."""

    def __init__(self, name: str, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(problem.told(name) for problem in self.problems))

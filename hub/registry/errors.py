"""The one error of the registry that is the caller's to mend."""


class RegistryError(ValueError):
    """Bad input. Says where (`pointer`), what (`problem`) and what to do (`hint`).

    `pointer` is a JSON Pointer into what was given ("/3/parent" is the parent of the fourth row),
    or "line 5, column parent" in a CSV file. A value that failed its check is never repeated.
    Outages are not RegistryErrors: SQLAlchemy's OperationalError passes through. `code`: its kind,
    by which the page tells it in the reader's language.
    """

    def __init__(self, pointer: str, problem: str, hint: str, code: str = "invalid") -> None:
        super().__init__(f"{pointer}: {problem}; {hint}" if pointer else f"{problem}; {hint}")
        self.pointer = pointer
        self.problem = problem
        self.hint = hint
        self.code = code

    def at(self, pointer: str) -> "RegistryError":
        """The same, said of another place."""
        return RegistryError(pointer, self.problem, self.hint, self.code)


class FaultyError(RegistryError):
    """Several faults, all told together; as a `RegistryError` it is the first of them."""

    def __init__(self, faults: "list[RegistryError]") -> None:
        first = faults[0]
        super().__init__(first.pointer, first.problem, first.hint, first.code)
        self.faults = faults


def given_twice(pointer: str, code: str) -> RegistryError:
    """Of a code that stands in two rows."""
    return RegistryError(pointer, f"{code} is given twice", "give it once", code="given-twice")

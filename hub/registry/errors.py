"""The one error of the registry that is the caller's to mend."""


class RegistryError(ValueError):
    """Bad input. Says where (`pointer`), what (`problem`) and what to do (`hint`).

    `pointer` is a JSON Pointer into what was given ("/3/parent" is the parent of the fourth row),
    or "line 5, column parent" in a CSV file. A value that failed its check is never repeated.
    Outages are not RegistryErrors: SQLAlchemy's OperationalError passes through.
    """

    def __init__(self, pointer: str, problem: str, hint: str) -> None:
        super().__init__(f"{pointer}: {problem}; {hint}" if pointer else f"{problem}; {hint}")
        self.pointer = pointer
        self.problem = problem
        self.hint = hint

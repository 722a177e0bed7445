"""The engine's own check of what it keeps."""

from hub.store.driver import Engine, StoreUnavailableError
from hub.store.tables import TABLES

_LONGEST = 300


def broken_tables(engine: Engine) -> dict[str, str]:
    """What the engine finds wrong with the files of its tables, by table."""
    found: dict[str, str] = {}
    for table in TABLES:
        try:
            rows = engine.select(f"CHECK TABLE {table}", {})
        except StoreUnavailableError as error:
            found[table] = f"not checked: {_brief(error)}"
        except RuntimeError as error:
            found[table] = _brief(error)
        else:
            # one row for all of it, or one a part: (part, whether it is whole, what is wrong)
            wrong = [row for row in rows if not int(row[0] if len(row) == 1 else row[1])]
            if wrong:
                found[table] = "; ".join(" ".join(map(str, row)) for row in wrong)[:_LONGEST]
    return found


def _brief(error: Exception) -> str:
    return str(error).partition("\n")[0][:_LONGEST]

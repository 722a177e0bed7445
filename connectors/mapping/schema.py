"""The JSON Schema of a document, for editors: `python -m connectors.mapping.schema`.

What only the compiler can know (conditions, patterns of times, values of attributes) is told by
`load`.
"""

from pathlib import Path

import orjson

from connectors.mapping.document import Document

FILE = Path(__file__).parent.parent / "connector.schema.json"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> bytes:
    """The text of the file."""
    head = {"$schema": _DIALECT, "$id": "urn:motcua:connector:v1"}
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(head | Document.model_json_schema(), option=options)


if __name__ == "__main__":
    FILE.write_bytes(schema())

"""Writes the JSON Schemas of the events from their models: `python -m schemas.generate`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import orjson
from pydantic import TypeAdapter

from schemas.cloudevents import KIND_OF, MOST_EVENTS, CloudEvent

FOLDER = Path(__file__).parent / "json"

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def documents() -> Iterator[tuple[str, bytes]]:
    """File name and text of every schema: one for each kind, any event, a batch of events."""
    models = get_args(get_args(CloudEvent)[0])
    for model in models:
        for type_name in get_args(get_type_hints(model)["type"]):
            schema = TypeAdapter(model).json_schema()
            schema["properties"]["type"] = {"const": type_name, "type": "string"}
            kind = KIND_OF[type_name]
            yield _document(kind, schema | {"title": kind})
    yield _document("event", TypeAdapter(CloudEvent).json_schema() | {"title": "any event"})
    batch = TypeAdapter(list[CloudEvent]).json_schema()
    yield _document("batch", batch | {"title": "a batch of events", "maxItems": MOST_EVENTS})


def _document(name: str, schema: dict[str, Any]) -> tuple[str, bytes]:
    head = {"$schema": _DIALECT, "$id": f"urn:motcua:{name}:v1"}
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return f"{name}.schema.json", orjson.dumps(head | schema, option=options)


def main() -> None:
    """Write the files; those of kinds that are no more go."""
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.json"):
        old.unlink()
    for name, text in documents():
        (FOLDER / name).write_bytes(text)


if __name__ == "__main__":
    main()

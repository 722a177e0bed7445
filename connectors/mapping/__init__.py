"""The language of connectors: a YAML document, and what it makes of rows.

`load` reads and checks a document; `compile_mapping` makes of it a function from rows to facts.
MAPPING.md describes the language.
"""

from connectors.mapping.compiled import CompiledMapping, compile_mapping
from connectors.mapping.document import Document
from connectors.mapping.errors import MappingError
from connectors.mapping.load import load, loads, placed
from connectors.mapping.scalars import Secret
from hub.core.yaml_text import Problem

__all__ = [
    "CompiledMapping",
    "Document",
    "MappingError",
    "Problem",
    "Secret",
    "compile_mapping",
    "load",
    "loads",
    "placed",
]

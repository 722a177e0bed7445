"""Which keys a part of a document may have, for hints."""

from collections.abc import Sequence
from typing import Any, get_args

from pydantic import BaseModel
from typing_extensions import TypeAliasType

from connectors.mapping.document import Document
from connectors.mapping.reads import KINDS
from hub.core.yaml_text import Where


def keys_at(document: Any, where: Where) -> Sequence[str]:
    """The keys that the part at a path may have; none where it may have any."""
    models: list[type[BaseModel]] = [Document]
    part = document
    for step in where:
        part = part[step]
        if isinstance(step, int):
            continue
        if step == "read" and models == [Document]:
            kind = part.get("kind") if isinstance(part, dict) else None
            models = [KINDS[kind]] if kind in KINDS else []
        else:
            models = [it for model in models for it in _below(model, step)]
    return list(dict.fromkeys(name for model in models for name in _names(model)))


def _names(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _below(model: type[BaseModel], key: str) -> list[type[BaseModel]]:
    for name, field in model.model_fields.items():
        if key in (name, field.alias):
            return list(dict.fromkeys(_models(field.annotation)))
    return [model] if key not in model.model_fields else []


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if isinstance(annotation, TypeAliasType):
        return _models(annotation.__value__)
    return [it for part in get_args(annotation) for it in _models(part)]

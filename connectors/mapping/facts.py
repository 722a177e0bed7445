"""The facts that a document may map, by kind of event, as models made of the events' own."""

from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    NotRequired,
    Required,
    get_args,
    get_origin,
    get_type_hints,
)

from pydantic import BaseModel, BeforeValidator, Field, create_model
from typing_extensions import TypedDict

from connectors.mapping.read_base import Closed
from connectors.mapping.scalars import ColumnName, Names
from connectors.mapping.values import Value, ValueSpec
from schemas.cloudevents import KIND_OF, TYPE_OF, CloudEvent
from schemas.dossier import KINDS


class Attribute(TypedDict):
    """An attribute of an event's data."""

    type: Any
    required: bool


def _data_models() -> dict[str, type]:
    found = {}
    for model in get_args(get_args(CloudEvent)[0]):
        for name in get_args(get_type_hints(model)["type"]):
            data = get_type_hints(model)["data"]
            found[KIND_OF[name]] = data
    return found


def _attributes(data: Any) -> dict[str, Attribute]:
    hints = get_type_hints(data, include_extras=True)
    return {
        name: Attribute(type=_bare(hint), required=name in data.__required_keys__)
        for name, hint in hints.items()
        if name != "unit"
    }


def _bare(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) in (NotRequired, Required) else hint


MAPPED = tuple(kind for kind in KINDS if kind != "retracted")
"""Kinds that a document may map. What is no more is retracted by the differ."""
ATTRIBUTES = {kind: _attributes(data) for kind, data in _data_models().items() if kind in MAPPED}
"""The attributes of each kind's data, without `unit`."""
assert set(ATTRIBUTES) == set(MAPPED) <= set(TYPE_OF)  # noqa: S101


class Fact(Closed):
    """One thing that a row may state about its dossier."""

    at: Value | None = Field(
        default=None,
        description="When it happened. Empty in a row: it has not. Left out: a state that began "
        "when it was first seen.",
    )
    when: str | None = Field(default=None, description="Condition (CEL) under which it is stated.")
    each: ColumnName | None = Field(
        default=None, description="A list of children: one fact for each of them."
    )
    key: Names | None = Field(
        default=None, description="What tells the children of `each` apart, where `read` does not."
    )

    def attributes(self) -> dict[str, ValueSpec]:
        """The attributes of data that are mapped."""
        own = Fact.model_fields
        found = {name: getattr(self, name) for name in type(self).model_fields if name not in own}
        return {name: value for name, value in found.items() if value is not None}


def _short(value: Any) -> Any:
    """A bare column, or the first of several, is when it happened."""
    if isinstance(value, str) or (
        isinstance(value, list) and value and all(isinstance(it, str) for it in value)
    ):
        return [{"at": value}]
    return [value] if isinstance(value, dict | Fact) else value


def _model(kind: str) -> type[BaseModel]:
    fields: dict[str, Any] = {
        name: (Value, Field(description="Required."))
        if attribute["required"]
        else (Value | None, Field(default=None, description="Optional."))
        for name, attribute in ATTRIBUTES[kind].items()
    }
    name = "".join(part.title() for part in kind.split("_"))
    return create_model(name, __base__=Fact, __doc__=f"`{kind}` of a row.", **fields)


def _field(kind: str) -> Any:
    model: Any = _model(kind)
    several = Annotated[
        tuple[model, ...] | None,
        BeforeValidator(_short, json_schema_input_type=str | list[str] | model | list[model]),
        Field(default=None, min_length=1, description=f"When a row states `{kind}`."),
    ]
    return (several, None)


if TYPE_CHECKING:
    Facts = BaseModel
else:
    Facts = create_model(
        "Facts",
        __base__=Closed,
        __doc__="The facts of a row, by kind of event.",
        **{kind: _field(kind) for kind in MAPPED},
    )

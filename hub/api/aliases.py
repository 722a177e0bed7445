"""`/v1/forms/{form}/aliases`: how sheets of other offices call rows and columns of a form."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import ConfigDict, Field, TypeAdapter, with_config
from starlette.concurrency import run_in_threadpool
from typing_extensions import TypedDict

from hub.api.access import Acting, AnyKey, Reader
from hub.api.asking import StrictRoute
from hub.api.bodies import json_response, read_json, valid
from hub.api.context import hub_of
from hub.api.forms import versions_of
from hub.api.problems import ProblemError
from hub.core.time import rfc3339
from hub.registry import RegistryError
from hub.registry.aliases import Alias
from hub.reports.form import Form
from hub.reports.form.compiled import Block
from hub.reports.reconcile.words import alias_of

router = APIRouter(prefix="/v1", tags=["reports"], route_class=StrictRoute)
Json = dict[str, Any]
_MOST = 500


@with_config(ConfigDict(extra="forbid"))
class AliasSaid(TypedDict):
    """A label as a sheet has it (of a column the texts above it, joined by " / "), and the key of
    the form's row or column that it is; null: forget it."""

    section: str
    kind: Literal["row", "column"]
    label: str
    key: str | None


_SAID: TypeAdapter[Any] = TypeAdapter(Annotated[list[AliasSaid], Field(max_length=_MOST)])


@router.get("/forms/{form}/aliases")
async def get_aliases(request: Request, _: AnyKey, form: str) -> Json:
    """What people confirmed that labels of sheets are; `POST /v1/reconcile` goes by them.

    `label`: without accents, capitals and signs; `since`: when it was confirmed."""
    hub = hub_of(request)
    versions_of(hub, form)
    found = await run_in_threadpool(hub.registry.aliases.of, form)
    return {
        "aliases": [
            {"section": it.section, "kind": it.kind, "label": it.label, "key": it.key,
             "since": rfc3339(it.at)}
            for it in found
        ]
    }  # fmt: skip


@router.put("/forms/{form}/aliases")
async def put_aliases(request: Request, key: Reader, by: Acting, form: str) -> Response:
    """Remember what labels of sheets are, or forget it; all of it or nothing.

    Needs a key that may seal: each reconciliation by this form goes by what is kept here."""
    if not (key.role == "admin" or key.may_seal):
        raise ProblemError(
            403, "outside this key",
            "this key may not confirm names for others; one that may seal can",
        )  # fmt: skip
    hub = hub_of(request)
    forms = versions_of(hub, form)
    said = valid(_SAID, await read_json(request))
    now = hub.now()
    kept, forgotten = [], []
    for at, it in enumerate(said):
        label = alias_of(it["label"])
        if not label:
            raise RegistryError(
                f"/{at}/label", "has no letter or digit", "say it by its place", "label-empty"
            )
        alias = Alias(it["section"], it["kind"], label, it["key"] or "", now)
        if it["key"] is None:
            forgotten.append(alias)
        elif any(_has(version, alias) for version in forms):
            kept.append(alias)
        else:
            raise RegistryError(
                f"/{at}/key", f"is no {alias.kind} of the section {alias.section}",
                "GET /v1/forms/{form} tells those that there are", code="no-label-target",
            )  # fmt: skip
    places = {(it.section, it.kind, it.label) for it in (*kept, *forgotten)}
    if len(places) < len(said):
        raise RegistryError("", "says something of one label twice", "say it once", "label-twice")
    changed = await run_in_threadpool(hub.registry.aliases.put, form, kept, forgotten, by)
    return json_response({"changed": changed})


def _has(form: Form, alias: Alias) -> bool:
    """Whether a version of a form has such a row or column."""
    name, sign, of = alias.key.partition(":")
    for part in form.parts:
        if part.key == alias.section and alias.kind == "column":
            return any(it.key == alias.key and it.is_ == "value" for it in part.heads)
        if part.key == alias.section:
            return any(
                it.key == name and isinstance(it, Block) == bool(sign and of) for it in part.lines
            )
    return False

"""The OpenAPI document: what FastAPI finds out by itself, completed and made honest.

FastAPI does not see bodies that the hub reads itself (with limits, and only after the key), nor
answers that are written without a model, nor that every error is a problem.
"""

import re
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from hub.api.alerts import AlertTest, TargetBody
from hub.api.aliases import AliasSaid
from hub.api.calendar import Declaration, Supposition
from hub.api.entry import XLSX, Entry
from hub.api.export import ARROW, PARQUET
from hub.api.keys import NewKey, Rotation
from hub.api.openapi_tags import TAGS
from hub.api.renderings import CSV
from hub.api.sealing import SealWish
from hub.api.stating import StatedWish
from hub.registry import Procedure, Source, Unit
from hub.registry.indicators import Indicator
from hub.registry.public_days import PublicDay
from hub.services.alert_rules import RuleBody
from schemas import answers, connectors
from schemas.cloudevents import CloudEvent

Json = dict[str, Any]
Call = tuple[str, str]
_MODELS: dict[str, Any] = {
    "CloudEvent": CloudEvent, "Unit": Unit, "Procedure": Procedure, "Source": Source,
    "NewKey": NewKey, "Rotation": Rotation, "SealWish": SealWish, "StatedWish": StatedWish,
    "AliasSaid": AliasSaid,
    "Declaration": Declaration, "Supposition": Supposition, "AlertTest": AlertTest,
    "AlertRule": RuleBody, "AlertTarget": TargetBody,
    "PublicDay": PublicDay, "Indicator": Indicator, "Entry": Entry,
    "Wish": connectors.Wish, "WhichRows": connectors.WhichRows, "Saved": connectors.Saved,
    "Claim": connectors.Claim, "Pause": connectors.Pause, "Approval": connectors.Approval,
    "Again": connectors.Again, "Forecast": connectors.Forecast,
    "Problem": answers.Problem, "EventsAnswer": answers.EventsAnswer,
    "FiguresAnswer": answers.FiguresAnswer, "CountedAnswer": answers.CountedAnswer,
    "OverdueAnswer": answers.OverdueAnswer, "UndatedAnswer": answers.UndatedAnswer,
    "LettersAnswer": answers.LettersAnswer, "TrailAnswer": answers.TrailAnswer,
}  # fmt: skip
_ANSWERS: dict[Call, dict[int, str]] = {
    ("post", "/v1/events"): {200: "EventsAnswer", 202: "EventsAnswer"},
    ("get", "/v1/figures"): {200: "FiguresAnswer"},
    ("get", "/v1/dossiers"): {200: "CountedAnswer"},
    ("get", "/v1/overdue"): {200: "OverdueAnswer"},
    ("get", "/v1/undated"): {200: "UndatedAnswer"},
    ("get", "/v1/dead-letters"): {200: "LettersAnswer"},
    ("get", "/v1/trail"): {200: "TrailAnswer"},
}
_AS_CSV = [("get", f"/v1/{it}") for it in ("figures", "calendar/decisions", "trail")]
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TITLES = {
    400: "Not JSON, not gzip, or cut off", 401: "No valid key", 403: "Outside this key",
    404: "There is no such thing", 409: "Cannot help", 413: "Too large",
    415: "Unknown media type or encoding", 422: "Refused: says what is wrong and where",
    429: "Too much at once; `Retry-After`",
    503: "Temporarily unavailable; `Retry-After`", 504: "The figures are not that far yet",
}  # fmt: skip
_WORKBOOKS = frozenset(
    ("get", f"/v1/{name}")
    for name in (
        "figures",
        "figures/pivot",
        "dossiers",
        "overdue",
        "due-soon",
        "undated",
        "orphans",
    )
)
"""Calls that answer with a workbook, too."""
_ALWAYS = (401, 403, 422, 503)
_WITH_BODY = (400, 413, 415)
_OPTIONAL = frozenset((("post", "/v1/dead-letters/{letter_id}/replay"),))
"""Calls that may be made without their body."""
_MORE: dict[Call, tuple[int, ...]] = {
    ("get", "/v1/dossiers/{unit}/{subject}"): (404,),
    ("get", "/v1/dead-letters/{letter_id}"): (404,),
    ("post", "/v1/dead-letters/{letter_id}/replay"): (404, 409),
    ("post", "/v1/dead-letters/{letter_id}/discard"): (404, 409),
    ("delete", "/v1/keys/{number}"): (404, 409),
    ("post", "/v1/keys/{number}/rotate"): (404, 409),
    ("get", "/v1/connectors/{name}"): (404,),
    ("get", "/v1/forms/{form}"): (404,),
    ("put", "/v1/forms/{form}"): (409,),
    ("get", "/v1/forms/{form}/aliases"): (404,),
    ("put", "/v1/forms/{form}/aliases"): (404,),
    **{("put", f"/v1/{it}"): (409,) for it in ("units", "procedures", "calendar/decisions")},
    ("get", "/v1/reports/{form}"): (404,),
    ("post", "/v1/reports/{form}/seal"): (400, 404, 409, 413, 415, 504),
    ("post", "/v1/reports/{form}/stated"): (404, 409),
    ("get", "/v1/reports/{form}/stated/template"): (404,),
    ("get", "/v1/reports/{form}/trend"): (404,),
    ("get", "/v1/stated/{stated_id}"): (404,),
    ("post", "/v1/reconcile"): (404,),
    ("get", "/v1/export/report-cells"): (404,),
    ("get", "/v1/signals"): (404,),
    ("get", "/v1/signals/{signal}/dossiers"): (404,),
    ("get", "/v1/sealed/{seal_id}"): (404,),
    ("get", "/v1/reports/{form}/template"): (404,),
    ("post", "/v1/indicators/import"): (404, 504),
    ("get", "/v1/sealed/{seal_id}/restatement"): (404, 504),
    ("post", "/v1/connectors/{name}/approve"): (404, 409),
    ("post", "/v1/connectors/{name}/again"): (404,),
    ("post", "/v1/connectors/{name}/page"): (409,),
    ("post", "/v1/connectors/{name}/pause"): (409,),
    ("put", "/v1/connectors/{name}/forecast"): (409,),
    ("put", "/v1/connectors/{name}/lease"): (409,),
    ("post", "/v1/alerts/test"): (404,),
    **{("put", f"/v1/alerts/{it}/{{name}}"): (409,) for it in ("rules", "targets")},
    **{("delete", f"/v1/alerts/{it}/{{name}}"): (404, 409) for it in ("rules", "targets")},
    ("get", "/v1/backup"): (409,),
    ("get", "/v1/backup/registry"): (404, 409, 429),
    ("get", "/v1/backup/log"): (409, 429),
    ("get", "/v1/backup/events"): (409, 429),
}
_DATA: Json = {
    "unit": "H29.17.01", "procedure": "1.004227", "field": "dat-dai", "channel": "online",
    "online_level": "partial", "due_at": "2020-01-30T17:00:00+07:00",
}  # fmt: skip
_EVENT: Json = {
    "specversion": "1.0", "id": "01-000123-r", "source": "/igate/cu-chi",
    "type": "vn.motcua.dossier.received.v1", "subject": "H29.17.01-200115-0042",
    "time": "2020-01-15T08:30:00+07:00", "sequence": "1", "data": _DATA,
}  # fmt: skip


def install(app: FastAPI) -> None:
    """Let the application tell its document at `/openapi.json`."""

    def document() -> Json:
        if app.openapi_schema is None:
            app.openapi_schema = _complete(
                get_openapi(
                    title=app.title, version=app.version, summary=app.summary, routes=app.routes,
                    tags=[dict(tag) for tag in TAGS], separate_input_output_schemas=False,
                )
            )  # fmt: skip
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign] # FastAPI's own way to do it


def _complete(document: Json) -> Json:
    components = document.setdefault("components", {})
    components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):  # every 422 here is a problem
        schemas.pop(unused, None)
    schemas.update(_schemas())
    bodies = _bodies()
    for path, calls in document["paths"].items():
        for verb, call in calls.items():
            call["summary"] = _first_sentence(call["description"])
            if path.startswith("/v1/"):
                call["security"] = [{"key": []}]
                _describe((verb, path), call, bodies.get((verb, path)))
    return document


def _first_sentence(text: str) -> str:
    """What a call does, in place of its function's name."""
    return " ".join(re.split(r"[.;](?:\s|$)", text, maxsplit=1)[0].split())


def _schemas() -> Json:
    """The models as components, with what they are made of."""
    named, shared = TypeAdapter.json_schemas(
        [(name, "validation", TypeAdapter(model)) for name, model in _MODELS.items()],
        ref_template="#/components/schemas/{model}",
    )
    own = {
        name: schema
        for (name, _), schema in named.items()
        if schema != {"$ref": _ref(name)["$ref"]}
    }
    schemas = {**shared.get("$defs", {}), **own}
    told = schemas["Source"]["properties"]
    for name in ("last_seen", "last_read"):
        told[name] = {"type": ["string", "null"], "format": "date-time", "readOnly": True}
    told["late"] = {"type": "boolean", "readOnly": True}
    return schemas


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _bodies() -> dict[Call, Json]:
    """Media types of the bodies of each call that takes one."""
    event, many = _ref("CloudEvent"), {"type": "array", "items": _ref("CloudEvent")}
    csv = {"text/csv": {"schema": {"type": "string"}}}
    binary = {"schema": {"type": "string", "format": "binary"}}

    def one(name: str) -> Json:
        return {"application/json": {"schema": _ref(name)}}

    def rows(name: str) -> Json:
        return {"application/json": {"schema": {"type": "array", "items": _ref(name)}}}

    return {
        ("post", "/v1/events"): {
            "application/cloudevents+json": {"schema": event, "example": _EVENT},
            "application/cloudevents-batch+json": {
                "schema": many | {"maxItems": 10_000}, "example": [_EVENT],
            },
            "application/json": {
                "schema": {
                    "type": "object",
                    "description": "`data` alone; the attributes in headers `ce-id`, `ce-time`…",
                },
                "example": _DATA,
            },
        },
        ("put", "/v1/units"): rows("Unit") | csv | {_XLSX: binary},
        ("put", "/v1/procedures"): rows("Procedure") | csv | {_XLSX: binary},
        ("put", "/v1/sources"): rows("Source"),
        ("put", "/v1/indicators"): rows("Indicator"),
        ("put", "/v1/forms/{form}/aliases"): rows("AliasSaid"),
        ("put", "/v1/forms/{form}"): {"application/yaml": {"schema": {"type": "string"}}},
        ("post", "/v1/indicators/import"): one("Entry") | csv | {XLSX: {"schema": {}}},
        ("post", "/v1/alerts/test"): one("AlertTest"),
        ("put", "/v1/alerts/rules/{name}"): one("AlertRule"),
        ("put", "/v1/alerts/targets/{name}"): one("AlertTarget"),
        ("post", "/v1/keys"): one("NewKey"),
        ("post", "/v1/reports/{form}/seal"): one("SealWish"),
        ("post", "/v1/reports/{form}/stated"): one("StatedWish") | csv,
        ("post", "/v1/reconcile"): csv | {_XLSX: binary},
        ("post", "/v1/keys/{number}/rotate"): one("Rotation"),
        ("put", "/v1/calendar"): one("Declaration"),
        ("put", "/v1/calendar/decisions"): rows("PublicDay") | csv | {_XLSX: binary},
        ("post", "/v1/calendar/what-if"): one("Supposition"),
        ("post", "/v1/connectors/known"): one("Wish"),
        ("post", "/v1/connectors/{name}/kept"): one("WhichRows"),
        ("post", "/v1/connectors/{name}/page"): one("Saved"),
        ("put", "/v1/connectors/{name}/lease"): one("Claim"),
        ("post", "/v1/connectors/{name}/pause"): one("Pause"),
        ("put", "/v1/connectors/{name}/forecast"): one("Forecast"),
        ("post", "/v1/dead-letters/{letter_id}/replay"): {
            kind: {"schema": event} for kind in ("application/cloudevents+json", "application/json")
        },
        ("post", "/v1/connectors/{name}/approve"): one("Approval"),
        ("post", "/v1/connectors/{name}/again"): one("Again"),
    }  # fmt: skip


def _describe(which: Call, call: Json, body: Json | None) -> None:
    """Body, answers and errors of one call."""
    if body:
        call["requestBody"] = {"required": which not in _OPTIONAL, "content": body}
    told = call["responses"]
    for status, name in _ANSWERS.get(which, {}).items():
        told[str(status)] = {
            "description": told.get(str(status), {}).get("description", "Done"),
            "content": {"application/json": {"schema": _ref(name)}},
        }
    if which == ("post", "/v1/events"):
        position = {"schema": {"type": "string"}, "description": "Covers this and all before"}
        told["200"]["description"] = "A batch: what became of each event"
        told["202"]["description"] = "A single event was stored"
        for good in ("200", "202"):
            told[good]["headers"] = {"Hub-Position": position}
    csv = {CSV: {"schema": {"type": "string"}}}
    if which in _AS_CSV:
        told["200"]["content"] |= csv
    if which in _WORKBOOKS:
        binary = {"schema": {"type": "string", "format": "binary"}}
        told["200"].setdefault("content", {})[XLSX] = binary
    if which[1].startswith("/v1/export/"):
        binary = {"schema": {"type": "string", "format": "binary"}}
        told["200"]["content"] = {PARQUET: binary, ARROW: binary} | csv
    waits = any(parameter["name"] == "min_position" for parameter in call.get("parameters", ()))
    more = (*(_WITH_BODY if body else ()), *_MORE.get(which, ()), *((504,) if waits else ()))
    for code in (*_ALWAYS, *more):
        problem = {"application/problem+json": {"schema": _ref("Problem")}}
        told[str(code)] = {"description": _TITLES[code], "content": problem}

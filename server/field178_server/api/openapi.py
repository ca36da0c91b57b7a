"""OpenAPI 3.1 of the interface at /api/v1/openapi.json, generated from the wire schemas."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Blueprint, Response, current_app
from werkzeug.routing import Rule

from field178_server.api.operations import BINARY, OPERATIONS, Operation
from field178_server.http.headers import API_PREFIX
from field178_shared.errors import ErrorCode
from field178_shared.wire.protocol import HEADER, VERSION

bp = Blueprint("openapi", __name__, url_prefix=API_PREFIX)
_PARAMETER = re.compile(r"<(?:[a-z_]+(?:\([^)]*\))?:)?([a-z_0-9]+)>")
_DESCRIPTION = """Sync protocol v1; docs/sync-protocol.md says what each operation promises.

Of JSON the protocol allows less than a schema can say: texts are in NFC, without NUL and lone surrogates; no
number has a fraction; no object has a key twice; nesting ends at 32. Anything else is `malformed`."""
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@bp.get("/openapi.json")
def openapi() -> Response:
    """Return the OpenAPI document of the interface."""
    document = describe(list(current_app.url_map.iter_rules()))
    return Response(json.dumps(document, ensure_ascii=False), content_type="application/json")


def operations_of(rules: list[Rule]) -> Iterator[tuple[str, str]]:
    """Yield (method, path) of every operation that the application answers under /api/v1."""
    for rule in sorted(rules, key=lambda rule: rule.rule):
        if rule.rule.startswith(API_PREFIX + "/"):
            for method in _METHODS:
                if method in (rule.methods or ()):
                    yield method, _PARAMETER.sub(r"{\1}", rule.rule)


def describe(rules: list[Rule]) -> dict[str, object]:
    """Return the OpenAPI document of the operations that the application answers."""
    spec = APISpec(
        title="Sổ hiện trường 178",
        version=str(VERSION),
        openapi_version="3.1.0",
        plugins=[MarshmallowPlugin()],
        info={"description": _DESCRIPTION},
    )
    spec.components.security_scheme("device", {"type": "http", "scheme": "bearer"})
    spec.components.schema("Problem", _problem())
    for key in operations_of(rules):
        if (operation := OPERATIONS.get(key)) is not None:
            method, path = key
            spec.path(path, operations={method.lower(): _operation(operation, path)})
    document: dict[str, object] = spec.to_dict()
    return document


def _operation(operation: Operation, path: str) -> dict[str, object]:
    described: dict[str, object] = {
        "summary": operation.summary,
        "operationId": operation.name,
        "parameters": [
            *(_parameter(name, "path", {"type": "string"}) for name in re.findall(r"{([a-z_0-9]+)}", path)),
            *(_parameter(name, "header", schema) for name, schema in operation.headers.items()),
        ],
        "responses": _responses(operation),
    }
    if operation.request is not None:
        described["requestBody"] = {
            "required": True,
            "content": {_media(operation): {"schema": operation.request}},
        }
    if operation.needs_session:
        described["security"] = [{"device": []}]
    return described


def _responses(operation: Operation) -> dict[str, object]:
    mark = {HEADER: {"schema": {"type": "string", "const": str(VERSION)}, "required": True}}
    content = {operation.media: {"schema": operation.answer}}
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        str(operation.status): {
            "description": operation.summary,
            "headers": mark,
            **({} if operation.answer is None else {"content": content}),
        },
        "default": {"description": "Refused; `code` says why.", "headers": mark, "content": problem},
    }


def _media(operation: Operation) -> str:
    return operation.media if operation.request is BINARY else "application/json"


def _parameter(name: str, place: str, schema: object) -> dict[str, object]:
    return {"name": name, "in": place, "required": True, "schema": schema}


def _problem() -> dict[str, object]:
    codes = [str(code) for code in ErrorCode if code.status is not None]
    return {
        "type": "object",
        "required": ["code", "status", "title"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "code": {"type": "string", "enum": codes},
            "pointer": {"type": "string"},
        },
    }

"""OpenAPI 3.1 of the interface at /api/v1/openapi.json, generated from the wire schemas."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Blueprint, Response, current_app
from werkzeug.routing import Rule

from field178_server.api.operations import OPERATIONS, Operation
from field178_server.http.headers import API_PREFIX
from field178_shared.errors import ErrorCode
from field178_shared.wire.protocol import HEADER, NDJSON, VERSION

bp = Blueprint("openapi", __name__, url_prefix=API_PREFIX)
_PARAMETER = re.compile(r"<(?:[a-z_]+(?:\([^)]*\))?:)?([a-z_0-9]+)>")
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
        info={"description": "Sync protocol v1; docs/sync-protocol.md says what each operation promises."},
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
        "parameters": [_path_parameter(name) for name in re.findall(r"{([a-z_0-9]+)}", path)],
        "responses": _responses(operation),
    }
    if operation.request is not None:
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": operation.request}},
        }
    if operation.needs_session:
        described["security"] = [{"device": []}]
    return described


def _responses(operation: Operation) -> dict[str, object]:
    mark = {HEADER: {"schema": {"type": "string", "const": str(VERSION)}, "required": True}}
    media = NDJSON if operation.streams else "application/json"
    schema = operation.answer if operation.answer is not None else {"type": "object"}
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        str(operation.status): {
            "description": operation.summary,
            "headers": mark,
            "content": {media: {"schema": schema}},
        },
        "default": {"description": "Refused; `code` says why.", "headers": mark, "content": problem},
    }


def _path_parameter(name: str) -> dict[str, object]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


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

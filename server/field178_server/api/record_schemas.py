"""GET /api/v1/schemas: the record types, generated from the declared schemas (protocol §11)."""

from __future__ import annotations

import functools
import hashlib
import json

from flask import Blueprint, Response, request

from field178_shared import rules, schemas
from field178_shared.codelists import CodeLists, load

bp = Blueprint("schemas", __name__, url_prefix="/api/v1")


@bp.get("/schemas")
def types() -> Response:
    """Return schema, scope and writers of each record type; no session is required."""
    body, tag = document(load().version)
    response = Response(body, content_type="application/json")
    response.set_etag(tag)
    response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response


@functools.lru_cache(maxsize=1)
def document(_version: str) -> tuple[bytes, str]:
    """Return the document and its entity tag; both change with the release and the lists only."""
    lists = load()
    types_ = {name: _described(type_, lists) for name, type_ in sorted(schemas.TYPES.items())}
    body = json.dumps({"types": types_}, ensure_ascii=False, separators=(",", ":")).encode()
    return body, hashlib.sha256(body).hexdigest()[:32]


def _described(type_: schemas.RecordTypeRules, lists: CodeLists) -> dict[str, object]:
    return {
        "scope": type_.scope_kind,
        "schemas": list(type_.versions),
        "json_schema": schemas.json_schema(type_.name),
        "office_paths": list(type_.office_paths),
        "creators": [side.value for side in type_.creators],
        "editors": [side.value for side in type_.editors],
        "rules": [_rule(rule) for rule in rules.published(type_.name, lists)],
    }


def _rule(rule: rules.Rule) -> dict[str, str]:
    return {"path": rule.path, "code": rule.code.value, "vi": rule.code.vi, "en": rule.code.en}

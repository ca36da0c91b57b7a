"""Interfaces of programs against their descriptions: cases that schemathesis generates, all of its checks."""

from __future__ import annotations

import signal
import threading
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import schemathesis
from flask import Flask
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.schemas import BaseSchema
from tests.server.office_scene import Office, Tablet

from field178_server.serving.waitress import bound

PIECE = "application/offset+octet-stream"
# Beyond the usual 4xx: the version of tus (RFC 9110 has 412 for it), a size, a method in a header.
_REFUSED = [str(status) for status in (*range(400, 407), 409, 412, 413, 415, 422, 428, 429, 503)]
_TABLES = ("Visits", "Sessions", "Establishments", "Findings", "IndicatorFigures", "Codes", "Nothing")
Json = dict[str, Any]


@dataclass
class Outcome:
    """Number of cases, answers by status, and broken promises with their first case."""

    cases: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    broken: dict[str, str] = field(default_factory=dict)


@schemathesis.serializer(PIECE)
def _serialize_piece(_: object, value: object) -> object:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


def check_tablets_interface(office: Office, count: int, seed: int) -> Outcome:
    """Check /api/v1 with the session of a tablet: so many cases of each kind and operation."""
    tablet = Tablet(office).ready()
    headers = {"Authorization": f"Bearer {tablet.token}", "F178-Protocol": "1"}
    with _serving(office.app) as address:
        config = _config(headers, count, seed, {}, address)
        schema = schemathesis.openapi.from_url(f"{address}/api/v1/openapi.json", config=config)
        return _checked(office, schema)


def check_data_feeds(office: Office, token: str, count: int, seed: int) -> Outcome:
    """Check /odata/v4 with a data token; what a query may contain stands in docs/odata.md."""
    no_schema = {"enabled": False}
    open_texts = {"positive_data_acceptance": no_schema, "negative_data_rejection": no_schema}
    with _serving(office.app) as address:
        config = _config({"Authorization": f"Bearer {token}"}, count, seed, open_texts, address)
        return _checked(office, schemathesis.openapi.from_dict(_feeds(), config=config))


@contextmanager
def _serving(application: Flask) -> Iterator[str]:
    """Serve an application as `field178 serve` does, in a thread of this process; yield its address."""
    address = ("127.0.0.1", 0)
    with (
        patch.object(signal, "signal"),
        bound(application, address, threads=4, connections=100, is_https=False) as server,
    ):
        server.accept_connections()
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.effective_port}"
        finally:
            server.leave(signal.SIGTERM, None)
            thread.join()


def _config(
    headers: Mapping[str, str], count: int, seed: int, checks: Json, address: str
) -> SchemathesisConfig:
    refused = {"expected-statuses": _REFUSED}
    return SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "base-url": address,
            "headers": dict(headers),
            "continue-on-failure": True,
            "generation": {"max-examples": count, "database": "none", "no-shrink": True},
            "phases": {"stateful": {"enabled": False}},
            "checks": {"negative_data_rejection": refused, "missing_required_header": refused, **checks},
        }
    )


def _checked(office: Office, schema: BaseSchema) -> Outcome:
    outcome = Outcome()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for event in from_schema(schema).execute():
            if isinstance(event, events.FatalError | events.NonFatalError):
                raise AssertionError(event)
            if isinstance(event, events.ScenarioFinished):
                _add(outcome, event.recorder)
                _forget_attempts(office)
    return outcome


def _add(outcome: Outcome, recorder: Any) -> None:
    answers = {key: interaction.response for key, interaction in recorder.interactions.items()}
    outcome.cases += len(answers)
    outcome.statuses.update(answer.status_code for answer in answers.values() if answer is not None)
    for key, checks in recorder.checks.items():
        for check in checks:
            if check.failure_info and not _cannot_be_described(check.name, answers.get(key)):
                case = recorder.cases[key].value
                text = f"{check.failure_info.failure.message}\n{case.as_curl_command()}\n{answers.get(key)}"
                outcome.broken.setdefault(f"{recorder.label}: {check.name}", text)


def _cannot_be_described(check: str, answer: Any) -> bool:
    """Return whether the answer refuses by a rule that no JSON schema can express."""
    if check != "positive_data_acceptance" or answer is None or answer.status_code != 400:
        return False
    problem = answer.json()
    return problem["code"] == "malformed" or problem.get("pointer") == "/headers/Upload-Metadata"


def _forget_attempts(office: Office) -> None:
    """Delete the counters of attempts, or most answers would be 429."""
    with office.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM attempt")


def _feeds() -> Json:
    problem = {
        "type": "object",
        "required": ["error"],
        "properties": {
            "error": {
                "type": "object",
                "required": ["code", "message"],
                "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
            }
        },
    }
    page = {"type": "object", "required": ["value"], "properties": {"value": {"type": "array"}}}
    answers = {
        "200": {"description": "page", "content": {"application/json": {"schema": page}}},
        "default": {"description": "refused", "content": {"application/json": {"schema": problem}}},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Data feeds", "version": "4.0"},
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "paths": {
            f"/odata/v4/{table}": {
                "get": {"parameters": list(_options()), "responses": answers, "security": [{"token": []}]}
            }
            for table in _TABLES
        },
    }


def _options() -> Iterator[Json]:
    word = " (eq|ne|gt|in|and|or) |[()',/-]|'a'|[0-9T:Z.+-]{1,30}|null|now"
    condition = f"^(State|Id|Year|VisitedOn|x)({word})*$"
    for name, schema in (
        ("$filter", {"anyOf": [{"type": "string"}, {"type": "string", "pattern": condition}]}),
        ("$select", {"type": "string"}),
        ("$orderby", {"type": "string"}),
        ("$top", {"anyOf": [{"type": "integer"}, {"type": "string"}]}),
        ("$skip", {"type": "integer"}),
        ("$skiptoken", {"type": "string"}),
        ("$count", {"anyOf": [{"type": "boolean"}, {"type": "string"}]}),
    ):
        yield {"name": name, "in": "query", "schema": schema}

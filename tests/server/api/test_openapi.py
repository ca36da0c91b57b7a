"""The OpenAPI document describes exactly the responses of the application."""

from __future__ import annotations

from tests.server.office_scene import Office

from field178_server.api.openapi import operations_of
from field178_server.api.operations import OPERATIONS
from field178_shared.errors import ErrorCode


def document(office: Office) -> dict[str, dict[str, dict[str, object]]]:
    answer = office.client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    body = answer.get_json()
    assert isinstance(body, dict)
    return body


def test_every_operation_that_is_answered_is_described(office: Office) -> None:
    described = {
        (method.upper(), path) for path, methods in document(office)["paths"].items() for method in methods
    }
    assert described == set(operations_of(list(office.app.url_map.iter_rules())))


def test_no_operation_is_declared_that_is_not_answered(office: Office) -> None:
    assert set(OPERATIONS) == set(operations_of(list(office.app.url_map.iter_rules())))


def test_every_code_that_ends_a_request_is_in_the_document(office: Office) -> None:
    problem = document(office)["components"]["schemas"]["Problem"]
    assert isinstance(problem, dict)
    codes = problem["properties"]["code"]["enum"]
    assert set(codes) == {code for code in ErrorCode if code.status is not None}


def test_every_reference_leads_somewhere(office: Office) -> None:
    text = office.client.get("/api/v1/openapi.json").get_data(as_text=True)
    schemas = document(office)["components"]["schemas"]
    named = {part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]}
    assert named <= set(schemas)

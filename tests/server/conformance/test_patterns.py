"""Patterns of requests and answers: placeholders, further members, and the first difference."""

from __future__ import annotations

import pytest

from field178_server.conformance.patterns import Mismatch, Variables, fill, match, match_some


def test_fill_replaces_variables_and_repeats() -> None:
    variables: Variables = {"unit": "c1", "rev": 3}
    template = {"scope": "unit:<unit>", "rev": "<rev>", "list": {"$of": "<unit>", "$times": 2}}
    assert fill(template, variables) == {"scope": "unit:c1", "rev": 3, "list": "c1c1"}


def test_unbound_variable_of_a_request_is_one_new_uuid() -> None:
    first, second = fill(["<place>", "<place>"], {})
    assert first == second


def test_unbound_variable_of_an_answer_takes_the_received_value() -> None:
    variables: Variables = {}
    match({"a": 7, "b": 7}, {"a": "<n>", "b": "<n>"}, variables)
    assert variables == {"n": 7}


@pytest.mark.parametrize(
    ("received", "pattern"),
    [
        ({"a": 1, "b": 2}, {"a": 1}),
        ({"a": 1}, {"a": 1, "b": "…"}),
        ([1, 2], [1]),
        ([1, 2], {"$has": 3}),
        (True, 1),
        ({"a": {"b": 1}}, {"a": {"b": 2, "…": "…"}}),
        ({"a": 1, "b": 2}, {"a": "<n>", "b": "<n>"}),
    ],
)
def test_difference_is_reported(received: object, pattern: object) -> None:
    with pytest.raises(Mismatch):
        match(received, pattern, {})


def test_list_has_an_element_among_others() -> None:
    match([{"id": 1}, {"id": 2}], {"$has": {"id": 2}}, {})


def test_patterns_come_in_order_among_other_values() -> None:
    match_some([1, 2, 3], [1, 3], {}, "")
    with pytest.raises(Mismatch):
        match_some([1, 2, 3], [3, 1], {}, "")

"""Every indicator reads places that exist: a record type, and a path in its data."""

import re
from collections.abc import Mapping

import pytest

from field178_shared.codelists import Indicator, load
from field178_shared.schemas import TYPES, json_schema

# Record types that an indicator needs and the product does not keep yet. A name that gets a schema
# MUST leave this table: the second test below sees to it.
NOT_KEPT_YET = {
    "media_post": "media items are entered by agencies, not by the teams",
    "media_outlet": "the register of outlets comes with the media items",
    "commune_plan": "plans of communes are papers of the office",
    "worker_census": "a count outside a visit; visits carry the counts until then",
    "commendation": "yearly totals of the office",
    "pilot_model": "models are few and kept on paper",
    "harm_reduction_return": "monthly totals of the health office",
    "agency_return": "totals of police, procuracy and court",
    "report_submission": "who sent which report when",
    "budget_line": "figures of the finance office",
    "denominators": "yearly totals of zones, schools and staff",
    "receipt": "kept by the server beside the records, not a record itself",
}

_DOTTED = re.compile(r"\b[a-z_]+(?:\.(?:[a-z_0-9]+|\*))+")


def _indicators() -> list[Indicator]:
    return list(load().indicators.values())


@pytest.mark.parametrize("indicator", _indicators(), ids=lambda indicator: indicator.id)
def test_the_record_types_and_paths_of_an_indicator_exist(indicator) -> None:
    assert {field.split(".")[0] for field in indicator.fields} == set(indicator.data)
    for field in indicator.fields:
        kind, _, path = field.partition(".")
        assert path, field
        if kind in TYPES:
            assert _exists(json_schema(kind), path.split(".")), field
        else:
            assert kind in NOT_KEPT_YET, field


@pytest.mark.parametrize("indicator", _indicators(), ids=lambda indicator: indicator.id)
def test_a_path_in_the_formula_is_one_of_the_fields(indicator) -> None:
    formula = f"{indicator.numerator} {indicator.denominator or ''}"
    paths = [path for path in _DOTTED.findall(formula) if path.split(".")[0] in indicator.data]
    assert [path for path in paths if path not in indicator.fields] == []


def test_a_type_with_a_schema_is_not_called_missing() -> None:
    assert not set(NOT_KEPT_YET) & set(TYPES)


def test_every_missing_type_is_needed_by_an_indicator() -> None:
    assert set(NOT_KEPT_YET) <= {kind for indicator in _indicators() for kind in indicator.data}


def test_totals_that_indicators_divide_by_exist() -> None:
    fields = [field for indicator in _indicators() for field in indicator.fields]
    named = {field.partition(".")[2] for field in fields if field.startswith("denominators.")}
    assert named
    assert named <= set(load().denominators)


def test_a_path_that_the_schema_does_not_know_is_found_out() -> None:
    assert _exists(json_schema("inspection"), ["answers", "workers_total"])
    assert _exists(json_schema("inspection"), ["measures", "*", "amount_vnd"])
    assert not _exists(json_schema("inspection"), ["answers", "worker_names"])
    assert not _exists(json_schema("inspection"), ["measures", "*", "colour"])
    assert not _exists(json_schema("inspection"), ["access"])


def _exists(schema: object, path: list[str]) -> bool:
    if not path:
        return True
    if not isinstance(schema, Mapping):
        return False
    if path[0] == "*":
        return "additionalProperties" in schema and _exists(schema["additionalProperties"], path[1:])
    properties = schema.get("properties", {})
    return path[0] in properties and _exists(properties[path[0]], path[1:])

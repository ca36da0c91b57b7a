"""What a declaration may be: ordinary marshmallow, as far as a check and a description follow from it."""

from collections.abc import Callable

import pytest
from marshmallow import fields, validate

from field178_shared.schemas.checks import issues_of, messages_of
from field178_shared.schemas.declared import object_schema
from field178_shared.schemas.field_types import (
    Entries,
    Field,
    Filled,
    Flag,
    FreeText,
    Instant,
    ListValue,
    LocalDate,
    RecordId,
    ShortId,
)
from field178_shared.schemas.quick_check import object_check
from field178_shared.schemas.wire_schema import WireSchema

ONE_OF = validate.OneOf({"a", "b"})


class Inner(WireSchema):
    """A small object."""

    n = fields.Integer(strict=True, required=True, validate=validate.Range(0, 9))
    on = LocalDate()


class Whole(WireSchema):
    """An object with a field of each sort."""

    text = fields.String(validate=validate.Length(max=3))
    name = fields.String(required=True, validate=Filled(3))
    choice = fields.String(validate=ONE_OF)
    remark = FreeText(3)
    some = ListValue(fields.String(validate=ONE_OF), validate=validate.Length(max=2))
    dates = ListValue(LocalDate(), required=True, validate=Filled(2))
    ids = ListValue(ShortId(), validate=validate.Length(max=2))
    inner = fields.Nested(Inner)
    entries = Entries(values=fields.Nested(Inner))
    listed = Entries(keys=fields.String(validate=ONE_OF), values=fields.Nested(Inner))
    at = Instant()
    id = RecordId()
    short = ShortId()
    flag = Flag()


VALID: dict[str, object] = {"name": "x", "dates": ["2026-11-20"]}
WRONG: list[tuple[dict[str, object], dict[str, list[str]]]] = [
    ({"text": 7}, {"text": ["wrong_type"]}),
    ({"text": "abcd"}, {"text": ["too_long"]}),
    ({"name": None}, {"name": ["required"]}),
    ({"name": "    "}, {"name": ["required"]}),
    ({"name": "abcd"}, {"name": ["too_long"]}),
    ({"choice": "c"}, {"choice": ["unknown_choice"]}),
    ({"remark": "abcd"}, {"remark": ["too_long"]}),
    ({"some": "a"}, {"some": ["wrong_type"]}),
    ({"some": ["c", None, "a"]}, {"some": ["too_long"]}),
    ({"some": ["c", None]}, {"some": ["unknown_choice", "wrong_type"]}),
    ({"ids": [None, "a b"]}, {"ids": ["bad_id", "wrong_type"]}),
    ({"dates": []}, {"dates": ["required"]}),
    ({"dates": ["2026-02-29"]}, {"dates": ["bad_date"]}),
    ({"inner": []}, {"inner": ["wrong_type"]}),
    ({"inner": {}}, {"inner.n": ["required"]}),
    ({"inner": {"n": "7", "on": "20261120"}}, {"inner.n": ["not_integer"], "inner.on": ["bad_date"]}),
    ({"inner": {"n": True}}, {"inner.n": ["not_integer"]}),
    ({"inner": {"n": 7.0}}, {"inner.n": ["not_integer"]}),
    ({"inner": {"n": 10}}, {"inner.n": ["out_of_range"]}),
    ({"inner": {"n": 1, "new": {"x": 1.5}}}, {"inner.new.x": ["not_integer"]}),
    (
        {"entries": {"k": {"n": 1}, "l": {"on": "x"}}},
        {"entries.l.n": ["required"], "entries.l.on": ["bad_date"]},
    ),
    ({"entries": {"k": 1}}, {"entries.k": ["wrong_type"]}),
    ({"listed": {"z": {"n": 10}}}, {"listed.z": ["unknown_choice"]}),
    ({"at": "2026-11-20T07:00:00+00:00"}, {"at": ["bad_time"]}),
    ({"id": "0197E1C0-0000-7000-8000-000000000000"}, {"id": ["bad_id"]}),
    ({"short": 7}, {"short": ["bad_id"]}),
    ({"flag": 1}, {"flag": ["wrong_type"]}),
    ({"_schema": 1.5}, {"_schema": ["not_integer"]}),
]
RIGHT: list[dict[str, object]] = [
    {},
    {"text": None, "inner": None, "entries": None},
    {"entries": {"k": None, "l": {}}, "listed": {"z": {}}},
    {"inner": {"n": 9, "on": None, "new": ["x"]}},
    {"some": ["a", "b"], "flag": False},
]


@pytest.mark.parametrize(("changes", "errors"), WRONG)
def test_marshmallow_and_the_quick_check_name_the_same_codes(
    changes: dict[str, object], errors: dict[str, list[str]]
) -> None:
    data = VALID | changes
    assert messages_of(issues_of(Whole().validate(data))) == errors
    assert messages_of(object_check(Whole)(data)) == errors


@pytest.mark.parametrize("changes", RIGHT)
def test_valid_data_is_loaded_unchanged(changes: dict[str, object]) -> None:
    data = VALID | changes
    assert Whole().load(data) == data
    assert not object_check(Whole)(data)


@pytest.mark.parametrize("derive", [object_check, object_schema])
@pytest.mark.parametrize(
    "field",
    [
        fields.String(),
        fields.Integer(strict=True),
        fields.Float(),
        fields.Date(),
        fields.List(fields.String(validate=ONE_OF)),
        ListValue(LocalDate()),
        fields.Dict(),
        fields.String(validate=validate.Length(max=3), data_key="other"),
        fields.String(validate=validate.Regexp("x")),
        fields.Nested(Inner, many=True),
        fields.String(validate=[validate.Length(max=3), ONE_OF]),
    ],
    ids=[
        "endless_text",
        "integer",
        "float",
        "date",
        "list",
        "list_of_dates",
        "dict",
        "renamed",
        "unknown_validator",
        "many",
        "two_limits",
    ],
)
def test_incomplete_declaration_is_refused(
    derive: Callable[[type[WireSchema]], object], field: Field
) -> None:
    with pytest.raises(TypeError, match="cannot declare"):
        derive(type("Vague", (WireSchema,), {"field": field}))


@pytest.mark.parametrize(
    "loose",
    [
        fields.Integer(validate=validate.Range(0, 9)),
        fields.Integer(strict=True, validate=validate.Range(0, 9, max_inclusive=False)),
    ],
    ids=["reads_texts", "leaves_its_limit_out"],
)
def test_a_number_that_the_quick_check_would_judge_otherwise_is_refused(loose: Field) -> None:
    with pytest.raises(TypeError, match="cannot declare"):
        object_check(type("Loose", (WireSchema,), {"field": loose}))

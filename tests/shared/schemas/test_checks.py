import pytest

from field178_shared.errors import ErrorCode
from field178_shared.schemas import checks
from field178_shared.schemas.checks import Check, CheckedMember

SMALL = checks.members(
    {"n": CheckedMember(checks.integer(0, 9), required=True), "t": CheckedMember(checks.text(3))}
)

BAD: list[tuple[Check, object, str]] = [
    (checks.integer(0, 9), "7", "not_integer"),
    (checks.integer(0, 9), 7.0, "not_integer"),
    (checks.integer(0, 9), True, "not_integer"),
    (checks.integer(0, 9), 10, "out_of_range"),
    (checks.integer(0, 9), -1, "out_of_range"),
    (checks.text(3), "abcd", "too_long"),
    (checks.text(3), 7, "wrong_type"),
    (checks.filled_text(3), "  ", "required"),
    (checks.choice({"a"}), "b", "unknown_choice"),
    (checks.choice({"a"}), ["a"], "wrong_type"),
    (checks.flag, 1, "wrong_type"),
    (checks.calendar_date, "2026-02-29", "bad_date"),
    (checks.calendar_date, "2026-W08-7", "bad_date"),
    (checks.calendar_date, "20260228", "bad_date"),
    (checks.calendar_date, 20260228, "wrong_type"),
    (checks.instant, "2026-11-24T15:00:00", "bad_time"),
    (checks.instant, "2026-11-24T15:00:00+07:00", "bad_time"),
    (checks.instant, "2026-W48-2T15:00:00Z", "bad_time"),
    (checks.instant, "2026-11-24T25:00:00Z", "bad_time"),
    (checks.instant, "2026-11-31T15:00:00Z", "bad_time"),
    (checks.time_of_day, "24:00", "bad_time"),
    (checks.time_of_day, "7:30", "bad_time"),
    (checks.record_id, "0197E1C0-0000-7000-8000-000000000000", "bad_id"),
    (checks.short_id, "a.b", "bad_id"),
    (checks.short_id, "a" * 65, "bad_id"),
    (checks.sha256, "ab" * 31, "bad_id"),
    (checks.list_of(checks.text(3), 1, 9), [], "required"),
    (checks.list_of(checks.text(3), 0, 1), ["a", "b"], "too_long"),
    (checks.list_of(checks.text(3), 0, 9), "abc", "wrong_type"),
    (checks.list_of(checks.text(3), 0, 9), [None], "wrong_type"),
    (checks.list_of(checks.text(3), 0, 9), ["abcd"], "too_long"),
    (SMALL, ["n"], "wrong_type"),
    (checks.keyed(SMALL), [], "wrong_type"),
    (checks.keyed_by_name({}), "x", "wrong_type"),
    (checks.anything, "x" * 4001, "too_long"),
    (checks.anything, 1.5, "not_integer"),
    (checks.anything, [["x" * 4001]], "too_long"),
]

GOOD: list[tuple[Check, object]] = [
    (checks.integer(0, 9), 0),
    (checks.integer(0, 9), 9),
    (checks.text(3), "ệữẵ"),
    (checks.calendar_date, "2024-02-29"),
    (checks.instant, "2026-11-24T15:00:00Z"),
    (checks.instant, "2026-11-24T15:00:00.123456789Z"),
    (checks.time_of_day, "00:00"),
    (checks.record_id, "0197e1c0-0000-7000-8000-000000000000"),
    (checks.short_id, "c11629_v1"),
    (checks.list_of(checks.text(3), 0, 9), []),
    (checks.anything, {"a": [None, 1, "x"], "b": None}),
    (checks.anything, "x" * 4000),
]


@pytest.mark.parametrize(("check", "value", "code"), BAD)
def test_a_wrong_value_is_named_by_one_stable_code(check: Check, value: object, code: str) -> None:
    assert list(check(value)) == [("", ErrorCode(code))]


@pytest.mark.parametrize(("check", "value"), GOOD)
def test_a_right_value_has_no_issue(check: Check, value: object) -> None:
    assert not check(value)


def test_an_issue_of_a_member_carries_its_path() -> None:
    keyed = checks.keyed(SMALL)
    assert keyed({"k": {"n": 10}, "l": {"t": "x"}}) == [
        ("k.n", ErrorCode.OUT_OF_RANGE),
        ("l.n", ErrorCode.REQUIRED),
    ]


def test_an_entry_that_removals_emptied_counts_as_absent() -> None:
    assert not checks.keyed(SMALL, frozenset({"k"}))({"k": {}, "unknown": {}})
    assert not checks.keyed_by_name({"k": SMALL})({"k": {}})


def test_a_null_member_is_an_absent_member() -> None:
    assert not SMALL({"n": 1, "t": None})
    assert SMALL({"n": None}) == [("n", ErrorCode.REQUIRED)]


def test_unknown_members_are_kept_within_the_common_limits() -> None:
    assert not SMALL({"n": 1, "from_the_future": {"deep": [1, "x"]}})
    assert SMALL({"n": 1, "from_the_future": {"deep": "x" * 4001}}) == [
        ("from_the_future.deep", ErrorCode.TOO_LONG)
    ]


def test_a_key_outside_its_list_is_an_unknown_choice() -> None:
    assert checks.keyed(SMALL, frozenset({"k"}))({"z": {"n": 1}}) == [("z", ErrorCode.UNKNOWN_CHOICE)]

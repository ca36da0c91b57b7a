from datetime import date

import pytest

from field178_shared.codelists import load


@pytest.mark.parametrize(
    ("violation", "day", "frame"),
    [
        ("lodging_no_notice_4_8", date(2025, 12, 14), ("nd_144_2021", 2_000_000, 4_000_000)),
        ("lodging_no_notice_4_8", date(2025, 12, 15), ("nd_282_2025", 4_000_000, 8_000_000)),
        ("lodging_no_notice_1_3", date(2025, 12, 15), ("nd_282_2025", 2_000_000, 4_000_000)),
        ("lodging_no_notice_9_plus", date(2026, 3, 1), ("nd_282_2025", 8_000_000, 12_000_000)),
        ("kd_door_latch", date(2024, 5, 1), ("nd_38_2021", 15_000_000, 20_000_000)),
        ("noise", date(2025, 12, 14), ("nd_144_2021", 500_000, 1_000_000)),
        ("noise", date(2025, 12, 15), ("nd_282_2025", 1_000_000, 2_000_000)),
        ("fire_exit_obstructed", date(2024, 6, 1), ("nd_144_2021", 1_000_000, 2_000_000)),
        ("fire_exit_obstructed", date(2025, 6, 30), ("nd_144_2021", 1_000_000, 2_000_000)),
        ("fire_exit_obstructed", date(2025, 7, 1), ("nd_106_2025", 5_000_000, 10_000_000)),
        ("fire_signs_missing", date(2024, 6, 1), ("nd_144_2021", 2_000_000, 5_000_000)),
        ("fire_exit_locked", date(2024, 6, 1), ("nd_144_2021", None, None)),
        ("fire_equipment_missing", date(2024, 6, 1), ("nd_144_2021", None, None)),
        ("fire_equipment_substandard", date(2024, 6, 1), ("nd_144_2021", None, None)),
        ("fire_no_training", date(2024, 6, 1), ("nd_144_2021", None, None)),
        ("kd_disco_outside_hours", date(2026, 1, 1), ("nd_38_2021", 15_000_000, 20_000_000)),
        ("kd_outside_hours", date(2026, 1, 1), ("nd_38_2021", 10_000_000, 15_000_000)),
        ("lb_no_contract_101_300", date(2026, 1, 1), ("nd_12_2022", 15_000_000, 20_000_000)),
    ],
)
def test_the_frame_in_force_on_the_day_of_the_act_counts(violation, day, frame) -> None:
    current = load().frame_on(violation, day)
    assert current is not None
    assert (current.src, current.min, current.max) == frame


def test_before_any_law_of_the_list_there_is_no_frame() -> None:
    assert load().frame_on("lodging_no_notice_4_8", date(2021, 12, 31)) is None


def test_unverified_amount_is_unknown() -> None:
    frame = load().frame_on("antt_no_certificate", date(2026, 1, 1))
    assert frame is not None
    assert not frame.is_known


def test_verified_frame_precedes_an_unverified_one() -> None:
    lists = load()
    for violation in lists.violations:
        amounts_known = [frame.is_known for frame in lists.frames_on(violation, date(2024, 6, 1))]
        assert amounts_known == sorted(amounts_known, reverse=True)


def test_acts_of_individuals_are_no_value_of_a_record() -> None:
    lists = load()
    assert set(lists.reference_acts) == {"ref_buying", "ref_selling", "ref_related"}
    assert not set(lists.reference_acts) & set(lists.violations)
    assert {violation.subject for violation in lists.violations.values()} == {"establishment"}


def test_codes_of_violations_are_unique() -> None:
    codes = [violation.code for violation in load().violations.values()]
    assert len(codes) == len(set(codes)) == 53


def test_violation_is_offered_by_an_item_or_has_a_reason_why_not() -> None:
    lists = load()
    offered = {name for item in lists.items.values() for name in item.violations}
    for violation in lists.violations.values():
        assert (violation.id in offered) == violation.selectable, violation.code
        assert violation.selectable or violation.handling, violation.code


def test_restricted_violations_are_for_the_leader_alone() -> None:
    restricted = {violation.code for violation in load().violations.values() if violation.restricted}
    assert restricted == {"XH-01", "XH-02", "XH-03"}

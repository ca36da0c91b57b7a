"""Citations name the law in force on the day of the act, and its amendments of that day."""

from datetime import date

import pytest

from field178_shared.codelists import load

DAYS = (
    date(2022, 1, 17),
    date(2024, 6, 1),
    date(2025, 3, 11),
    date(2025, 6, 30),
    date(2025, 7, 1),
    date(2025, 12, 14),
    date(2025, 12, 15),
    date(2026, 11, 28),
)


def _cited(item_id: str, day: date) -> list[tuple[str, str | None]]:
    lists = load()
    return [(each.source, each.article) for each in lists.references_on(lists.items[item_id].legal, day)]


@pytest.mark.parametrize(
    ("item_id", "day", "cited"),
    [
        ("fire_exits_clear", date(2025, 3, 11), [("nd_144_2021", "40.2.a")]),
        ("fire_exits_clear", date(2025, 6, 30), [("nd_144_2021", "40.2.a")]),
        ("fire_exits_clear", date(2025, 7, 1), [("nd_106_2025", None)]),
        ("fire_exit_unlocked", date(2024, 6, 1), [("nd_144_2021", "40.4")]),
        ("fire_training", date(2025, 7, 1), [("nd_106_2025", "6")]),
        ("fire_rules_posted", date(2025, 6, 30), [("luat_pccc_2001", None)]),
        ("biz_registration", date(2025, 3, 11), [("nd_01_2021", None)]),
        ("biz_registration", date(2025, 7, 1), [("nd_168_2025", None)]),
        ("lodging_guests_unnotified", date(2025, 12, 14), [("nd_144_2021", "9")]),
        ("lodging_guests_unnotified", date(2025, 12, 15), [("nd_282_2025", "10")]),
        ("en_noise", date(2025, 12, 14), [("nd_144_2021", "8")]),
        ("en_noise", date(2025, 12, 15), [("nd_282_2025", "9")]),
        ("lb_social_insurance", date(2025, 6, 30), [("luat_bhxh_2014", None)]),
        ("lb_social_insurance", date(2025, 7, 1), [("luat_bhxh", None)]),
        ("lb_no_under18", date(2025, 7, 1), [("blld_2019", "147.2.d")]),
        ("antt_plan", date(2025, 7, 1), [("nd_96_2016", "8.1.l"), ("nd_96_2016", "8.1.m")]),
    ],
)
def test_an_item_cites_the_law_of_the_day(item_id, day, cited) -> None:
    assert _cited(item_id, day) == cited


@pytest.mark.parametrize("day", DAYS)
def test_no_item_cites_a_law_that_is_not_in_force(day) -> None:
    lists = load()
    for item in lists.items.values():
        for reference in lists.references_on(item.legal, day):
            assert lists.legal_sources[reference.source].valid_on(day), (item.id, reference)


@pytest.mark.parametrize("day", DAYS)
def test_an_item_that_cites_a_law_cites_one_on_every_day(day) -> None:
    lists = load()
    lacking = [
        item.id for item in lists.items.values() if item.legal and not lists.references_on(item.legal, day)
    ]
    assert lacking == []


@pytest.mark.parametrize(
    ("source", "day", "number"),
    [
        ("nd_54_2019", date(2024, 6, 1), "54/2019/NĐ-CP"),
        ("nd_54_2019", date(2025, 3, 11), "54/2019/NĐ-CP (sđ 148/2024)"),
        ("nd_38_2021", date(2021, 12, 31), "38/2021/NĐ-CP"),
        ("nd_38_2021", date(2022, 1, 1), "38/2021/NĐ-CP (sđ 129/2021)"),
        ("nd_38_2021", date(2026, 1, 1), "38/2021/NĐ-CP (sđ 129/2021, 128/2022)"),
        ("programme_2026_2035", date(2026, 1, 1), None),
    ],
)
def test_a_number_names_the_amendments_of_the_day(source, day, number) -> None:
    assert load().legal_sources[source].number_on(day) == number

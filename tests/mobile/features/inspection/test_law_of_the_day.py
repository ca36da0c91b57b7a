"""The tablet offers violations, fine frames and citations of the day the visit began."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from tests.mobile.features.inspection.bench import PLACE, Bench
from tests.mobile.inspection_world import settle
from tests.shared.list_packs.test_dated_rows import pack as dated_pack

from field178_shared.codelists import put_in_force
from field178_shared.list_packs import lists_with

GUESTHOUSE = replace(PLACE, type_id="guesthouse")
DISCOTHEQUE = replace(PLACE, type_id="discotheque")


@pytest.fixture
def visit_on(store, clock):
    """Open a visit that begins at a local time."""
    settle(store)

    def open_at(local: str, place=PLACE) -> Bench:
        clock.instant = datetime.fromisoformat(f"{local}+07:00")
        bench = Bench(store, clock, place)
        bench.visit.arrive("inspected")
        return bench

    return open_at


@pytest.mark.parametrize(
    ("local", "src", "amount", "law"),
    [
        ("2025-12-14T23:30", "nd_144_2021", "2.000.000 - 4.000.000 đồng", "144/2021/NĐ-CP, Điều 9.3.b"),
        ("2025-12-15T00:30", "nd_282_2025", "4.000.000 - 8.000.000 đồng", "282/2025/NĐ-CP, Điều 10.3"),
    ],
)
def test_stays_not_notified_are_punished_by_the_decree_of_the_day(visit_on, local, src, amount, law):
    bench = visit_on(local, GUESTHOUSE)
    bench.visit.open_section("lodging_register")
    bench.visit.answer("lodging_stay_notified", "no")
    bench.visit.count("lodging_guests_unnotified", 5)
    offer = bench.item("lodging_stay_notified").offers[0]
    assert (offer.code, offer.frame.individual, offer.frame.source) == ("LT-03", amount, law)
    bench.visit.toggle_violation("lodging_stay_notified", offer.id)
    assert bench.saved(f"findings.lodging_stay_notified-{offer.id}.frame")["src"] == src


@pytest.mark.parametrize(
    ("local", "law"),
    [
        ("2025-03-11T20:00", "144/2021/NĐ-CP Điều 40.2.a"),
        ("2025-06-30T23:59", "144/2021/NĐ-CP Điều 40.2.a"),
        ("2025-07-01T00:00", "106/2025/NĐ-CP"),
    ],
)
def test_an_item_cites_the_law_of_the_day(visit_on, local, law):
    bench = visit_on(local)
    bench.visit.open_section("fire_safety")
    assert bench.item("fire_exits_clear").law == law


@pytest.mark.parametrize(
    ("local", "unit", "is_doubted"),
    [
        ("2025-06-30T22:00", "c11635_v1", False),
        ("2025-06-30T22:00", "c11635_v2", True),
        ("2025-07-01T22:00", "c11635_v1", True),
        ("2025-07-01T22:00", "c11635_v2", False),
    ],
)
def test_one_establishment_lies_in_the_unit_of_the_day(visit_on, local, unit, is_doubted):
    bench = visit_on(local, replace(PLACE, unit_id=unit))
    bench.visit.check()
    assert ("unit_id" in [row.path for row in bench.state.checked.warnings]) is is_doubted


def test_a_discotheque_at_three_in_the_morning_has_an_act_of_its_own(visit_on):
    bench = visit_on("2026-11-21T03:00", DISCOTHEQUE)
    bench.visit.answer("kd_hours", "yes")
    bench.visit.check()
    assert "answers.kd_hours" in [row.path for row in bench.state.checked.warnings]
    bench.visit.open_section("karaoke_discotheque")
    bench.visit.answer("kd_hours", "no")
    (offer,) = bench.item("kd_hours").offers
    assert (offer.code, offer.frame.individual) == ("KV-13", "15.000.000 - 20.000.000 đồng")
    assert offer.frame.organisation == "30.000.000 - 40.000.000 đồng"
    assert offer.frame.source == "38/2021/NĐ-CP (sđ 129/2021, 128/2022), Điều 15.6"


def test_a_karaoke_place_after_midnight_has_another(visit_on):
    bench = visit_on("2026-11-21T03:00")
    bench.visit.open_section("karaoke_discotheque")
    bench.visit.answer("kd_hours", "no")
    (offer,) = bench.item("kd_hours").offers
    assert (offer.code, offer.frame.individual) == ("KV-04", "10.000.000 - 15.000.000 đồng")


def test_fire_violations_of_2024_are_those_of_the_decree_then(visit_on):
    bench = visit_on("2024-06-01T20:00")
    bench.visit.open_section("fire_safety")
    bench.visit.answer("fire_exits_clear", "no")
    (offer,) = bench.item("fire_exits_clear").offers
    assert (offer.frame.individual, offer.frame.source) == (
        "1.000.000 - 2.000.000 đồng",
        "144/2021/NĐ-CP, Điều 40.2.a",
    )
    bench.visit.answer("fire_extinguishers", "no")
    unknown = bench.item("fire_extinguishers").offers[0].frame
    assert (unknown.individual, unknown.source, unknown.is_known) == ("Cần tra cứu", "144/2021/NĐ-CP", False)


def test_a_visit_asks_the_items_of_its_day_and_an_older_draft_keeps_its_own(visit_on, clock):
    put_in_force(lists_with(dated_pack()))

    def ids_of_items(bench: Bench) -> set[str]:
        bench.visit.open_section("fire_safety")
        return {item.id for item in bench.state.page.items if item.id in ("fire_extinguishers", "fire_new")}

    draft = visit_on("2026-06-30T23:30")
    assert ids_of_items(draft) == {"fire_extinguishers"}
    clock.instant = datetime.fromisoformat("2026-07-01T00:30+07:00")
    draft.visit.answer("fire_extinguishers", "yes")
    assert ids_of_items(draft) == {"fire_extinguishers"}
    assert "Đã nhắc nhở tại chỗ." in draft.item("fire_extinguishers").phrases
    draft.visit.choose_tab("conclusion")
    measures = {option.id for option in draft.state.conclusion.measures}
    assert measures & {"reminder", "reminder_new"} == {"reminder"}

    assert ids_of_items(visit_on("2026-07-01T00:30")) == {"fire_new"}

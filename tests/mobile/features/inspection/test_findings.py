"""Violations are offered under their items, with the frame of the day the visit began."""

from __future__ import annotations

import pytest
from tests.mobile.features.inspection.bench import Bench
from tests.mobile.inspection_world import (
    LEADER,
    settle,
    words,
)


def test_unmet_item_offers_its_violation_with_the_frame_of_the_day(bench):
    bench.visit.open_section("fire_safety")
    bench.visit.answer("fire_exits_clear", "no")
    (offer,) = bench.item("fire_exits_clear").offers
    assert (offer.code, offer.frame.individual) == ("PC-02", "5.000.000 - 10.000.000 đồng")
    assert offer.frame.organisation == "10.000.000 - 20.000.000 đồng"


def test_unknown_frame_says_it_must_be_looked_up(bench):
    bench.visit.open_section("security_order")
    bench.visit.answer("antt_certificate", "no")
    (offer,) = bench.item("antt_certificate").offers
    assert (offer.frame.individual, offer.frame.organisation) == ("Cần tra cứu", "Cần tra cứu")
    assert not offer.frame.is_known


def test_chosen_violation_stores_the_frame_of_its_date(bench):
    bench.visit.answer("fire_exits_clear", "no")
    bench.visit.toggle_violation("fire_exits_clear", "fire_exit_obstructed")
    finding = bench.saved("findings.fire_exits_clear-fire_exit_obstructed")
    assert finding["occurred_on"] == "2026-11-24"
    assert (finding["frame"]["src"], finding["frame"]["min"]) == ("nd_106_2025", 5000000)


def test_visit_over_midnight_keeps_the_day_it_began(store, clock):
    settle(store)
    clock.tick(hours=1, minutes=50)  # 23:50 in Việt Nam
    bench = Bench(store, clock)
    bench.visit.arrive("inspected")
    clock.tick(minutes=30)
    bench.visit.answer("fire_exits_clear", "no")
    bench.visit.toggle_violation("fire_exits_clear", "fire_exit_obstructed")
    assert bench.saved("findings.fire_exits_clear-fire_exit_obstructed.occurred_on") == "2026-11-24"


def test_finding_goes_when_its_item_is_met_after_all(bench):
    bench.visit.answer("fire_exits_clear", "no")
    bench.visit.toggle_violation("fire_exits_clear", "fire_exit_obstructed")
    bench.visit.answer("fire_exits_clear", "yes")
    assert bench.saved("findings") == {}


@pytest.mark.parametrize(("position", "is_offered"), [("team_leader", True), ("member", False)])
def test_violations_of_the_head_are_offered_to_the_leader_alone(store, clock, position, is_offered):
    settle(store)
    bench = Bench(store, clock)
    bench.visit.change_shift({f"members.{LEADER}": {"user": LEADER, "position": position}})
    restricted = [item for item in words().lists.items.values() if _is_restricted(item)]
    assert restricted
    bench.visit.answer(restricted[0].id, "no")
    bench.visit.open_section(restricted[0].section)
    offered = {offer.id for offer in bench.item(restricted[0].id).offers}
    assert bool(offered & _restricted_of(restricted[0])) is is_offered


def _restricted_of(item) -> set[str]:
    violations = words().lists.violations
    return {name for name in item.violations if violations[name].restricted}


def _is_restricted(item) -> bool:
    return bool(_restricted_of(item)) and item.applies.covers(words().lists.types["karaoke"])

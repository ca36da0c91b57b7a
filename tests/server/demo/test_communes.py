"""Plans and censuses of the demo's communes are those of the data set."""

from __future__ import annotations

from collections import Counter

from field178_server.demo.communes import entries_of
from field178_shared.codelists import demo

ENTRIES = list(entries_of(demo()))


def test_plans_and_their_programmes_are_those_of_the_data_set() -> None:
    golden = demo()["golden_indicators"]["commune_plan_pct"]
    plans = [entry for entry in ENTRIES if entry.type == "commune_plan"]
    assert len({entry.unit_id for entry in plans}) == golden["num"]
    integrations = {
        unit: plan["integration"] for unit, plan in demo()["commune_plans"].items() if plan["issued"]
    }
    assert {entry.unit_id: entry.data.get("integration_ids", []) for entry in plans} == integrations


def test_visits_and_censuses_together_count_every_worker_once() -> None:
    counted = Counter(
        str(entry.data["establishment_id"]) for entry in ENTRIES if entry.type == "worker_census"
    )
    places = demo()["establishments"]
    assert set(counted.values()) == {1}
    assert len(counted) == sum(not place["visits"] for place in places)
    censuses = [entry.data["workers_total"] for entry in ENTRIES if entry.type == "worker_census"]
    visited = sum(place["workers_total"] for place in places if place["visits"])
    assert visited + sum(censuses) == demo()["totals"]["workers_total"]

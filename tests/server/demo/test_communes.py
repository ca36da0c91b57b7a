"""What the demo's communes entered recomputes to the golden figures of the data set."""

from __future__ import annotations

from collections import Counter, defaultdict

from field178_server.demo.communes import entries_of
from field178_server.demo.places import outlets_of
from field178_shared.codelists import demo
from field178_shared.records import MediaPost
from field178_shared.schemas import validate

ENTRIES = list(entries_of(demo()))
POSTS = [MediaPost.from_data(entry.data) for entry in ENTRIES if entry.type == "media_post"]


def test_every_entry_is_valid_and_of_its_unit() -> None:
    for entry in ENTRIES:
        assert validate(entry.type, entry.data) == {}, entry
        assert entry.data["unit_id"] == entry.unit_id


def test_outlet_months_recompute_to_the_golden_figures() -> None:
    golden = demo()["golden_indicators"]
    months: dict[str, set[int]] = defaultdict(set)
    for post in POSTS:
        assert post.published_on is not None
        months[post.outlet_id].add(post.published_on.month)
    outlets = outlets_of(demo())
    share = golden["media_outlet_month_pct"]
    assert (sum(map(len, months.values())), len(outlets) * 12) == (share["num"], share["den"])
    full = [outlet for outlet in months if outlet.startswith("station_") and len(months[outlet]) == 12]
    stations = [outlet for outlet in outlets if outlet.startswith("station_")]
    share = golden["media_commune_full_pct"]
    assert (len(full), len(stations)) == (share["num"], share["den"])


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

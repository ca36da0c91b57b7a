import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.database.engine import create_engine_for
from field178_server.database.models import FiledRecord, Quarantine, Record
from field178_server.demo import DEMO_START
from field178_server.demo.communes import enter_communes
from field178_server.demo.places import publish_places
from field178_server.demo.seed import DemoStore, Seeded, seed
from field178_server.maintenance.projections.run import check
from field178_server.office.plan.progress import PlanReader
from field178_server.office.plan.queries import year_plan
from field178_server.records.access import AccessFilter
from field178_server.records.lists_in_force import stored_pack
from field178_server.replication.policy.record_validation import DeclaredTypes
from field178_server.serving.installation import install
from field178_server.settings import Settings
from field178_shared.codelists import demo, load
from field178_shared.ids import IdSource
from field178_shared.records.commune import COMMUNE_TYPES
from field178_shared.records.teams import Team
from field178_shared.time.clock import ShiftedClock, SystemClock

KEYS = (b"k" * 32,)


def empty_store(folder: Path) -> DemoStore:
    settings = Settings.from_environment({"FIELD178_DATA_DIR": str(folder)})
    clock = ShiftedClock(DEMO_START, SystemClock())
    engine, ids = create_engine_for(settings.effective_database_url), IdSource(clock)
    install(settings, engine, clock, ids)
    context = OperationContext(settings.tenant, clock, ids, load())
    return DemoStore(engine, context, DeclaredTypes(load()), KEYS)


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> tuple[DemoStore, Seeded]:
    store = empty_store(tmp_path_factory.mktemp("office"))
    return store, seed(store, demo(), "not a hash")


def test_the_store_holds_the_district_and_last_year_is_approved(seeded: tuple[DemoStore, Seeded]) -> None:
    store, seed = seeded
    totals = demo()["totals"]
    with Session(store.engine) as session:
        states = dict(
            session.execute(
                select(FiledRecord.review_state, func.count()).group_by(FiledRecord.review_state)
            ).all()
        )
        people = session.scalar(select(func.count()).where(Record.type == "person"))
    filed = totals["visits"] + totals["attempts"] + totals["sessions"]
    assert states == {"approved": filed}
    assert people == len(demo()["officers"])
    assert seed.records == totals["establishments"] + filed


def test_rows_of_lists_equal_those_projected_from_records_of_the_district(
    seeded: tuple[DemoStore, Seeded],
) -> None:
    store, _ = seeded
    *_, last = check(store.engine, store.context)
    assert (last.done, last.differing) == (last.total, {})


def test_office_reviews_records_filed_since_the_year_ended(tmp_path: Path) -> None:
    store = empty_store(tmp_path)
    seed(store, demo(), "not a hash", has_newest=True)
    totals = demo()["totals"]
    with Session(store.engine) as session:
        rows = session.execute(
            select(FiledRecord.drawer, FiledRecord.occurred_on, Record.rev).join(
                Record, Record.record_id == FiledRecord.record_id
            )
        ).all()
        teams = Counter(session.scalars(select(FiledRecord.team_id).where(FiledRecord.type == "inspection")))
    year = [row for row in rows if row.occurred_on.year == 2024]
    assert len(year) == totals["visits"] + totals["attempts"] + totals["sessions"]
    assert {state for state, _, _ in year} == {"approved"}
    assert len(teams) == 2
    assert min(teams.values()) > 20
    newest = Counter(state for state, on, _ in rows if on.year == 2025)
    assert newest["approved"] == 2
    assert newest["returned"] == 1
    assert newest["waiting"] >= 4
    # Some visits of the year were returned, and one of the newest is corrected and waits again.
    assert sum(rev == 2 for _, _, rev in year) == 8
    assert [state for state, on, rev in rows if on.year == 2025 and rev == 2] == ["waiting"]


def test_nothing_of_the_demo_is_quarantined(seeded: tuple[DemoStore, Seeded]) -> None:
    with Session(seeded[0].engine) as session:
        assert session.scalar(select(func.count()).select_from(Quarantine)) == 0


def test_the_team_has_its_decision_and_its_members(seeded: tuple[DemoStore, Seeded]) -> None:
    store, seed = seeded
    with Session(store.engine) as session:
        row = session.get_one(Record, (store.context.tenant_id, seed.team.id))
    team = Team.from_data(row.record_id, json.loads(row.body))
    assert (team.decision_number, team.holds_on(DEMO_START.date())) == ("GL-12/QĐ-UBND", True)
    positions = sorted(member.position for member in team.members.values())
    assert positions == ["deputy_leader", *["member"] * 3, "secretary", "team_leader"]
    assert all(member.holds_on(date(2024, 1, 8)) for member in team.members.values())


def test_the_plan_has_visits_in_every_state_and_a_hidden_one(seeded: tuple[DemoStore, Seeded]) -> None:
    store, seed = seeded
    with Session(store.engine) as session:
        office = PlanReader(store.context.tenant_id, AccessFilter(None), DEMO_START.date(), True, KEYS)
        year = year_plan(session, office, 2025)
        last = year_plan(session, office, 2024)
        own = PlanReader(
            store.context.tenant_id, AccessFilter(frozenset({seed.team.scope})), DEMO_START.date()
        )
        own_plan = year_plan(session, own, 2025)
    assert {state.value for state in year.counts()} == {"missed", "due", "later"}
    assert len(year.items) - len(own_plan.items) == 1
    assert (last.quotas[0].done, last.quotas[0].quota.count) == (demo()["totals"]["visits"], 90)


def test_the_office_of_the_demo_publishes_its_places_and_its_communes_enter_their_year(
    seeded: tuple[DemoStore, Seeded],
) -> None:
    store, seed = seeded
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    assert publish_places(store.engine, store.context, key, demo()) == 26
    with Session(store.engine) as session:
        pack = stored_pack(session, store.context.tenant_id)
    assert (pack.number, set(pack.rows)) == (1, {"places.media_outlets", "places.schools", "places.zones"})
    totals, places = demo()["totals"], demo()["establishments"]
    unvisited = sum(not place["visits"] for place in places)
    issued = sum(plan["issued"] for plan in demo()["commune_plans"].values())
    entered = enter_communes(store.engine, store.context, demo(), seed.reviewer)
    with Session(store.engine) as session:
        counted = dict(
            session.execute(
                select(Record.type, func.count()).where(Record.type.in_(COMMUNE_TYPES)).group_by(Record.type)
            ).all()
        )
    assert counted == {
        "media_post": totals["media_items"],
        "commune_plan": issued,
        "worker_census": unvisited,
        "risk_group_count": 3 * (len(demo()["per_commune"]) - 1),
    }
    assert entered == sum(counted.values())

"""Figures by totals equal those of a full count after any history and settling."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Engine, update
from tests.server.office.indicators.totals.history import DIVIDED, LATER, PERIODS, UNITS, History, steps
from tests.server.office_scene import Office, copy_of
from tests.stores import Statements, _empty
from tests.world import TEAM, UNIT, World

from field178_server.database.engine import create_engine_for
from field178_server.database.models import IndicatorBasis, IndicatorLink, IndicatorSubject, IndicatorTotal
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.indicators.queries import figures
from field178_server.office.indicators.totals import operations as totals
from field178_server.office.indicators.totals.recounting import Recounting, SubjectChange, part_of
from field178_server.office.indicators.totals.settle_process import settle_in_own_process
from field178_server.office.indicators.totals.updater import settle_if_needed, totals_running
from field178_server.office.records import operations as records
from field178_server.replication.compaction import compact
from field178_shared.codelists import load


def play(engine: Engine, done: Sequence[tuple[str, int]]) -> None:
    history = History(World(engine))
    history.settle()
    for name, seed in done:
        history.step(name, seed)
        if seed % 4 == 0:
            history.check(PERIODS[seed % len(PERIODS)])
    assert_as_anew(history)


def assert_as_anew(history: History) -> None:
    """Compare figures before and after settling, and all stored rows with those of a count from nothing."""
    for _ in range(2):
        for period in PERIODS:
            history.check(period)
        history.settle()
    kept = stored(history)
    run_write(
        history.world.engine, lambda session: totals.invalidate_counts(session, history.world.tenant_id)
    )
    history.settle()
    assert stored(history) == kept != []


def stored(history: History) -> list[tuple[object, ...]]:
    return [
        tuple(getattr(row, column.name) for column in model.__table__.columns)
        for model in (IndicatorLink, IndicatorSubject, IndicatorTotal)
        for row in history.world.rows(model)
    ]


@settings(max_examples=3, deadline=None)
@given(done=steps)
def test_totals_are_those_of_a_full_count(sqlite_template: Path, done: list[tuple[str, int]]) -> None:
    play_on_sqlite(sqlite_template, done)


@pytest.mark.long
@pytest.mark.timeout(3600)
@settings(max_examples=100, deadline=None)
@given(done=steps)
def test_totals_of_a_hundred_histories_are_those_of_a_full_count(
    sqlite_template: Path, done: list[tuple[str, int]]
) -> None:
    play_on_sqlite(sqlite_template, done)


def play_on_sqlite(template: Path, done: Sequence[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.sqlite"
        shutil.copy(template, path)
        engine = create_engine_for(f"sqlite:///{path}")
        try:
            play(engine, done)
        finally:
            engine.dispose()


@pytest.mark.postgres
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(done=steps)
def test_totals_are_those_of_a_full_count_on_postgresql(
    postgres_engine: Engine, done: list[tuple[str, int]]
) -> None:
    _empty(postgres_engine)
    play(postgres_engine, done)


def filed(world: World) -> History:
    """Return an office that has filed enough for several steps of settling."""
    history = History(world)
    for number in range(24):
        history.step(("establishment", "visit", "item", "approve")[number % 4], number)
    return history


PLACE = {"establishment_type_id": "karaoke", "unit_id": UNITS[0], "first_seen_on": "2025-01-01"}


def test_planned_visit_counts_where_its_establishment_is_though_that_comes_later(
    sqlite_engine: Engine,
) -> None:
    history = History(World(sqlite_engine))
    place = history.id_of("establishment 0")
    days = {"window_from": "2025-03-01", "window_to": "2025-03-31"}
    history.put("plan_item", 0, TEAM, {"year": 2025, "establishment_id": place, **days})
    history.settle()
    history.put("establishment", 0, UNIT, PLACE)
    assert_as_anew(history)


def test_totals_follow_the_days_on_which_windows_of_unannounced_visits_end(engine: Engine) -> None:
    history = History(World(engine))
    history.put("establishment", 0, UNIT, PLACE)
    place = history.id_of("establishment 0")
    for number, last in enumerate(("2025-10-21", "2025-10-25")):
        window = {"window_from": "2025-10-20", "window_to": last}
        data = {"year": 2025, "establishment_id": place, "inspection_kind": "unannounced", **window}
        history.put("plan_item", number, TEAM, data)
    planned = []
    for _ in range(8):
        history.settle()
        assert is_settled(history)
        planned.append(planned_in(history))
        history.today += timedelta(days=1)
        history.check(PERIODS[0])
    assert planned == [0, 0, 1, 1, 1, 1, 2, 2]
    assert_as_anew(history)


def test_store_is_settled_on_the_next_day_unless_a_window_ended(sqlite_engine: Engine) -> None:
    history = History(World(sqlite_engine))
    window = {"window_from": "2025-10-01", "window_to": "2025-10-21"}
    data = {"year": 2025, "establishment_id": history.id_of("establishment 0"), **window}
    history.put("plan_item", 0, TEAM, data | {"inspection_kind": "unannounced"})
    history.put("plan_item", 1, TEAM, data | {"inspection_kind": "planned"})
    history.settle()
    settled = []
    for _ in range(3):
        settled.append(is_settled(history))
        history.today += timedelta(days=1)
    assert settled == [True, True, False]


def is_settled(history: History) -> bool:
    world = history.world
    with snapshot(world.engine) as session:
        return totals.is_settled(session, world.tenant_id, history.lists, history.today)


def planned_in(history: History) -> float | None:
    """Return the planned visits of the year that the totals count."""
    world, at = history.world, (history.lists, PERIODS[0], UNITS, history.today)
    with snapshot(world.engine) as session:
        return figures(session, world.tenant_id, *at)["plan_completion_pct"].approved.den


WHOLE_VISIT = {
    "unit_id": UNITS[0],
    "team_id": TEAM.partition(":")[2],
    "started_at": "2025-06-03T02:00:00.000Z",
    "filed_at": "2025-06-03T02:00:00.000Z",
    "inspection_kind": "planned",
    "access_result": "inspected",
    "overall_result": "compliant",
}
VISIT = {"unit_id": DIVIDED, "started_at": "2025-03-03T02:00:00.000Z", "inspection_kind": "planned"}


def visits_of(history: History, *units: str) -> float:
    with snapshot(history.world.engine) as session:
        at = (session, history.world.tenant_id, history.lists, PERIODS[0], units, history.today)
        return figures(*at)["visits_total"].with_waiting.num


def test_visit_of_a_divided_commune_follows_its_establishment(sqlite_engine: Engine) -> None:
    history, [whole, _] = History(World(sqlite_engine)), LATER
    place, other = (history.id_of(f"establishment {number}") for number in range(2))
    entry = PLACE | {"unit_id": DIVIDED}
    for number in range(2):
        history.put("establishment", number, UNIT, entry)
    history.put("inspection", 0, TEAM, VISIT | {"establishment_id": place})
    history.settle()
    counts = [visits_of(history, whole)]
    moved = entry | {"unit_id": whole, "former_unit_ids": [DIVIDED]}
    history.put("establishment", 0, UNIT, moved)
    assert_as_anew(history)
    counts.append(visits_of(history, whole))
    history.world.merge(place, other)
    assert_as_anew(history)
    counts.append(visits_of(history, whole))
    history.put("establishment", 1, UNIT, moved)
    assert_as_anew(history)
    counts.append(visits_of(history, whole))
    # Where the visit's establishment is not assigned, no share of the divided commune is known.
    assert counts == [0, 1, 0, 1]
    assert visits_of(history, DIVIDED) == visits_of(history, DIVIDED, whole) == 1


def test_total_of_a_unit_ends_where_its_successor_states_one_and_goes_on_where_that_is_deleted(
    sqlite_engine: Engine,
) -> None:
    history = History(World(sqlite_engine))
    stated = {"kind": "team_members_total", "value": 9}
    history.put("denominator", 0, UNIT, stated | {"unit_id": UNITS[0], "valid_from": "2025-01-01"})
    history.settle()
    history.put("denominator", 1, UNIT, stated | {"unit_id": LATER[0], "valid_from": "2025-07-01"})
    assert_as_anew(history)
    history.change(history.id_of("denominator 1"), deleted=True)
    assert_as_anew(history)


def test_establishment_that_left_register_and_feed_leaves_no_count(sqlite_engine: Engine) -> None:
    history = History(World(sqlite_engine))
    history.put("establishment", 0, UNIT, PLACE)
    history.put("establishment", 1, UNIT, PLACE)
    history.settle()
    history.change(history.id_of("establishment 0"), deleted=True)
    history.settle()
    run_write(sqlite_engine, lambda session: compact(session, history.world.tenant_id, UNIT))
    assert_as_anew(history)


def test_talks_of_a_merged_establishment_are_those_of_its_target_and_come_back(
    sqlite_engine: Engine,
) -> None:
    history = History(World(sqlite_engine))
    ids = [history.id_of(f"establishment {n}") for n in range(2)]
    talk = {"outreach_form_id": "conference", "session_date": "2025-03-10", "unit_id": UNITS[0]}
    for n, place in enumerate(ids):
        history.put("establishment", n, UNIT, PLACE)
        history.put("outreach_session", n, UNIT, talk | {"establishments": {place: {"attendance_count": 5}}})
        history.put(
            "worker_census",
            n,
            UNIT,
            {"establishment_id": place, "counted_on": "2025-02-01", "workers_total": 9},
        )
    history.settle()
    history.world.merge(ids[0], ids[1])
    assert_as_anew(history)
    run_write(sqlite_engine, lambda session: compact(session, history.world.tenant_id, UNIT))
    assert_as_anew(history)
    run_write(sqlite_engine, lambda session: records.unmerge(session, history.context, ids[0]))
    assert_as_anew(history)


def test_two_that_settle_at_once_count_every_change_once(engine: Engine) -> None:
    history = filed(World(engine))
    threads = [threading.Thread(target=history.settle) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert_as_anew(history)


def between(monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], object]) -> list[None]:
    """Run a function once, between the count of the next step and its write."""
    called: list[None] = []
    count = Recounting.of_changes

    def counted(self: Recounting, record_ids: Collection[str]) -> SubjectChange:
        aggregates = count(self, record_ids)
        if not called:
            called.append(None)
            meanwhile()
        return aggregates

    monkeypatch.setattr(Recounting, "of_changes", counted)
    return called


def test_record_filed_during_a_step_is_counted_in_the_next_one(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = filed(World(engine))

    def file() -> None:
        for number in range(24, 40):
            history.step(("establishment", "visit", "item", "approve")[number % 4], number)

    called = between(monkeypatch, file)
    history.settle()
    assert called
    assert_as_anew(history)


def _answer(history: History) -> Callable[[], None]:
    correction = {"follow_ups": {"u1": {"text": "x", "due_on": "2025-06-21", "status": "open"}}}
    answer = {"visit_id": history.id_of("inspection 0"), "follow_up_id": "u1", "status": "fixed"}
    history.put("inspection", 0, TEAM, WHOLE_VISIT | correction)
    history.put("inspection", 1, TEAM, WHOLE_VISIT | {"follow_up_answers": {"a1": answer}})
    return lambda: history.put("inspection", 1, TEAM, WHOLE_VISIT)


def _planned_visit(history: History) -> Callable[[], None]:
    places = [history.id_of(f"establishment {number}") for number in range(2)]
    for number in range(2):
        history.put("establishment", number, UNIT, PLACE)
    history.settle()
    window = {"window_from": "2025-06-01", "window_to": "2025-06-30", "inspection_kind": "planned"}
    item = {"year": 2025, "team_id": TEAM.partition(":")[2], "establishment_id": places[0], **window}
    history.put("plan_item", 0, TEAM, item)
    history.put("inspection", 0, TEAM, WHOLE_VISIT | {"establishment_id": places[0]})
    return lambda: history.put("inspection", 0, TEAM, WHOLE_VISIT | {"establishment_id": places[1]})


def _merge(history: History) -> Callable[[], None]:
    places = [history.id_of(f"establishment {number}") for number in range(2)]
    for number in range(2):
        history.put("establishment", number, UNIT, PLACE)
    history.put("inspection", 0, TEAM, WHOLE_VISIT | {"establishment_id": places[0]})
    history.settle()
    history.put("inspection", 1, TEAM, WHOLE_VISIT | {"establishment_id": places[1]})
    history.world.merge(*places)
    return lambda: run_write(
        history.world.engine, lambda session: records.unmerge(session, history.context, places[0])
    )


def _replaced_plan(history: History) -> Callable[[], None]:
    plan = {"unit_id": UNITS[0], "year": 2025, "issued_on": "2025-02-01"}
    history.put("commune_plan", 0, UNIT, plan)
    history.put("commune_plan", 1, UNIT, plan | {"replaces": history.id_of("commune_plan 0")})
    return lambda: history.put("commune_plan", 1, UNIT, plan)


@pytest.mark.parametrize("begin", [_answer, _planned_visit, _merge, _replaced_plan])
def test_record_that_changes_again_before_it_is_counted_leaves_nothing_of_its_first_state(
    sqlite_engine: Engine, begin: Callable[[History], Callable[[], None]]
) -> None:
    history = History(World(sqlite_engine))
    history.settle()
    change_again = begin(history)
    world = history.world
    totals.settle_step(world.engine, world.tenant_id, history.lists, history.today, step=1)
    change_again()
    assert_as_anew(history)


def test_step_that_another_process_wrote_meanwhile_is_counted_again(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(totals, "_MEANWHILE_S", 0.0)
    history = filed(World(engine))
    called = between(monkeypatch, history.settle_once)
    history.settle()
    assert called
    assert_as_anew(history)


def test_a_process_of_its_own_settles_as_this_one_does(engine: Engine) -> None:
    history = filed(World(engine))
    tenant_id, day = history.world.tenant_id, history.today
    assert settle_in_own_process(engine, tenant_id, day) > 0
    kept = stored(history)
    run_write(engine, lambda session: totals.invalidate_counts(session, tenant_id))
    totals.settle(engine, tenant_id, load(), day)
    assert stored(history) == kept != []


def test_counts_of_another_basis_go_step_by_step_and_nobody_reads_the_rest(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = filed(World(engine))
    history.settle()
    kept = stored(history)
    monkeypatch.setattr(totals, "_ROWS_DELETED", len(kept) // 4)
    another = update(IndicatorBasis).values(basis="of another release")
    run_write(engine, lambda session: session.execute(another))
    for _ in range(2):
        history.settle_once()
        assert 0 < len(stored(history)) < len(kept)
        history.check(PERIODS[0])
    history.settle()
    assert stored(history) == kept


def test_filing_and_deciding_run_no_statement_of_the_totals(
    sqlite_engine: Engine, statements: Statements
) -> None:
    history = filed(World(sqlite_engine))
    history.settle()
    with statements(sqlite_engine) as executed:
        for number in range(24, 48):
            history.step(("establishment", "visit", "item", "approve")[number % 4], number)
    assert executed
    assert not [statement for statement in executed if "indicator_" in statement]


def test_settling_of_approvals_reads_the_audit_trail_once(
    sqlite_engine: Engine, statements: Statements
) -> None:
    history = filed(World(sqlite_engine))
    history.settle()
    # Some meet a visit that waits.
    for seed in range(24, 34):
        history.step("approve", seed)
    with statements(sqlite_engine) as executed:
        history.settle()
    assert len([statement for statement in executed if "FROM audit" in statement]) == 1


def test_settled_figures_take_few_statements_and_write_none(
    sqlite_engine: Engine, statements: Statements
) -> None:
    history = filed(World(sqlite_engine))
    history.settle()
    at = (history.lists, PERIODS[0], UNITS, history.today)
    with statements(sqlite_engine) as executed, snapshot(sqlite_engine) as session:
        figures(session, history.world.tenant_id, *at)
    assert len([statement for statement in executed if statement.startswith("SELECT")]) <= 6
    assert not [statement for statement in executed if statement.startswith(("INSERT", "UPDATE", "DELETE"))]


def test_stored_period_is_deleted_after_its_time(engine: Engine) -> None:
    history, period = filed(World(engine)), PERIODS[2]
    tenant_id = history.world.tenant_id
    run_write(
        engine,
        lambda session: totals.keep_period(session, tenant_id, period, history.today),
    )
    history.settle()
    name = part_of(period)
    assert any(name in str(row) for row in stored(history))
    history.today += totals.KEPT_FOR + timedelta(days=1)
    history.settle()
    assert not any(name in str(row) for row in stored(history))
    history.check(period)


@pytest.fixture
def office(furnished: Path, tmp_path: Path) -> Iterator[Office]:
    opened = Office(copy_of(furnished, tmp_path / "data"))
    yield opened
    opened.close()


def test_thread_settles_changes_and_does_nothing_without_changes(office: Office) -> None:
    assert settle_if_needed(office.runtime) > 0
    assert settle_if_needed(office.runtime) == 0
    with totals_running(office.runtime, look_every_s=0.01):
        pass

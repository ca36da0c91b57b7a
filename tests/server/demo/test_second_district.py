"""Figures of a second district are those of a script of its own, and every number opens its records."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from tests.server.demo.independent_figures import Answer, RawRecord, Year
from tests.server.demo.second_district import YEAR, file_further, second_dataset
from tests.server.office.indicators.test_numbers import (
    expected,
    facts_of,
    question,
    test_rows_behind_a_number_sum_to_it,
)
from tests.server.office.indicators.test_queries import AREA

from field178_server.accounts import officers
from field178_server.audit.operation_context import OperationContext
from field178_server.database.engine import create_engine_for
from field178_server.database.models import Audit, FiledRecord, Record
from field178_server.demo import DEMO_START
from field178_server.demo.district import fill
from field178_server.demo.places import DISTRICT
from field178_server.demo.seed import DemoStore
from field178_server.office.indicators.queries import IndicatorFigure, differences, figures
from field178_server.office.indicators.totals.operations import settle
from field178_server.records.lists_in_force import stored_pack
from field178_server.replication.policy.record_validation import DeclaredTypes
from field178_server.security.keyring import load_keys
from field178_server.serving.installation import install
from field178_server.settings import Settings
from field178_shared.codelists import load
from field178_shared.ids import IdSource
from field178_shared.indicators.figures import FigureValue
from field178_shared.indicators.periods import Period
from field178_shared.list_packs import lists_with
from field178_shared.time.clock import ShiftedClock, SystemClock

# The round trip from a number to its records and back, in this store too.
__all__ = ["expected", "facts_of", "question", "test_rows_behind_a_number_sum_to_it"]

# In this district a waiting visit closes corrections, and places are visited twice a day.
SEED, TODAY = 17, date(2026, 11, 24)
INDICATORS = sorted(load().indicators)
_DECIDED = {"review_approved": "approved", "review_returned": "returned", "review_void": "void"}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoStore]:
    folder: Path = tmp_path_factory.mktemp("second")
    settings = Settings.from_environment({"FIELD178_DATA_DIR": str(folder)})
    clock = ShiftedClock(DEMO_START, SystemClock())
    engine, ids = create_engine_for(settings.effective_database_url), IdSource(clock)
    install(settings, engine, clock, ids)
    made = DemoStore(engine, OperationContext(settings.tenant, clock, ids, load()), DeclaredTypes(load()))
    dataset = second_dataset(SEED)
    seeded = fill(made, load_keys(settings.key_dir).receipt, dataset, "not a hash", waiting=9)
    with Session(engine) as session:
        reviewer = officers.by_login_or_id(session, settings.tenant, seeded.reviewer).officer_id
        lists = lists_with(stored_pack(session, settings.tenant))
    file_further(made, dataset, seeded.team.id, reviewer, SEED)
    settle(engine, settings.tenant, lists, TODAY)
    yield made
    engine.dispose()


@pytest.fixture(scope="module")
def counted(store: DemoStore) -> dict[str, IndicatorFigure]:
    tenant_id = store.context.tenant_id
    with Session(store.engine) as session:
        lists = lists_with(stored_pack(session, tenant_id))
        at = (session, tenant_id, lists, Period.of_year(YEAR), AREA, TODAY)
        assert differences(*at) == ()
        return dict(figures(*at))


def raw_records(store: DemoStore, states: dict[str, str]) -> Iterator[RawRecord]:
    """Yield the live records as they are stored; `states` gives a state of review another name."""
    with Session(store.engine) as session:
        filed = {row.record_id: row for row in session.scalars(select(FiledRecord))}
        decided: dict[str, set[str]] = defaultdict(set)
        for entry in session.scalars(select(Audit).where(Audit.action.in_(sorted(_DECIDED)))):
            decided[str(entry.object_id)].add(_DECIDED[entry.action])
        for record in session.scalars(select(Record).where(Record.deleted.is_(False))):
            row = filed.get(record.record_id)
            state = "" if row is None else row.review_state
            yield RawRecord(
                record.record_id,
                record.type,
                json.loads(record.body),
                states.get(state, state),
                None if row is None else row.received_at,
                frozenset(decided.get(record.record_id, ())),
            )


@pytest.fixture(scope="module")
def years(store: DemoStore) -> tuple[Year, Year]:
    """The year by approved records, and with what waits for review or was returned."""
    with Session(store.engine) as session:
        texts = stored_pack(session, store.context.tenant_id).rows
    rows = {
        table: {key: json.loads(text) for key, text in changed.items()} for table, changed in texts.items()
    }
    every = {"waiting": "approved", "returned": "approved"}
    approved, with_waiting = (
        Year(raw_records(store, states), rows, YEAR, (AREA, (DISTRICT,)), TODAY) for states in ({}, every)
    )
    return approved, with_waiting


@pytest.fixture(scope="module")
def answers(years: tuple[Year, Year]) -> tuple[dict[str, Answer], dict[str, Answer]]:
    return years[0].answers(), years[1].answers()


def values_of(figure: FigureValue) -> tuple[object, ...]:
    return figure.num, figure.den, figure.value, dict(figure.breakdown)


def test_script_answers_for_every_indicator(answers: tuple[dict[str, Answer], dict[str, Answer]]) -> None:
    assert sorted(answers[0]) == INDICATORS


@pytest.mark.parametrize("with_waiting", [False, True], ids=["approved", "with_waiting"])
def test_product_and_script_agree(
    with_waiting: bool,
    counted: dict[str, IndicatorFigure],
    answers: tuple[dict[str, Answer], dict[str, Answer]],
) -> None:
    computed, expected = {}, {}
    for indicator_id in INDICATORS:
        figure, answer = counted[indicator_id], answers[with_waiting][indicator_id]
        value = figure.with_waiting if with_waiting else figure.approved
        computed[indicator_id] = values_of(value)
        # Of a share that is counted in part there are bounds alone.
        share = None if value.is_uncounted and value.den else answer.value
        expected[indicator_id] = answer.num, answer.den, share, dict(answer.by)
    assert computed == expected


def test_bounds_of_the_share_reached_are_those_of_the_script(
    counted: dict[str, IndicatorFigure], years: tuple[Year, Year]
) -> None:
    share = counted["workers_reached_pct"].approved
    assert (share.low, share.high) == years[0].bounds_of_workers_reached()


def test_district_has_a_figure_for_every_indicator(counted: dict[str, IndicatorFigure]) -> None:
    """A figure of nothing would agree with any script."""
    silent = [name for name, indicator in counted.items() if not indicator.approved.num]
    assert silent == []

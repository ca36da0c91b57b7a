"""Stores with the made-up district of 2024 for reports, and its entered figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

import pytest
from sqlalchemy.orm import Session
from tests.server.district import district_in, lists_of, opened
from tests.server.office_scene import MORNING, MovedClock

from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor
from field178_server.database.unit_of_work import run_write
from field178_server.demo.seed import DemoStore
from field178_server.records.batch import Batch

Result = TypeVar("Result")
Write = Callable[[Callable[[Batch, OperationContext], Result]], Result]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoStore]:
    settings = district_in(tmp_path_factory, tmp_path_factory.mktemp("reports") / "data", waiting=2)
    with opened(settings, MovedClock(MORNING)) as made:
        context = replace(made.context, lists=lists_of(made), actor=Actor("officer", OFFICER))
        yield replace(made, context=context)


OFFICER = "5f0b1a3e-0000-4000-8000-000000000101"


@pytest.fixture
def write(store: DemoStore) -> Write:  # type: ignore[type-arg]  # each call has its own
    """Run an operation in a transaction of its own."""

    def run(work: Callable[[Batch, OperationContext], Result]) -> Result:
        def within(session: Session) -> Result:
            batch = Batch(session, store.context.tenant_id, store.context.clock, store.context.ids)
            result = work(batch, store.context)
            batch.flush()
            return result

        return run_write(store.engine, within)

    return run

"""The made-up district of 2024, with everything that is entered for its figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy.orm import Session
from tests.server.office_scene import MORNING, MovedClock

from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor
from field178_server.database.engine import create_engine_for
from field178_server.database.unit_of_work import run_write
from field178_server.demo import DEMO_START
from field178_server.demo.communes import enter_communes
from field178_server.demo.places import publish_places
from field178_server.demo.seed import DemoStore, seed
from field178_server.records.batch import Batch
from field178_server.records.lists_in_force import stored_pack
from field178_server.replication.policy.record_validation import DeclaredTypes
from field178_server.security.keyring import load_keys
from field178_server.serving.installation import install
from field178_server.settings import Settings
from field178_shared.codelists import demo, load
from field178_shared.ids import IdSource
from field178_shared.list_packs import lists_with

Result = TypeVar("Result")
Write = Callable[[Callable[[Batch, OperationContext], Result]], Result]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoStore]:
    folder: Path = tmp_path_factory.mktemp("reports")
    settings = Settings.from_environment({"FIELD178_DATA_DIR": str(folder)})
    clock = MovedClock(DEMO_START)
    engine, ids = create_engine_for(settings.effective_database_url), IdSource(clock)
    install(settings, engine, clock, ids)
    made = DemoStore(engine, OperationContext(settings.tenant, clock, ids, load()), DeclaredTypes(load()))
    seed(made, demo(), "not a hash", waiting=2)
    publish_places(engine, made.context, load_keys(settings.key_dir).receipt, demo())
    enter_communes(engine, made.context, demo(), "gl07")
    clock.instant = MORNING
    with Session(engine) as session:
        lists = lists_with(stored_pack(session, settings.tenant))
    context = OperationContext(settings.tenant, clock, ids, lists, Actor("officer", OFFICER))
    yield DemoStore(engine, context, made.rules)
    engine.dispose()


OFFICER = "5f0b1a3e-0000-4000-8000-000000000101"


@pytest.fixture
def write(store: DemoStore) -> Write:  # type: ignore[type-arg]  # each call has its own
    """Run an operation in a transaction of its own."""

    def run(work: Callable[[Batch, OperationContext], Result]) -> Result:
        def within(session: Session) -> Result:
            batch = Batch(session, store.context.tenant_id, store.context.clock, store.context.ids)
            found = work(batch, store.context)
            batch.flush()
            return found

        return run_write(store.engine, within)

    return run

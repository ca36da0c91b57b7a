"""Stores with the records of the made-up district of 2024: filled once a run and copied."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy.orm import Session
from tests.made_once import made_once
from tests.server.office_scene import PASSWORD, MovedClock, settings_of

from field178_server.audit.operation_context import OperationContext
from field178_server.database.engine import create_engine_for
from field178_server.demo import DEMO_START
from field178_server.demo.communes import enter_communes
from field178_server.demo.places import publish_places
from field178_server.demo.returns import enter_returns
from field178_server.demo.seed import DemoStore, seed
from field178_server.office.indicators.totals.operations import settle
from field178_server.records.lists_in_force import stored_pack
from field178_server.replication.policy.record_validation import DeclaredTypes
from field178_server.security.keyring import load_keys
from field178_server.security.passwords import Passwords
from field178_server.serving.installation import install
from field178_server.settings import Settings
from field178_shared.codelists import CodeLists, demo, load
from field178_shared.ids import IdSource
from field178_shared.list_packs import lists_with
from field178_shared.time.clock import Clock

TODAY = date(2026, 11, 24)
# Records that wait for review: the same number in every test, so that the store is filled once.
WAITING = 12


def district_in(folders: pytest.TempPathFactory, folder: Path, waiting: int) -> Settings:
    """Put a copy of the district into a new folder; so many of its records wait for review."""
    made = made_once(folders, f"district-{waiting}", partial(fill, waiting=waiting))
    shutil.copytree(made, folder)
    return settings_of(folder)


def counted_district_in(folders: pytest.TempPathFactory, folder: Path, waiting: int) -> Settings:
    """Put a copy of the district into a new folder, with what agencies sent and its totals as of TODAY."""

    def fill_and_count(filling: Path) -> None:
        _count(district_in(folders, filling, waiting))

    shutil.copytree(made_once(folders, f"counted-{waiting}", fill_and_count), folder)
    return settings_of(folder)


@contextmanager
def opened(settings: Settings, clock: Clock) -> Iterator[DemoStore]:
    """Open the store of a folder."""
    engine = create_engine_for(settings.effective_database_url)
    context = OperationContext(settings.tenant, clock, IdSource(clock), load())
    yield DemoStore(engine, context, DeclaredTypes(load()))
    engine.dispose()


def lists_of(store: DemoStore) -> CodeLists:
    """Return the lists with what the district has published."""
    with Session(store.engine) as session:
        return lists_with(stored_pack(session, store.context.tenant_id))


def fill(folder: Path, waiting: int) -> None:
    """Fill a new folder with the district; so many of its records wait for review."""
    settings = settings_of(folder)
    with opened(settings, MovedClock(DEMO_START)) as store:
        install(settings, store.engine, store.context.clock, store.context.ids)
        seed(store, demo(), Passwords("test").hash(PASSWORD), waiting=waiting)
        publish_places(store.engine, store.context, load_keys(settings.key_dir).receipt, demo())
        enter_communes(store.engine, store.context, demo(), "gl07")


def _count(settings: Settings) -> None:
    with opened(settings, MovedClock(DEMO_START)) as store:
        enter_returns(store.engine, store.context, demo(), "gl07")
        settle(store.engine, settings.tenant, lists_of(store), TODAY)

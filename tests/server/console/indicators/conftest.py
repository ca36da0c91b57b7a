"""The office of the made-up district, with its records of 2024, at the start of 2025."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.server.console.conftest import Browser
from tests.server.office_scene import PASSWORD, MovedClock, Office, settings_of

from field178_server.audit.operation_context import OperationContext
from field178_server.database.engine import create_engine_for
from field178_server.demo import DEMO_START
from field178_server.demo.communes import enter_communes
from field178_server.demo.places import publish_places
from field178_server.demo.seed import DemoStore, seed
from field178_server.records.lists_in_force import ListsInForce
from field178_server.replication.policy.record_validation import DeclaredTypes
from field178_server.security.keyring import load_keys
from field178_server.security.passwords import Passwords
from field178_server.serving.installation import install
from field178_shared.codelists import demo, load
from field178_shared.ids import IdSource

WAITING = 12


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder: Path = tmp_path_factory.mktemp("district") / "data"
    settings, clock = settings_of(folder), MovedClock(DEMO_START)
    engine, ids = create_engine_for(settings.effective_database_url), IdSource(clock)
    install(settings, engine, clock, ids)
    made = DemoStore(engine, OperationContext(settings.tenant, clock, ids, load()), DeclaredTypes(load()))
    seed(made, demo(), Passwords("test").hash(PASSWORD), waiting=WAITING)
    publish_places(engine, made.context, load_keys(settings.key_dir).receipt, demo())
    enter_communes(engine, made.context, demo(), "gl07")
    engine.dispose()
    office = Office(settings, clock)
    yield office
    office.close()


@pytest.fixture
def reads_as(district: Office) -> Callable[[str], Browser]:
    """Sign an officer of the district in; its lists are in force, which every test begins without."""
    ListsInForce(district.engine, district.settings.tenant).follow()

    def sign_in(login: str) -> Browser:
        browser = Browser(district.app.test_client())
        answer = browser.client.post("/sign-in", data={"login": login, "password": PASSWORD})
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return browser

    return sign_in

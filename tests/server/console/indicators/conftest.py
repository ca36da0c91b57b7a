"""The office of the made-up district, with its records of 2024, at the start of 2025."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from tests.server.console.conftest import Browser, open_session
from tests.server.district import WAITING, district_in
from tests.server.office_scene import MovedClock, Office

from field178_server.demo import DEMO_START
from field178_server.records.lists_in_force import ListsInForce


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    settings = district_in(tmp_path_factory, tmp_path_factory.mktemp("district") / "data", WAITING)
    office = Office(settings, MovedClock(DEMO_START))
    yield office
    office.close()


@pytest.fixture
def reads_as(district: Office) -> Callable[[str], Browser]:
    """Sign an officer of the district in; its lists are in force, which every test begins without."""
    ListsInForce(district.engine, district.settings.tenant).follow()

    return lambda login: open_session(district, login)

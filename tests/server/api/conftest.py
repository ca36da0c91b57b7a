"""A furnished office on each engine, fresh for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from tests.server.office_scene import MovedClock, Office, Tablet, copy_of, furnish, settings_of
from tests.stores import POSTGRES, SQLITE


@pytest.fixture(params=[SQLITE, POSTGRES])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    if request.param == "sqlite":
        settings = copy_of(request.getfixturevalue("furnished"), tmp_path / "data")
    else:
        engine: Engine = request.getfixturevalue("postgres_engine")
        url = engine.url.render_as_string(hide_password=False)
        settings = settings_of(tmp_path / "data", database_url=url)
        furnish(settings, MovedClock())
    office = Office(settings)
    yield office
    office.close()


@pytest.fixture
def tablet(office: Office) -> Tablet:
    return Tablet(office)

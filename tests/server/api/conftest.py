"""A furnished office on each engine, fresh for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from tests.server.office_scene import MovedClock, Office, Tablet, furnish, settings_of


@pytest.fixture
def office(engine: Engine, tmp_path: Path) -> Iterator[Office]:
    url = engine.url.render_as_string(hide_password=False)
    settings = settings_of(tmp_path / "data", database_url=url)
    furnish(settings, MovedClock())
    office = Office(settings)
    yield office
    office.close()


@pytest.fixture
def tablet(office: Office) -> Tablet:
    return Tablet(office)

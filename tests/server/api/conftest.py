"""A furnished office, fresh for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.server.office import MovedClock, Office, Tablet, copy_furnished, furnish, settings_of


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("furnished")
    furnish(settings_of(folder), MovedClock())
    return folder


@pytest.fixture
def office(furnished: Path, tmp_path: Path) -> Iterator[Office]:
    copy_furnished(furnished, tmp_path / "data")
    office = Office(settings_of(tmp_path / "data"))
    yield office
    office.close()


@pytest.fixture
def tablet(office: Office) -> Tablet:
    return Tablet(office)

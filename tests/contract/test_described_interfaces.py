"""Interfaces of programs and their descriptions; long: `python -m tests.prove described_interfaces`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.contract.described_interfaces import check_data_feeds, check_tablets_interface
from tests.server.api.odata.conftest import feeds_of
from tests.server.office_scene import MovedClock, Office, furnish, settings_of


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    settings = settings_of(tmp_path / "data")
    furnish(settings, MovedClock())
    office = Office(settings)
    yield office
    office.close()


def test_tablets_interface_does_what_its_document_says(office: Office) -> None:
    outcome = check_tablets_interface(office, 5, 178)
    assert outcome.broken == {}
    assert outcome.cases > 400


def test_data_feeds_answer_every_query_in_their_form(office: Office) -> None:
    outcome = check_data_feeds(office, feeds_of(office).token("chi"), 3, 178)
    assert outcome.broken == {}
    assert outcome.cases > 100

"""Checks of a product with the record type `poster_site`; see test_adding_a_record_type.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.server.office_scene import UNITS, Office, Tablet, copy_of
from tests.shared import builders

import field178_server
from field178_shared.schemas import validate
from field178_shared.schemas.fields.catalogue import record_name, words_at

SITE = builders.poster_site(unit_id=UNITS[0])  # type: ignore[attr-defined]


@pytest.fixture
def office(furnished: Path, tmp_path: Path) -> Iterator[Office]:
    office = Office(copy_of(furnished, tmp_path / "data"))
    yield office
    office.close()


def test_server_is_that_of_the_copy() -> None:
    assert Path(field178_server.__file__).is_relative_to(Path(__file__).parents[3])


def test_schema_accepts_a_valid_record_and_refuses_a_bad_one() -> None:
    assert validate("poster_site", SITE) == {}
    assert validate("poster_site", {**SITE, "panel_count": -1}) == {"panel_count": ["out_of_range"]}


def test_record_of_the_type_is_sent_by_a_tablet_and_received_by_another(office: Office) -> None:
    sender, receiver = Tablet(office).ready(), Tablet(office).ready()
    change = {**sender.change(), "type": "poster_site", "set": SITE}
    (receipt,) = [frame for frame in sender.frames(push=[change]) if frame["frame"] == "res"]
    assert receipt["status"] == "applied"
    records = [frame for frame in receiver.frames() if frame["frame"] == "rec"]
    assert [record["data"] for record in records if record["type"] == "poster_site"] == [SITE]


def test_published_types_contain_it_and_people_read_its_name(office: Office) -> None:
    published = office.client.get("/api/v1/schemas").get_json()["types"]["poster_site"]
    assert (published["scope"], published["creators"]) == ("unit", ["tablet", "office"])
    assert record_name("poster_site", "vi") == "Điểm treo pa-nô"
    assert words_at("poster_site", "panel_count", "vi").label == "Số pa-nô"

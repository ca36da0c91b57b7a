from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.shared import builders

from field178_shared import rules
from field178_shared.codelists import load
from field178_shared.merge import write_path
from field178_shared.rules import Context
from field178_shared.rules.establishment import KnownEstablishment, possible_duplicates

CONTEXT = Context(datetime(2026, 11, 20, 9, tzinfo=UTC))
KNOWN = KnownEstablishment(
    id="k1",
    folded_name="karaoke moc diep (gl-016)",
    type_id="karaoke",
    unit_id=builders.UNIT,
    lat=208_182_100,
    lon=1_065_467_100,
    registration_number="",
)
# 1e-7 degrees of latitude for a metre.
METRE = 90


def _filing(data: dict[str, object]) -> dict[str, str]:
    problems = rules.filing_problems("establishment", data, load(), CONTEXT)
    return {problem.path: problem.code.value for problem in problems}


@pytest.mark.parametrize(("metres", "alike"), [(0, True), (140, True), (160, False)])
def test_the_same_name_and_kind_within_150_metres_may_be_the_same_place(metres: int, alike: bool) -> None:
    here = builders.establishment(name="KARAOKE Mộc  Diệp (GL-016)")
    there = replace(KNOWN, lat=208_182_100 + metres * METRE)
    assert possible_duplicates(here, [there]) == (("k1",) if alike else ())


@pytest.mark.parametrize(
    ("typed", "registered_name", "alike"),
    [
        ("Mộc Diệp", "karaoke moc diep", True),
        ("Karaoke Mộc Diệp", "moc diep", True),
        ("Diệp", "karaoke moc diep", True),
        ("iệp", "karaoke moc diep", False),
        ("Karaoke", "karaoke moc diep", False),
    ],
)
def test_a_name_with_or_without_its_kind_is_the_same(typed: str, registered_name: str, alike: bool) -> None:
    here = builders.establishment(name=typed)
    assert bool(possible_duplicates(here, [replace(KNOWN, folded_name=registered_name)])) is alike


def test_another_name_or_kind_next_door_is_another_place() -> None:
    here = builders.establishment()
    assert possible_duplicates(here, [replace(KNOWN, folded_name="karaoke moc lan")]) == ()
    assert possible_duplicates(here, [replace(KNOWN, type_id="cafe")]) == ()


def test_the_same_registration_number_is_enough() -> None:
    far = replace(KNOWN, folded_name="x", lat=0, registration_number="gl-0000000016 ")
    assert possible_duplicates(builders.establishment(), [far]) == ("k1",)
    nameless = builders.establishment(name="y", registration_number=None)
    assert possible_duplicates(nameless, [replace(far, registration_number="")]) == ()


def test_without_a_point_the_same_unit_counts_as_near() -> None:
    here = builders.establishment(lat=None, lon=None)
    assert possible_duplicates(here, [KNOWN]) == ("k1",)
    assert possible_duplicates(here, [replace(KNOWN, unit_id="c11635_v2")]) == ()


def test_a_point_is_whole_or_absent() -> None:
    assert _filing(builders.establishment(lon=None)) == {"lon": "required"}
    assert _filing(builders.establishment(lat=None, lon=None)) == {}


def test_dates_of_the_register_are_in_order() -> None:
    assert _filing(builders.establishment(closed_on="2024-01-31")) == {"closed_on": "end_before_start"}
    expired = write_path(builders.establishment(), "certificates.antt.expires_on", "2024-03-03")
    assert _filing(expired) == {"certificates.antt.expires_on": "end_before_start"}


def test_other_kind_of_service_needs_a_note() -> None:
    assert _filing(builders.establishment("other_service")) == {"note": "required"}
    assert _filing(builders.establishment("other_service", note="Phòng trà")) == {}

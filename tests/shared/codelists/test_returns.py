"""What agencies are asked for, by their rows in the lists."""

from __future__ import annotations

from datetime import date
from typing import cast

from field178_shared.codelists import load
from field178_shared.codelists.loading import released_files
from field178_shared.codelists.organizations import RETURN_NUMBERS
from field178_shared.list_packs import TABLES, ListPack, Row, lists_with
from field178_shared.list_packs.rules import problems_of
from field178_shared.schemas import TYPES

TABLE, POLICE = "organizations.agencies", "commune_police"


def _pack(returns: list[str]) -> ListPack:
    row = cast(Row, {**TABLES[TABLE].rows(released_files())[POLICE], "returns": returns})
    return ListPack().with_rows({TABLE: {POLICE: row}})


def test_every_number_of_a_return_is_a_field_of_its_record() -> None:
    assert set(RETURN_NUMBERS) <= set(TYPES["agency_return"].schema.fields)


def test_every_number_has_an_agency_of_the_plan_that_sends_it() -> None:
    numbers = {word for agency in load().agencies.values() for word in agency.returns}
    assert set(RETURN_NUMBERS) <= numbers


def test_office_assigns_another_agency_by_a_row_of_its_lists() -> None:
    pack = _pack(["cases_uncovered", "tipoffs_received"])
    assert problems_of(pack, ListPack()) == ()
    assert lists_with(pack).agencies[POLICE].return_numbers == ("tipoffs_received", "cases_uncovered")


def test_a_word_that_is_no_number_and_no_type_is_refused() -> None:
    assert problems_of(_pack(["names_of_people"]), ListPack())


def test_reporters_after_a_reform_are_those_in_the_place_of_the_ones_before() -> None:
    lists, before, after = load(), date(2024, 12, 31), date(2026, 12, 31)

    def reporters(agency_id: str, day: date) -> list[str]:
        return [agency.id for agency in lists.reporters_on([agency_id], day)]

    assert reporters("dist_labour_office", before) == ["dist_labour_office"]
    assert reporters("dist_labour_office", after) == ["commune_culture_social"]
    assert reporters("court", after) == ["regional_court"]
    # Nobody sends yet what the police of the district did.
    assert reporters("dist_police", after) == []
    assert reporters("all", after) == []

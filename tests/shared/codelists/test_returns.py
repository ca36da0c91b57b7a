"""What agencies are asked for, by their rows in the lists."""

from __future__ import annotations

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
    asked = {word for agency in load().agencies.values() for word in agency.returns}
    assert set(RETURN_NUMBERS) <= asked


def test_an_office_asks_another_agency_by_a_row_of_its_lists() -> None:
    pack = _pack(["cases_uncovered", "tipoffs_received"])
    assert problems_of(pack, ListPack()) == ()
    assert lists_with(pack).agencies[POLICE].return_numbers == ("tipoffs_received", "cases_uncovered")


def test_a_word_that_is_no_number_and_no_type_is_refused() -> None:
    assert problems_of(_pack(["names_of_people"]), ListPack())

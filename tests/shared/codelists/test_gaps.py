"""The report of gaps names what no source gave and what nobody has verified, by the day of the act."""

from __future__ import annotations

from datetime import date

from field178_shared.codelists import load
from field178_shared.codelists.gaps import Gap, GapKind, gaps_on
from field178_shared.codelists.loading import released_files
from field178_shared.list_packs import TABLES, ListPack, lists_with

LISTS = load()


def _gaps(list_name: str, row: str, day: date) -> set[tuple[str, str]]:
    gaps = gaps_on(LISTS, day)
    return {(gap.kind.value, gap.detail) for gap in gaps if (gap.list_name, gap.row) == (list_name, row)}


def test_an_amount_and_an_article_that_no_source_gave_are_named_with_their_law_of_the_day() -> None:
    before, after = date(2025, 12, 14), date(2025, 12, 15)
    assert _gaps("violations", "antt_no_certificate", before) == {
        ("no_amount", "nd_144_2021 12"),
        ("unverified", "nd_144_2021 12"),
    }
    assert _gaps("violations", "antt_no_certificate", after) == {
        ("no_amount", "nd_282_2025"),
        ("no_article", "nd_282_2025"),
        ("unverified", "nd_282_2025"),
    }


def test_a_known_frame_has_no_gap() -> None:
    assert _gaps("violations", "fire_exit_obstructed", date(2024, 6, 1)) == set()


def test_a_day_before_every_law_has_no_frame() -> None:
    assert _gaps("violations", "fire_exit_obstructed", date(2021, 12, 31)) == {("no_frame", "")}


def test_row_out_of_force_has_no_gap() -> None:
    assert _gaps("violations", "sv_head_negligent", date(2026, 1, 1)) == set()


def test_days_off_that_are_not_declared_are_named_by_their_year() -> None:
    assert Gap("holidays", "2027", GapKind.NOT_DECLARED) in gaps_on(LISTS, date(2027, 2, 8))
    assert Gap("holidays", "2026", GapKind.NOT_DECLARED) not in gaps_on(LISTS, date(2026, 2, 18))


def test_rows_that_say_so_of_themselves_are_unverified_while_they_are_valid() -> None:
    assert _gaps("legal_sources", "nd_01_2021", date(2025, 6, 30)) == {("unverified", "")}
    assert _gaps("legal_sources", "nd_01_2021", date(2025, 7, 1)) == set()
    assert _gaps("agencies", "commune_culture_social", date(2025, 7, 1)) == {("unverified", "")}
    assert _gaps("items", "ms_declared", date(2026, 1, 1)) == {("unverified", "")}
    assert _gaps("team_position", "secretary", date(2026, 1, 1)) == {("unverified", "")}


def test_a_row_that_names_who_verified_it_and_when_is_verified() -> None:
    def gaps(table: str, name: str, key: str, **verified: str) -> set[str]:
        row = TABLES[table].rows(released_files())[key] | verified
        lists = lists_with(ListPack().with_rows({table: {key: row}}))
        gaps = gaps_on(lists, date(2026, 1, 1))
        return {gap.kind.value for gap in gaps if (gap.list_name, gap.row) == (name, key)}

    for table, name, key in (
        ("violations.items", "violations", "antt_no_certificate"),
        ("checklist_items.items", "items", "ms_declared"),
        ("organizations.agencies", "agencies", "commune_culture_social"),
        ("holidays.fixed", "holidays", "national_day"),
    ):
        before = gaps(table, name, key)
        by = gaps(table, name, key, verified_by="Sở Tư pháp")
        after = gaps(table, name, key, verified_by="Sở Tư pháp", verified_on="2026-01-01")
        assert by == before
        assert after == before - {"unverified"}
    assert "no_amount" in gaps(
        "violations.items", "violations", "antt_no_certificate", verified_by="x", verified_on="2026-01-01"
    ), "what no source gave is a gap, whoever looked at it"

"""A pack changes rows of the lists; what would give the past another meaning is refused by row and reason."""

import json
from datetime import date

import pytest
from tests.shared.builders import inspection

from field178_shared.codelists import load, put_in_force
from field178_shared.codelists.loading import released_files
from field178_shared.list_packs.diff import changes_between
from field178_shared.list_packs.pack import ListPack, files_with, lists_with
from field178_shared.list_packs.rules import PackFault, contradictions, problems_of
from field178_shared.list_packs.tables import TABLES, Row
from field178_shared.schemas import validate

NONE = ListPack()
TET: Row = {
    "id": "tet_2027",
    "vi": "Tết Nguyên đán",
    "en": "Lunar New Year",
    "first": "2027-02-05",
    "last": "2027-02-09",
    "source": "thông báo nghỉ Tết 2027",
    "confidence": "medium",
    "verified_by": "Phòng Pháp chế",
    "verified_on": "2026-11-20",
}
FRAMES = "violations.items"


def row(table: str, key: str) -> Row:
    return TABLES[table].rows(released_files())[key]


def faults(pack: ListPack, before: ListPack = NONE) -> list[tuple[str, str, PackFault]]:
    return [(problem.table, problem.key, problem.fault) for problem in problems_of(pack, before)]


def test_a_holiday_of_a_new_year_is_a_row() -> None:
    year = {"id": "2027", "vi": "Năm 2027", "en": "2027", "source": "công bố lịch nghỉ 2027"}
    pack = NONE.with_rows({"holidays.declared": {"tet_2027": TET}, "holidays.years": {"2027": year}})

    lists = lists_with(pack)

    assert faults(pack) == []
    assert faults(NONE.with_rows({"holidays.years": {"every": year | {"id": "every"}}})) != []
    assert lists.holidays.knows(date(2027, 3, 1))
    assert not lists.holidays.is_worked(date(2027, 2, 5))
    assert lists.version == f"{load().version}+1"


def test_changed_row_replaces_the_old_one() -> None:
    changed = row("outreach.topics", "prostitution_law") | {"vi": "Pháp luật phòng, chống mại dâm (sửa)"}

    lists = lists_with(NONE.with_rows({"outreach.topics": {"prostitution_law": changed}}))

    assert lists.topics["prostitution_law"].vi == "Pháp luật phòng, chống mại dâm (sửa)"
    assert list(lists.topics) == list(load().topics)


def test_the_lists_in_force_change_for_everybody_who_holds_them() -> None:
    held = load()
    pack = NONE.with_rows(
        {"organizations.agencies": {"xx": row("organizations.agencies", "dist_police") | {"id": "xx"}}}
    )
    data = inspection() | {"measures": {"m1": {"measure_id": "reminder", "agency_id": "xx"}}}
    refused = validate("inspection", data)

    put_in_force(lists_with(pack))

    assert held is load()
    assert "xx" in held.agencies
    assert "measures.m1.agency_id" in refused
    assert "measures.m1.agency_id" not in validate("inspection", data)


def test_a_row_is_refused_with_its_reason() -> None:
    bad = TET | {"first": "the fifth"}

    (problem,) = problems_of(NONE.with_rows({"holidays.declared": {"tet_2027": bad}}), NONE)

    assert (problem.table, problem.key) == ("holidays.declared", "tet_2027")
    assert (problem.fault, problem.detail) == (PackFault.MEMBER_WRONG, "first")


@pytest.mark.parametrize(
    ("table", "key", "change", "fault"),
    [
        ("admin_units.units", "c11629_v1", {"gso_code": "99999"}, PackFault.REUSED_ID),
        (FRAMES, "kd_outside_hours", {"code": "KV-99"}, PackFault.REUSED_ID),
        (FRAMES, "kd_outside_hours", {"checklist": ["no_such_item"]}, PackFault.UNKNOWN_REFERENCE),
        (FRAMES, "kd_outside_hours", {"sevrity": 1}, PackFault.BAD_ROW),
        (FRAMES, "kd_outside_hours", {"additional": "x" * 4001}, PackFault.TOO_LONG),
        ("admin_units.units", "c11629_v2", {"valid_to": "2027-01-01"}, PackFault.NO_SUCCESSOR),
        ("admin_units.units", "c11629_v2", {"valid_to": "2025-07-01"}, PackFault.BAD_VALIDITY),
        ("holidays.declared", "national_day_second_2026", {"id": "other"}, PackFault.WRONG_KEY),
    ],
)
def test_change_of_a_past_row_is_refused(table: str, key: str, change: Row, fault: PackFault) -> None:
    pack = NONE.with_rows({table: {key: row(table, key) | change}})

    assert (table, key, fault) in faults(pack)


def test_frames_of_one_act_may_not_overlap() -> None:
    released = row(FRAMES, "lodging_no_notice_1_3")
    frames = released["frames"]
    assert isinstance(frames, list)
    later = frames[-1] | {"from": "2026-06-01", "min": 1}

    problems = faults(
        NONE.with_rows({FRAMES: {"lodging_no_notice_1_3": released | {"frames": [*frames, later]}}})
    )

    assert problems == [(FRAMES, "lodging_no_notice_1_3", PackFault.FRAMES_OVERLAP)]


def test_a_row_the_office_added_never_vanishes() -> None:
    first = NONE.with_rows({"holidays.declared": {"tet_2027": TET}})
    without = ListPack(2, {})

    assert faults(without, first) == [("holidays.declared", "tet_2027", PackFault.ROW_REMOVED)]


def test_unknown_tables_and_roles_are_not_for_packs() -> None:
    pack = ListPack(1, {"organizations.app_roles": {"admin": json.dumps({"id": "admin"})}})

    assert faults(pack) == [("organizations.app_roles", "", PackFault.UNKNOWN_TABLE)]


def test_every_row_of_the_release_would_be_taken_again() -> None:
    files = released_files()
    pack = NONE.with_rows({name: table.rows(files) for name, table in TABLES.items()})

    assert faults(pack) == []
    assert files_with(pack) == files


def test_a_release_contradicts_itself_nowhere() -> None:
    assert list(contradictions(load())) == []


def test_the_difference_names_each_changed_member() -> None:
    changed = row("outreach.topics", "prostitution_law") | {"vi": "Khác", "core": None}
    pack = NONE.with_rows(
        {"outreach.topics": {"prostitution_law": changed}, "holidays.declared": {"tet_2027": TET}}
    )

    holiday, topic = changes_between(NONE, pack)

    assert (holiday.key, holiday.before) == ("tet_2027", None)
    assert topic.key == "prostitution_law"
    assert ("vi", row("outreach.topics", "prostitution_law")["vi"], "Khác") in topic.members


def test_the_signature_covers_office_number_and_every_row() -> None:
    pack = NONE.with_rows({"holidays.declared": {"tet_2027": TET}})
    other = NONE.with_rows({"holidays.declared": {"tet_2027": TET | {"last": "2027-02-10"}}})

    texts = {
        pack.signed_text("a"),
        other.signed_text("a"),
        pack.signed_text("b"),
        ListPack(2, pack.rows).signed_text("a"),
    }

    assert len(texts) == 4

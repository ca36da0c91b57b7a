"""The office reads a visit, and prints it, with the law and the unit of its day."""

from __future__ import annotations

import io
from typing import Any

import pytest
from pypdf import PdfReader
from tests.server.console.conftest import PLACE, Browser, FieldWork
from tests.server.office_scene import Office
from tests.shared.list_packs.test_dated_rows import changes as dated_rows

from field178_shared.codelists import read_lists
from field178_shared.codelists.loading import released_files
from field178_shared.list_packs import TABLES
from field178_shared.records.reading import day_of_act
from field178_shared.rules.findings import frame_snapshot

# Those of a tablet that has heard of no pack.
LISTS = read_lists(released_files())
TET = {
    "id": "tet_2027",
    "vi": "Tết Nguyên đán",
    "en": "Lunar New Year",
    "first": "2027-02-05",
    "last": "2027-02-09",
    "source": "công bố lịch nghỉ Tết 2027",
    "confidence": "high",
}


def _visit(in_the_field: FieldWork, utc: str, violation_id: str, item_id: str, **over: Any) -> str:
    """File a visit that began at an instant, with one violation as the tablet records it."""
    started, ended = f"{utc}:00Z", f"{utc}:50Z"
    day = day_of_act({"started_at": started})
    assert day is not None
    finding = {
        "violation_id": violation_id,
        "checklist_item_id": item_id,
        "occurred_on": day.isoformat(),
        "frame": frame_snapshot(LISTS.frame_on(violation_id, day)),
    }
    return in_the_field.visit(
        started_at=started,
        ended_at=ended,
        establishment_id=PLACE,
        findings={"f1": finding},
        overall_result="violation_recorded",
        **over,
    )


def _paper(reviewer: Browser, visit: str) -> str:
    content = reviewer.get(f"/records/{visit}/papers/minutes").get_data()
    pages = PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.mark.parametrize(
    ("utc", "violation", "item", "shown", "printed"),
    [
        (
            "2025-12-14T16:30",
            "lodging_no_notice_4_8",
            "lodging_stay_notified",
            ("2.000.000", "Điều 9.3.b, 144/2021/NĐ-CP"),
            "điểm b khoản 3 Điều 9 Nghị định 144/2021/NĐ-CP",
        ),
        (
            "2025-12-14T17:30",
            "lodging_no_notice_4_8",
            "lodging_stay_notified",
            ("8.000.000", "Điều 10.3, 282/2025/NĐ-CP"),
            "khoản 3 Điều 10 Nghị định 282/2025/NĐ-CP",
        ),
        (
            "2026-11-20T20:00",
            "kd_disco_outside_hours",
            "kd_hours",
            ("20.000.000", "Điều 15.6, 38/2021/NĐ-CP (sđ 129/2021, 128/2022)"),
            "khoản 6 Điều 15 Nghị định 38/2021/NĐ-CP (sđ 129/2021, 128/2022)",
        ),
        (
            "2024-06-01T12:00",
            "fire_exit_obstructed",
            "fire_exits_clear",
            ("2.000.000", "Điều 40.2.a, 144/2021/NĐ-CP"),
            "điểm a khoản 2 Điều 40 Nghị định 144/2021/NĐ-CP",
        ),
        (
            "2024-06-01T12:00",
            "fire_equipment_missing",
            "fire_extinguishers",
            ("144/2021/NĐ-CP",),
            "điểm …… khoản …… Điều …… Nghị định 144/2021/NĐ-CP",
        ),
    ],
)
def test_a_violation_is_read_and_printed_with_the_law_of_its_day(
    reviewer: Browser,
    in_the_field: FieldWork,
    utc: str,
    violation: str,
    item: str,
    shown: tuple[str, ...],
    printed: str,
) -> None:
    in_the_field.place(establishment_type_id="discotheque" if item == "kd_hours" else "guesthouse")
    visit = _visit(in_the_field, utc, violation, item)
    page = " ".join(reviewer.text(f"/reviews/{visit}").replace("\xa0", " ").split())
    assert [text for text in shown if text not in page] == []
    assert printed in _paper(reviewer, visit)


def test_one_establishment_is_read_in_two_units_around_the_reform(
    reviewer: Browser, in_the_field: FieldWork
) -> None:
    in_the_field.place()
    before = _visit(
        in_the_field, "2025-06-30T12:00", "fire_exit_locked", "fire_exit_unlocked", unit_id="c11635_v1"
    )
    after = _visit(
        in_the_field, "2025-07-01T12:00", "fire_exit_locked", "fire_exit_unlocked", unit_id="c11635_v2"
    )
    assert "Xã Trường Thọ, ngày 30 tháng 6 năm 2025" in _paper(reviewer, before)
    assert "khoản 4 Điều 40 Nghị định 144/2021/NĐ-CP" in _paper(reviewer, before)
    assert "Xã An Trường, ngày 01 tháng 7 năm 2025" in _paper(reviewer, after)
    assert "144/2021" not in _paper(reviewer, after)


def test_the_limits_that_run_from_a_violation_count_down(
    reviewer: Browser, in_the_field: FieldWork, office: Office
) -> None:
    in_the_field.place()
    visit = _visit(in_the_field, "2026-11-20T12:00", "noise", "en_noise", measures={})
    page = reviewer.text(f"/reviews/{visit}")
    assert "Thời hạn theo luật" in page
    assert "Điều 12, 118/2021/NĐ-CP" in page
    assert "24/11/2026" in page  # the second working day after Friday 20/11
    decided = _visit(
        in_the_field, "2026-11-20T13:00", "noise", "en_noise", measures={"k": {"measure_id": "fine_money"}}
    )
    assert "Thời hạn theo luật" not in reviewer.text(f"/reviews/{decided}")


def test_days_off_that_the_office_published_move_the_limits_on_the_page(
    reviewer: Browser, in_the_field: FieldWork, office: Office
) -> None:
    in_the_field.place()
    visit = _visit(in_the_field, "2027-02-04T03:00", "noise", "en_noise")
    assert "08/02/2027" in reviewer.text(f"/reviews/{visit}")
    rows = {"holidays.declared": {"tet_2027": TET}}

    office.publish_lists(rows)

    assert "11/02/2027" in reviewer.text(f"/reviews/{visit}")


def test_a_tablet_with_the_lists_of_before_files_correctly(
    reviewer: Browser, in_the_field: FieldWork, office: Office
) -> None:
    files = released_files()
    item = TABLES["checklist_items.items"].rows(files)["fire_exits_clear"] | {"id": "exit_lights"}
    law = TABLES["violations.items"].rows(files)["noise"]
    frames = [{"to": "2026-11-01", **frame} for frame in law["frames"]]
    office.publish_lists(
        {
            "checklist_items.items": {"exit_lights": item},
            "violations.items": {"noise": law | {"frames": frames}},
        }
    )
    in_the_field.place()

    visit = _visit(in_the_field, "2026-11-20T12:00", "noise", "en_noise", codelist_version=LISTS.version)

    page = reviewer.text(f"/reviews/{visit}")
    assert "282/2025" in page
    assert "Chờ duyệt" in page


def test_visit_is_read_by_the_checklist_of_its_day_and_keeps_its_answers(
    reviewer: Browser, in_the_field: FieldWork, office: Office
) -> None:
    rows = dated_rows()
    successor = rows["checklist_items.items"]["fire_new"]
    successor["vi"] = "Bình chữa cháy theo quy định mới"
    office.publish_lists(rows)
    in_the_field.place()

    def page(day: str, **answers: str) -> str:
        given = {item: {"v": value} for item, value in answers.items()}
        visit = in_the_field.visit(
            started_at=f"{day}T03:00:00Z", ended_at=f"{day}T04:00:00Z", establishment_id=PLACE, answers=given
        )
        return reviewer.text(f"/reviews/{visit}")

    old = LISTS.items["fire_extinguishers"].vi
    last, first = page("2026-06-30", fire_training="yes"), page("2026-07-01", fire_training="yes")
    assert [(old in text, "quy định mới" in text) for text in (last, first)] == [(True, False), (False, True)]
    late = page("2026-07-01", fire_extinguishers="yes")
    assert old in late, "an answer by the list of before is there to be read"
    assert "không có hiệu lực theo danh mục vào ngày này" in late

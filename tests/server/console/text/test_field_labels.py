from __future__ import annotations

import pytest
from tests.shared import builders
from tests.shared.places import PLACES

from field178_server.console.text.field_labels import FieldContext, label_at, value_text
from field178_server.console.text.localize import Localizer
from field178_shared.list_packs import ListPack, lists_with

SPEECH = Localizer("vi")


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("minutes_number", "Số biên bản"),
        ("answers.fire_file", "Có hồ sơ quản lý PCCC (thẩm duyệt, nghiệm thu nếu thuộc diện)"),
        ("answers.fire_file.note", "Có hồ sơ quản lý PCCC (thẩm duyệt, nghiệm thu nếu thuộc diện) · Ghi chú"),
        ("findings.f1.occurred_on", "Ngày xảy ra · PC-02 · Để vật tư, hàng hóa cản trở lối thoát nạn"),
        ("not_in_the_schema.x", "not_in_the_schema.x"),
    ],
)
def test_path_is_called_by_its_name(path: str, label: str) -> None:
    data = {"findings": {"f1": {"violation_id": "fire_exit_obstructed"}}}
    assert label_at(FieldContext("inspection", path, data), SPEECH) == label


@pytest.mark.parametrize(
    ("path", "value", "text"),
    [
        ("answers.fire_file.v", "partial", "Đạt một phần"),
        ("answers.ou_done.v", "yes", "Có"),
        ("answers.ou_done.v", "no", "Không"),
        ("answers.ou_done.v", "na", "Không thuộc diện"),
        ("answers.workers_total.v", 1250, "1.250"),
        ("answers.cc_overall.v", "compliant", "Chấp hành tốt"),
        ("answers.fire_file", {"v": "no", "note": "Thiếu"}, "Ghi chú: Thiếu; Chưa đạt"),
        ("started_at", "2026-11-20T20:00:00Z", "21/11/2026 03:00"),
        ("started_at", "lúc tối", "lúc tối"),
        ("measures.m1.amount_vnd", 5_000_000, "5.000.000 đồng"),
        ("minutes_number", None, "(trống)"),
        (
            "check_in",
            {"lat": 208_182_100, "lon": 1_065_467_100, "accuracy_m": 8},
            "20,81821°; 106,54671° (±8 m)",
        ),
        (
            "check_in",
            {"lat": 208_182_100, "lon": 1_065_467_100, "provider": "map_pin"},
            "20,81821°; 106,54671°; Ghim trên bản đồ",
        ),
        ("check_in", {"no_point_reason": "device_off"}, "Thiết bị tắt định vị"),
        ("local_escort_agencies", ["commune_police"], "Công an cấp xã"),
    ],
)
def test_value_reads_as_a_person_would_say_it(path: str, value: object, text: str) -> None:
    shown = value_text("inspection", path, value, SPEECH)
    assert sorted(shown.split("; ")) == sorted(text.split("; "))


def test_valid_records_read_without_a_bare_identifier() -> None:
    for record_type, data in (
        ("inspection", builders.inspection()),
        ("outreach_session", builders.outreach_session()),
        ("establishment", builders.establishment()),
    ):
        for path, value in data.items():
            shown = value_text(record_type, path, value, SPEECH)
            assert "_" not in shown or path == "codelist_version", (path, shown)


def test_source_of_a_point_has_a_label() -> None:
    assert value_text("establishment", "point_source", "gps", SPEECH) == "GPS của máy"


def test_school_and_zone_are_shown_by_name_and_an_unknown_one_as_it_is() -> None:
    lists = lists_with(ListPack().with_rows(PLACES))
    speech = Localizer("vi", lists=lists)
    shown = [
        value_text("outreach_session", path, value, speech)
        for path, value in (("school_id", "thpt_gl_1"), ("zone_id", "iz_gl_a"), ("school_id", "iz_gl_a"))
    ]
    assert shown == ["THPT GL-1", "Khu công nghiệp GL-A", "iz_gl_a"]

"""Fields drawn from their declarations: each kind has its control, and each value comes with its path."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.mobile.screens.lint import lint
from tests.mobile.screens.scene import Stage, find, find_all, frames, tap, type_text

from field178_mobile.components.forms.simple_fields import Pins, SimpleField, simple_field
from field178_mobile.presentation.wording import Wording
from field178_shared.codelists import load
from field178_shared.schemas.fields.catalogue import FIELDS

WORDS = Wording(load(), "vi", lambda text: text)
PATHS = ("opening_hours", "rooms_total", "status_from", "operating_status_id", "note")


def fields(data: dict[str, object], **pins: dict[str, str]) -> list[SimpleField]:
    specs = FIELDS["establishment"]
    return [simple_field("establishment", specs[path], data, Pins(**pins), WORDS) for path in PATHS]


@pytest.fixture
def mounted(stage: Stage):
    from field178_mobile.components.forms.screens.field_list import FieldList

    writes: list[tuple[str, Any]] = []
    field_list = FieldList()
    field_list.bind(on_write=lambda _list, path, value: writes.append((path, value)))
    field_list.show(fields({"opening_hours": "08:00-22:00", "rooms_total": 12, "status_from": "2026-03-01"}))
    stage.mount(field_list)
    frames(3)
    return field_list, writes


def test_each_kind_has_its_control_with_the_value(mounted):
    field_list, _writes = mounted
    assert find("CountField").value == 12
    assert find("CountField").label == "Số phòng"
    assert find("DateField").shown == "01/03/2026"
    assert find("PickField").shown == ""
    hours, note = field_list.widget_of("opening_hours"), field_list.widget_of("note")
    assert (hours.ids.field.text, hours.multiline, note.multiline) == ("08:00-22:00", False, True)
    assert (hours.hint, note.help) == ("08:00-24:00", "Không ghi tên người.")
    assert field_list.widget_of("village") is None
    assert lint(field_list) == []


def test_entered_values_are_written_with_their_path(mounted):
    field_list, writes = mounted
    type_text(field_list.widget_of("opening_hours").ids.field, "09:00-22:00")
    assert writes[-1] == ("opening_hours", "09:00-22:00")
    tap(find("PickField"))
    tap(find("ChoiceRow", key="paused"))
    assert writes[-1] == ("operating_status_id", "paused")
    find("DateField").dispatch("on_commit", "2026-04-01")
    find("CountField").dispatch("on_commit", 20)
    assert writes[-2:] == [("status_from", "2026-04-01"), ("rooms_total", 20)]


def test_comment_and_problem_stand_at_their_field(mounted):
    field_list, _writes = mounted
    comments = {"rooms_total": "Đếm lại giúp", "note": "Ghi rõ"}
    field_list.show(fields({}, comments=comments, problems={"rooms_total": "Sai"}))
    frames(2)
    assert sorted(note.text for note in find_all("CommentNote")) == ["Ghi rõ", "Đếm lại giúp"]
    assert find("CountField").error == "Sai"


def test_field_that_stays_keeps_its_widget_when_another_goes(mounted):
    field_list, _writes = mounted
    kept = field_list.widget_of("note")
    shown = fields({})
    field_list.show(shown[1:])
    assert field_list.widget_of("opening_hours") is None
    field_list.show([*shown[1:4], replace(shown[4], text="mới")])
    assert field_list.widget_of("note") is kept
    assert kept.ids.field.text == "mới"

"""A form draws the plain fields from their declarations, and no field is forgotten on the tablet."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import field178_mobile
from field178_mobile.components.forms.simple_fields import (
    NOT_CHOSEN,
    Pins,
    is_drawn,
    simple_field,
    simple_fields,
    write,
)
from field178_mobile.features.census import census_state
from field178_mobile.features.inspection import conclusion, field_positions
from field178_mobile.features.media import post_state
from field178_mobile.features.outreach import outreach_state
from field178_mobile.features.register import establishment_form_state
from field178_mobile.presentation.wording import Wording
from field178_shared.codelists import load
from field178_shared.schemas.fields.catalogue import FIELDS, OFFICE_RECORD_NAMES, field_at
from field178_shared.schemas.fields.spec import FieldKind

PACKAGE = Path(field178_mobile.__file__).parent
WORDS = Wording(load(), "vi", lambda text: text)
CONTROLS = {
    "inspection": {
        **conclusion.CONTROLS,
        **dict.fromkeys(field_positions.SHIFT, "the sheet of the shift"),
        **dict.fromkeys(field_positions.ARRIVAL, "the arrival"),
        "answers": "the checklist",
        "findings": "under their questions",
        "attachments": "the photos",
        "establishment_id": "the head of the visit",
    },
    "outreach_session": outreach_state.CONTROLS,
    "establishment": establishment_form_state.CONTROLS,
    "worker_census": census_state.CONTROLS,
    "media_post": post_state.CONTROLS,
}
SECTIONS = {
    "inspection": ("visit", "result"),
    "outreach_session": outreach_state.SECTIONS,
    "establishment": establishment_form_state.SECTIONS,
    "worker_census": (),
    "media_post": (),
}
NOT_ASKED = {
    "_deleted": "no field of the form",
    **dict.fromkeys(
        ("review", *OFFICE_RECORD_NAMES, "inspection_plan", "plan_item"),
        "written by the office",
    ),
}


def words_of_the_code() -> set[str]:
    """Return every word that a text of the tablet's code holds: the names of the fields it reads."""
    texts = [
        node.value
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    texts += [path.read_text("utf-8") for path in PACKAGE.rglob("*.kv")]
    return {word for text in texts for word in re.findall(r"\w+", text)}


@pytest.mark.parametrize("record_type", sorted(CONTROLS))
def test_every_field_is_on_its_form_or_says_why_not(record_type: str) -> None:
    specs = FIELDS[record_type].values()
    whole = [spec for spec in specs if "." not in spec.path and spec.path not in NOT_ASKED]
    lost = [
        spec.path
        for spec in whole
        if not spec.off_tablet
        and spec.path not in CONTROLS[record_type]
        and not (is_drawn(record_type, spec) and spec.section in SECTIONS[record_type])
    ]
    assert lost == []
    both = [spec.path for spec in whole if spec.off_tablet and spec.path in CONTROLS[record_type]]
    assert both == [], "kept off the form by its declaration, and has a control"


def test_every_part_of_a_group_is_read_by_the_tablet_or_says_why_not() -> None:
    words = words_of_the_code()
    parts = [
        spec
        for record_type in CONTROLS
        for spec in FIELDS[record_type].values()
        if "." in spec.path and not spec.path.endswith("*") and not spec.off_tablet
    ]
    assert [spec.path for spec in parts if spec.path.rpartition(".")[2] not in words] == []
    assert len(parts) > 20


def test_no_control_is_of_a_field_that_is_no_more() -> None:
    for record_type, controls in CONTROLS.items():
        assert set(controls) <= set(FIELDS[record_type])


def test_types_without_a_form_keep_all_fields_off_the_tablet() -> None:
    others = set(FIELDS) - set(CONTROLS)
    assert others <= set(NOT_ASKED)
    for record_type in others:
        assert all(spec.off_tablet or spec.path in NOT_ASKED for spec in FIELDS[record_type].values())


@pytest.mark.parametrize(
    ("path", "value", "changes"),
    [
        ("venue", "Nhà văn hóa", {"venue": "Nhà văn hóa"}),
        ("venue", "x" * 121, {"venue": "x" * 120}),
        ("venue", "", {"venue": None}),
        ("duration_minutes", 90, {"duration_minutes": 90}),
        ("duration_minutes", -1, {"duration_minutes": None}),
        ("session_date", "2026-11-20", {"session_date": "2026-11-20"}),
        ("host_agency_id", "", {"host_agency_id": None}),
    ],
)
def test_value_is_written_as_the_record_takes_it(path, value, changes):
    assert write("outreach_session", path, value) == changes


def test_field_has_its_value_comment_problem_and_privacy_warning():
    pins = Pins({"venue": "Ghi rõ."}, {"venue": "Sai."}, {"venue": "Tên người?"})
    data = {"venue": "Nhà văn hóa", "duration_minutes": 90}
    session = simple_fields(("outreach_session", "session"), data, pins, WORDS, outreach_state.CONTROLS)
    (venue,) = (field for field in session if field.path == "venue")
    assert {field.path for field in session} & set(outreach_state.CONTROLS) == set()
    assert (venue.text, venue.longest, venue.words.label) == ("Nhà văn hóa", 120, "Địa điểm")
    assert (venue.comment, venue.problem, venue.lint) == ("Ghi rõ.", "Sai.", "Tên người?")
    assert not venue.is_empty
    minutes = simple_field(
        "outreach_session", FIELDS["outreach_session"]["duration_minutes"], data, pins, WORDS
    )
    assert (minutes.number, minutes.words.unit, minutes.kind) == (90, "phút", FieldKind.NUMBER)


def test_choice_offers_values_of_the_schema_and_can_be_cleared():
    spec = field_at("establishment", "operating_status_id")
    assert spec is not None
    open_ = simple_field("establishment", spec, {}, Pins(), WORDS)
    assert NOT_CHOSEN not in open_.options
    assert {option.id for option in open_.options} == load().choice_ids("operating_status")
    chosen = simple_field("establishment", spec, {"operating_status_id": "paused"}, Pins(), WORDS)
    assert chosen.options[0] == NOT_CHOSEN
    assert [option.id for option in chosen.options if option.is_chosen] == ["paused"]


def test_list_of_choices_is_not_drawn_as_one_choice():
    spec = field_at("outreach_session", "topic_ids")
    assert spec is not None
    assert not is_drawn("outreach_session", spec)

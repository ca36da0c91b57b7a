"""Reduced values: positions, photos and sentences go; what has no period stays as it is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.shared import builders

from field178_server.office.retention.reduction import REMOVED_TEXT, Reduction
from field178_shared.codelists.privacy_rules import RetentionAct
from field178_shared.merge import difference, merge
from field178_shared.schemas import TYPES

ALL = frozenset({RetentionAct.REMOVE_POSITION, RetentionAct.DELETE_PHOTOS, RetentionAct.CLEAR_TEXTS})
ROUND = frozenset({RetentionAct.ROUND_POSITION})
PHOTO = {"sha256": "a" * 64, "size": 3, "content_type": "image/jpeg", "caption": "Biển hiệu"}
TEXT = "Một câu tự viết"

texts = st.sampled_from(["", TEXT, "Câu khác"])
visits = st.builds(
    lambda recommendation, note, lat, photos: builders.inspection(
        recommendation=recommendation,
        answers={"rc_rooms_total": {"v": 3, "note": note}},
        check_in={"lat": lat, "lon": 1_065_467_189},
        attachments={f"f{n}": {**PHOTO, "size": n + 1} for n in range(photos)},
        follow_ups={"u1": {"text": TEXT, "status": "open"}},
    ),
    texts,
    texts,
    st.integers(200_000_000, 210_000_000),
    st.integers(0, 3),
)


def reduction(acts: frozenset[RetentionAct] = ALL, record_type: str = "inspection") -> Reduction:
    return Reduction(record_type, acts)


@pytest.mark.parametrize("value", [208_182_167, -208_182_167, 0, 5_000, 4_999])
def test_rounded_position_is_within_sixty_metres_and_rounding_again_changes_nothing(value: int) -> None:
    once = reduction(ROUND).of_record({"check_in": {"lat": value}})
    (rounded,) = once["check_in"].values()  # type: ignore[attr-defined]
    assert abs(rounded - value) <= 5_000
    assert rounded % 10_000 == 0
    assert reduction(ROUND).of_record(once) == once


@given(visits)
def test_reducing_twice_is_reducing_once(data: dict[str, Any]) -> None:
    once = reduction().of_record(data)
    again = reduction()
    assert again.of_record(once) == once
    assert again.removed.count == 0


@given(visits, visits)
def test_reduced_change_leads_from_reduced_content_to_reduced_content(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    set_, was = difference(before, after)
    both = reduction()
    both.of_record(before)
    both.of_record(after)
    change = json.loads(both.of_payload(json.dumps({"set": set_, "was": was})))
    reduced = merge(both.of_record(before), change["set"], change["was"])
    assert reduced.data == both.of_record(after)


@given(visits)
def test_reduced_visit_is_a_valid_visit_without_its_sentences(data: dict[str, Any]) -> None:
    reduced = reduction().of_record(data)
    assert TYPES["inspection"].schema.errors(reduced) == TYPES["inspection"].schema.errors(data)
    kept = json.dumps(reduced, ensure_ascii=False)
    assert TEXT not in kept
    assert "Câu khác" not in kept
    assert reduced["follow_ups"] == {"u1": {"text": REMOVED_TEXT, "status": "open"}}
    assert reduced["answers"]["rc_rooms_total"]["v"] == 3  # type: ignore[index]


def test_scan_of_a_paper_is_no_photo() -> None:
    scan = {**PHOTO, "evidence_kind": "scan_document"}
    data = {"attachments": {"f1": scan, "f2": PHOTO, "f3": {**PHOTO, "content_type": "application/pdf"}}}
    kept = reduction(frozenset({RetentionAct.DELETE_PHOTOS})).of_record(data)
    assert list(kept["attachments"]) == ["f1", "f3"]  # type: ignore[call-overload]


def test_caption_of_a_removed_photo_goes_from_its_own_change() -> None:
    of_photos = reduction(frozenset({RetentionAct.DELETE_PHOTOS}))
    of_photos.of_record({"attachments": {"f1": PHOTO}})
    change = json.dumps({"set": {"attachments.f1.caption": "Chị Hoa", "attachments.f9.caption": "Biển"}})
    assert json.loads(of_photos.of_payload(change))["set"] == {"attachments.f9.caption": "Biển"}


def test_text_that_a_comment_must_have_is_replaced() -> None:
    data = {"record_rev": 1, "reason": TEXT, "comments": {"c1": {"path": "recommendation", "text": TEXT}}}
    reduced = reduction(record_type="review").of_record(data)
    assert reduced == {"record_rev": 1, "comments": {"c1": {"path": "recommendation", "text": REMOVED_TEXT}}}

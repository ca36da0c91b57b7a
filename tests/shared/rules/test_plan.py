"""A planned visit has a place, and a window that does not end before it begins."""

from __future__ import annotations

import pytest
from tests.shared import builders
from tests.shared.rules.contradictions import contradictions_of

from field178_shared import rules


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ({}, {}),
        ({"window_to": "2026-11-01"}, {}),
        ({"window_to": "2026-10-31"}, {"window_to": ["end_before_start"]}),
        ({"establishment_id": None}, {}),
        ({"establishment_id": None, "unit_id": None}, {"establishment_id": ["establishment_not_named"]}),
    ],
)
def test_planned_visit_that_cannot_be_is_refused_at_its_field(over, expected) -> None:
    assert contradictions_of("plan_item", builders.plan_item(**over)) == expected


def test_texts_of_the_office_are_looked_through_for_personal_data() -> None:
    text = "Theo tin của anh Nguyễn Văn Mẫu 0912345678"
    data = builders.plan_item(reason=text, cancelled={"reason": text})
    assert sorted(rules.FreeTextMarks("plan_item", "vi").of(data)) == ["cancelled.reason", "reason"]

"""What a type may be refused for is published whole: each rule can be broken, and no other is given."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.shared import builders
from tests.shared.rules.contradictions import contradictions_of

from field178_shared import rules
from field178_shared.codelists import load

LISTS = load()
COUNTS = sorted(item.id for item in LISTS.items.values() if item.count_rules)
PLACE = builders.record_id("establishment")

INSPECTIONS: list[dict[str, Any]] = [
    {"started_at": "2026-11-20T03:00:00Z", "ended_at": "2026-11-20T02:00:00Z"},
    {"members": {}, "decision_number": None, "decision_date": None},
    {"access_result": "refused", "overall_result": "compliant", "answers": {"cc_overall": {"v": "other"}}},
    *(
        {
            "answers": {
                item: {"v": 50},
                **{part: {"v": 1} for rule in LISTS.items[item].count_rules for part in rule.items},
            }
        }
        for item in COUNTS
    ),
]
SESSIONS: list[dict[str, Any]] = [
    {"outreach_form_id": "conference", "audiences": None},
    {"outreach_form_id": "other", "note": None},
    {"zone_id": "z", "school_id": "s"},
    *(
        {name: {PLACE: {"attendance_count": 1, "first_time_count": 2, "female_count": 2}}}
        for name in ("audiences", "establishments")
    ),
    {
        "outreach_form_id": "peer_outreach",
        "venue": "x",
        "establishments": {PLACE: {"attendance_count": 1}},
        "attachments": {"a": {"size": 1}},
        "zone_id": "z",
        "school_id": "s",
        "audiences": {"women": {"attendance_count": 2, "female_count": 1}},
    },
]
EXAMPLES = {"inspection": INSPECTIONS, "outreach_session": SESSIONS}
BUILDERS = {"inspection": builders.inspection, "outreach_session": builders.outreach_session}


def broken(type_name: str, over: dict[str, Any]) -> set[tuple[str, str]]:
    """Return the published rules that this content breaks."""
    errors = contradictions_of(type_name, {**BUILDERS[type_name](), **over})
    published = {(rule.path, rule.code.value) for rule in rules.published(type_name, LISTS)}
    named = set()
    for path, codes in errors.items():
        for code in codes:
            matching = {rule for rule in published if rule[1] == code and fnmatchcase(path, rule[0])}
            assert matching, f"{code} at {path} is not published"
            named |= matching
    return named


@pytest.mark.parametrize("type_name", sorted(EXAMPLES))
def test_every_published_rule_can_be_broken(type_name: str) -> None:
    published = {(rule.path, rule.code.value) for rule in rules.published(type_name, LISTS)}
    assert set().union(*(broken(type_name, over) for over in EXAMPLES[type_name])) == published


@given(
    st.dictionaries(st.sampled_from(COUNTS), st.fixed_dictionaries({"v": st.integers(0, 3)})),
    st.sampled_from(["inspected", "refused", None]),
    st.sampled_from(["compliant", "not_inspected", None]),
)
def test_no_rule_of_a_visit_is_given_that_is_not_published(
    answers: dict[str, Any], access: str | None, result: str | None
) -> None:
    broken("inspection", {"answers": answers, "access_result": access, "overall_result": result})


@given(
    st.sampled_from(sorted(LISTS.forms)),
    st.dictionaries(
        st.sampled_from(["women", "students"]),
        st.fixed_dictionaries({"attendance_count": st.integers(0, 2), "female_count": st.integers(0, 2)}),
    ),
    st.sampled_from([None, "z"]),
)
def test_no_rule_of_a_session_is_given_that_is_not_published(
    form: str, audiences: dict[str, Any], place: str | None
) -> None:
    broken(
        "outreach_session",
        {"outreach_form_id": form, "audiences": audiences, "zone_id": place, "school_id": place},
    )

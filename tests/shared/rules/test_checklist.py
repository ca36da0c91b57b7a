import pytest
from tests.shared import builders

from field178_shared.codelists import load
from field178_shared.codelists.conditions import ConditionContext
from field178_shared.records.reading import answers_of
from field178_shared.rules.checklist import (
    Page,
    all_pass,
    is_missing,
    values_of,
    visible_items,
)

LISTS = load()
NOTHING_ELSE = ConditionContext()


def _page(section_id: str, type_id: str = "karaoke", values: dict[str, object] | None = None) -> Page:
    pages = visible_items(LISTS, type_id, None, values or {}, NOTHING_ELSE)
    return next(page for page in pages if page[0].id == section_id)


def _item_ids(type_id: str, values: dict[str, object], context: ConditionContext = NOTHING_ELSE) -> set[str]:
    return {item.id for _, items in visible_items(LISTS, type_id, None, values, context) for item in items}


def test_pages_come_in_the_order_of_the_kind_of_establishment() -> None:
    pages = visible_items(LISTS, "karaoke", None, {}, NOTHING_ELSE)
    assert tuple(section.id for section, _ in pages) == LISTS.types["karaoke"].sections


def test_number_of_guests_is_an_item_after_an_unnotified_stay() -> None:
    assert "lodging_guests_unnotified" not in _item_ids("hotel", {"lodging_stay_notified": "yes"})
    assert "lodging_guests_unnotified" in _item_ids("hotel", {"lodging_stay_notified": "partial"})


def test_earlier_shortcomings_are_an_item_where_there_are_some() -> None:
    assert "pv_previous_fixed" not in _item_ids("karaoke", {})
    assert "pv_previous_fixed" in _item_ids("karaoke", {}, ConditionContext(has_open_follow_ups=True))


def test_one_tap_on_a_section_answers_its_open_required_questions_alone() -> None:
    page = _page("karaoke_discotheque")
    answered = all_pass(page, {"kd_no_latch": "no"})
    assert answered["kd_hours"] == {"v": "yes", "src": "section"}
    assert "kd_no_latch" not in answered
    assert {item_id for item_id in answered if not LISTS.items[item_id].required} == set()


@pytest.mark.parametrize("section_id", ["worker_counts", "outreach_on_site", "conclusion"])
def test_one_tap_never_sets_a_count_or_makes_another_record(section_id: str) -> None:
    assert all_pass(_page(section_id), {}) == {}


def test_a_required_count_with_a_default_needs_no_tap() -> None:
    assert not is_missing(LISTS.items["workers_under18"], {})
    assert is_missing(LISTS.items["workers_total"], {})


def test_the_conclusion_is_read_from_the_fields_of_the_record() -> None:
    data = builders.inspection(overall_result="minor_shortcomings")
    assert values_of(answers_of(data), data.get)["cc_overall"] == "minor_shortcomings"
    assert "cc_overall" not in values_of({"cc_overall": "compliant"}, {}.get)


@pytest.mark.parametrize("type_id", sorted(LISTS.types))
def test_a_visit_with_every_item_answered_is_complete(type_id: str) -> None:
    data = builders.inspection(type_id)
    values = values_of(answers_of(data), data.get)
    pages = visible_items(LISTS, type_id, None, values, NOTHING_ELSE)
    assert [item.id for _, items in pages for item in items if is_missing(item, values)] == []

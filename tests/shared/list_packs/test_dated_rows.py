"""Rows with dates of their own: what is offered is what is in force on the day of the act."""

from __future__ import annotations

from datetime import date

import pytest
from tests.shared import builders

from field178_shared import rules
from field178_shared.codelists import CodeLists, ConditionContext, put_in_force
from field178_shared.codelists.loading import released_files
from field178_shared.list_packs import TABLES, ListPack, PackFault, lists_with, problems_of
from field178_shared.list_packs.tables import Row
from field178_shared.rules.checklist import visible_items
from field178_shared.rules.problem import Context
from field178_shared.rules.time_limits import running_limits
from field178_shared.schemas import lenient_value, validate
from field178_shared.time.clock import from_wire

NONE = ListPack()
LAST, FIRST = date(2026, 6, 30), date(2026, 7, 1)
ENDS: Row = {"valid_to": FIRST.isoformat()}
BEGINS: Row = {"valid_from": FIRST.isoformat()}


def row(table: str, key: str) -> Row:
    return TABLES[table].rows(released_files())[key]


def succeeded(table: str, key: str, successor: str, **other: object) -> dict[str, Row]:
    """Return a row that ends on 30/06/2026 and the one that follows it."""
    released = row(table, key)
    return {key: released | ENDS, successor: released | BEGINS | {"id": successor} | other}


def changes() -> dict[str, dict[str, Row]]:
    return {
        "checklist_items.items": succeeded("checklist_items.items", "fire_extinguishers", "fire_new"),
        "outreach.topics": succeeded("outreach.topics", "harms", "harms_new"),
        "inspection_enums.lists.measure": succeeded(
            "inspection_enums.lists.measure", "reminder", "reminder_new"
        ),
        "phrases.items": succeeded("phrases.items", "reminded", "reminded_new"),
        "violations.items": succeeded("violations.items", "kd_outside_hours", "kd_new", code="KV-77"),
        "deadlines.items": succeeded("deadlines.items", "fix_default", "fix_default--2026", amount=10),
        "document_forms.texts": succeeded(
            "document_forms.texts", "authority", "authority--2026", vi="{unit} (mới)"
        ),
    }


def pack() -> ListPack:
    return NONE.with_rows(changes())


@pytest.fixture(scope="module")
def lists() -> CodeLists:
    assert problems_of(pack(), NONE) == ()
    return lists_with(pack())


def _item_ids(lists: CodeLists, day: date) -> set[str]:
    return {item.id for _section, items in lists.checklist_of("karaoke", day) for item in items}


@pytest.mark.parametrize("path", sorted(TABLES))
def test_each_row_of_each_table_may_have_dates(path: str) -> None:
    table = TABLES[path]
    key, released = next(iter(table.rows(released_files()).items()), ("", {}))
    if not key or {"valid_from", "valid_to"} & set(table.identity):
        pytest.skip("empty in the release, or dated by its identity")
    dated = released | {"valid_from": "2026-01-01", "valid_to": "2027-01-01"}
    empty = released | {"valid_from": "2026-07-01", "valid_to": "2026-06-30"}

    assert not {problem.fault for problem in problems_of(NONE.with_rows({path: {key: dated}}), NONE)} & {
        PackFault.BAD_ROW,
        PackFault.MEMBER_WRONG,
        PackFault.BAD_VALIDITY,
    }
    assert (path, key, PackFault.BAD_VALIDITY) in [
        (problem.table, problem.key, problem.fault)
        for problem in problems_of(NONE.with_rows({path: {key: empty}}), NONE)
    ]


def test_checklist_has_the_items_in_force_on_the_day(lists: CodeLists) -> None:
    items = {"fire_extinguishers", "fire_new"}

    assert _item_ids(lists, LAST) & items == {"fire_extinguishers"}
    assert _item_ids(lists, FIRST) & items == {"fire_new"}
    assert lists.items["fire_extinguishers"].vi, "its label is there for records of before"


def test_lists_without_dates_are_themselves_on_every_day(lists: CodeLists) -> None:
    assert lists.materials.on(LAST) is lists.materials
    assert lists.topics.on(LAST) is lists.topics.on(date(2020, 1, 1))


def test_offers_of_a_day(lists: CodeLists) -> None:
    for day, topic, measure, phrase in (
        (LAST, "harms", "reminder", "reminded"),
        (FIRST, "harms_new", "reminder_new", "reminded_new"),
    ):
        both = {topic, measure, phrase}
        offered = {
            *lists.topics.on(day),
            *(choice.id for choice in lists.choices_on("measure", day)),
            *(phrase.id for phrase in lists.phrases_at("antt_certificate", day)),
        }
        assert both <= offered
        assert len(offered & {"harms", "harms_new", "reminder", "reminder_new"}) == len(("topic", "measure"))
    violations = [lists.violations_of("kd_hours", "karaoke", day) for day in (LAST, FIRST)]
    assert [len(offered) for offered in violations] == [1, 0]


def test_version_of_a_named_row_is_that_of_the_day(lists: CodeLists) -> None:
    assert lists.deadlines.version("fix_default", LAST).amount == 15
    assert lists.deadlines.version("fix_default", FIRST).amount == 10
    assert lists.form_texts.version("authority", FIRST).vi == "{unit} (mới)"
    assert lists.form_texts.version("minutes_subtitle", FIRST).id == "minutes_subtitle"


def test_a_time_limit_runs_as_it_was_on_the_day_of_its_event() -> None:
    longer = succeeded("deadlines.items", "minutes_after_detection", "minutes_new", amount=5)
    lists = lists_with(NONE.with_rows({"deadlines.items": longer}))
    finding = {"violation_id": "kd_outside_hours", "occurred_on": "2026-07-01"}
    for day, limit in (("2026-06-30", "minutes_after_detection"), ("2026-07-01", "minutes_new")):
        visit = builders.inspection(started_at=f"{day}T02:00:00Z", findings={"f1": finding}, measures=None)
        limits = {limit.deadline.id for limit in running_limits(lenient_value("inspection", visit), lists)}
        assert limits & {"minutes_after_detection", "minutes_new"} == {limit}


def test_record_of_another_day_is_accepted_with_a_warning(lists: CodeLists) -> None:
    put_in_force(lists)
    now = from_wire("2026-11-20T12:00:00Z")
    assert now is not None
    context = Context(now, "karaoke")
    answers = {"fire_extinguishers": {"v": "yes"}}

    def warned(day: str) -> dict[str, str]:
        visit = builders.inspection(
            started_at=f"{day}T02:00:00Z",
            ended_at=f"{day}T03:00:00Z",
            answers=answers,
            measures={"reminder": {"measure_id": "reminder"}},
        )
        assert not {path for path in validate("inspection", visit) if "fire" in path or "reminder" in path}
        assert not rules.errors("inspection", lenient_value("inspection", visit), lists)
        return {
            problem.path: problem.code.value
            for problem in rules.warnings("inspection", visit, lists, context)
            if problem.path.startswith(("answers.fire", "measures"))
        }

    assert warned("2026-06-30") == {}
    assert warned("2026-07-01") == {
        "answers.fire_extinguishers.v": "not_in_force",
        "measures.reminder.measure_id": "not_in_force",
    }


def test_session_reports_list_rows_not_in_force_on_its_day(lists: CodeLists) -> None:
    now = from_wire("2026-11-20T12:00:00Z")
    assert now is not None
    problems = {
        day: {
            problem.path
            for problem in rules.warnings(
                "outreach_session",
                builders.outreach_session(session_date=day, topic_ids=["harms"]),
                lists,
                Context(now),
            )
            if problem.code.value == "not_in_force"
        }
        for day in ("2026-06-30", "2026-07-01")
    }
    assert problems == {"2026-06-30": set(), "2026-07-01": {"topic_ids"}}


def test_missing_items_at_submission_are_those_of_the_day(lists: CodeLists) -> None:
    values: dict[str, object] = {}
    for day, item in ((LAST, "fire_extinguishers"), (FIRST, "fire_new")):
        pages = visible_items(lists, "karaoke", day, values, ConditionContext())
        asked_ids = {entry.id for _section, items in pages for entry in items}
        assert asked_ids & {"fire_extinguishers", "fire_new"} == {item}

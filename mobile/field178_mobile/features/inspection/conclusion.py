"""Conclusion of a visit: result, measures, corrections with due days, comments of the establishment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from field178_mobile.components.forms.simple_fields import Pins, SimpleField, simple_field, simple_fields
from field178_mobile.features.inspection import fix_dates
from field178_mobile.features.inspection.answers import ItemAnswer, answers_of
from field178_mobile.features.inspection.field_positions import ARRIVAL, CONCLUSION, SHIFT, comments_at
from field178_mobile.features.inspection.measure_answers import AnsweringMeasure, answering_measures
from field178_mobile.features.inspection.register_updates import update_options
from field178_mobile.features.inspection.section_view import answer_word
from field178_mobile.features.inspection.visit_scene import VisitScene
from field178_mobile.presentation.draft_session import Changes, Data
from field178_mobile.presentation.wording import Option, Wording, options
from field178_shared.codelists import ChecklistItem
from field178_shared.record_type import RecordType
from field178_shared.records.reading import day_of, entries_of, text_of
from field178_shared.rules.checklist import is_shortcoming
from field178_shared.rules.time_limits import running_limits
from field178_shared.schemas import lenient_value
from field178_shared.schemas.fields.catalogue import FIELDS, max_length
from field178_shared.text.formats import weekday_name

# Fields with a control of their own in the conclusion, and where it is.
CONTROLS = {
    "overall_result": "result_card",
    "measures": "measures_card",
    "follow_ups": "result_card",
    "protocols": "protocols",
    "representative_role": "roles",
    "representative_opinion": "opinion",
    "recommendation": "recommendation",
    "minutes_number": "minutes",
    "paper_signed": "paper",
}
_ELSEWHERE = SHIFT | ARRIVAL
TEXTS = ("recommendation", "representative_opinion", "minutes_number")


@dataclass(frozen=True, slots=True)
class FollowUpRow:
    """Row of a shortcoming with its due day."""

    key: str
    text: str
    word: str
    due_on: str
    due: str
    hint: str


@dataclass(frozen=True, slots=True)
class ConclusionState:
    """The whole conclusion tab."""

    summary: str
    results: tuple[Option, ...]
    measures: tuple[Option, ...]
    answered: tuple[AnsweringMeasure, ...]
    roles: tuple[Option, ...]
    paper: tuple[Option, ...]
    fix_days: tuple[Option, ...]
    due_on: str
    due_weekday: str
    due_hint: str
    due_offers: tuple[tuple[str, str], ...]
    shortcomings: tuple[FollowUpRow, ...]
    limits: tuple[str, ...]
    updates: tuple[Option, ...]
    texts: Mapping[str, SimpleField]
    fields: tuple[SimpleField, ...]
    result_comment: str
    result_problem: str
    other_comments: str


def choose_result(result: str) -> Changes:
    """Return the change of the overall result."""
    return {"overall_result": result}


def choose_role(role: str) -> Changes:
    """Return the change of who spoke for the establishment: a role, never a name."""
    return {"representative_role": role}


def choose_paper(signed: str) -> Changes:
    """Return the change of the outcome of signing."""
    return {"paper_signed": signed}


def toggle_measure(data: Data, measure: str) -> Changes:
    """Return the change that adds a measure, or removes it with its document."""
    if measure in entries_of(data, "measures"):
        return {f"measures.{measure}": None}
    return {f"measures.{measure}": {"measure_id": measure}}


def fix_by(data: Data, due_on: date | None, words: Wording) -> Changes:
    """Return the change that sets a due day for all shortcomings, or removes their corrections."""
    gone: Changes = {f"follow_ups.{key}": None for key in entries_of(data, "follow_ups")}
    if due_on is None:
        return gone
    required: Changes = {
        f"follow_ups.{item.id}": _follow_up(item, due_on.isoformat())
        for item, _answer in _short_items(data, words)
    }
    return {**gone, **required}


def fix_item_by(item_id: str, due_on: date | None, words: Wording) -> Changes:
    """Return the change that sets the due day of one shortcoming, or removes its correction."""
    path = f"follow_ups.{item_id}"
    return {path: _follow_up(words.lists.items[item_id], due_on.isoformat()) if due_on else None}


def keep_deadline(data: Data, item_id: str, value: str, words: Wording) -> Changes:
    """Return the change that gives a further shortcoming the deadline of the others."""
    due = max(_due_dates(data), default="")
    item = words.lists.items.get(item_id)
    if (
        item is None
        or not due
        or not is_shortcoming(item, value)
        or item_id in entries_of(data, "follow_ups")
    ):
        return {}
    return {f"follow_ups.{item_id}": _follow_up(item, due)}


def conclusion_state(scene: VisitScene) -> ConclusionState:
    """Return the conclusion tab of a visit."""
    data, words, marks = scene.reading.data, scene.words, scene.marks
    due, pins = _common_due(data), Pins(marks.comments, marks.problems, marks.lint)
    return ConclusionState(
        summary=_summary(data, words),
        results=_results(data, words),
        measures=tuple(
            Option(choice.id, choice.label(words.language), choice.id in entries_of(data, "measures"))
            for choice in words.lists.choices["measure"]
            if choice.valid_on(scene.day) or choice.id in entries_of(data, "measures")
        ),
        answered=answering_measures(data, words),
        roles=options(words, "representative_role", data.get("representative_role"), scene.day),
        paper=options(words, "paper_signed", data.get("paper_signed")),
        fix_days=fix_dates.offers(scene.day, due, words),
        due_on=due.isoformat() if due else "",
        due_weekday=weekday_name(due, words.language) if due else "",
        due_hint=_due_hint(due, scene),
        due_offers=fix_dates.suggestions(scene.day, words),
        shortcomings=_shortcomings(scene),
        limits=_limits(scene),
        updates=update_options(data, scene.register, scene.kept_in_register, words) if scene.register else (),
        texts={
            path: simple_field(RecordType.INSPECTION, FIELDS[RecordType.INSPECTION][path], data, pins, words)
            for path in TEXTS
        },
        fields=tuple(
            each
            for section in ("visit", "result")
            for each in simple_fields(
                (RecordType.INSPECTION, section), data, pins, words, _ELSEWHERE | CONTROLS.keys()
            )
        ),
        result_comment=marks.comments.get("overall_result", ""),
        result_problem=marks.problems.get("overall_result", ""),
        other_comments=comments_at(CONCLUSION, marks.comments, data, words),
    )


def _follow_up(item: ChecklistItem, due_on: str) -> dict[str, object]:
    # Records contain the Vietnamese text in any language of the tablet.
    return {
        "text": item.vi[: max_length(RecordType.INSPECTION, "follow_ups.*.text")],
        "due_on": due_on,
        "status": "open",
    }


def _results(data: Data, words: Wording) -> tuple[Option, ...]:
    closed = data.get("overall_result") == "not_inspected"
    chips = options(words, "overall_result", data.get("overall_result"))
    return tuple(chip for chip in chips if (chip.id == "not_inspected") == closed)


def _summary(data: Data, words: Wording) -> str:
    short = len(_short_items(data, words))
    finding_count = len(entries_of(data, "findings"))
    if not short:
        return words.translate("No shortcoming recorded")
    return words.say(
        "Items not met: {short} · violations recorded: {found}", short=short, found=finding_count
    )


def _shortcomings(scene: VisitScene) -> tuple[FollowUpRow, ...]:
    words, follow_ups = scene.words, entries_of(scene.reading.data, "follow_ups")
    rows = []
    for item, answer in _short_items(scene.reading.data, words):
        due = day_of(follow_ups.get(item.id, {}), "due_on")
        rows.append(
            FollowUpRow(
                key=item.id,
                text=item.label(words.language),
                word=answer_word(answer.value, words),
                due_on=due.isoformat() if due else "",
                due=_due_text(due, scene),
                hint=fix_dates.soft_word(due, scene.day, words) if due else "",
            )
        )
    return tuple(rows)


def _short_items(data: Data, words: Wording) -> list[tuple[ChecklistItem, ItemAnswer]]:
    """Return the items that are not or not fully met, in the order of the answers."""
    answered_items = (
        (words.lists.items.get(item_id), answer) for item_id, answer in answers_of(data).items()
    )
    return [(item, answer) for item, answer in answered_items if item and is_shortcoming(item, answer.value)]


def _due_text(due: date | None, scene: VisitScene) -> str:
    words = scene.words
    if due is None:
        return words.translate("No date set")
    by = words.say("Fix by {day}", day=fix_dates.long_day(due, words))
    return f"{by} · {words.days_left(due, scene.today)}"


def _limits(scene: VisitScene) -> tuple[str, ...]:
    """Return the limits of the law that run from the violations of the visit."""
    words = scene.words
    return tuple(
        f"{limit.deadline.label(words.language)}: {fix_dates.long_day(limit.ends_on, words)}"
        f" · {words.days_left(limit.ends_on, scene.today)}"
        for limit in running_limits(lenient_value(RecordType.INSPECTION, scene.reading.data), words.lists)
    )


def _due_dates(data: Data) -> set[str]:
    return {text_of(row, "due_on") for row in entries_of(data, "follow_ups").values()}


def _common_due(data: Data) -> date | None:
    """Return the common due day of all shortcomings with a due day, or None."""
    dates = {day_of(row, "due_on") for row in entries_of(data, "follow_ups").values()}
    return dates.pop() if len(dates) == 1 else None


def _due_hint(due: date | None, scene: VisitScene) -> str:
    words = scene.words
    if due is not None:
        return fix_dates.soft_word(due, scene.day, words)
    if len(_due_dates(scene.reading.data)) > 1:
        return words.translate("The shortcomings have different dates; a date chosen here replaces them all.")
    latest = max(fix_dates.end_of_offer(offer, scene.day, words.lists) for offer in fix_dates.WORKING_DAYS)
    return fix_dates.unknown_year(latest, words)

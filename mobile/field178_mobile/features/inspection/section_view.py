"""A section of the checklist as it is drawn: its items with answer, last visit's answer, offers and marks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from field178_mobile.features.inspection.answers import (
    FROM_LAST_VISIT,
    FROM_SECTION,
    NOTE_LENGTH,
    ItemAnswer,
    answers_of,
)
from field178_mobile.features.inspection.checklist import SectionCount, SectionPageContent
from field178_mobile.features.inspection.field_positions import anchor_of
from field178_mobile.features.inspection.findings import ViolationOffer, offers_of
from field178_mobile.features.photos.visit_photos import photos_of_item
from field178_mobile.presentation.draft_session import Data
from field178_mobile.presentation.wording import Option, Wording
from field178_shared.codelists import AnswerKind, ChecklistItem
from field178_shared.rules.checklist import FAILED

_TALKED_TO = "ou_workers_attended"
_THERE = ("workers_present", "workers_total")
_ANSWERS = {
    AnswerKind.YES_NO: ("yes", "no", "na"),
    AnswerKind.YES_NO_PARTIAL: ("yes", "partial", "no", "na"),
}


@dataclass(frozen=True, slots=True)
class Marks:
    """What is pinned to paths of the record: rule problems, the office's comments, free-text marks."""

    problems: Mapping[str, str] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)
    lint: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SectionCard:
    """One line of the section list."""

    id: str
    title: str
    progress: SectionCount
    detail: str
    failed: str
    share: str
    part: float
    mark: str


@dataclass(frozen=True, slots=True)
class ItemState:
    """One item of the open section."""

    id: str
    number: str
    text: str
    is_count: bool
    is_required: bool
    is_fact: bool
    value: str
    options: tuple[Option, ...]
    law: str
    last: str
    last_count: int | None
    source: str
    note: str
    can_note: bool
    offers: tuple[ViolationOffer, ...]
    suggestion: str
    problem: str
    comment: str
    lint: str
    photos: str
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageState:
    """The open section."""

    id: str
    title: str
    counter: str
    items: tuple[ItemState, ...]
    pass_count: int
    is_done: bool
    repeat: str
    next_id: str
    next_title: str


@dataclass(frozen=True, slots=True)
class VisitView:
    """What a visit's pages are drawn from: its data, the visit before, the day, and what is pinned."""

    data: Data
    last: Data
    day: date
    words: Wording
    marks: Marks
    is_leader: bool = False
    is_locked: bool = False


def section_card(page: SectionPageContent, view: VisitView) -> SectionCard:
    """Return one line of the section list."""
    progress, words = page.progress(view.data), view.words
    failed = words.say("{count} not compliant", count=progress.failed) if progress.failed else ""
    done, total = progress.required_done, progress.required
    if not total:
        done, total = progress.answered, progress.total
    return SectionCard(
        id=page.section.id,
        title=page.section.label(words.language),
        progress=progress,
        detail=_detail(progress, words),
        failed=failed,
        share=f"{done}/{total}",
        part=done / total if total else 0.0,
        mark=_mark(page, progress, view),
    )


def _detail(progress: SectionCount, words: Wording) -> str:
    if not progress.required:
        return words.say("Items: {total}, none required", total=progress.total)
    return words.say("Items: {total}, required: {required}", total=progress.total, required=progress.required)


def counter_text(progress: SectionCount, words: Wording) -> str:
    """Return how far a section has come: required items first, all items after them."""
    if progress.required == 0:
        return words.say("{done}/{total} optional", done=progress.answered, total=progress.total)
    return words.say(
        "{done}/{required} required · {answered}/{total} in all",
        done=progress.required_done,
        required=progress.required,
        answered=progress.answered,
        total=progress.total,
    )


def page_state(page: SectionPageContent, next_page: SectionPageContent | None, view: VisitView) -> PageState:
    """Return the open section."""
    progress, words = page.progress(view.data), view.words
    return PageState(
        id=page.section.id,
        title=page.section.label(words.language),
        counter=counter_text(progress, words),
        items=tuple(_item_state(number, item, view) for number, item in enumerate(page.items, 1)),
        pass_count=len(page.pass_changes(view.data)),
        is_done=progress.is_done,
        repeat=_repeat_text(page, view),
        next_id=next_page.section.id if next_page else "",
        next_title=next_page.section.label(words.language) if next_page else "",
    )


def path_of(item: ChecklistItem) -> str:
    """Return the path of an item's answer in the record."""
    return f"answers.{item.id}"


def is_fact(item: ChecklistItem) -> bool:
    """Tell whether an item asks what the team did there: yes or no, and no judgement on the establishment."""
    return item.creates is not None


def answer_word(value: object, words: Wording, of_fact: bool = False) -> str:
    """Return the word of an answer; counts and texts show themselves."""
    _ = words.translate
    if of_fact and value in ("yes", "no"):
        return _("Yes") if value == "yes" else _("No")
    known = {
        "yes": _("Compliant"),
        "partial": _("Partly"),
        "no": _("Not compliant"),
        "na": _("Not applicable"),
    }
    return known.get(str(value), str(value))


def _item_state(number: int, item: ChecklistItem, view: VisitView) -> ItemState:
    answer = answers_of(view.data).get(item.id)
    path, words, marks = path_of(item), view.words, view.marks
    value = "" if answer is None else str(answer.value)
    return ItemState(
        id=item.id,
        number=str(number),
        text=item.label(words.language),
        is_count=item.answer is AnswerKind.COUNT,
        is_required=item.required,
        is_fact=is_fact(item),
        value=value,
        options=_item_options(item, value, words),
        law=_law_text(item, words),
        last=_last_text(item, view),
        last_count=_last_count(item, view),
        source=_source_text(answer, words),
        note=answer.note if answer else "",
        can_note=answer is not None,
        offers=_offers(item, answer, view),
        suggestion=_suggestion(item, answer, view),
        problem=marks.problems.get(path, ""),
        comment=_comment_on(item, view),
        lint=marks.lint.get(f"{path}.note", ""),
        photos=_photos_text(item, view),
        phrases=_phrases(answer, view),
    )


def _phrases(answer: ItemAnswer | None, view: VisitView) -> tuple[str, ...]:
    """Return the stock phrases that one tap adds to a note: not those in it, nor any that would be cut."""
    if answer is None or view.is_locked:
        return ()
    _ = view.words.translate
    known = (
        _("Reminded on the spot."),
        _("Paper not shown at the visit."),
        _("Paper expired."),
        _("Establishment promised to complete it."),
    )
    context = NOTE_LENGTH - len(answer.note) - len(" ")
    return tuple(phrase for phrase in known if phrase not in answer.note and len(phrase) <= context)


def _photos_text(item: ChecklistItem, view: VisitView) -> str:
    count = photos_of_item(view.data, item.id)
    return view.words.say("Photos ({count})", count=count) if count else view.words.translate("Add a photo")


def _item_options(item: ChecklistItem, value: str, words: Wording) -> tuple[Option, ...]:
    return tuple(
        Option(answer, answer_word(answer, words, is_fact(item)), answer == value)
        for answer in _ANSWERS.get(item.answer, ())
    )


def _law_text(item: ChecklistItem, words: Wording) -> str:
    names = []
    for reference in item.legal:
        source = words.lists.legal_sources.get(reference.source)
        name = (source.number or source.label(words.language)) if source else reference.source
        article = words.say("Art. {article}", article=reference.article) if reference.article else ""
        names.append(f"{name} {article}".strip())
    return "; ".join(names)


def _last_text(item: ChecklistItem, view: VisitView) -> str:
    before = answers_of(view.last).get(item.id)
    if before is None:
        return ""
    word = answer_word(before.value, view.words, is_fact(item))
    return view.words.say("Last visit: {answer}", answer=word)


def _last_count(item: ChecklistItem, view: VisitView) -> int | None:
    before = answers_of(view.last).get(item.id)
    return before.value if before is not None and isinstance(before.value, int) else None


def _source_text(answer: ItemAnswer | None, words: Wording) -> str:
    _ = words.translate
    if answer is None:
        return ""
    known = {FROM_SECTION: _("with the whole section"), FROM_LAST_VISIT: _("same as last visit")}
    return known.get(answer.source, "")


def _offers(item: ChecklistItem, answer: ItemAnswer | None, view: VisitView) -> tuple[ViolationOffer, ...]:
    if answer is None or answer.value not in FAILED:
        return ()
    return offers_of(item.id, view.data, view.day, view.words, view.is_leader)


def _suggestion(item: ChecklistItem, answer: ItemAnswer | None, view: VisitView) -> str:
    """Return a number that one tap may put in; it is never there by itself."""
    if answer is not None:
        return ""
    if item.id == _TALKED_TO:
        values = answers_of(view.data)
        known = (values[name] for name in _THERE if name in values)
        return next((str(answer.value) for answer in known), "")
    return "" if item.default is None else str(item.default)


def _comment_on(item: ChecklistItem, view: VisitView) -> str:
    comments = view.marks.comments.items()
    return "\n".join(text for path, text in comments if anchor_of(path, view.data) == path_of(item))


def _mark(page: SectionPageContent, progress: SectionCount, view: VisitView) -> str:
    """Return the one thing to say about a section: comment, failed, done, begun or open."""
    commented = {anchor_of(path, view.data) for path in view.marks.comments}
    if any(path_of(item) in commented for item in page.items):
        return "comment"
    if progress.failed:
        return "failed"
    if progress.is_done and progress.answered:
        return "done"
    return "begun" if progress.answered else "open"


def _repeat_text(page: SectionPageContent, view: VisitView) -> str:
    counts = page.repeatable(view.data, view.last)
    if not counts:
        return ""
    total, female = counts.get("workers_total"), counts.get("workers_female")
    if total is None or female is None:
        return view.words.say("Same as last visit ({count})", count=len(counts))
    return view.words.say("Same as last visit: {total} ({female} female)", total=total, female=female)

"""A section of the checklist as it is drawn: its items with answer, last visit's answer, offers and marks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from field178_mobile.components.photos.photo_gallery import Thumb
from field178_mobile.features.inspection.answers import (
    FROM_LAST_VISIT,
    FROM_SECTION,
    NOTE_LENGTH,
    Answers,
    ItemAnswer,
)
from field178_mobile.features.inspection.checklist import SectionCount, SectionPageContent
from field178_mobile.features.inspection.findings import ViolationOffer
from field178_mobile.presentation.wording import Option, Wording
from field178_shared.codelists import AnswerKind, ChecklistItem, CodeLists
from field178_shared.rules.counts import remainder

_TALKED_TO = "ou_workers_attended"
_THERE = ("workers_present", "workers_total")
_ANSWERS = {
    AnswerKind.YES_NO: ("yes", "no", "na"),
    AnswerKind.YES_NO_PARTIAL: ("yes", "partial", "no", "na"),
}


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
    warning: str
    comment: str
    lint: str
    photos: str
    thumbs: tuple[Thumb, ...]
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageState:
    """The open section."""

    id: str
    title: str
    counter: str
    items: tuple[ItemState, ...]
    pass_count: int
    repeat: str


class AskedItem(NamedTuple):
    """An item on a day: its number in the section, its answer, and the answer of the last visit."""

    number: int
    item: ChecklistItem
    answer: ItemAnswer | None
    last: ItemAnswer | None
    day: date


class Pinned(NamedTuple):
    """Messages at one item: problem, unusual number, comment, privacy mark, photos."""

    problem: str
    warning: str
    comment: str
    lint: str
    thumbs: tuple[Thumb, ...]
    photo_count: int


def section_card(page: SectionPageContent, commented: Collection[str], words: Wording) -> SectionCard:
    """Return one line of the section list; `commented`: the anchors of the office's comments."""
    progress = page.progress
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
        mark=_mark(page, commented),
    )


def _detail(progress: SectionCount, words: Wording) -> str:
    if not progress.required:
        return words.say("Items: {total}, none required", total=progress.total)
    return words.say("Items: {total}, required: {required}", total=progress.total, required=progress.required)


def counter_text(progress: SectionCount, words: Wording) -> str:
    """Return the progress of a section as text: required items, then all items."""
    if progress.required == 0:
        return words.say("{done}/{total} optional", done=progress.answered, total=progress.total)
    return words.say(
        "{done}/{required} required · {answered}/{total} in all",
        done=progress.required_done,
        required=progress.required,
        answered=progress.answered,
        total=progress.total,
    )


def page_state(
    page: SectionPageContent,
    items: tuple[ItemState, ...],
    pass_count: int,
    last: Answers,
    words: Wording,
) -> PageState:
    """Return the state of the open section."""
    return PageState(
        id=page.section.id,
        title=page.section.label(words.language),
        counter=counter_text(page.progress, words),
        items=items,
        pass_count=pass_count,
        repeat=_repeat_text(page, last, words),
    )


def answer_word(value: object, words: Wording, of_fact: bool = False) -> str:
    """Return the word of an answer; counts and texts show themselves."""
    _ = words.translate
    if of_fact and value in ("yes", "no"):
        return _("Yes") if value == "yes" else _("No")
    labels = {
        "yes": _("Compliant"),
        "partial": _("Partly"),
        "no": _("Not compliant"),
        "na": _("Not applicable"),
    }
    return labels.get(str(value), str(value))


def item_state(
    asked_item: AskedItem,
    pinned: Pinned,
    offers: tuple[ViolationOffer, ...],
    suggestion: str,
    is_locked: bool,
    words: Wording,
) -> ItemState:
    """Return one item of the open section, with the law of its day."""
    item, answer = asked_item.item, asked_item.answer
    value = "" if answer is None else str(answer.value)
    return ItemState(
        id=item.id,
        number=str(asked_item.number),
        text=item.label(words.language),
        is_count=item.answer is AnswerKind.COUNT,
        is_required=item.required,
        is_fact=item.is_fact,
        value=value,
        options=_item_options(item, value, words),
        law=_law_text(item, asked_item.day, words),
        last=_last_text(asked_item, words),
        last_count=asked_item.last.value
        if asked_item.last and isinstance(asked_item.last.value, int)
        else None,
        source=_source_text(answer, words),
        note=answer.note if answer else "",
        can_note=answer is not None,
        offers=offers,
        suggestion=suggestion,
        problem=pinned.problem,
        warning=pinned.warning,
        comment=pinned.comment,
        lint=pinned.lint,
        photos=photos_text(pinned.photo_count, words),
        thumbs=pinned.thumbs,
        phrases=() if answer is None or is_locked else _phrases(item.id, answer.note, asked_item.day, words),
    )


def suggestion_for(item: ChecklistItem, answers: Answers, counts: Mapping[str, int], lists: CodeLists) -> str:
    """Return the offered number for an open count; it is never filled in automatically."""
    if (left := remainder(item.id, counts, lists)) is not None:
        return str(left)
    if item.id == _TALKED_TO:
        answered = (answers[name] for name in _THERE if name in answers)
        return next((str(answer.value) for answer in answered), "")
    return "" if item.default is None else str(item.default)


def _phrases(item_id: str, note: str, on: date, words: Wording) -> tuple[str, ...]:
    """Return the stock phrases for a note, without used ones and ones that would be cut."""
    # Performance: every tap evaluates every phrase, so the loop is inline.
    is_english = words.language == "en"
    phrases = [each.en if is_english else each.vi for each in words.lists.phrases_at(item_id, on)]
    free = NOTE_LENGTH - len(note) - len(" ")
    return tuple([phrase for phrase in phrases if phrase not in note and len(phrase) <= free])


def photos_text(count: int, words: Wording) -> str:
    """Return the button of the photos of one item."""
    return words.say("Photos ({count})", count=count) if count else words.translate("Add a photo")


def _item_options(item: ChecklistItem, value: str, words: Wording) -> tuple[Option, ...]:
    of_fact = item.is_fact
    return tuple(
        [
            Option(answer, answer_word(answer, words, of_fact), answer == value)
            for answer in _ANSWERS.get(item.answer, ())
        ]
    )


def _law_text(item: ChecklistItem, on: date, words: Wording) -> str:
    names = []
    for reference in words.lists.references_on(item.legal, on):
        article = words.say("Art. {article}", article=reference.article) if reference.article else ""
        names.append(f"{words.law(reference.source, on)} {article}".strip())
    return "; ".join(names)


def _last_text(asked_item: AskedItem, words: Wording) -> str:
    if asked_item.last is None:
        return ""
    return words.say(
        "Last visit: {answer}", answer=answer_word(asked_item.last.value, words, asked_item.item.is_fact)
    )


def _source_text(answer: ItemAnswer | None, words: Wording) -> str:
    _ = words.translate
    if answer is None:
        return ""
    labels = {FROM_SECTION: _("with the whole section"), FROM_LAST_VISIT: _("same as last visit")}
    return labels.get(answer.source, "")


def _mark(page: SectionPageContent, commented: Collection[str]) -> str:
    """Return the most important mark of a section: comment, failed, done, begun or open."""
    progress = page.progress
    if commented and any(f"answers.{item.id}" in commented for item in page.items):
        return "comment"
    if progress.failed:
        return "failed"
    if progress.is_done and progress.answered:
        return "done"
    return "begun" if progress.answered else "open"


def _repeat_text(page: SectionPageContent, last: Answers, words: Wording) -> str:
    counts = page.repeatable(last)
    if not counts:
        return ""
    total, female = counts.get("workers_total"), counts.get("workers_female")
    if total is None or female is None:
        return words.say("Same as last visit ({count})", count=len(counts))
    return words.say("Same as last visit: {total} ({female} female)", total=total, female=female)

"""Where on the screens a path of a visit is, and what is pinned there: comments, marks under free text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from field178_mobile.features.inspection.answers import Answers
from field178_mobile.presentation.draft_session import Data
from field178_mobile.presentation.wording import Wording
from field178_mobile.store import InboxItem
from field178_shared.merge import read_path
from field178_shared.records.reading import text_of
from field178_shared.text.privacy import lint

INFO, CHECKLIST, CONCLUSION, PHOTOS = "info", "checklist", "conclusion", "photos"
_SHIFT = {"team_id", "inspection_kind", "trigger", "decision_number", "decision_date", "members"}
_SHIFT |= {"local_escort_agencies"}
_ARRIVAL = {"access_result", "representative_role", "started_at", "check_in"}
# Fields of the conclusion that show a comment at their own place.
PINNED = frozenset({"overall_result", "recommendation", "representative_opinion", "minutes_number"})
_FREE_TEXTS = ("recommendation", "representative_opinion")


@dataclass(frozen=True, slots=True)
class FieldPosition:
    """A tab, a section of the checklist ("" = the section list) and an item in it."""

    tab: str
    section: str = ""
    item: str = ""


def place_of(path: str, data: Data, words: Wording) -> FieldPosition:
    """Return where a path of the record is shown."""
    head, _, rest = path.partition(".")
    if head in _SHIFT:
        return FieldPosition(INFO)
    if head in _ARRIVAL:
        return FieldPosition(CHECKLIST)
    if head == "attachments":
        return FieldPosition(PHOTOS)
    item_id = _item_of(head, rest, data)
    item = words.lists.items.get(item_id)
    return FieldPosition(CHECKLIST, item.section, item_id) if item else FieldPosition(CONCLUSION)


def comments_at(tab: str, comments: Mapping[str, str], data: Data, words: Wording) -> str:
    """Return the comments on a tab that no field there carries itself, so that none is lost."""
    said = []
    for path, text in comments.items():
        place = place_of(path, data, words)
        if place.tab == tab and not place.item and path not in PINNED:
            said.append(f"{name_of(path, data, words)}: {text}")
    return "\n".join(said)


def anchor_of(path: str, data: Data) -> str:
    """Return the path under which the screens pin what is said about a path: its item, or its field."""
    head, _, rest = path.partition(".")
    item_id = _item_of(head, rest, data)
    return f"answers.{item_id}" if item_id else head


def name_of(path: str, data: Data, words: Wording) -> str:
    """Return what the field at a path is called on the screens."""
    head, _, rest = path.partition(".")
    item = words.lists.items.get(_item_of(head, rest, data))
    return item.label(words.language) if item else _field_name(head, words)


def comments_of(items: Iterable[InboxItem], record_id: str) -> dict[str, str]:
    """Return the office's words by path, several on one field on lines of their own."""
    found: dict[str, list[str]] = {}
    for item in items:
        if item.record_id == record_id:
            for comment in item.comments:
                found.setdefault(comment.path, []).append(comment.text)
    return {path: "\n".join(texts) for path, texts in found.items()}


def anchored(comments: Mapping[str, str], data: Data) -> dict[str, str]:
    """Return the office's words by the anchor they are pinned to."""
    found: dict[str, list[str]] = {}
    for path, text in comments.items():
        found.setdefault(anchor_of(path, data), []).append(text)
    return {anchor: "\n".join(texts) for anchor, texts in found.items()}


def free_texts(data: Data, answers: Answers) -> dict[str, str]:
    """Return the free texts of a visit by path, those that say something."""
    texts = {name: text_of(data, name) for name in _FREE_TEXTS}
    texts |= {f"answers.{item_id}.note": answer.note for item_id, answer in answers.items() if answer.note}
    return {path: text for path, text in texts.items() if text}


def lint_text(text: str, known_names: tuple[str, ...], language: str) -> str:
    """Return the marks under a free text; they never keep anything from being saved.

    `known_names` belong in the record, such as the establishment's own name.
    """
    return "\n".join(dict.fromkeys(mark.message for mark in lint(text, known_names, language)))


def _item_of(head: str, rest: str, data: Data) -> str:
    key = rest.partition(".")[0]
    if head == "answers":
        return key
    if head == "findings":
        return str(read_path(data, f"findings.{key}.checklist_item_id") or "")
    return ""


def _field_name(name: str, words: Wording) -> str:
    _ = words.translate
    names = {
        "team_id": _("Team"),
        "inspection_kind": _("Kind of inspection"),
        "trigger": _("Reason for the inspection"),
        "decision_number": _("Decision number"),
        "decision_date": _("Decision date"),
        "members": _("Members"),
        "local_escort_agencies": _("Escort of the commune"),
        "access_result": _("How the visit began"),
        "representative_role": _("Who speaks for the establishment"),
        "started_at": _("Start of the visit"),
        "ended_at": _("End of the visit"),
        "check_in": _("Place of the visit"),
        "attachments": _("Photos"),
        "overall_result": _("Overall result"),
        "measures": _("Measures"),
        "follow_ups": _("To be fixed"),
        "protocols": _("Protection protocol"),
        "recommendation": _("Recommendation"),
        "representative_opinion": _("Opinion of the representative"),
        "minutes_number": _("Number of the minutes"),
        "paper_signed": _("Paper minutes"),
    }
    return names.get(name, name)

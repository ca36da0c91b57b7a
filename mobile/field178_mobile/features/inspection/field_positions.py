"""Places of the paths of a visit on the screens, and the comments shown there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from field178_mobile.presentation.draft_session import Data
from field178_mobile.presentation.item_paths import item_at, item_id_at
from field178_mobile.presentation.wording import Wording
from field178_shared.record_type import RecordType

INFO, CHECKLIST, CONCLUSION, PHOTOS = "info", "checklist", "conclusion", "photos"
SHIFT = {"team_id", "inspection_kind", "trigger", "decision_number", "decision_date", "members"}
SHIFT |= {"local_escort_agencies"}
ARRIVAL = {"access_result", "representative_role", "started_at", "check_in", "follow_up_answers"}
ARRIVAL |= {"plan_item_id"}
# Fields of the conclusion that show a comment at their own place.
PINNED = frozenset({"overall_result", "recommendation", "representative_opinion", "minutes_number"})


@dataclass(frozen=True, slots=True)
class FieldPosition:
    """A tab, a section of the checklist ("" = the section list) and an item in it."""

    tab: str
    section: str = ""
    item: str = ""


def place_of(path: str, data: Data, words: Wording) -> FieldPosition:
    """Return the place of a path on the screens."""
    head = path.partition(".")[0]
    if head in SHIFT:
        return FieldPosition(INFO)
    if head in ARRIVAL:
        return FieldPosition(CHECKLIST)
    if head == "attachments":
        return FieldPosition(PHOTOS)
    item_id = item_id_at(path, data)
    item = words.lists.items.get(item_id)
    return FieldPosition(CHECKLIST, item.section, item_id) if item else FieldPosition(CONCLUSION)


def comments_at(tab: str, comments: Mapping[str, str], data: Data, words: Wording) -> str:
    """Return the comments of a tab whose fields do not show them, so that none is lost."""
    lines = []
    for path, text in comments.items():
        place = place_of(path, data, words)
        if place.tab == tab and not place.item and path not in PINNED:
            lines.append(f"{name_of(path, data, words)}: {text}")
    return "\n".join(lines)


def anchor_of(path: str, data: Data) -> str:
    """Return the path at which the screens show messages about a path: its item, or its field."""
    item_id = item_id_at(path, data)
    return f"answers.{item_id}" if item_id else path.partition(".")[0]


def name_of(path: str, data: Data, words: Wording) -> str:
    """Return the name of the field at a path."""
    item = item_at(path, data, words)
    return item.label(words.language) if item else words.field(RecordType.INSPECTION, path.partition(".")[0])


def stands_at(at: str, data: Data, words: Wording) -> Callable[[str], bool]:
    """Return whether a path belongs to a place of the form: a field, or a tab ("@…")."""
    tab = at.removeprefix("@")

    def is_on_tab(path: str) -> bool:
        place = place_of(path, data, words)
        return place.tab == tab and not place.item and path not in PINNED

    def is_at_field(path: str) -> bool:
        return at in (path, anchor_of(path, data))

    return is_at_field if tab == at else is_on_tab


def anchored(comments: Mapping[str, str], data: Data) -> dict[str, str]:
    """Return the office's words by the anchor they are pinned to."""
    texts_by_anchor: dict[str, list[str]] = {}
    for path, text in comments.items():
        texts_by_anchor.setdefault(anchor_of(path, data), []).append(text)
    return {anchor: "\n".join(texts) for anchor, texts in texts_by_anchor.items()}

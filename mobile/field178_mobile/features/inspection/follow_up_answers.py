"""Answers of the open visit to corrections of earlier visits: done, not done, not applicable."""

from __future__ import annotations

from dataclasses import dataclass

from field178_mobile.components.photos.visit_photos import photos_by_item
from field178_mobile.features.inspection.section_view import photos_text
from field178_mobile.features.inspection.visit_scene import VisitScene
from field178_mobile.presentation.draft_session import Changes, Data
from field178_mobile.presentation.facts import ToFix
from field178_mobile.presentation.wording import Option
from field178_shared.records.follow_ups import ANSWERS, FIXED, NOT_APPLICABLE, NOT_FIXED, answer_key
from field178_shared.records.reading import entries_of, text_of

STATUSES = (FIXED, NOT_FIXED, NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class FollowUpLine:
    """A correction with its answer options. `item_id`: checklist item of its photos, "" for none."""

    to_fix: ToFix
    options: tuple[Option, ...]
    note: str
    lint: str
    photos: str
    item_id: str
    is_locked: bool

    @property
    def is_answered(self) -> bool:
        """Return whether the visit answers the correction."""
        return any(option.is_chosen for option in self.options)


def follow_up_lines(to_fix: tuple[ToFix, ...], scene: VisitScene) -> tuple[FollowUpLine, ...]:
    """Return the open corrections of earlier visits with the answers of this visit."""
    if not to_fix:
        return ()
    given, photos = entries_of(scene.reading.data, ANSWERS), photos_by_item(scene.reading.data)
    words = scene.words
    lines = []
    for row in to_fix:
        answer, item_id = given.get(row.key, {}), row.follow_ups[0].key
        status = text_of(answer, "status")
        lines.append(
            FollowUpLine(
                to_fix=row,
                options=tuple(
                    Option(status_id, words.choice("followup_status", status_id), status_id == status)
                    for status_id in STATUSES
                ),
                note=text_of(answer, "note"),
                lint=scene.marks.lint.get(f"{ANSWERS}.{row.key}.note", ""),
                photos=photos_text(photos[item_id], words),
                item_id=item_id if item_id in words.lists.items else "",
                is_locked=scene.is_locked,
            )
        )
    return tuple(lines)


def answer_follow_up(data: Data, row: ToFix, status: str) -> Changes:
    """Return the change of an answer by tap; the same answer again removes it."""
    given = entries_of(data, ANSWERS)
    answer = given.get(row.key, {})
    if text_of(answer, "status") == status:
        return {path: None for path in _paths(row)}
    note = text_of(answer, "note")
    changes: Changes = {}
    for path, follow_up in zip(_paths(row), row.follow_ups, strict=True):
        entry = {
            "visit_id": follow_up.visit_id,
            "follow_up_id": follow_up.key,
            "text": follow_up.text,
            "status": status,
        }
        if follow_up.due_on is not None:
            entry["due_on"] = follow_up.due_on.isoformat()
        changes[path] = {**entry, "note": note} if note else entry
    return changes


def write_follow_up_note(row: ToFix, text: str) -> Changes:
    """Return the change of the note of an answer; an empty note is no note."""
    return {f"{path}.note": text or None for path in _paths(row)}


def _paths(row: ToFix) -> list[str]:
    return [f"{ANSWERS}.{answer_key(follow_up.visit_id, follow_up.key)}" for follow_up in row.follow_ups]

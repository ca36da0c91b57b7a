"""The answers of a visit, read from its draft and changed as {path: value}, never in place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from field178_mobile.presentation.draft_session import Changes, Data
from field178_shared.records.reading import entries_of
from field178_shared.rules.checklist import FAILED

FROM_SECTION = "section"
FROM_LAST_VISIT = "same_as_last"
NOTE_LENGTH = 200

# Counts of the moment of the visit are never copied from an earlier visit.
NEVER_REPEATED = frozenset({"workers_present"})


@dataclass(frozen=True, slots=True)
class ItemAnswer:
    """An answered item: value, note, and source ("" = answered by its own tap)."""

    value: str | int
    note: str = ""
    source: str = ""


Answers = Mapping[str, ItemAnswer]


def answer_of(data: Data, item_id: str) -> ItemAnswer | None:
    """Return the answer of one item, or None without an answer."""
    answers = data.get("answers")
    return _read(answers.get(item_id)) if isinstance(answers, Mapping) else None


def answers_of(data: Data) -> dict[str, ItemAnswer]:
    """Return every answered item of a visit."""
    answers = data.get("answers")
    if not isinstance(answers, Mapping):
        return {}
    return {str(key): answer for key, raw in answers.items() if (answer := _read(raw)) is not None}


def answers_after(answers: Answers, before: Data, data: Data) -> Answers:
    """Return the answers of a changed draft; unchanged answers are reused."""
    old, new = before.get("answers"), data.get("answers")
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        return answers_of(data)
    # A draft is never changed in place: the same object is the same answer.
    return {
        key: answer
        for key, raw in new.items()
        if (answer := answers.get(key) if raw is old.get(key) else _read(raw)) is not None
    }


def give_answer(data: Data, item_id: str, value: str | int) -> Changes:
    """Return the change of an answer by tap; its note stays, and findings of a met item are removed."""
    changes: Changes = {f"answers.{item_id}": _written(data, item_id, value, "")}
    if value not in FAILED:
        changes.update(_without_consequences(data, item_id))
    return changes


def take_back(data: Data, item_id: str) -> Changes:
    """Return the change that clears an answer, with its findings and follow-ups."""
    return {f"answers.{item_id}": None, **_without_consequences(data, item_id)}


def write_note(item_id: str, text: str) -> Changes:
    """Return the change of an answered item's note; an empty note is no note."""
    return {f"answers.{item_id}.note": text[:NOTE_LENGTH] or None}


def repeat_counts(data: Data, counts: Mapping[str, int]) -> Changes:
    """Return the change of "same as last visit", marked as such."""
    return {f"answers.{key}": _written(data, key, count, FROM_LAST_VISIT) for key, count in counts.items()}


def _read(raw: object) -> ItemAnswer | None:
    if not isinstance(raw, Mapping):
        return None
    value, note, source = raw.get("v"), raw.get("note"), raw.get("src")
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return ItemAnswer(value, note if isinstance(note, str) else "", source if isinstance(source, str) else "")


def _written(data: Data, item_id: str, value: str | int, source: str) -> dict[str, object]:
    answer = answer_of(data, item_id)
    written: dict[str, object] = {"v": value}
    if answer is not None and answer.note:
        written["note"] = answer.note
    if source:
        written["src"] = source
    return written


def _without_consequences(data: Data, item_id: str) -> Changes:
    gone: Changes = {}
    for key, finding in entries_of(data, "findings").items():
        if finding.get("checklist_item_id") == item_id:
            gone[f"findings.{key}"] = None
    if item_id in entries_of(data, "follow_ups"):
        gone[f"follow_ups.{item_id}"] = None
    return gone

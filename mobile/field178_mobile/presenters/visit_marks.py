"""What is pinned to the fields of a visit: the office's comments and the marks under free text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from field178_mobile.presenters.answers import Data, answers_of
from field178_mobile.store import InboxItem
from field178_shared.privacy import lint
from field178_shared.records.reading import text_of

_FREE_TEXTS = ("recommendation", "representative_opinion")


def comments_of(items: Iterable[InboxItem], record_id: str) -> dict[str, str]:
    """Return the office's words by path, several on one field on lines of their own."""
    found: dict[str, list[str]] = {}
    for item in items:
        if item.record_id == record_id:
            for comment in item.comments:
                found.setdefault(comment.path, []).append(comment.text)
    return {path: "\n".join(texts) for path, texts in found.items()}


def lint_marks(data: Data, known_names: Sequence[str], language: str) -> Mapping[str, str]:
    """Return the marks under free texts by path; they never keep anything from being saved.

    `known_names` belong in the record, such as the establishment's own name.
    """
    texts = {name: text_of(data, name) for name in _FREE_TEXTS}
    for item_id, answer in answers_of(data).items():
        texts[f"answers.{item_id}.note"] = answer.note
    marked = {path: lint(text, known_names, language) for path, text in texts.items() if text}
    return {
        path: "\n".join(dict.fromkeys(mark.message for mark in marks))
        for path, marks in marked.items()
        if marks
    }

"""Rows of a record's page: one field each, with marks, comment threads and earlier values."""

from __future__ import annotations

from dataclasses import dataclass

from field178_server.console.records.segments import Segment, marked_segments
from field178_server.console.records.threads_view import ThreadView, Writers, thread_view
from field178_server.console.text.field_labels import (
    FieldContext,
    entry_label,
    entry_text,
    field_name,
    label_at,
    value_text,
)
from field178_server.console.text.format_values import ANSWER_TONES, SOURCE_WORDS, answer_text
from field178_server.console.text.localize import Localizer
from field178_server.office.reviews.record import RecordPage
from field178_server.records.projections.filed import team_of
from field178_shared.codelists.checklist import AnswerKind, ChecklistItem
from field178_shared.merge import Data, read_path
from field178_shared.records.comment_threads import CommentThread
from field178_shared.records.reading import text_of
from field178_shared.rules import free_text_paths
from field178_shared.schemas.fields.catalogue import field_at, fields_in, has_entries, pattern_of
from field178_shared.schemas.fields.spec import FieldKind
from field178_shared.text.i18n import N_

LONGEST_BESIDE = 56


@dataclass(frozen=True, slots=True)
class FindingView:
    """One violation as a reviewer reads it; `individual` and `organisation` are its fine frames in words."""

    path: str
    title: str
    occurred_on: str
    quantity: str | None
    individual: str | None
    organisation: str | None
    source: str | None
    note: tuple[Segment, ...]
    repetition: str = ""


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field of the record."""

    path: str
    label: str
    value: tuple[Segment, ...]
    tone: str = ""
    is_long: bool = False
    is_number: bool = False
    is_changed: bool = False
    note: tuple[Segment, ...] = ()
    source: str | None = None
    previous: str | None = None
    findings: tuple[FindingView, ...] = ()
    threads: tuple[ThreadView, ...] = ()

    @property
    def text(self) -> str:
        """The value without its marks."""
        return "".join(segment.text for segment in self.value)

    @property
    def has_marks(self) -> bool:
        """Whether a text of this row holds something to look at twice."""
        texts = (self.value, self.note, *(finding.note for finding in self.findings))
        return any(segment.mark for segments in texts for segment in segments)


@dataclass(frozen=True, slots=True)
class SectionView:
    """Rows under one heading; `unanswered` names the questions that were left open."""

    key: str
    title: str
    rows: tuple[FieldRow, ...]
    unanswered: tuple[str, ...] = ()


class RowMaker:
    """Makes the rows of one record's page for one reader."""

    def __init__(self, page: RecordPage, localizer: Localizer) -> None:
        self.page = page
        self.localizer = localizer
        self.data: Data = page.record.data
        self._type = page.record.type
        self._threads = page.review.threads if page.review else ()
        name = page.establishment.data.get("name") if page.establishment else None
        self._known_names = (name,) if isinstance(name, str) else ()
        team = text_of(page.record.data, "team_id") or team_of(page.record.scope) or ""
        self._writers = Writers(page.answers, page.roles, team, self._known_names)

    def field(self, path: str) -> FieldRow | None:
        """Return the row of a plain field, or None when the record does not hold it."""
        value = read_path(self.data, path)
        if value is None:
            return None
        field = field_at(self._type, path)
        text = value_text(self._type, path, value, self.localizer)
        return FieldRow(
            path=path,
            label=label_at(FieldContext(self._type, path, {}), self.localizer),
            value=self.marked(text) if field and field.is_screened else (Segment(text),),
            is_long=(field is not None and field.kind is FieldKind.LONG_TEXT) or len(text) > LONGEST_BESIDE,
            is_number=isinstance(value, int) and not isinstance(value, bool),
            is_changed=self.is_changed(path),
            previous=self._previous_text(path),
            threads=self.threads_at(path),
        )

    def section(self, key: str, title: str = "") -> SectionView:
        """Return the fields of a section that the record holds; without a title it is called by its field."""
        specs = fields_in(self._type, key)
        rows = (row for spec in specs for row in self._rows_of(spec.path))
        return SectionView(key, title or field_name(self._type, key, self.localizer), tuple(rows))

    def entries(self, group: str) -> tuple[FieldRow, ...]:
        """Return one row for each entry of an object of entries."""
        group_value = self.data.get(group)
        keys = group_value.keys() if isinstance(group_value, dict) else ()
        return tuple(self._entry(f"{group}.{key}") for key in keys)

    def answer(self, item_id: str, findings: tuple[FindingView, ...] = ()) -> FieldRow | None:
        """Return the row of one answered question of the checklist, or None."""
        path = f"answers.{item_id}"
        answer = read_path(self.data, path)
        if not isinstance(answer, dict):
            return None
        value, source = answer.get("v"), str(answer.get("src", ""))
        item = self.localizer.lists.items.get(item_id)
        text = (
            answer_text(self.localizer, item_id, value)
            if value is not None
            else self.localizer.say(N_("(empty)"))
        )
        is_long = item is not None and item.answer is AnswerKind.TEXT
        return FieldRow(
            path=path,
            label=self.localizer.label(self.localizer.lists.items, item_id),
            value=self.marked(text) if is_long else (Segment(text),),
            tone=_tone(item, value),
            is_long=is_long,
            is_number=isinstance(value, int),
            is_changed=self.is_changed(path),
            note=self.marked(str(answer["note"])) if answer.get("note") else (),
            source=self.localizer.say(SOURCE_WORDS[source]) if source in SOURCE_WORDS else None,
            previous=self._previous_answer(item_id),
            findings=findings,
            threads=self.threads_at(path),
        )

    def marked(self, text: str) -> tuple[Segment, ...]:
        """Return a free text cut at the places that may name a person."""
        return marked_segments(text, self._known_names, self.localizer.language)

    def is_changed(self, path: str) -> bool:
        """Tell whether the value at a path or below it differs from the reviewed revision."""
        return self.page.has_changed(path)

    def threads_at(self, path: str) -> tuple[ThreadView, ...]:
        """Return the comment threads pinned to a path or under it."""
        return tuple(
            self.thread(thread)
            for thread in self._threads
            if thread.path and (thread.path == path or thread.path.startswith(f"{path}."))
        )

    def thread(self, thread: CommentThread) -> ThreadView:
        """Return a comment thread as the page shows it."""
        is_met = bool(thread.path) and self.is_changed(thread.path)
        return thread_view(thread, self._writers, self.localizer, is_met=is_met)

    def _rows_of(self, path: str) -> tuple[FieldRow, ...]:
        if has_entries(self._type, path):
            return self.entries(path)
        row = self.field(path)
        return (row,) if row else ()

    def _entry(self, path: str) -> FieldRow:
        context = FieldContext(self._type, path, self.data)
        value = read_path(self.data, path)
        text = entry_text(context, value, self.localizer)
        return FieldRow(
            path=path,
            label=entry_label(context, self.localizer),
            value=self.marked(text) if _has_free_text(self._type, path) else (Segment(text),),
            is_long=len(text) > LONGEST_BESIDE,
            is_changed=self.is_changed(path),
            threads=self.threads_at(path),
        )

    def _previous_text(self, path: str) -> str | None:
        if self.page.previous is None or path not in _COMPARED:
            return None
        value = read_path(self.page.previous.data, path)
        return value_text(self._type, path, value, self.localizer) if value is not None else None

    def _previous_answer(self, item_id: str) -> str | None:
        if self.page.previous is None:
            return None
        value = read_path(self.page.previous.data, f"answers.{item_id}.v")
        return answer_text(self.localizer, item_id, value) if value is not None else None


def _tone(item: ChecklistItem | None, value: object) -> str:
    if item is not None and (item.is_fact or item.answer not in _WORDED):
        return ""
    return ANSWER_TONES.get(str(value), "")


_WORDED = (AnswerKind.YES_NO, AnswerKind.YES_NO_PARTIAL)
_COMPARED = frozenset({"overall_result", "access_result", "representative_role"})


def _has_free_text(record_type: str, path: str) -> bool:
    below = f"{pattern_of(path)}."
    return any(pattern.startswith(below) for pattern in free_text_paths(record_type))

"""Files of a record: kind, state, address of the preview."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from field178_server.attachments.queries import RecordFile, RecordFileCount
from field178_server.console.text.format_values import as_bytes, as_item
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel
from field178_server.records.find_record import StoredRecord
from field178_shared.records.reading import entries_of, text_of
from field178_shared.schemas.declared import RESTRICTED_KINDS
from field178_shared.text.i18n import N_

PICTURE, DOCUMENT = "image/jpeg", "application/pdf"


@dataclass(frozen=True, slots=True)
class FileView:
    """File of a record; `href`: its preview or document, None if it cannot be viewed."""

    key: str
    title: str
    line: str
    word: StateLabel
    href: str | None
    is_inline: bool


@dataclass(frozen=True, slots=True)
class FilesView:
    """Files of a record with the number of received ones."""

    count: str
    is_whole: bool
    is_overdue: bool
    files: tuple[FileView, ...]


def is_restricted(file: RecordFile) -> bool:
    """Tell whether each view of a file is audited: the page of its record links to it only."""
    return file.kind in RESTRICTED_KINDS


def is_viewable(file: RecordFile) -> bool:
    """Tell whether a browser can show a file: a photo as its preview, a document unchanged."""
    return file.has_come and file.content_type in (PICTURE, DOCUMENT)


def files_view(
    record: StoredRecord, files: Sequence[RecordFile], localizer: Localizer, now: datetime
) -> FilesView | None:
    """Return the files of a record, None if it has none."""
    if not files:
        return None
    count = RecordFileCount(len(files), sum(file.has_come for file in files))
    return FilesView(
        count=count_text(count, localizer),
        is_whole=count.is_whole,
        is_overdue=any(file.is_overdue(now) for file in files),
        files=tuple(_file(record, file, localizer, now) for file in files),
    )


def count_text(count: RecordFileCount, localizer: Localizer) -> str:
    """Return the number of received files of all files."""
    return localizer.say(N_("photos {come}/{named}")).format(come=count.come, named=count.named)


def _file(record: StoredRecord, file: RecordFile, localizer: Localizer, now: datetime) -> FileView:
    href = (
        url_for("console.reviews.file", record_id=record.record_id, key=file.key)
        if is_viewable(file)
        else None
    )
    return FileView(
        key=file.key,
        title=_title(file, localizer),
        line=_line(record, file, localizer),
        word=_word(file, now, localizer),
        href=href,
        is_inline=href is not None and file.content_type == PICTURE and not is_restricted(file),
    )


def _line(record: StoredRecord, file: RecordFile, localizer: Localizer) -> str:
    """Return item of the checklist, size, time of the reference, and a note if the photo is not screened."""
    entry = entries_of(record.data, "attachments").get(file.key, {})
    item = text_of(entry, "checklist_item_id")
    is_screened = entry.get("screened") is True or file.content_type != PICTURE
    parts = (
        as_item(localizer, item) if item else "",
        as_bytes(localizer, file.size),
        localizer.instant(file.named_at),
        "" if is_screened else localizer.say(N_("not screened on the tablet")),
    )
    return " · ".join(part for part in parts if part)


def _title(file: RecordFile, localizer: Localizer) -> str:
    if file.kind is None:
        return localizer.say(N_("Photo") if file.content_type == PICTURE else N_("Document"))
    return localizer.choice("evidence_kind", file.kind)


def _word(file: RecordFile, now: datetime, localizer: Localizer) -> StateLabel:
    if file.is_overdue(now):
        return StateLabel(localizer.say(N_("Missing for more than 7 days")), "bad", "alert")
    if not file.has_come:
        return StateLabel(localizer.say(N_("Not received yet")), "warn", "clock")
    if is_restricted(file):
        return StateLabel(localizer.say(N_("Each view is recorded")), "primary", "lock")
    return StateLabel(localizer.say(N_("Received")), "ok", "check-circle")

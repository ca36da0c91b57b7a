"""The document of a commune's plan: a PDF that comes with its form, stays chosen, and is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, cast

from flask import request
from sqlalchemy.orm import Session

from field178_server.attachments.office_files import PDF, OfficeFile, known_file, store_file
from field178_server.console.text.format_values import as_bytes
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import run_write
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_shared.errors import AppError, ErrorCode
from field178_shared.merge import Data
from field178_shared.records.reading import count_of, entries_of, text_of
from field178_shared.text.i18n import N_

FILES, KEPT = "files", "kept"
_BEGINNING = b"%PDF-"
_KEY_LENGTH = 16
# A plan is a document of an authority: its readers are in the audit trail.
_KIND = "scan_document"


@dataclass(frozen=True, slots=True)
class PlanFiles:
    """Files of a form, and errors of new ones."""

    files: tuple[OfficeFile, ...] = ()
    error: str = ""

    def attachments(self, before: Data) -> Data:
        """Return the member of the plan with its files; {} without files."""
        stored = {
            text_of(attachment, "sha256"): (key, attachment)
            for key, attachment in entries_of(before, "attachments").items()
        }
        sent = {file.sha256: (file.sha256[:_KEY_LENGTH], _attachment(file)) for file in self.files}
        attachments = dict(stored.get(sha256, entry) for sha256, entry in sent.items())
        return {"attachments": attachments} if attachments else {}

    def lines(self, localizer: Localizer) -> list[tuple[str, str]]:
        """Return hash and text of each file."""
        word = localizer.say(N_("Document"))
        return [(file.sha256, f"{word} · {as_bytes(localizer, file.size)}") for file in self.files]


def stored_files(data: Data) -> PlanFiles:
    """Return the files that a plan names."""
    return PlanFiles(
        tuple(
            OfficeFile(
                text_of(attachment, "sha256"),
                count_of(attachment, "size") or 0,
                text_of(attachment, "content_type"),
            )
            for attachment in entries_of(data, "attachments").values()
        )
    )


def sent_files(record_id: str, before: Data, localizer: Localizer) -> PlanFiles:
    """Store the files of a sent form, so that nobody chooses them twice, and keep the ticked ones."""
    runtime, officer_id = current_runtime(), current_officer().id
    files, error = _ticked_files(record_id, before), ""
    for file in request.files.getlist(FILES):
        if not file.filename:
            continue
        stream = cast(BinaryIO, file.stream)
        try:
            is_pdf = stream.read(len(_BEGINNING)) == _BEGINNING
            stream.seek(0)
            if not is_pdf:
                raise AppError(ErrorCode.FILE_REFUSED)
            files.append(store_file(runtime, officer_id, record_id, stream))
        except AppError as refused:
            if refused.code not in _REFUSED:
                raise
            error = f"{file.filename}: {localizer.say(_REFUSED[refused.code])}"
    return PlanFiles(tuple({file.sha256: file for file in files}.values()), error)


def _ticked_files(record_id: str, before: Data) -> list[OfficeFile]:
    """Return the ticked files: those of the plan, or sent by this officer before."""
    stored = {file.sha256: file for file in stored_files(before).files}
    kept = request.form.getlist(KEPT)
    runtime, officer_id = current_runtime(), current_officer().id

    def sent_before(session: Session) -> list[OfficeFile | None]:
        return [
            stored.get(sha256) or known_file(session, runtime, officer_id, record_id, sha256)
            for sha256 in kept
        ]

    return [file for file in run_write(runtime.engine, sent_before) if file] if kept else []


def _attachment(file: OfficeFile) -> Data:
    return {"sha256": file.sha256, "size": file.size, "content_type": PDF, "evidence_kind": _KIND}


_REFUSED = {
    ErrorCode.FILE_REFUSED: N_("this is no clean PDF file."),
    ErrorCode.TOO_LARGE: N_("this file is too large."),
    ErrorCode.STORAGE_FULL: N_("the server’s disk is full."),
}

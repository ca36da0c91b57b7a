"""Paper of an outreach session, made from the filed revision, byte for byte equal to the server's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from field178_mobile.components.documents.document_output import (
    DocumentOutput,
    DocumentServices,
    Made,
    Progress,
)
from field178_mobile.components.documents.paper_state import PaperState, paper_state
from field178_mobile.presentation.wording import Wording
from field178_mobile.store import StateWord, Store
from field178_shared.documents.sources import SESSION_RECORD, SessionSource
from field178_shared.errors import AppError, ErrorCode, message


@dataclass(frozen=True, slots=True)
class SessionPaperState:
    """State of the sheet: its paper, why it cannot be made or what it lacks, the folder of "save".

    `folder` is None if the system has its own dialog.
    """

    paper: PaperState
    note: str
    folder: str | None


class SessionPaper:
    """Present the record of one session as a paper; the document output opens, prints and saves it."""

    def __init__(
        self,
        store: Store,
        words: Wording,
        papers: DocumentServices,
        record_id: str,
        render: Callable[[SessionPaperState], None],
    ) -> None:
        self._store = store
        self._words = words
        self._record_id = record_id
        self._render = render
        self.output = DocumentOutput(papers, store.settings, words, self.show)

    def show(self) -> None:
        """Draw the sheet."""
        self._render(self._state())

    def make(self, kind: str) -> None:
        """Make the paper of the session as it is filed now."""
        self.output.make(kind, self._draw)

    def _draw(self, tell: Progress) -> Made:
        source = self._filed()
        if source is None:
            raise AppError(ErrorCode.PAPER_UNSETTLED)
        # Late: the drawing library costs the start half a second.
        from field178_shared.documents.session_record_pdf import session_record_pdf

        content = session_record_pdf(source, self._words.lists, tell)
        return Made(SESSION_RECORD, source.file_name(), content, source.rev, source.data)

    def _filed(self) -> SessionSource | None:
        row = self._store.revision(self._record_id)
        return None if row is None else SessionSource(self._record_id, row.rev, row.h, row.data)

    def _state(self) -> SessionPaperState:
        words, filed, folder = self._words, self._filed(), self.output.folder()
        made = self.output.made(SESSION_RECORD)
        is_old = made is not None and filed is not None and made.data != filed.data
        note = ""
        if filed is None:
            note = message(ErrorCode.PAPER_UNSETTLED, words.language)
        elif self._store.shown_state(self._record_id).word == StateWord.DRAFT:
            note = words.translate(
                "What was changed since is not on the paper until the session is completed."
            )
        return SessionPaperState(
            paper_state(SESSION_RECORD, self.output, words, can_make=filed is not None, is_old=is_old),
            note,
            None if folder is None else str(folder),
        )

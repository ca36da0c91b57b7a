"""The card of the offline export: content, location and next step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from field178_mobile.presentation.amounts import amount_text
from field178_mobile.presentation.background import Background
from field178_mobile.presentation.export_port import ExportWritten, Write
from field178_mobile.presentation.wording import Wording
from field178_mobile.store.model import StoreStatus
from field178_shared.errors import AppError, ErrorCode, message
from field178_shared.text.i18n import N_


@dataclass(frozen=True, slots=True)
class OfflineExportState:
    """State of the card. `stays`: text about drafts, which no file contains.

    `done` names a written file, `place` its folder and content; `error`: why there is none; `advice`: what to
    do next.
    """

    holds: str = ""
    stays: str = ""
    is_writing: bool = False
    done: str = ""
    place: str = ""
    error: str = ""
    advice: str = ""


class OfflineExportPresenter:
    """Write an offline export off the UI thread; no change counts as sent by that."""

    def __init__(
        self,
        status: Callable[[], StoreStatus],
        write: Write,
        background: Background,
        words: Wording,
        render: Callable[[OfflineExportState], None],
    ) -> None:
        self._status = status
        self._write = write
        self._background = background
        self._words = words
        self._render = render
        self._is_writing = False
        self._done: ExportWritten | None = None
        self._error: AppError | None = None

    def refresh(self) -> None:
        """Reload the status and draw the card."""
        self._render(self._state())

    def write(self) -> None:
        """Write a new file, one at a time."""
        if self._is_writing:
            return
        self._is_writing, self._done, self._error = True, None, None
        self.refresh()
        self._background.run(self._write, self._on_done, self._on_failed)

    def _on_done(self, done: ExportWritten) -> None:
        self._is_writing, self._done = False, done
        self.refresh()

    def _on_failed(self, error: AppError) -> None:
        self._is_writing, self._error = False, error
        self.refresh()

    def _state(self) -> OfflineExportState:
        status, error = self._status(), self._error
        return OfflineExportState(
            holds=self._holds(status),
            stays=self._stays(status),
            is_writing=self._is_writing,
            done=self._words.say("Written: {name}", name=self._done.path.name) if self._done else "",
            place=self._place(self._done) if self._done else "",
            error=message(error.code, self._words.language) if error else "",
            advice=self._words.translate(_ADVICE.get(error.code, _TELL) if error else _AFTER)
            if error or self._done
            else "",
        )

    def _holds(self, status: StoreStatus) -> str:
        if not status.unsent_changes:
            return self._words.translate(N_("Nothing waits: no rescue file is needed now."))
        return self._words.say(N_("It would hold: unsent changes {changes}."), changes=status.unsent_changes)

    def _stays(self, status: StoreStatus) -> str:
        if not status.drafts:
            return ""
        template = N_("{count} drafts are not in it: they never leave this tablet. Finish them first.")
        return self._words.say(template, count=status.drafts)

    def _place(self, done: ExportWritten) -> str:
        return self._words.say(
            N_("In the folder {folder}: changes {changes}, {amount}."),
            folder=done.path.parent,
            changes=done.changes,
            amount=amount_text(done.size_bytes),
        )


_AFTER = N_(
    "Take the file to the office and have it taken in. Keep the tablet as it is: nothing counts as sent, and "
    "signing out stays blocked, until it has synced once more. If it never can, the office revokes it."
)
_TELL = N_(
    "Nothing is lost: everything is still on this tablet. Try again; if it happens again, tell the office."
)
_ADVICE: Mapping[ErrorCode, str] = {
    ErrorCode.RESCUE_NO_ROOM: N_(
        "Nothing is lost and no half file is left. Free some room or plug in a stick, then try again."
    ),
    ErrorCode.RESCUE_UNWRITTEN: N_(
        "Nothing is lost. Check that the stick is plugged in and not write-protected, then try again."
    ),
}

"""Keeping the application alive while photos are on their way, and not a moment longer."""

from __future__ import annotations

from collections.abc import Callable

from field178_mobile.replication.events import SyncState, UploadMessage


class KeepOpen:
    """Follows sync on its thread. `keep_open` is the device's; `notice` gives the words to show."""

    def __init__(self, keep_open: Callable[[str | None], None], notice: Callable[[], str]) -> None:
        self._keep_open = keep_open
        self._notice = notice
        self._is_kept = False

    def follow(self, state: SyncState) -> None:
        """Keep the application alive in the background while photos are being sent."""
        self._set(state.uploads.message is UploadMessage.SENDING)

    def leave(self) -> None:
        """Release the application from the background: sync has stopped."""
        self._set(is_needed=False)

    def _set(self, is_needed: bool) -> None:
        if is_needed != self._is_kept:
            self._is_kept = is_needed
            self._keep_open(self._notice() if is_needed else None)

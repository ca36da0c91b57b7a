"""The device status that a request reports: only what the server has not received yet."""

from __future__ import annotations

from collections.abc import Callable

from field178_mobile.store.replication.checkpoint import SyncCheckpoint
from field178_mobile.store.replication.server_state import OwnCounts
from field178_shared.device_status import DeviceStatus, KeyProtection

# Reported in steps: free space changes all the time, and each reported change costs a request.
FREE_STEP_MB = 512


class StatusReporter:
    """Device status last reported, kept in memory; after a start it is reported again."""

    def __init__(
        self,
        free_mb: Callable[[], int | None],
        counts: Callable[[], OwnCounts],
        key_store: Callable[[], KeyProtection | None],
    ) -> None:
        self._free_mb = free_mb
        self._counts = counts
        self._key_store = key_store
        self._reported: DeviceStatus | None = None
        self._acknowledged: DeviceStatus | None = None

    def news(self, checkpoint: SyncCheckpoint, pushed: int) -> DeviceStatus | None:
        """Return the status to report with a request that pushes so many changes, None if unchanged."""
        unsent = checkpoint.open_changes + checkpoint.isolated_changes - pushed
        free = self._free_mb()
        steps = None if free is None else free - free % FREE_STEP_MB
        own = self._counts()
        self._reported = DeviceStatus(
            unsent=max(unsent, 0),
            unsent_files=own.unsent_files,
            free_mb=steps,
            mismatches=own.mismatches or None,
            mismatched=own.mismatched if own.mismatches else (),
            key_store=self._key_store(),
        )
        return None if self._reported == self._acknowledged else self._reported

    def acknowledged(self) -> None:
        """Note that the last request was answered to its end."""
        self._acknowledged = self._reported

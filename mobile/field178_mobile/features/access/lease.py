"""Lease of the tablet: after days without contact nothing is shown before the office was reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from field178_mobile.features.access.unlock import UnlockWording
from field178_mobile.replication.events import Phase, SyncState
from field178_mobile.store.replication.lease import Lease
from field178_shared.errors import ErrorCode, message


@dataclass(frozen=True, slots=True)
class LeaseState:
    """State of the screen."""

    title: str = ""
    error: str = ""
    is_busy: bool = False


class LeasePresenter:
    """Presenter of an expired lease; `on_renewed` is called once when the office was reached."""

    def __init__(
        self,
        lease: Callable[[], Lease],
        connect: Callable[[], None],
        wording: UnlockWording,
        render: Callable[[LeaseState], None],
        on_renewed: Callable[[], None],
    ) -> None:
        self._lease = lease
        self._connect = connect
        self._wording = wording
        self._render = render
        self._on_renewed = on_renewed
        self._is_over = True

    def start(self) -> None:
        """Show for how long the office was not reached."""
        self._show()

    def connect(self) -> None:
        """Try to reach the office now."""
        self._connect()
        self._show(is_busy=True)

    def follow(self, state: SyncState) -> None:
        """Handle a state of sync: go on after a contact, say that there was none."""
        if not self._is_over:
            return
        if not self._lease().is_over:
            self._is_over = False
            self._on_renewed()
            return
        is_busy = state.phase in (Phase.SIGNING_IN, Phase.EXCHANGING)
        failed = message(ErrorCode.NO_NETWORK, self._wording.language)
        self._show(is_busy=is_busy, error="" if is_busy else failed)

    def _show(self, error: str = "", *, is_busy: bool = False) -> None:
        template = self._wording.translate("No contact with the office for {days} days")
        self._render(LeaseState(template.format(days=self._lease().passed.days), error, is_busy))

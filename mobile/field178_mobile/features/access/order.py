"""Order of the office on the tablet: why nothing is shown, and what to do; the note of a wiped tablet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from field178_mobile.features.access.unlock import UnlockWording
from field178_mobile.presentation.background import Background
from field178_mobile.replication.events import Closed, Phase, SyncState
from field178_mobile.store.replication.orders import StoredOrder
from field178_mobile.wiped import WipeNote
from field178_shared.device_orders import OrderKind
from field178_shared.errors import AppError, ErrorCode, message
from field178_shared.text.formats import datetime_text
from field178_shared.text.i18n import N_
from field178_shared.time.clock import from_wire

_TEXTS: Mapping[OrderKind, tuple[str, str]] = {
    OrderKind.LOCK: (
        N_("The office has locked this tablet"),
        N_("Nothing is deleted, and what is not sent yet is still sent."),
    ),
    OrderKind.READ_WIPE: (
        N_("The office has emptied this tablet"),
        N_("What could be read here is deleted. What is not sent yet stays and is still sent."),
    ),
    OrderKind.FULL_WIPE: (
        N_("The office has this tablet deleted"),
        N_("What is not sent yet is sent if possible; then everything on it is deleted."),
    ),
}


@dataclass(frozen=True, slots=True)
class OrderState:
    """State of the screen; `button` is "" while there is nothing to press."""

    title: str = ""
    text: str = ""
    reason: str = ""
    hint: str = ""
    error: str = ""
    button: str = ""
    is_busy: bool = False
    has_lock: bool = True


class OrderPresenter:
    """Presenter of a tablet that the office has closed; `on_opened` is called once it is opened again."""

    def __init__(
        self,
        order: StoredOrder,
        connect: Callable[[], None],
        wording: UnlockWording,
        render: Callable[[OrderState], None],
        on_opened: Callable[[], None],
    ) -> None:
        say = wording.translate
        title, text = _TEXTS[order.kind]
        hint = say(
            "Bring it to the office or call there. It opens again once the office has lifted the order."
        )
        self._state = OrderState(
            title=say(title),
            text=say(text),
            reason=_reason(wording, order.reason, order.at),
            hint="" if order.kind is OrderKind.FULL_WIPE else hint,
            button=say("Connect"),
        )
        self._connect = connect
        self._wording = wording
        self._render = render
        self._on_opened = on_opened
        self._is_closed = True

    def start(self) -> None:
        """Show the order."""
        self._render(self._state)

    def press(self) -> None:
        """Ask the office now."""
        self._connect()
        self._render(replace(self._state, is_busy=True))

    def follow(self, state: SyncState) -> None:
        """Handle a state of sync: go on once the office has opened the tablet."""
        if not self._is_closed or state.closed is Closed.WIPED:
            return
        if state.closed is Closed.NO:
            self._is_closed = False
            self._on_opened()
            return
        is_busy = state.phase in (Phase.SIGNING_IN, Phase.EXCHANGING)
        failed = message(ErrorCode.NO_NETWORK, self._wording.language) if state.phase is Phase.WAITING else ""
        self._render(replace(self._state, is_busy=is_busy, error="" if is_busy else failed))


class WipedPresenter:
    """Presenter of a wiped tablet: it tells the office that it obeyed, then it may be enrolled anew."""

    def __init__(
        self,
        note: WipeNote,
        answer: Callable[[], None],
        background: Background,
        wording: UnlockWording,
        render: Callable[[OrderState], None],
        on_enrol: Callable[[], None],
    ) -> None:
        self._answer = answer
        self._background = background
        self._wording = wording
        self._render = render
        self._on_enrol = on_enrol
        self._is_answered = note.receipt is None
        say = wording.translate
        lost = say("Lost, because it could not be sent: {count}.").format(count=note.lost)
        self._state = OrderState(
            title=say("This tablet was deleted by order of the office"),
            text=say("Nothing of the notebook is left on it.") + (f" {lost}" if note.lost else ""),
            reason=_reason(wording, note.reason, note.at),
            has_lock=False,
        )

    def start(self) -> None:
        """Show the note, and tell the office that the order is carried out."""
        if self._is_answered:
            self._show()
        else:
            self.press()

    def press(self) -> None:
        """Tell the office, or enrol the tablet anew once the office knows."""
        if self._is_answered:
            self._on_enrol()
            return
        self._show(is_busy=True)
        self._background.run(self._answer, lambda _result: self._answered(), self._failed)

    def _answered(self) -> None:
        self._is_answered = True
        self._show()

    def _failed(self, error: AppError) -> None:
        self._show(error=message(error.code, self._wording.language))

    def _show(self, error: str = "", *, is_busy: bool = False) -> None:
        say = self._wording.translate
        button = say("Enrol this tablet") if self._is_answered else say("Tell the office")
        hint = "" if self._is_answered else say("The office does not know yet that its order is carried out.")
        self._render(replace(self._state, error=error, hint=hint, button=button, is_busy=is_busy))


def _reason(wording: UnlockWording, reason: str, at: str) -> str:
    moment = from_wire(at)
    when = "" if moment is None else datetime_text(moment)
    return wording.translate("Reason, {when}: {reason}").format(when=when, reason=reason)

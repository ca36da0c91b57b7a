"""Screen of an order of the office: why the tablet shows nothing, and one button."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from field178_mobile.features.access.order import OrderPresenter, OrderState, WipedPresenter
from field178_mobile.features.access.screens import unlock
from field178_mobile.features.access.unlock import UnlockWording
from field178_mobile.kit import kit
from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language
from field178_mobile.kit.widgets.optional import Optional

if TYPE_CHECKING:
    from field178_mobile.ports import UiThread
    from field178_mobile.presentation.background import Background
    from field178_mobile.replication.runner import SyncRunner
    from field178_mobile.store.replication.orders import StoredOrder
    from field178_mobile.wiped import WipeNote

__all__ = ["OrderScreen"]
_REQUIRED = (kit.Column, unlock.BrandPanel)


@dispatches("on_lock")
class OrderScreen(BoxLayout):
    """Screen of an OrderState. begin(…): a closed tablet; begin_wiped(…): a wiped one. Event on_lock."""

    presenter = ObjectProperty(None, allownone=True)
    title = StringProperty("")
    text = StringProperty("")
    reason = StringProperty("")
    hint = StringProperty("")
    error = StringProperty("")
    button = StringProperty("")
    is_busy = BooleanProperty(False)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._optional = Optional(self.ids.column)

    def begin(
        self, order: StoredOrder, runner: SyncRunner, ui_thread: UiThread, on_opened: Callable[[], None]
    ) -> None:
        """Follow sync until the office has opened the tablet."""
        wording = UnlockWording(language, language.code)
        presenter = OrderPresenter(order, runner.wake, wording, self.show, on_opened)
        self.presenter = presenter
        presenter.start()

        def follow() -> None:
            if self.parent is not None:
                presenter.follow(runner.state())

        runner.subscribe(lambda _state: ui_thread.post(follow))

    def begin_wiped(
        self,
        note: WipeNote,
        answer: Callable[[], None],
        background: Background,
        on_enrol: Callable[[], None],
    ) -> None:
        """Tell the office, then let the tablet be enrolled."""
        wording = UnlockWording(language, language.code)
        self.presenter = WipedPresenter(note, answer, background, wording, self.show, on_enrol)
        self.presenter.start()

    def show(self, state: OrderState) -> None:
        """Draw the state."""
        self.title, self.text, self.reason = state.title, state.text, state.reason
        self.hint, self.error, self.is_busy = state.hint, state.error, state.is_busy
        self.button = state.button
        self._optional.show(self.ids.hint, bool(state.hint))
        self._optional.show(self.ids.lock, state.has_lock)


load_beside(__file__)

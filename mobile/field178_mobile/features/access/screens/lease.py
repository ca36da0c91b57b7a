"""Screen of an expired lease: what to do, and one button that connects."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from field178_mobile.features.access.lease import LeasePresenter, LeaseState
from field178_mobile.features.access.screens import unlock
from field178_mobile.features.access.unlock import UnlockWording
from field178_mobile.kit import kit
from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language

if TYPE_CHECKING:
    from field178_mobile.ports import Clock, UiThread
    from field178_mobile.replication.runner import SyncRunner
    from field178_mobile.store import Store

__all__ = ["LeaseScreen"]
_REQUIRED = (kit.Column, unlock.BrandPanel)


@dispatches("on_lock")
class LeaseScreen(BoxLayout):
    """Draws LeaseState. begin(store, runner, clock, ui_thread, on_renewed); event on_lock."""

    presenter = ObjectProperty(None, allownone=True)
    title = StringProperty("")
    error = StringProperty("")
    is_busy = BooleanProperty(False)

    def begin(
        self,
        store: Store,
        runner: SyncRunner,
        clock: Clock,
        ui_thread: UiThread,
        on_renewed: Callable[[], None],
    ) -> None:
        """Follow sync until the office was reached."""
        wording = UnlockWording(language, language.code)
        presenter = LeasePresenter(
            lambda: store.lease.note(clock.now()), runner.wake, wording, self.show, on_renewed
        )
        self.presenter = presenter
        presenter.start()

        def follow() -> None:
            # A lock closes the store: what sync told before is late then.
            if self.parent is not None and store.is_unlocked:
                presenter.follow(runner.state())

        runner.subscribe(lambda _state: ui_thread.post(follow))

    def show(self, state: LeaseState) -> None:
        """Draw the state."""
        self.title, self.error, self.is_busy = state.title, state.error, state.is_busy


load_beside(__file__)

"""Navigation between enrolment, the PIN screen and the unlocked session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kivy.clock import Clock as Frames
from kivy.core.window import Window
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from field178_mobile.features.access.screens.unlock import UnlockScreen
from field178_mobile.kit.keyboard import Keyboard
from field178_mobile.kit.language import language
from field178_mobile.kit.long_notes import long_notes
from field178_mobile.kit.preferences import Preferences, PreferenceValues
from field178_mobile.kit.text_input import input_method
from field178_mobile.kit.theme import theme
from field178_mobile.kit.threads import WorkerThreads
from field178_mobile.kit.today import today
from field178_mobile.kit.widgets.overlay import BACK_KEY
from field178_mobile.replication.events import WakeReason
from field178_mobile.shell.account_sheets import (
    agency_name,
    show_account_closed,
    show_officer_notice,
    show_removed_officers,
)
from field178_mobile.shell.activity_watch import ActivityWatch
from field178_mobile.shell.interrupted_work import offer_interrupted_work
from field178_mobile.shell.officer_flows import OfficerFlows

if TYPE_CHECKING:
    from field178_mobile.features.access.unlock import UnlockState
    from field178_mobile.replication.events import SyncState
    from field178_mobile.shell.session_view import SessionView
    from field178_mobile.shell.shared_services import SharedServices
    from field178_mobile.tablet import TabletSession
    from field178_mobile.vault import TabletOfficer


class Navigator(BoxLayout):
    """The root of the window. Begins with an empty PIN pad, which draws before anything heavy is imported."""

    def __init__(self, shared_services: SharedServices, preferences: Preferences, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.session_view: SessionView | None = None
        self._shared = shared_services
        self._preferences = preferences
        self._background = WorkerThreads(shared_services.ui_thread)
        self.flows = OfficerFlows(self, shared_services, preferences, self._background)
        # Session opened by one officer so that another officer can set a new PIN; it is not on the screen.
        self._lent: TabletSession | None = None
        # Where each officer was at the locking: ids alone, and only in memory.
        self._left: dict[str, tuple[str, dict[str, str]]] = {}
        today.serve(shared_services.tablet.clock)
        self.activity = ActivityWatch(lambda: self._is_open, self.lock, self._touched, self._tick)
        long_notes.serve(shared_services.platform, shared_services.ui_thread, self.activity.touch)
        Window.fbind("on_keyboard", self._keyed)
        self.keyboard = Keyboard(self._show_search)
        self.keyboard.listen()
        self.put(UnlockScreen())

    def meet(self, *_args: object) -> None:
        """Read the vault, then show the PIN pad or the enrolment."""
        if self._shared.tablet.wiped.note is not None:
            self.show_wiped()
        elif self._shared.tablet.vault.is_set_up:
            self.ask_pin()
        else:
            self.enrol()

    def ask_pin(self, officer_id: str = "") -> None:
        """Show the PIN pad with the given officer, else the last officer."""
        from field178_mobile.features.access.unlock import UnlockPresenter, UnlockWording
        from field178_mobile.tablet import PinUnlock

        shown = self.children[0]
        screen = shown if isinstance(shown, UnlockScreen) and shown.presenter is None else UnlockScreen()
        screen.presenter = UnlockPresenter(
            PinUnlock(self._shared.tablet),
            self._background,
            UnlockWording(language, language.code, agency_name),
            lambda state: self._show_pin(screen, state),
            self._admit,
            self.flows.choose_pin_for,
        )
        screen.bind(on_switch=self.flows.choose_officer, on_forgot=self.flows.choose_helper)
        self.put(screen)
        screen.presenter.start(officer_id or self._preferences.values.last_officer)

    def _show_pin(self, screen: UnlockScreen, state: UnlockState) -> None:
        screen.show(state)
        if state.is_busy:
            # The PIN is checked on a worker thread, so this thread has time for imports.
            Frames.schedule_once(_import_session, 0)

    def enrol(self) -> None:
        """Show the way of a bare tablet into the office."""
        from field178_mobile.shell.enrolment_view import tablet_joins
        from field178_mobile.tablet import FirstEnrolment

        port = FirstEnrolment(self._shared.tablet)
        self.put(tablet_joins(port, self._background, self.opened))

    def opened(self, officer: TabletOfficer, tablet: TabletSession) -> None:
        """Show the session where this officer left it, unless an order or the lease closes the tablet."""
        from field178_mobile.replication.events import Closed
        from field178_mobile.shell.session_view import SessionView

        if tablet.runner.state().closed is not Closed.NO:
            self.flows.show_order(officer, tablet)
            return
        if tablet.store.lease.note(self._shared.tablet.clock.now()).is_over:
            self.flows.ask_contact(officer, tablet)
            return
        self.activity.begin()
        self._preferences.change(last_officer=officer.id)
        self.session_view = SessionView(self._shared, tablet, officer, self.flows.actions())
        self._follow_orders(tablet)
        self.put(self.session_view.shell)
        is_back = officer.id in self._left
        first, place = self._left.pop(officer.id, ("inspection", {}))
        self.session_view.start(first, **place)
        self.activity.quiet_moments.change_hands()
        show_officer_notice(self.session_view, is_first=True)
        if not is_back:
            offer_interrupted_work(self.session_view.services)

    def _admit(self, officer: TabletOfficer, tablet: TabletSession) -> None:
        """Show the session to the officer who unlocked it, unless the office closed the account meanwhile."""
        from field178_mobile.features.access.officers import take_off_closed

        gone = take_off_closed(self._shared.tablet.vault, tablet.store.view, tablet.key)
        if any(removed.id == officer.id for removed in gone):
            tablet.close()
            self.ask_pin()
            show_account_closed()
            return
        if self._shared.tablet.vault.must_choose_passphrase(officer.id):
            self.flows.replace_pin(officer, tablet)
        else:
            self.opened(officer, tablet)
        show_removed_officers(gone)

    def lock(self, officer_id: str = "") -> None:
        """Lock the store, delete the key from memory and ask an officer for the PIN; drafts are stored."""
        if not self._is_open:
            return
        if self.session_view is not None:
            self._keep_place(self.session_view)
        self._close_overlays()
        self._close()
        self.ask_pin(officer_id)

    def close_by_order(self) -> None:
        """Close the session that is shown: the office has closed the tablet."""
        session_view, self.session_view = self.session_view, None
        if session_view is None:
            return
        self._close_overlays()
        self.activity.quiet_moments.change_hands()
        session_view.leave()
        self.flows.show_order(session_view.officer, session_view.opened)

    def show_wiped(self) -> None:
        """Show what is left of a tablet that the office had deleted: why, and the way to a new enrolment."""
        from field178_mobile.features.access.screens.order import OrderScreen

        tablet = self._shared.tablet
        if (note := tablet.wiped.note) is None:
            return
        self._close_overlays()
        self._left.clear()
        self._close()

        def enrol() -> None:
            tablet.wiped.forget()
            self.enrol()

        screen = OrderScreen()
        screen.begin_wiped(note, tablet.answer_wipe, self._background, enrol)
        self.put(screen)

    def _follow_orders(self, tablet: TabletSession) -> None:
        from field178_mobile.replication.events import Closed

        def follow(state: SyncState) -> None:
            if state.closed is Closed.WIPED:
                self._shared.ui_thread.post(self.show_wiped)

        tablet.runner.subscribe(follow)

    def shut(self) -> None:
        """End: the application is closing."""
        self.activity.close()
        long_notes.close()
        Window.funbind("on_keyboard", self._keyed)
        self.keyboard.leave()
        self._close()

    def resume(self) -> None:
        """Resume the application: lock it if idle for too long, else check the network of the office."""
        self.activity.look()
        if self.session_view is not None:
            self.session_view.opened.runner.wake(WakeReason.NETWORK)

    def apply_preferences(self, values: PreferenceValues) -> None:
        """Apply changed preferences; another language builds the screens again."""
        if values.language != language.code:
            language.switch(values.language)
            self._build_again()
        theme.apply(values.mode)
        theme.set_font_scale(values.font_scale)
        input_method.switch(values.typing)
        Window.clearcolor = theme.bg

    def _build_again(self) -> None:
        if self.session_view is None:
            self.meet()
            return
        before = self.session_view
        self._keep_place(before)
        before.leave()
        self.opened(before.officer, before.opened)

    def _keep_place(self, session_view: SessionView) -> None:
        self._left[session_view.officer.id] = (session_view.shell.current, session_view.shell.place())

    @property
    def _is_open(self) -> bool:
        return self.session_view is not None or self._lent is not None

    def _close(self) -> None:
        """Close the session and delete its key from memory."""
        from field178_mobile.kit.widgets.inputs.field import release_last_entry

        self.activity.quiet_moments.change_hands()
        session_view, self.session_view = self.session_view, None
        lent, self._lent = self._lent, None
        if session_view is not None:
            session_view.leave()
            session_view.opened.close()
        if lent is not None:
            lent.close()
        release_last_entry()

    def lend(self, tablet: TabletSession) -> None:
        """Keep a session that one officer opened so that another can set a new PIN; a lock closes it."""
        self.activity.begin()
        self._lent = tablet
        self._follow_orders(tablet)

    def take_back(self, tablet: TabletSession) -> bool:
        """Return the lent session; return False if it was locked meanwhile."""
        is_lent = self._lent is tablet
        if is_lent:
            self._lent = None
        return is_lent

    def show_session(self) -> None:
        """Show the open session again."""
        if self.session_view is not None:
            self.put(self.session_view.shell)

    def _show_search(self) -> None:
        """Go to the list of establishments, from a screen without a search."""
        if self.session_view is not None:
            self.session_view.shell.navigate("inspection")

    def _tick(self) -> None:
        """Count the delay of a wrong PIN down, and the time of an open session."""
        if self.session_view is not None:
            self.session_view.tick()
        shown = self.children[0]
        if isinstance(shown, UnlockScreen) and shown.presenter is not None:
            shown.presenter.tick()

    def _touched(self) -> None:
        if self.session_view is not None:
            self.session_view.touched()

    def _keyed(self, _window: object, code: int, *_args: object) -> bool:
        """Leave a detail at the back key (Escape); the key never ends the application."""
        if code != BACK_KEY:
            return False
        # The shell, or an enrolment over it: from the PIN pad nothing leads back.
        if hasattr(self.children[0], "go_back"):
            self.children[0].go_back()
        return True

    def _close_overlays(self) -> None:
        from field178_mobile.kit.widgets.overlay import close_all

        long_notes.close()
        close_all()

    def put(self, widget: Widget) -> None:
        """Show a screen over the whole window."""
        if self.children and self.children[0] is widget:
            return
        self.clear_widgets()
        self.add_widget(widget)


def _import_session(_dt: float) -> None:
    """Import the first screen of a session and its dependencies."""
    from field178_mobile.shell import session_view  # noqa: F401
    from field178_mobile.shell.registry import SCREENS

    SCREENS[0].load()

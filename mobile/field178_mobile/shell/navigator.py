"""Navigation between enrolment, the PIN screen and the unlocked session."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kivy.clock import Clock as Frames
from kivy.core.window import Window
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from field178_mobile.features.access.idle import Idle
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
    change_pin,
    hand_over,
    say_taken_off,
    show_officers,
    tell_officer,
    turn_away,
)
from field178_mobile.shell.gc_scheduler import QuietMoments
from field178_mobile.shell.idle_notice import IdleNotice
from field178_mobile.shell.interrupted_work import offer_interrupted_work
from field178_shared.time.clock import duration_clock

if TYPE_CHECKING:
    from field178_mobile.features.access.unlock import UnlockState
    from field178_mobile.shell.session_view import SessionView
    from field178_mobile.shell.shared_services import SharedServices
    from field178_mobile.tablet import TabletSession
    from field178_mobile.vault import TabletOfficer

WATCH_EVERY_S = 1.0


class Navigator(BoxLayout):
    """The root of the window. Begins with an empty PIN pad, which draws before anything heavy is imported."""

    def __init__(self, shared_services: SharedServices, preferences: Preferences, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.session_view: SessionView | None = None
        self._shared = shared_services
        self._preferences = preferences
        self._background = WorkerThreads(shared_services.ui_thread)
        self._idle = Idle(lambda: duration_clock())
        self._notice = IdleNotice()
        self._quiet_moments = QuietMoments(lambda: duration_clock())
        # Opened by one officer so that another can set a new PIN; nothing of it is on the screen.
        self._lent: TabletSession | None = None
        # Where each officer was at the locking: ids alone, and only in memory.
        self._left: dict[str, tuple[str, dict[str, str]]] = {}
        today.serve(shared_services.tablet.clock)
        long_notes.serve(shared_services.platform, shared_services.ui_thread, self._touched)
        self._watching = Frames.schedule_interval(self._watch, WATCH_EVERY_S)
        Window.fbind("on_touch_down", self._touched)
        Window.fbind("on_touch_move", self._touched)  # a brush or a long list: no new touch for minutes
        Window.fbind("on_key_down", self._touched)
        Window.fbind("on_textinput", self._touched)
        Window.fbind("on_keyboard", self._keyed)
        self.keyboard = Keyboard(self._show_search)
        self.keyboard.listen()
        self._show(UnlockScreen())

    def meet(self, *_args: object) -> None:
        """Read the vault, then ask for the PIN or for the enrolment."""
        if self._shared.tablet.vault.is_set_up:
            self.ask_pin()
        else:
            self.enrol()

    def ask_pin(self, officer_id: str = "") -> None:
        """Show the PIN pad; the officer asked for is chosen, else the one of last time."""
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
            self._helped,
        )
        screen.bind(on_switch=self._choose_officer, on_forgot=self._choose_helper)
        self._show(screen)
        screen.presenter.start(officer_id or self._preferences.values.last_officer)

    def _show_pin(self, screen: UnlockScreen, state: UnlockState) -> None:
        screen.show(state)
        if state.is_busy:
            # The PIN is checked on a worker thread: this one has nothing else to do meanwhile.
            Frames.schedule_once(_import_session, 0)

    def enrol(self) -> None:
        """Show the way of a bare tablet into the office."""
        from field178_mobile.shell.enrolment_view import tablet_joins
        from field178_mobile.tablet import FirstEnrolment

        port = FirstEnrolment(self._shared.tablet)
        self._show(tablet_joins(port, self._background, self.opened))

    def opened(self, officer: TabletOfficer, tablet: TabletSession) -> None:
        """Show the session where this officer left it."""
        from field178_mobile.shell.session_view import SessionView

        self._idle.begin()
        self._preferences.change(last_officer=officer.id)
        actions: dict[str, Callable[[], None]] = {
            "mode": self._switch_mode,
            "settings": self._open_settings,
            "sign_out": self._sign_out,
            "sign_in": self._sign_in_again,
            "hand_over": self._hand_over,
        }
        self.session_view = SessionView(self._shared, tablet, officer, actions)
        self._show(self.session_view.shell)
        is_back = officer.id in self._left
        first, place = self._left.pop(officer.id, ("inspection", {}))
        self.session_view.start(first, **place)
        self._quiet_moments.change_hands()
        tell_officer(self.session_view, is_first=True)
        if not is_back:
            offer_interrupted_work(self.session_view.services)

    def _admit(self, officer: TabletOfficer, tablet: TabletSession) -> None:
        """Show the session to the officer who unlocked it, unless the office closed the account meanwhile."""
        from field178_mobile.features.access.officers import take_off_closed

        gone = take_off_closed(self._shared.tablet.vault, tablet.store.view, tablet.key)
        if any(one.id == officer.id for one in gone):
            tablet.close()
            self.ask_pin()
            turn_away()
            return
        self.opened(officer, tablet)
        say_taken_off(gone)

    def lock(self, officer_id: str = "") -> None:
        """Lock the store, forget the key and ask an officer for the PIN; drafts are kept."""
        if not self._is_open:
            return
        if self.session_view is not None:
            self._keep_place(self.session_view)
        self._close_overlays()
        self._close()
        self.ask_pin(officer_id)

    def shut(self) -> None:
        """End: the application is closing."""
        self._watching.cancel()
        long_notes.close()
        Window.funbind("on_touch_down", self._touched)
        Window.funbind("on_touch_move", self._touched)
        Window.funbind("on_key_down", self._touched)
        Window.funbind("on_textinput", self._touched)
        Window.funbind("on_keyboard", self._keyed)
        self.keyboard.leave()
        self._close()

    def resume(self) -> None:
        """Come back to the screen: lock first, or else see whether the office can be reached by now."""
        self._watch(0)
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

    def _hand_over(self) -> None:
        """Let another officer of this tablet take it, or lock it."""
        if self.session_view is not None:
            hand_over(self._shared.tablet.vault, self.session_view.officer.id, self.lock)

    def _show_officers(self) -> None:
        if self.session_view is not None:
            show_officers(self._shared.tablet.vault, self.session_view, self._add_officer)

    def _add_officer(self) -> None:
        """Let one more officer sign in and choose a PIN beside the open session."""
        from field178_mobile.shell.enrolment_view import officer_joins
        from field178_mobile.tablet import AnotherOfficer

        if self.session_view is None:
            return
        port = AnotherOfficer(self._shared.tablet, self.session_view.opened)

        def done(_officer: TabletOfficer, _tablet: TabletSession) -> None:
            self._go_back()

        self._show(officer_joins(port, self._background, done, self._go_back))

    def _sign_in_again(self) -> None:
        """Let the officer who holds the tablet sign in for the office once more; the PIN stays."""
        from field178_mobile.shell.enrolment_view import officer_returns
        from field178_mobile.tablet import AnotherOfficer

        if (session_view := self.session_view) is None:
            return
        port = AnotherOfficer(self._shared.tablet, session_view.opened)

        def done(_officer: TabletOfficer) -> None:
            self._go_back()
            session_view.opened.runner.wake()

        self._show(officer_returns(port, self._background, done, self._go_back, session_view.officer))

    def _helped(self, forgetful: TabletOfficer, tablet: TabletSession) -> None:
        """Let an officer whose PIN is forgotten set a new one: another has unlocked the store."""
        from field178_mobile.shell.enrolment_view import officer_joins
        from field178_mobile.tablet import AnotherOfficer

        self._idle.begin()
        self._lent = tablet
        port = AnotherOfficer(self._shared.tablet, tablet)

        def done(officer: TabletOfficer, opened: TabletSession) -> None:
            if self._lent is opened:  # not locked meanwhile
                self._lent = None
                self.opened(officer, opened)

        self._show(officer_joins(port, self._background, done, self.lock, forgetful))

    def _sign_out(self) -> None:
        """Take the officer's way in off this tablet; the last one stays, or nobody could open it."""
        vault = self._shared.tablet.vault
        if self.session_view is not None and len(vault.officers()) > 1:
            vault.remove_officer(self.session_view.officer.id, self.session_view.opened.key)
        self.lock()

    @property
    def _is_open(self) -> bool:
        return self.session_view is not None or self._lent is not None

    def _close(self) -> None:
        """Close whatever is open and forget its key."""
        from field178_mobile.kit.widgets.field import release_last_entry

        self._quiet_moments.change_hands()
        session_view, self.session_view = self.session_view, None
        lent, self._lent = self._lent, None
        if session_view is not None:
            session_view.leave()
            session_view.opened.close()
        if lent is not None:
            lent.close()
        release_last_entry()

    def _go_back(self) -> None:
        if self.session_view is not None:
            self._show(self.session_view.shell)

    def _choose_officer(self, screen: UnlockScreen) -> None:
        from field178_mobile.kit import kit

        presenter = screen.presenter
        choices = [kit.Choice(item.id, item.name, item.agency) for item in presenter.state.officers]
        chosen = [presenter.state.chosen.id] if presenter.state.chosen else []
        sheet = kit.ChoiceSheet(choices, chosen, lambda keys: presenter.choose(keys[0]))
        sheet.title = language("Who are you?")
        sheet.open()

    def _choose_helper(self, screen: UnlockScreen) -> None:
        """Say what becomes of a forgotten PIN, and who can help."""
        from field178_mobile.features.access.screens.forgotten import ForgottenSheet

        presenter = screen.presenter
        if presenter is not None:
            ForgottenSheet(presenter.state.others, presenter.help, self._recover).open()

    def _recover(self) -> None:
        """Let the chosen officer set a new PIN with a code of the office."""
        from field178_mobile.shell.enrolment_view import officer_joins
        from field178_mobile.tablet import RecoveredOfficer

        shown = self.children[0]
        if not isinstance(shown, UnlockScreen) or shown.presenter is None:
            return
        port, who = RecoveredOfficer(self._shared.tablet), shown.presenter.state.chosen
        address = self._shared.tablet.vault.enrolment().url
        self._show(officer_joins(port, self._background, self.opened, self.ask_pin, who, address))

    def _open_settings(self) -> None:
        from field178_mobile.features.access.screens.settings import SettingsSheet

        session_view = self.session_view
        if session_view is None:
            return
        actions = {
            "officers": self._show_officers,
            "pin": lambda: change_pin(self._shared.tablet, session_view.officer.id, self._background),
            "notice": lambda: tell_officer(session_view),
            "lock": self.lock,
        }
        SettingsSheet(self._preferences, actions, self._open_settings).open()

    def _switch_mode(self) -> None:
        self._preferences.change(mode="light" if theme.is_dark else "dark")

    def _watch(self, _dt: float) -> None:
        """Count PIN delays down; tidy up, then lock a tablet that lies about."""
        self._quiet_moments.use()
        shown = self.children[0]
        if isinstance(shown, UnlockScreen) and shown.presenter is not None:
            shown.presenter.tick()
        if not self._is_open:
            return
        if self._idle.is_over:
            self.lock()
        else:
            self._notice.show(self._idle.warns_s)

    def _keyed(self, _window: object, code: int, *_args: object) -> bool:
        """Let the back key (Escape) leave a detail; it never ends the application."""
        if code != BACK_KEY:
            return False
        # The shell, or an enrolment over it: from the PIN pad nothing leads back.
        if hasattr(self.children[0], "go_back"):
            self.children[0].go_back()
        return True

    def _show_search(self) -> None:
        """Go to the list of establishments, from a screen without a search."""
        if self.session_view is not None:
            self.session_view.shell.navigate("inspection")

    def _touched(self, *_args: object) -> None:
        self._idle.touch()
        self._quiet_moments.touch()
        self._notice.hide()
        if self.session_view is not None:
            self.session_view.touched()

    def _close_overlays(self) -> None:
        from field178_mobile.kit.widgets.overlay import close_all

        long_notes.close()
        close_all()

    def _show(self, widget: Widget) -> None:
        if self.children and self.children[0] is widget:
            return
        self.clear_widgets()
        self.add_widget(widget)


def _import_session(_dt: float) -> None:
    """Import the first screen of a session and what it needs."""
    from field178_mobile.shell import session_view  # noqa: F401
    from field178_mobile.shell.registry import SCREENS

    SCREENS[0].load()

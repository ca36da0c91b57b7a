"""Which of the three the tablet shows: enrolment, the PIN, or the open notebook; and the ways between."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kivy.clock import Clock as Frames
from kivy.core.window import Window
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from field178_mobile.sync.events import WakeReason
from field178_mobile.ui.language import language
from field178_mobile.ui.long_notes import long_notes
from field178_mobile.ui.look import Look, LookBook
from field178_mobile.ui.screens.unlock import UnlockScreen
from field178_mobile.ui.theme import theme
from field178_mobile.ui.threads import WorkerThreads
from field178_mobile.ui.typist import typist
from field178_shared.clock import duration_clock

if TYPE_CHECKING:
    from field178_mobile.notebook import OpenNotebook
    from field178_mobile.ui.house import House
    from field178_mobile.ui.tablet import Tablet
    from field178_mobile.vault import Officer

LOCK_AFTER_S = 180.0
WATCH_EVERY_S = 1.0
BACK_KEY = 27


class Doorway(BoxLayout):
    """The root of the window. Begins with an empty PIN pad, which draws before anything heavy is imported."""

    def __init__(self, house: House, look_book: LookBook, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.tablet: Tablet | None = None
        self._house = house
        self._look_book = look_book
        self._background = WorkerThreads(house.ui_thread)
        self._touched_at = duration_clock()
        long_notes.serve(house.platform, house.ui_thread, self._touched)
        self._watching = Frames.schedule_interval(self._watch, WATCH_EVERY_S)
        Window.fbind("on_touch_down", self._touched)
        Window.fbind("on_key_down", self._touched)
        Window.fbind("on_textinput", self._touched)
        Window.fbind("on_keyboard", self._keyed)
        self._show(UnlockScreen())

    def meet(self, *_args: object) -> None:
        """Read the vault, then ask for the PIN or for the enrolment."""
        if self._house.notebook.vault.is_set_up:
            self.ask_pin()
        else:
            self.enrol()

    def ask_pin(self) -> None:
        """Show the PIN pad for the officers of this tablet."""
        from field178_mobile.notebook import PinDoor
        from field178_mobile.presenters.unlock import Speech, UnlockPresenter

        shown = self.children[0]
        screen = shown if isinstance(shown, UnlockScreen) and shown.presenter is None else UnlockScreen()
        screen.presenter = UnlockPresenter(
            PinDoor(self._house.notebook),
            self._background,
            Speech(language, language.code, _agency_name),
            screen.show,
            self.opened,
        )
        screen.bind(on_switch=self._choose_officer)
        self._show(screen)
        screen.presenter.start(self._look_book.look.last_officer)

    def enrol(self) -> None:
        """Show the way of a bare tablet into the office."""
        from field178_mobile.notebook import FirstEnrolment
        from field178_mobile.presenters.enrol import EnrolPresenter
        from field178_mobile.presenters.unlock import Speech
        from field178_mobile.ui.screens.enrol import EnrolScreen

        screen = EnrolScreen()
        screen.presenter = EnrolPresenter(
            FirstEnrolment(self._house.notebook),
            self._background,
            Speech(language, language.code),
            screen.show,
            self.opened,
        )
        self._show(screen)
        screen.presenter.start()

    def opened(self, officer: Officer, notebook: OpenNotebook, first: str = "inspection") -> None:
        """Show the open notebook."""
        from field178_mobile.ui.tablet import Tablet

        self._look_book.change(last_officer=officer.id)
        actions: dict[str, Callable[[], None]] = {
            "mode": self._switch_mode,
            "settings": self._open_settings,
            "sign_out": self._sign_out,
        }
        self.tablet = Tablet(self._house, notebook, officer, actions)
        self._show(self.tablet.shell)
        self.tablet.start(first)

    def lock(self) -> None:
        """Close the notebook, forget the key, ask for the PIN again; drafts are kept."""
        if self.tablet is None:
            return
        tablet, self.tablet = self.tablet, None
        self._close_overlays()
        tablet.leave()
        tablet.opened.close()
        self.ask_pin()

    def shut(self) -> None:
        """End: the application is closing."""
        self._watching.cancel()
        long_notes.close()
        Window.funbind("on_touch_down", self._touched)
        Window.funbind("on_key_down", self._touched)
        Window.funbind("on_textinput", self._touched)
        Window.funbind("on_keyboard", self._keyed)
        if self.tablet is not None:
            self.tablet.leave()
            self.tablet.opened.close()
            self.tablet = None

    def resume(self) -> None:
        """Come back to the screen: lock first, or else see whether the office can be reached by now."""
        self._watch(0)
        if self.tablet is not None:
            self.tablet.opened.runner.wake(WakeReason.NETWORK)

    def take_look(self, look: Look) -> None:
        """Put a changed look in force; another language builds the screens again."""
        if look.language != language.code:
            language.switch(look.language)
            self._build_again()
        theme.apply(look.mode)
        theme.set_font_scale(look.font_scale)
        typist.switch(look.typing)
        Window.clearcolor = theme.bg

    def _build_again(self) -> None:
        if self.tablet is None:
            self.meet()
            return
        before = self.tablet
        before.leave()
        self.opened(before.officer, before.opened, before.shell.current)

    def _add_officer(self) -> None:
        from field178_mobile.notebook import AnotherOfficer
        from field178_mobile.presenters.enrol import EnrolPresenter, Step
        from field178_mobile.presenters.unlock import Speech
        from field178_mobile.ui.screens.enrol import EnrolScreen

        if self.tablet is None:
            return
        screen = EnrolScreen(has_cancel=True)
        screen.presenter = EnrolPresenter(
            AnotherOfficer(self._house.notebook, self.tablet.opened),
            self._background,
            Speech(language, language.code),
            screen.show,
            lambda _officer, _notebook: self._go_back(),
        )
        screen.bind(on_cancel=lambda _screen: self._go_back())
        self._show(screen)
        screen.presenter.start(Step.SIGN_IN)

    def _sign_out(self) -> None:
        """Take the officer's way in off this tablet; the last one stays, or nobody could open it."""
        vault = self._house.notebook.vault
        if self.tablet is not None and len(vault.officers()) > 1:
            vault.remove_officer(self.tablet.officer.id, self.tablet.opened.key)
        self.lock()

    def _go_back(self) -> None:
        if self.tablet is not None:
            self._show(self.tablet.shell)

    def _choose_officer(self, screen: UnlockScreen) -> None:
        from field178_mobile.ui import kit

        presenter = screen.presenter
        choices = [kit.Choice(item.id, item.name, item.agency) for item in presenter.state.officers]
        chosen = [presenter.state.chosen.id] if presenter.state.chosen else []
        sheet = kit.ChoiceSheet(choices, chosen, lambda keys: presenter.choose(keys[0]))
        sheet.title = language("Who are you?")
        sheet.open()

    def _open_settings(self) -> None:
        from field178_mobile.ui.screens.settings import SettingsSheet

        SettingsSheet(self._look_book, self.lock, self._add_officer).open()

    def _switch_mode(self) -> None:
        self._look_book.change(mode="light" if theme.is_dark else "dark")

    def _watch(self, _dt: float) -> None:
        """Count PIN delays down; lock a tablet that lies about."""
        shown = self.children[0]
        if isinstance(shown, UnlockScreen) and shown.presenter is not None:
            shown.presenter.tick()
        if self.tablet is not None and duration_clock() - self._touched_at > LOCK_AFTER_S:
            self.lock()

    def _keyed(self, _window: object, code: int, *_args: object) -> bool:
        """Let the back key (Escape) leave a detail; it never ends the application."""
        if code != BACK_KEY:
            return False
        if self.tablet is not None:
            self.tablet.shell.go_back()
        return True

    def _touched(self, *_args: object) -> None:
        self._touched_at = duration_clock()

    def _close_overlays(self) -> None:
        from field178_mobile.ui.widgets.overlay import close_all

        long_notes.close()
        close_all()

    def _show(self, widget: Widget) -> None:
        if self.children and self.children[0] is widget:
            return
        self.clear_widgets()
        self.add_widget(widget)


def _agency_name(agency_id: str) -> str:
    """Return the name of an agency; an unknown one shows itself."""
    from field178_shared.codelists import load

    agency = load().agencies.get(agency_id)
    return agency.label(language.code) if agency else agency_id

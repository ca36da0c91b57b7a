"""Who holds the tablet: another officer joins, signs in again, sets a new PIN, signs out; the settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from field178_mobile.features.access.screens.unlock import UnlockScreen
from field178_mobile.kit.language import language
from field178_mobile.kit.preferences import Preferences
from field178_mobile.kit.theme import theme
from field178_mobile.kit.threads import WorkerThreads
from field178_mobile.shell.account_sheets import change_pin, hand_over, show_officer_notice, show_officers

if TYPE_CHECKING:
    from field178_mobile.shell.navigator import Navigator
    from field178_mobile.shell.shared_services import SharedServices
    from field178_mobile.tablet import TabletSession
    from field178_mobile.vault import TabletOfficer


class OfficerFlows:
    """The ways from one officer to another; each ends on a screen of the navigator."""

    def __init__(
        self,
        navigator: Navigator,
        shared_services: SharedServices,
        preferences: Preferences,
        background: WorkerThreads,
    ) -> None:
        self._navigator = navigator
        self._shared = shared_services
        self._preferences = preferences
        self._background = background

    def actions(self) -> dict[str, Callable[[], None]]:
        """Return the actions of an open session about officers and settings, by button."""
        return {
            "mode": self.switch_mode,
            "settings": self.open_settings,
            "sign_out": self.sign_out,
            "sign_in": self.sign_in_again,
            "hand_over": self.hand_over,
            "closed": self._navigator.close_by_order,
        }

    def add_officer(self) -> None:
        """Show the sign-in and PIN of another officer during the open session."""
        from field178_mobile.shell.enrolment_view import officer_joins
        from field178_mobile.tablet import AnotherOfficer

        if self._navigator.session_view is None:
            return
        port = AnotherOfficer(self._shared.tablet, self._navigator.session_view.opened)

        def done(_officer: TabletOfficer, _tablet: TabletSession) -> None:
            self._navigator.show_session()

        self._navigator.put(officer_joins(port, self._background, done, self._navigator.show_session))

    def sign_in_again(self) -> None:
        """Show the sign-in of the current officer for the office; the PIN stays."""
        from field178_mobile.shell.enrolment_view import officer_returns
        from field178_mobile.tablet import AnotherOfficer

        if (session_view := self._navigator.session_view) is None:
            return
        port = AnotherOfficer(self._shared.tablet, session_view.opened)

        def done(_officer: TabletOfficer) -> None:
            self._navigator.show_session()
            session_view.opened.runner.wake()

        self._navigator.put(
            officer_returns(port, self._background, done, self._navigator.show_session, session_view.officer)
        )

    def choose_pin_for(self, forgetful: TabletOfficer, tablet: TabletSession) -> None:
        """Show the new PIN of an officer who forgot it, after another officer's unlock."""
        from field178_mobile.shell.enrolment_view import officer_joins
        from field178_mobile.tablet import AnotherOfficer

        self._navigator.lend(tablet)
        port = AnotherOfficer(self._shared.tablet, tablet)
        lock = self._navigator.lock
        self._navigator.put(officer_joins(port, self._background, self._take_back, lock, forgetful))

    def replace_pin(self, officer: TabletOfficer, tablet: TabletSession) -> None:
        """Show a passphrase to an officer whose PIN is not enough on this tablet; then the session."""
        from field178_mobile.shell.enrolment_view import pin_is_replaced
        from field178_mobile.tablet import SaferPin

        self._navigator.lend(tablet)
        port, lock = SaferPin(self._shared.tablet, tablet), self._navigator.lock
        self._navigator.put(pin_is_replaced(port, self._background, self._take_back, lock, officer))

    def ask_contact(self, officer: TabletOfficer, tablet: TabletSession) -> None:
        """Show an officer that the lease is over, and the session once the tablet has reached the office."""
        from field178_mobile.features.access.screens.lease import LeaseScreen

        self._navigator.lend(tablet)
        screen = LeaseScreen(on_lock=lambda _screen: self._navigator.lock())
        clock, ui_thread = self._shared.tablet.clock, self._shared.ui_thread
        screen.begin(tablet.store, tablet.runner, clock, ui_thread, lambda: self._take_back(officer, tablet))
        self._navigator.put(screen)

    def show_order(self, officer: TabletOfficer, tablet: TabletSession) -> None:
        """Show an officer that the office has closed the tablet, and the session once it is opened again."""
        from field178_mobile.features.access.screens.order import OrderScreen
        from field178_mobile.store.replication.orders import stored_order

        order = tablet.store.read(stored_order) if tablet.store.is_unlocked else None
        self._navigator.lend(tablet)
        if order is None:  # it is wiped since
            self._navigator.show_wiped()
            return
        screen = OrderScreen(on_lock=lambda _screen: self._navigator.lock())
        screen.begin(order, tablet.runner, self._shared.ui_thread, lambda: self._take_back(officer, tablet))
        self._navigator.put(screen)

    def _take_back(self, officer: TabletOfficer, tablet: TabletSession) -> None:
        if self._navigator.take_back(tablet):
            self._navigator.opened(officer, tablet)

    def choose_officer(self, screen: UnlockScreen) -> None:
        """Open the sheet to choose the officer who unlocks the tablet."""
        from field178_mobile.kit import kit

        presenter = screen.presenter
        choices = [kit.Choice(item.id, item.name, item.agency) for item in presenter.state.officers]
        chosen = [presenter.state.chosen.id] if presenter.state.chosen else []
        sheet = kit.ChoiceSheet(choices, chosen, lambda keys: presenter.choose(keys[0]))
        sheet.title = language("Who are you?")
        sheet.open()

    def choose_helper(self, screen: UnlockScreen) -> None:
        """Open the sheet about a forgotten PIN, with the officers who can help."""
        from field178_mobile.features.access.screens.forgotten import ForgottenSheet

        presenter = screen.presenter
        if presenter is not None:
            ForgottenSheet(presenter.state.others, presenter.help, self.recover).open()

    def recover(self) -> None:
        """Show the key recovery of the chosen officer by a code of the office."""
        from field178_mobile.shell.enrolment_view import officer_joins
        from field178_mobile.tablet import RecoveredOfficer

        shown = self._navigator.children[0]
        if not isinstance(shown, UnlockScreen) or shown.presenter is None:
            return
        port, who = RecoveredOfficer(self._shared.tablet), shown.presenter.state.chosen
        address = self._shared.tablet.vault.locked_enrolment().url
        self._navigator.put(
            officer_joins(
                port, self._background, self._navigator.opened, self._navigator.ask_pin, who, address
            )
        )

    def show_officers(self) -> None:
        """Show who may unlock the tablet."""
        if self._navigator.session_view is not None:
            show_officers(self._shared.tablet.vault, self._navigator.session_view, self.add_officer)

    def hand_over(self) -> None:
        """Hand the tablet over to another officer, or lock it."""
        if self._navigator.session_view is not None:
            hand_over(
                self._shared.tablet.vault, self._navigator.session_view.officer.id, self._navigator.lock
            )

    def sign_out(self) -> None:
        """Remove the officer from this tablet; the last officer stays, so that it can be opened."""
        vault = self._shared.tablet.vault
        if self._navigator.session_view is not None and len(vault.officers()) > 1:
            vault.remove_officer(
                self._navigator.session_view.officer.id, self._navigator.session_view.opened.key
            )
        self._navigator.lock()

    def open_settings(self) -> None:
        """Open the settings."""
        from field178_mobile.features.access.screens.settings import SettingsSheet

        session_view = self._navigator.session_view
        if session_view is None:
            return
        actions = {
            "officers": self.show_officers,
            "pin": lambda: change_pin(self._shared.tablet, session_view.officer.id, self._background),
            "notice": lambda: show_officer_notice(session_view),
            "lock": self._navigator.lock,
        }
        SettingsSheet(self._preferences, actions, self.open_settings).open()

    def switch_mode(self) -> None:
        """Switch between dark and light mode."""
        self._preferences.change(mode="light" if theme.is_dark else "dark")

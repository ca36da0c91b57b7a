"""Sheets about who holds the tablet: hand it over, who may open it, another PIN, what is recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from field178_mobile.kit.language import language

if TYPE_CHECKING:
    from field178_mobile.presentation.background import Background
    from field178_mobile.shell.session_view import SessionView
    from field178_mobile.tablet import Tablet
    from field178_mobile.vault import TabletOfficer, Vault


def hand_over(vault: Vault, me: str, on_chosen: Callable[[str], None]) -> None:
    """Ask who takes the tablet; on_chosen(officer id)."""
    from field178_mobile.kit import kit

    officers = vault.officers()
    choices = [kit.Choice(officer.id, officer.name, agency_name(officer.agency)) for officer in officers]
    sheet = kit.ChoiceSheet(choices, [me], lambda keys: on_chosen(keys[0]))
    sheet.title = language("Hand the tablet over")
    sheet.sub = language("It locks and asks for the PIN of the one you choose. Drafts are kept.")
    sheet.open()


def show_officers(vault: Vault, session_view: SessionView, on_add: Callable[[], None]) -> None:
    """Show who may open the open tablet."""
    from field178_mobile.features.access.officers import OfficersPresenter
    from field178_mobile.features.access.screens.officers import OfficersSheet

    opened = session_view.opened
    drafts = opened.store.drafts.all
    presenter = OfficersPresenter(vault, opened.key, session_view.officer.id, drafts, language)
    OfficersSheet(presenter, agency_name, on_add).open()


def change_pin(tablet: Tablet, me: str, background: Background) -> None:
    """Let the officer who holds the tablet choose another PIN."""
    from field178_mobile.features.access.screens.change_pin import ChangePinSheet
    from field178_mobile.tablet import OwnPin

    ChangePinSheet(OwnPin(tablet, me), background).open()


def tell_officer(session_view: SessionView, is_first: bool = False) -> None:
    """Tell the officer what is recorded about them; at the opening only who was not told yet."""
    from field178_mobile.features.access.officer_notice import OfficerNotice, notice_law

    services = session_view.services
    notice = OfficerNotice(session_view.opened.store.settings, services.clock, session_view.officer.id)
    if is_first and notice.is_read:
        return
    from field178_mobile.features.access.screens.officer_notice import NoticePage
    from field178_shared.time.clock import local_date

    today = local_date(services.clock.now())
    NoticePage(notice, notice_law(services.words().lists, today, language.code)).open()


def turn_away() -> None:
    """Tell an officer whose account is closed why the tablet stays locked for them."""
    from field178_mobile.kit import kit

    kit.Dialog(
        title=language("The office has closed your account"),
        text=language(
            "This tablet opens for its other officers. What you filed is sent, and what you began stays "
            "here. A mistake? Ask the office."
        ),
        yes=language("I understand"),
    ).open()


def say_taken_off(gone: Sequence[TabletOfficer]) -> None:
    """Tell who opened the tablet which officers it opens for no more."""
    from field178_mobile.kit import kit

    if gone:
        names = ", ".join(officer.name for officer in gone)
        template = language("Account closed by the office, taken off this tablet: {names}")
        kit.toast(template.format(names=names), icon="information-outline", tone="plain")


def agency_name(agency_id: str) -> str:
    """Return the name of an agency; an unknown one shows itself."""
    from field178_shared.codelists import load

    agency = load().agencies.get(agency_id)
    return agency.label(language.code) if agency else agency_id

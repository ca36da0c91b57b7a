"""Sheets of officer accounts: hand-over, officers of the tablet, change of PIN, privacy notice."""

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
    """Open the sheet to choose the next officer; on_chosen(officer id)."""
    from field178_mobile.kit import kit

    officers = vault.officers()
    choices = [kit.Choice(officer.id, officer.name, agency_name(officer.agency)) for officer in officers]
    sheet = kit.ChoiceSheet(choices, [me], lambda keys: on_chosen(keys[0]))
    sheet.title = language("Hand the tablet over")
    sheet.sub = language("It locks and asks for the PIN of the one you choose. Drafts are kept.")
    sheet.open()


def show_officers(vault: Vault, session_view: SessionView, on_add: Callable[[], None]) -> None:
    """Open the sheet with the officers of the unlocked tablet."""
    from field178_mobile.features.access.officers import OfficersPresenter
    from field178_mobile.features.access.screens.officers import OfficersSheet

    opened = session_view.opened
    drafts = opened.store.drafts.all
    presenter = OfficersPresenter(vault, opened.key, session_view.officer.id, drafts, language)
    OfficersSheet(presenter, agency_name, on_add).open()


def change_pin(tablet: Tablet, me: str, background: Background) -> None:
    """Open the sheet for the officer's change of PIN."""
    from field178_mobile.features.access.screens.change_pin import ChangePinSheet
    from field178_mobile.tablet import OwnPin

    ChangePinSheet(OwnPin(tablet, me), background).open()


def show_officer_notice(session_view: SessionView, is_first: bool = False) -> None:
    """Show the officer the privacy notice; at the first unlock only if it was not read yet."""
    from field178_mobile.features.access.officer_notice import OfficerNotice, notice_law

    services = session_view.services
    notice = OfficerNotice(session_view.opened.store.settings, services.clock, session_view.officer.id)
    if is_first and notice.is_read:
        return
    from field178_mobile.features.access.screens.officer_notice import NoticePage
    from field178_shared.time.clock import local_date

    today = local_date(services.clock.now())
    NoticePage(notice, notice_law(services.words().lists, today, language.code)).open()


def show_account_closed() -> None:
    """Show an officer with a closed account why the tablet stays locked."""
    from field178_mobile.kit import kit

    kit.Dialog(
        title=language("The office has closed your account"),
        text=language(
            "This tablet opens for its other officers. What you filed is sent, and what you began stays "
            "here. A mistake? Ask the office."
        ),
        yes=language("I understand"),
    ).open()


def show_removed_officers(gone: Sequence[TabletOfficer]) -> None:
    """Show which officers were removed from this tablet."""
    from field178_mobile.kit import kit

    if gone:
        names = ", ".join(officer.name for officer in gone)
        template = language("Account closed by the office, taken off this tablet: {names}")
        kit.toast(template.format(names=names), icon="information-outline", tone="plain")


def agency_name(agency_id: str) -> str:
    """Return the name of an agency; an unknown agency is shown by its id."""
    from field178_shared.codelists import load

    agency = load().agencies.get(agency_id)
    return agency.label(language.code) if agency else agency_id

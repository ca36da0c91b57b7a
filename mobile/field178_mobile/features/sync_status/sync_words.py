"""Texts about sync: headline, result and remedy for every state."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from field178_mobile.presentation.wording import Wording
from field178_mobile.replication.events import SyncMessage, SyncState
from field178_mobile.store.replication.mass_deletion_guard import WithheldDeletions
from field178_shared.text.formats import number_text
from field178_shared.text.i18n import N_
from field178_shared.wire.hash_chain import RootAlarm

HEADLINES: Mapping[SyncMessage, str] = {
    SyncMessage.NEVER: N_("Not exchanged with the office yet"),
    SyncMessage.WORKING: N_("Exchanging with the office…"),
    SyncMessage.IN_SYNC: N_("Tablet and office agree in everything"),
    SyncMessage.RECEIVED: N_("The office has received everything"),
    SyncMessage.UNSENT: N_("Records not sent yet: {count}"),
    SyncMessage.NEEDS_FIX: N_("Some records need a look"),
    SyncMessage.NO_NETWORK: N_("No network"),
    SyncMessage.UNREACHABLE: N_("The office's server cannot be reached"),
    SyncMessage.PORTAL: N_("This network asks for a sign-in"),
    SyncMessage.NOT_OUR_SERVER: N_("This network does not lead to the office"),
    SyncMessage.SERVER_ERROR: N_("The office's server has a fault"),
    SyncMessage.SERVER_BUSY: N_("The office's server is busy or in maintenance"),
    SyncMessage.SERVER_FULL: N_("The office's server has no room left"),
    SyncMessage.STORE_UNAVAILABLE: N_("The office's store does not answer"),
    SyncMessage.UPGRADE_NEEDED: N_("This version is too old"),
    SyncMessage.REVOKED: N_("This tablet was revoked"),
    SyncMessage.CLOSED: N_("The office has closed this tablet"),
    SyncMessage.SIGN_IN: N_("Sign in again to go on receiving data"),
    SyncMessage.REFUSED: N_("The office no longer accepts this tablet"),
    SyncMessage.CHECKING: N_("Comparing with the office…"),
    SyncMessage.MASS_REMOVAL: N_("Many records would leave this tablet"),
}
OUTCOMES: Mapping[SyncMessage, str] = {
    SyncMessage.WORKING: N_("You can go on working."),
    SyncMessage.IN_SYNC: N_("Last time: changes sent {pushed}, records received {received}."),
    SyncMessage.RECEIVED: N_("Last time: changes sent {pushed}, records received {received}."),
    SyncMessage.UNSENT: N_("Last time: changes sent {pushed}, records received {received}."),
    SyncMessage.NEEDS_FIX: N_("Last time: changes sent {pushed}, records received {received}."),
    SyncMessage.NO_NETWORK: N_("Nothing was sent; everything is kept on this tablet."),
    SyncMessage.UNREACHABLE: N_("Everything is kept on this tablet and sent again."),
    SyncMessage.PORTAL: N_("Nothing was sent; everything is kept on this tablet."),
    SyncMessage.NOT_OUR_SERVER: N_("Nothing was sent; everything is kept on this tablet."),
    SyncMessage.SERVER_ERROR: N_("Everything is kept on this tablet and sent again."),
    SyncMessage.SERVER_BUSY: N_("Everything is kept on this tablet and sent again."),
    SyncMessage.SERVER_FULL: N_("Everything is kept on this tablet and sent again."),
    SyncMessage.STORE_UNAVAILABLE: N_("Everything is kept on this tablet and sent again."),
    SyncMessage.UPGRADE_NEEDED: N_("Everything is kept on this tablet."),
    SyncMessage.REVOKED: N_("What is filed here stays until the office has it."),
    SyncMessage.CLOSED: N_("What is filed here stays until the office has it."),
    SyncMessage.SIGN_IN: N_("What is filed here is handed in; the office keeps it until you have signed in."),
    SyncMessage.REFUSED: N_("Everything is kept on this tablet."),
    SyncMessage.CHECKING: N_("Differences are looked for and healed."),
    SyncMessage.MASS_REMOVAL: N_("What you file is sent; receiving waits for your answer."),
}
REMEDIES: Mapping[SyncMessage, str] = {
    SyncMessage.NEEDS_FIX: N_("Open the inbox: each one says why and what to do."),
    SyncMessage.NO_NETWORK: N_("Switch on Wi-Fi or mobile data; sending then starts by itself."),
    SyncMessage.UNREACHABLE: N_("Does this network lead to the internet? If it does, tell the office."),
    SyncMessage.PORTAL: N_("Open the browser and sign in to this network, or use mobile data."),
    SyncMessage.NOT_OUR_SERVER: N_("A Wi-Fi sign-in page? Open the browser and sign in, or use mobile data."),
    SyncMessage.SERVER_ERROR: N_("If it stays so for an hour, tell the office."),
    SyncMessage.SERVER_BUSY: N_("Nothing to do here. If it stays so for an hour, tell the office."),
    SyncMessage.SERVER_FULL: N_("Tell the office: its administrator has to make room on the server."),
    SyncMessage.STORE_UNAVAILABLE: N_("Nothing to do here. If it stays so for an hour, tell the office."),
    SyncMessage.UPGRADE_NEEDED: N_("Install the current version; your records stay."),
    SyncMessage.REVOKED: N_("Bring the tablet to the office."),
    SyncMessage.CLOSED: N_("Bring the tablet to the office."),
    SyncMessage.SIGN_IN: N_("The office has given you a new password, or closed the account: ask there."),
    SyncMessage.MASS_REMOVAL: N_("Answer below. If you do not expect this, ask the office first."),
    SyncMessage.REFUSED: N_("Tell the office; this tablet's enrolment must be looked at."),
}
MARKS: Mapping[SyncMessage, tuple[str, str]] = {
    SyncMessage.NEVER: ("cloud-off-outline", "muted"),
    SyncMessage.WORKING: ("sync", "primary"),
    SyncMessage.IN_SYNC: ("check-decagram-outline", "ok"),
    SyncMessage.RECEIVED: ("cloud-check-outline", "ok"),
    SyncMessage.UNSENT: ("cloud-upload-outline", "warn"),
    SyncMessage.NEEDS_FIX: ("alert-circle-outline", "bad"),
    SyncMessage.NO_NETWORK: ("wifi-off", "warn"),
    SyncMessage.UNREACHABLE: ("cloud-off-outline", "warn"),
    SyncMessage.PORTAL: ("wifi-alert", "warn"),
    SyncMessage.NOT_OUR_SERVER: ("wifi-alert", "warn"),
    SyncMessage.SERVER_ERROR: ("alert-outline", "bad"),
    SyncMessage.SERVER_BUSY: ("timer-sand", "warn"),
    SyncMessage.SERVER_FULL: ("alert-outline", "bad"),
    SyncMessage.STORE_UNAVAILABLE: ("timer-sand", "warn"),
    SyncMessage.UPGRADE_NEEDED: ("alert-outline", "bad"),
    SyncMessage.REVOKED: ("lock-outline", "bad"),
    SyncMessage.CLOSED: ("lock-outline", "bad"),
    SyncMessage.SIGN_IN: ("login-variant", "warn"),
    SyncMessage.REFUSED: ("alert-outline", "bad"),
    SyncMessage.CHECKING: ("sync", "primary"),
    SyncMessage.MASS_REMOVAL: ("alert-outline", "bad"),
}
# After these outcomes the state of the office is unknown.
TROUBLES = (
    SyncMessage.NO_NETWORK,
    SyncMessage.UNREACHABLE,
    SyncMessage.PORTAL,
    SyncMessage.NOT_OUR_SERVER,
    SyncMessage.SERVER_ERROR,
    SyncMessage.SERVER_BUSY,
    SyncMessage.SERVER_FULL,
    SyncMessage.STORE_UNAVAILABLE,
    SyncMessage.UPGRADE_NEEDED,
    SyncMessage.SIGN_IN,
    SyncMessage.REFUSED,
)
HISTORIES: Mapping[RootAlarm, str] = {
    RootAlarm.LOWER: N_("The office's server shows less than this tablet has seen; it may be set back."),
    RootAlarm.OTHER: N_("The office's server shows another history than this tablet has seen."),
    RootAlarm.SIGNATURE: N_("The office's server signs its history with a key this tablet does not know."),
}


def loading_text(sync: SyncState, language: str, translate: Callable[[str], str]) -> str:
    """Return how many records of a load of several pages are on this tablet, "" without one."""
    # Records that the office has deleted may still be counted here: such a load has no honest share.
    if not sync.stored < sync.total:
        return ""
    stored, total = number_text(sync.stored, language), number_text(sync.total, language)
    return translate(N_("Loading records: {stored} of {total}")).format(stored=stored, total=total)


def withheld_text(withheld: WithheldDeletions, words: Wording) -> str:
    """Return the question of the mass deletion guard, "" without one."""
    if not withheld.count:
        return ""
    question = N_("The office's data would take {count} records away from this tablet at once.")
    kept = N_(
        "{count} records stay here against the office's data until you let them go or the office mends it."
    )
    return words.say(kept if withheld.is_kept else question, count=withheld.count)


def tombstones_text(tombstones: int, lost: int, words: Wording) -> str:
    """Return the text about tombstones, "" without any."""
    sentences = []
    if tombstones:
        sentences.append(
            words.say(N_("Records gone: {count}. They are kept here for 30 days."), count=tombstones)
        )
    if lost:
        sentences.append(words.say(N_("Records being offered to the office: {count}."), count=lost))
    return " ".join(sentences)

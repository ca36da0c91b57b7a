"""Sync in words: a headline, what happened, what to do, for every state there is."""

from __future__ import annotations

from collections.abc import Mapping

from field178_mobile.presenters.wording import Wording
from field178_mobile.sync.events import SyncMessage
from field178_shared.i18n import N_

HEADLINES: Mapping[SyncMessage, str] = {
    SyncMessage.NEVER: N_("Not exchanged with the office yet"),
    SyncMessage.WORKING: N_("Exchanging with the office…"),
    SyncMessage.IN_SYNC: N_("Tablet and office agree in everything"),
    SyncMessage.RECEIVED: N_("The office has received everything"),
    SyncMessage.UNSENT: N_("{count} records not sent yet"),
    SyncMessage.NEEDS_FIX: N_("Some records need a look"),
    SyncMessage.NO_NETWORK: N_("No network"),
    SyncMessage.NOT_OUR_SERVER: N_("This network does not lead to the office"),
    SyncMessage.SERVER_ERROR: N_("The office's server has a fault"),
    SyncMessage.SERVER_BUSY: N_("The office's server is busy"),
    SyncMessage.UPGRADE_NEEDED: N_("This version is too old"),
    SyncMessage.REVOKED: N_("This tablet was revoked"),
    SyncMessage.REFUSED: N_("The office refused this tablet"),
    SyncMessage.CHECKING: N_("Comparing with the office…"),
}
OUTCOMES: Mapping[SyncMessage, str] = {
    SyncMessage.WORKING: N_("You can go on working."),
    SyncMessage.IN_SYNC: N_("Last time: {pushed} changes sent, {received} records received."),
    SyncMessage.RECEIVED: N_("Last time: {pushed} changes sent, {received} records received."),
    SyncMessage.UNSENT: N_("Last time: {pushed} changes sent, {received} records received."),
    SyncMessage.NEEDS_FIX: N_("Last time: {pushed} changes sent, {received} records received."),
    SyncMessage.NO_NETWORK: N_("Nothing was sent; everything is kept on this tablet."),
    SyncMessage.NOT_OUR_SERVER: N_("Nothing was sent; everything is kept on this tablet."),
    SyncMessage.SERVER_ERROR: N_("Everything is kept on this tablet and sent again."),
    SyncMessage.SERVER_BUSY: N_("Everything is kept on this tablet and sent again."),
    SyncMessage.UPGRADE_NEEDED: N_("Everything is kept on this tablet."),
    SyncMessage.REVOKED: N_("What is filed here stays until the office has it."),
    SyncMessage.REFUSED: N_("Everything is kept on this tablet."),
    SyncMessage.CHECKING: N_("Differences are looked for and healed."),
}
REMEDIES: Mapping[SyncMessage, str] = {
    SyncMessage.NEEDS_FIX: N_("Open the inbox: each one says why and what to do."),
    SyncMessage.NO_NETWORK: N_("Switch on Wi-Fi or mobile data; sending then starts by itself."),
    SyncMessage.NOT_OUR_SERVER: N_("A Wi-Fi sign-in page? Open the browser and sign in, or use mobile data."),
    SyncMessage.SERVER_ERROR: N_("If it stays so for an hour, tell the office."),
    SyncMessage.UPGRADE_NEEDED: N_("Install the current version; your records stay."),
    SyncMessage.REVOKED: N_("Bring the tablet to the office."),
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
    SyncMessage.NOT_OUR_SERVER: ("wifi-alert", "warn"),
    SyncMessage.SERVER_ERROR: ("alert-outline", "bad"),
    SyncMessage.SERVER_BUSY: ("timer-sand", "warn"),
    SyncMessage.UPGRADE_NEEDED: ("alert-outline", "bad"),
    SyncMessage.REVOKED: ("lock-outline", "bad"),
    SyncMessage.REFUSED: ("alert-outline", "bad"),
    SyncMessage.CHECKING: ("sync", "primary"),
}


def clock_text(offset_ms: int, words: Wording) -> str:
    """Return how far this clock is from the server's."""
    seconds = round(abs(offset_ms) / 1000)
    if seconds < 1:
        return words.say(N_("Clock: same as the server's"))
    ahead, behind = N_("Clock: {difference} ahead of the server"), N_("Clock: {difference} behind the server")
    return words.say(ahead if offset_ms > 0 else behind, difference=_duration(seconds, words))


def _duration(seconds: int, words: Wording) -> str:
    minutes, rest = divmod(seconds, 60)
    if minutes < 60:
        return words.say(N_("{minutes} min {seconds} s"), minutes=minutes, seconds=rest)
    return words.say(N_("{hours} h {minutes} min"), hours=minutes // 60, minutes=minutes % 60)

"""Purges in words: what would go, where copies are, how far it has come; never a word of the content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from field178_server.console.shell.links import scope_text
from field178_server.console.text.field_labels import type_name
from field178_server.console.text.localize import Speech
from field178_server.console.text.state_labels import StateWord
from field178_server.office.erasure.dry_run import Extent
from field178_server.office.erasure.operations import REASONS
from field178_server.office.erasure.queries import Act, Holder, PurgeRow
from field178_shared.text.i18n import N_

_NOTHING = "0"


@dataclass(frozen=True, slots=True)
class HolderView:
    """A tablet that may hold a copy, as the page shows it."""

    label: str
    why: str
    seen: str
    unsent: str
    state: StateWord | None


@dataclass(frozen=True, slots=True)
class ActView:
    """One act on the request."""

    record_id: str
    text: str
    who: str
    when: str


@dataclass(frozen=True, slots=True)
class PurgeView:
    """One purge as the list shows it."""

    record_id: str
    title: str
    area: str
    reason: str
    state: StateWord
    asked: str


def purge_view(row: PurgeRow, speech: Speech) -> PurgeView:
    """Return one purge in words."""
    asked = speech.say(N_("Asked by {who}, {when}"))
    return PurgeView(
        record_id=row.record_id,
        title=type_name(row.type, speech),
        area=scope_text(row.scope, speech),
        reason=speech.choice(REASONS, row.reason),
        state=purge_state(row, speech),
        asked=asked.format(who=speech.person(row.requested_by), when=speech.instant(row.requested_at)),
    )


def purge_state(row: PurgeRow, speech: Speech) -> StateWord:
    """Return how far a purge has come."""
    if row.confirmed_at is None:
        return StateWord(speech.say(N_("Waits for a second person")), "warn", "clock")
    if row.erased_at is None:
        return StateWord(speech.say(N_("Removed; traces are being wiped")), "primary", "restore")
    if row.unheard:
        count = speech.number(len(row.unheard))
        text = speech.say(N_("Done; tablets not heard from yet: {count}")).format(count=count)
        return StateWord(text, "primary", "tablet")
    return StateWord(speech.say(N_("Done; every tablet has synced since")), "ok", "check-circle")


def extent_facts(extent: Extent, previews: int, speech: Speech) -> tuple[tuple[str, str], ...]:
    """Return what holds something of the record, as names and values; places that hold nothing come last.

    `previews`: how many previews of its photos lie beside the store.
    """
    say, number = speech.say, speech.number
    filed = speech.instant(extent.filed_at) if extent.filed_at else say(N_("(empty)"))
    record = say(N_("{type}, {area}, revision {rev}")).format(
        type=type_name(extent.type, speech), area=scope_text(extent.scope, speech), rev=extent.rev
    )
    held = (
        (N_("Changes in the history"), number(extent.changes)),
        (N_("Disputed values and remarks"), number(extent.about)),
        (N_("Held-back changes"), number(extent.held_back)),
        (N_("Copies tablets have offered"), number(extent.salvaged)),
        (N_("Photos and files"), _files(extent, speech)),
        (N_("Previews of photos"), number(previews)),
    )
    nothing = [say(name) for name, value in held if value == _NOTHING]
    return (
        (say(N_("Record")), record),
        (say(N_("Record id")), extent.record_id),
        (say(N_("Filed")), filed),
        *((say(name), value) for name, value in held if value != _NOTHING),
        *(((say(N_("Nothing there")), " · ".join(nothing)),) if nothing else ()),
    )


def backups_text(extent: Extent, speech: Speech) -> str:
    """Return what is known of the backups that hold the record."""
    if not extent.backups or extent.last_backup_at is None:
        return speech.say(N_("No proved backup was noted since it was filed."))
    text = N_("Proved backups since it was filed: {count}, the last {when}.")
    when = speech.instant(extent.last_backup_at)
    return speech.say(text).format(count=speech.number(extent.backups), when=when)


def holder_views(row: PurgeRow | None, holders: Sequence[Holder], speech: Speech) -> tuple[HolderView, ...]:
    """Return the tablets that may hold a copy; once it is removed, whether each has heard."""
    purged_at = row.confirmed_at if row else None

    def view(one: Holder) -> HolderView:
        return HolderView(
            label=one.label,
            why=speech.say(N_("has sent changes of it") if one.has_sent else N_("works in its area")),
            seen=speech.instant(one.last_seen_at) if one.last_seen_at else speech.say(N_("not yet")),
            unsent=speech.say(N_("not told")) if one.unsent is None else speech.number(one.unsent),
            state=None if purged_at is None else _heard(one, one.has_heard(purged_at), speech),
        )

    return tuple(view(one) for one in holders)


def act_views(acts: Sequence[Act], speech: Speech) -> tuple[ActView, ...]:
    """Return what was decided, in words."""
    return tuple(
        ActView(
            act.record_id,
            speech.say(_ACTS[act.action]),
            speech.person(act.officer_id),
            speech.instant(act.at),
        )
        for act in acts
    )


def _heard(one: Holder, has_heard: bool, speech: Speech) -> StateWord:
    if has_heard:
        return StateWord(speech.say(N_("Has synced since")), "ok", "check-circle")
    if one.is_revoked:
        return StateWord(speech.say(N_("Revoked, not heard from since")), "warn", "void")
    return StateWord(speech.say(N_("Not heard from since")), "warn", "clock")


def _files(extent: Extent, speech: Speech) -> str:
    parts = [speech.number(len(extent.stored))]
    if extent.uploads:
        parts.append(speech.say(N_("on their way: {count}")).format(count=speech.number(extent.uploads)))
    if extent.shared_files:
        count = speech.number(extent.shared_files)
        parts.append(speech.say(N_("{count} stay: other records name them")).format(count=count))
    return " · ".join(parts)


_ACTS = {
    "purge_requested": N_("Asked for"),
    "purge_withdrawn": N_("Taken back"),
    "purge_refused": N_("Refused: the content stays"),
    "purge_confirmed": N_("Confirmed: the content was removed"),
}

"""Erasures in words: extent, tablets with copies, progress; never a word of the content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from field178_server.console.shell.links import scope_text
from field178_server.console.text.field_labels import type_name
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel
from field178_server.office.erasure.dry_run import Extent
from field178_server.office.erasure.find import FittingRecord
from field178_server.office.erasure.operations import REASONS
from field178_server.office.erasure.queries import ErasureAction, ErasureRow, Holder
from field178_shared.text.i18n import N_

_NOTHING = "0"


@dataclass(frozen=True, slots=True)
class HolderView:
    """A tablet that may hold a copy, as the page shows it."""

    label: str
    why: str
    seen: str
    unsent: str
    state: StateLabel | None


@dataclass(frozen=True, slots=True)
class ErasureActionView:
    """One action on the request."""

    record_id: str
    text: str
    who: str
    when: str


@dataclass(frozen=True, slots=True)
class FoundView:
    """A record that fits what was typed, and where it leads."""

    kind: str
    code: str
    day: str
    area: str
    href: str
    readers_href: str


@dataclass(frozen=True, slots=True)
class ErasureView:
    """One erasure as the list shows it."""

    record_id: str
    title: str
    area: str
    reason: str
    state: StateLabel
    asked: str


def found_view(row: FittingRecord, localizer: Localizer) -> FoundView:
    """Return a found record in words that stand on its papers."""
    area = localizer.label(localizer.lists.units, row.unit_id) if row.unit_id else ""
    return FoundView(
        kind=type_name(row.type, localizer),
        code=row.code,
        day=localizer.day(row.occurred_on) if row.occurred_on else "",
        area=area or scope_text(row.scope, localizer),
        href=url_for("console.erasure.new", record=row.record_id),
        readers_href=url_for("console.audit.index", object=row.record_id, kind="reading"),
    )


def erasure_view(row: ErasureRow, localizer: Localizer) -> ErasureView:
    """Return one erasure in words."""
    asked = localizer.say(N_("Asked by {who}, {when}"))
    return ErasureView(
        record_id=row.record_id,
        title=type_name(row.type, localizer),
        area=scope_text(row.scope, localizer),
        reason=localizer.choice(REASONS, row.reason),
        state=erasure_state(row, localizer),
        asked=asked.format(who=localizer.person(row.requested_by), when=localizer.instant(row.requested_at)),
    )


def erasure_state(row: ErasureRow, localizer: Localizer) -> StateLabel:
    """Return how far an erasure has come."""
    if row.confirmed_at is None:
        return StateLabel(localizer.say(N_("Waits for a second person")), "warn", "clock")
    if row.erased_at is None:
        return StateLabel(localizer.say(N_("Removed; traces are being wiped")), "primary", "restore")
    if row.unheard:
        count = localizer.number(len(row.unheard))
        text = localizer.say(N_("Done; tablets not heard from yet: {count}")).format(count=count)
        return StateLabel(text, "primary", "tablet")
    return StateLabel(localizer.say(N_("Done; every tablet has synced since")), "ok", "check-circle")


def extent_facts(extent: Extent, previews: int, localizer: Localizer) -> tuple[tuple[str, str], ...]:
    """Return what holds something of the record, as names and values; places that hold nothing come last.

    `previews`: how many previews of its photos lie beside the store.
    """
    say, number = localizer.say, localizer.number
    filed = localizer.instant(extent.filed_at) if extent.filed_at else say(N_("(empty)"))
    record = say(N_("{type}, {area}, revision {rev}")).format(
        type=type_name(extent.type, localizer), area=scope_text(extent.scope, localizer), rev=extent.rev
    )
    counts = (
        (N_("Changes in the history"), number(extent.changes)),
        (N_("Disputed values and remarks"), number(extent.companions)),
        (N_("Held-back changes"), number(extent.quarantined)),
        (N_("Copies tablets have offered"), number(extent.divergent)),
        (N_("Photos and files"), _files(extent, localizer)),
        (N_("Previews of photos"), number(previews)),
        (N_("Exports that are withdrawn"), number(extent.exports)),
    )
    nothing = [say(name) for name, value in counts if value == _NOTHING]
    return (
        (say(N_("Record")), record),
        (say(N_("Record id")), extent.record_id),
        (say(N_("Filed")), filed),
        *((say(name), value) for name, value in counts if value != _NOTHING),
        *(((say(N_("Nothing there")), " · ".join(nothing)),) if nothing else ()),
    )


def backups_text(extent: Extent, localizer: Localizer) -> str:
    """Return what is known of the backups that hold the record."""
    if not extent.backups or extent.last_backup_at is None:
        return localizer.say(N_("No proved backup was noted since it was filed."))
    text = N_("Proved backups since it was filed: {count}, the last {when}.")
    when = localizer.instant(extent.last_backup_at)
    return localizer.say(text).format(count=localizer.number(extent.backups), when=when)


def holder_views(
    row: ErasureRow | None, holders: Sequence[Holder], localizer: Localizer
) -> tuple[HolderView, ...]:
    """Return the tablets that may have a copy; after the erasure, whether each has synced."""
    erased_at = row.confirmed_at if row else None

    def view(one: Holder) -> HolderView:
        return HolderView(
            label=one.label,
            why=localizer.say(N_("has sent changes of it") if one.has_sent else N_("works in its area")),
            seen=localizer.instant(one.last_seen_at) if one.last_seen_at else localizer.say(N_("not yet")),
            unsent=localizer.say(N_("not told")) if one.unsent is None else localizer.number(one.unsent),
            state=None if erased_at is None else _sync_state(one, one.has_synced(erased_at), localizer),
        )

    return tuple(view(one) for one in holders)


def action_views(actions: Sequence[ErasureAction], localizer: Localizer) -> tuple[ErasureActionView, ...]:
    """Return what was decided, in words."""
    return tuple(
        ErasureActionView(
            action.record_id,
            localizer.say(_ACTIONS[action.action]),
            localizer.person(action.officer_id),
            localizer.instant(action.at),
        )
        for action in actions
    )


def _sync_state(one: Holder, has_synced: bool, localizer: Localizer) -> StateLabel:
    if has_synced:
        return StateLabel(localizer.say(N_("Has synced since")), "ok", "check-circle")
    if one.is_revoked:
        return StateLabel(localizer.say(N_("Revoked, not heard from since")), "warn", "void")
    return StateLabel(localizer.say(N_("Not heard from since")), "warn", "clock")


def _files(extent: Extent, localizer: Localizer) -> str:
    parts = [localizer.number(len(extent.stored))]
    if extent.uploads:
        parts.append(
            localizer.say(N_("on their way: {count}")).format(count=localizer.number(extent.uploads))
        )
    if extent.shared_files:
        count = localizer.number(extent.shared_files)
        parts.append(localizer.say(N_("{count} stay: other records name them")).format(count=count))
    return " · ".join(parts)


_ACTIONS = {
    "purge_requested": N_("Asked for"),
    "purge_withdrawn": N_("Taken back"),
    "purge_refused": N_("Refused: the content stays"),
    "purge_confirmed": N_("Confirmed: the content was removed"),
}

"""State of erasures and extent of a record; never a word of the content."""

from __future__ import annotations

from datetime import datetime

from field178_server.console.shell.links import scope_text
from field178_server.console.shell.page import Page
from field178_server.console.text.field_labels import type_name
from field178_server.console.text.state_labels import StateLabel
from field178_server.office.erasure.dry_run import Extent
from field178_server.office.erasure.queries import ErasureRow, Holder
from field178_shared.text.i18n import N_

ACTION_LABELS = {
    "purge_requested": N_("Asked for"),
    "purge_withdrawn": N_("Taken back"),
    "purge_refused": N_("Refused: the content stays"),
    "purge_confirmed": N_("Confirmed: the content was removed"),
}
_NOTHING = "0"


def erasure_state(row: ErasureRow, page: Page) -> StateLabel:
    """Return the progress of an erasure."""
    if row.confirmed_at is None:
        return StateLabel(page.say(N_("Waits for a second person")), "warn", "clock")
    if row.erased_at is None:
        return StateLabel(page.say(N_("Removed; traces are being wiped")), "primary", "restore")
    if row.unsynced:
        count = page.localizer.number(len(row.unsynced))
        text = page.say(N_("Done; tablets not heard from yet: {count}"), count=count)
        return StateLabel(text, "primary", "tablet")
    return StateLabel(page.say(N_("Done; every tablet has synced since")), "ok", "check-circle")


def sync_state(holder: Holder, erased_at: datetime, page: Page) -> StateLabel:
    """Return whether a tablet has synced since the erasure."""
    if holder.has_synced(erased_at):
        return StateLabel(page.say(N_("Has synced since")), "ok", "check-circle")
    if holder.is_revoked:
        return StateLabel(page.say(N_("Revoked, not heard from since")), "warn", "void")
    return StateLabel(page.say(N_("Not heard from since")), "warn", "clock")


def extent_facts(extent: Extent, preview_count: int, page: Page) -> tuple[tuple[str, str], ...]:
    """Return the data of the record as names and values; kinds of data without rows come last.

    `preview_count`: number of previews of its photos beside the store.
    """
    say, number = page.say, page.localizer.number
    filed = page.localizer.instant(extent.filed_at) if extent.filed_at else say(N_("(empty)"))
    area = scope_text(extent.scope, page.localizer)
    kind = type_name(extent.type, page.localizer)
    record = say(N_("{type}, {area}, revision {rev}"), type=kind, area=area, rev=extent.rev)
    counts = (
        (N_("Changes in the history"), number(extent.changes)),
        (N_("Disputed values and remarks"), number(extent.companions)),
        (N_("Held-back changes"), number(extent.quarantined)),
        (N_("Copies tablets have offered"), number(extent.divergent)),
        (N_("Photos and files"), _files(extent, page)),
        (N_("Previews of photos"), number(preview_count)),
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


def _files(extent: Extent, page: Page) -> str:
    number = page.localizer.number
    parts = [number(len(extent.stored))]
    if extent.uploads:
        parts.append(page.say(N_("on their way: {count}"), count=number(extent.uploads)))
    if extent.shared_files:
        parts.append(page.say(N_("{count} stay: other records name them"), count=number(extent.shared_files)))
    return " · ".join(parts)

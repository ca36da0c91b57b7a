"""Counts, reasons and records of an offline export; never a value of a record."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from field178_server.console.shell.links import record_link
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import Remark, StateLabel
from field178_server.office.offline_imports.report import Tally
from field178_shared.errors import message
from field178_shared.text.i18n import N_
from field178_shared.wire.protocol import Status

SHOWN_RECORDS = 100


@dataclass(frozen=True, slots=True)
class RecordRow:
    """Record of the file with its most serious status; `href` is None without a page to read."""

    type: str
    record_id: str
    state: StateLabel
    href: str | None


def record_rows(tally: Tally, localizer: Localizer, *, has_links: bool) -> list[RecordRow]:
    """Return the first `SHOWN_RECORDS` records of a file; quarantined records have no link."""
    return [
        RecordRow(
            record.record_type,
            record_id,
            _STATES[record.status].localized(localizer),
            record_link(record.record_type, record_id)
            if has_links and record.status is not Status.QUARANTINED
            else None,
        )
        for record_id, record in islice(tally.records.items(), SHOWN_RECORDS)
    ]


def reasons_of(tally: Tally, localizer: Localizer) -> list[tuple[str, int]]:
    """Return the reasons of quarantine and conflict with their counts, the most frequent first."""
    return [(message(code, localizer.language), count) for code, count in tally.reasons.most_common()]


def figures_of(tally: Tally, localizer: Localizer) -> list[tuple[str, Remark]]:
    """Return the counts of a file by name, with their tones."""
    rows = [
        (N_("Changes in the file"), tally.total, ""),
        (N_("New"), tally.new, "ok"),
        (N_("Known already"), tally.received, ""),
        (N_("Held back"), tally.quarantined, "warn"),
        (N_("In conflict"), tally.statuses[Status.CONFLICT], "warn"),
        (N_("Unreadable"), tally.unreadable, "bad"),
    ]
    return [
        (localizer.say(name), Remark(localizer.number(count), tone if count else ""))
        for name, count, tone in rows
    ]


def problem_text(problem: str, localizer: Localizer) -> str:
    """Return the reason why a file cannot be used, and the remedy."""
    return localizer.say(_PROBLEMS.get(problem, _PROBLEMS["damaged"]))


_STATES = {
    Status.APPLIED: StateLabel(N_("Applied"), "ok", "check-circle"),
    Status.UNCHANGED: StateLabel(N_("No change"), "", "check"),
    Status.CONFLICT: StateLabel(N_("In conflict"), "warn", "conflict"),
    Status.QUARANTINED: StateLabel(N_("Held back"), "warn", "quarantine"),
}
_PROBLEMS = {
    "none": N_("Choose the rescue file first; its name ends in .f178."),
    "not_ours": N_("This is no rescue file of a tablet. Its name ends in .f178."),
    "newer": N_("A newer version of the tablet wrote this file. Upgrade the server, then take it in."),
    "cut": N_("The end of the file is missing: it was not copied whole. Copy it again from the tablet."),
    "damaged": N_("The file was damaged on its way. Copy it again from the tablet, or have it written anew."),
    "foreign": N_(
        "This server has no key for the file: it was written for another office, or this server was set up "
        "anew."
    ),
    "signature": N_("The file is not signed by the tablet that it names."),
    "unknown_tablet": N_("The tablet that wrote the file is not enrolled here, or not within your area."),
}

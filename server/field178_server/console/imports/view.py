"""An offline export in words: counts, reasons and where its records are; no value of any record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import url_for

from field178_server.console.shell.links import record_link, scope_text
from field178_server.console.shell.policy import may
from field178_server.console.text.field_labels import type_name
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import Remark, StateLabel
from field178_server.office.imports.operations import Imported
from field178_server.office.imports.report import Tally
from field178_server.office.tablets.queries import TabletRow
from field178_shared.errors import message
from field178_shared.text.i18n import N_
from field178_shared.time.clock import from_wire
from field178_shared.wire.protocol import Status

SHOWN_RECORDS = 100


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One record of the file."""

    kind: str
    record_id: str
    state: StateLabel
    href: str | None


@dataclass(frozen=True, slots=True)
class ImportView:
    """The page of one offline export. `done` is the result of its import, empty before."""

    label: str
    officer: str
    teams: str
    made: str
    figures: tuple[tuple[str, Remark], ...]
    reasons: tuple[tuple[str, str], ...]
    records: tuple[RecordRow, ...]
    more: str
    is_all_known: bool
    is_revoked: bool
    done: str
    quarantine_href: str | None


def import_view(
    found: Imported, tablet: TabletRow, localizer: Localizer, role: str, done: Mapping[str, object] | None
) -> ImportView:
    """Return a file in words, with links where this role may follow them."""
    tally, made = found.tally, from_wire(found.origin.created_at)
    may_read = may(role, "console.reviews.detail", localizer.lists)
    more = len(tally.records) - SHOWN_RECORDS
    return ImportView(
        label=tablet.label or tablet.device_id,
        officer=tablet.officer or localizer.say(N_("Officer not known")),
        teams=", ".join(scope_text(one, localizer) for one in tablet.scopes if one.startswith("team:")),
        made=localizer.instant(made) if made else found.origin.created_at,
        figures=_figures(tally, localizer),
        reasons=_reasons(tally, localizer),
        records=tuple(
            RecordRow(
                type_name(one.record_type, localizer),
                record_id,
                _state(one.status, localizer),
                record_link(one.record_type, record_id)
                if may_read and not tally.new and one.status is not Status.QUARANTINED
                else None,
            )
            for record_id, one in list(tally.records.items())[:SHOWN_RECORDS]
        ),
        more=localizer.say(N_("and {count} more")).format(count=localizer.number(more)) if more > 0 else "",
        is_all_known=tally.is_all_known,
        is_revoked=tablet.revoked_at is not None,
        done=_done(done, localizer) if done else "",
        quarantine_href=url_for("console.attention.index", show="quarantine")
        if tally.quarantined and may_read and not tally.new
        else None,
    )


def problem_text(problem: str, localizer: Localizer) -> str:
    """Return why a file cannot be used and what to do."""
    return localizer.say(_PROBLEMS.get(problem, _PROBLEMS["damaged"]))


def _figures(tally: Tally, localizer: Localizer) -> tuple[tuple[str, Remark], ...]:
    rows = [
        (N_("Changes in the file"), tally.total, ""),
        (N_("New"), tally.new, "ok"),
        (N_("Known already"), tally.known, ""),
        (N_("Held back"), tally.quarantined, "warn"),
        (N_("In conflict"), tally.statuses[Status.CONFLICT], "warn"),
        (N_("Unreadable"), tally.unreadable, "bad"),
    ]
    return tuple(
        (localizer.say(name), Remark(localizer.number(count), tone if count else ""))
        for name, count, tone in rows
    )


def _reasons(tally: Tally, localizer: Localizer) -> tuple[tuple[str, str], ...]:
    return tuple(
        (message(code, localizer.language), localizer.number(count))
        for code, count in tally.reasons.most_common()
    )


def _state(status: Status, localizer: Localizer) -> StateLabel:
    text, tone, icon = _STATES[status]
    return StateLabel(localizer.say(text), tone, icon)


def _done(done: Mapping[str, object], localizer: Localizer) -> str:
    at = from_wire(str(done.get("at", "")))
    return localizer.say(
        N_("Taken in {when}: new changes {new}, known already {known}, held back {held}.")
    ).format(
        when=localizer.instant(at) if at else "", new=done["new"], known=done["known"], held=done["held"]
    )


_STATES = {
    Status.APPLIED: (N_("Applied"), "ok", "check-circle"),
    Status.UNCHANGED: (N_("No change"), "", "check"),
    Status.CONFLICT: (N_("In conflict"), "warn", "conflict"),
    Status.QUARANTINED: (N_("Held back"), "warn", "quarantine"),
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

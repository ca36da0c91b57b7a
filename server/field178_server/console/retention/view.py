"""Retention periods, counts of a run and its state in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from field178_server.console.shell.page import Page
from field178_server.console.text.state_labels import StateLabel
from field178_server.office.retention.extent import RECORDS_ON_HOLD, DueCounts, DueCountsByRow
from field178_server.office.retention.holds import HoldReason
from field178_server.office.retention.queries import RunRow
from field178_shared.codelists.privacy_rules import Retention, RetentionAct
from field178_shared.text.formats import date_text
from field178_shared.text.i18n import N_

_MOST_UNITS = 3
_COUNTS: Mapping[RetentionAct, str] = {
    RetentionAct.ROUND_POSITION: N_("{count} records"),
    RetentionAct.REMOVE_POSITION: N_("{count} records"),
    RetentionAct.DELETE_PHOTOS: N_("{items} photos of {count} records, {size} MB"),
    RetentionAct.CLEAR_TEXTS: N_("{items} texts of {count} records"),
    RetentionAct.END_ACCOUNTS: N_("{count} accounts"),
    RetentionAct.THIN_AUDIT: N_("{count} rows"),
    RetentionAct.DELETE_EXPORTS: N_("{count} files, {size} MB"),
}
_HOLDS: Mapping[str, str] = {
    HoldReason.REVIEW: N_("not decided yet: {count}"),
    HoldReason.COMMENTS: N_("comments open: {count}"),
    HoldReason.FOLLOW_UP: N_("correction, decision or payment open: {count}"),
    HoldReason.CONFLICT: N_("dispute or held-back change: {count}"),
    HoldReason.ERASURE: N_("erasure requested: {count}"),
    HoldReason.BY_OFFICE: N_("held by the office: {count}"),
}


@dataclass(frozen=True, slots=True)
class PeriodLine:
    """A retention period in words, and what a run found of it; `units`: where most of it is."""

    label: str
    period: str
    source: str
    before: str = ""
    amount: str = ""
    oldest: str = ""
    units: str = ""
    on_hold: str = ""


def period_lines(rows: Sequence[Retention], page: Page) -> tuple[PeriodLine, ...]:
    """Return all periods of the lists, those that no program applies last."""
    ordered = sorted(rows, key=lambda row: row.act is RetentionAct.NONE)
    return tuple(_line(row, page) for row in ordered)


def counted_lines(
    rows: Sequence[Retention], extents: DueCountsByRow, on_day: date, page: Page
) -> tuple[PeriodLine, ...]:
    """Return the periods that a run applies with what it found; one that found nothing says so."""
    return tuple(
        _counted(row, extents.get(row.id, DueCounts()), on_day, page)
        for row in rows
        if row.act is not RetentionAct.NONE
    )


def run_state(row: RunRow, page: Page) -> StateLabel:
    """Return the progress of a run."""
    if row.is_requested:
        return StateLabel(page.say(N_("Waits for a second person")), "warn", "clock")
    if row.is_stuck:
        return StateLabel(page.say(N_("Interrupted: not everything is removed or proved")), "bad", "alert")
    if row.proof is None:
        return StateLabel(page.say(N_("Running")), "primary", "clock")
    if not row.proof.is_clean:
        return StateLabel(page.say(N_("Done, but something is left")), "bad", "alert")
    if row.unsynced:
        count = page.localizer.number(len(row.unsynced))
        text = page.say(N_("Done; tablets not heard from yet: {count}"), count=count)
        return StateLabel(text, "primary", "tablet")
    return StateLabel(page.say(N_("Done; every tablet has synced since")), "ok", "check-circle")


def _line(row: Retention, page: Page) -> PeriodLine:
    language = page.localizer.language
    source = page.lists.legal_sources.get(row.source or "")
    return PeriodLine(
        label=row.label(language),
        period=_period(row, page),
        source=source.label(language) if source else "",
    )


def _period(row: Retention, page: Page) -> str:
    number = page.localizer.number
    if row.after_months is not None:
        return page.say(N_("{count} months"), count=number(row.after_months))
    if row.after_days is not None:
        return page.say(N_("{count} days"), count=number(row.after_days))
    return (row.keep_en if page.localizer.language == "en" else row.keep_vi) or ""


def _counted(row: Retention, extent: DueCounts, on_day: date, page: Page) -> PeriodLine:
    line, number = _line(row, page), page.localizer.number
    amount = page.say(N_("nothing"))
    if extent.count:
        size = number(-(-extent.size // 1_000_000))
        counts = {"count": number(extent.count), "items": number(extent.items), "size": size}
        amount = page.say(_COUNTS[row.act], **counts)
    return PeriodLine(
        label=line.label,
        period=line.period,
        source=line.source,
        before=page.say(N_("older than {day}"), day=date_text(row.cutoff(on_day))),
        amount=amount,
        oldest=page.say(N_("oldest {day}"), day=date_text(extent.oldest)) if extent.oldest else "",
        units=_units(extent, page),
        on_hold=_on_hold(extent, page),
    )


def _units(extent: DueCounts, page: Page) -> str:
    units, number = page.lists.units, page.localizer.number
    most = extent.units.most_common(_MOST_UNITS)
    named = [f"{page.localizer.label(units, unit)}: {number(count)}" for unit, count in most]
    if rest := sum(extent.units.values()) - sum(count for _, count in most):
        named.append(page.say(N_("others: {count}"), count=number(rest)))
    return " · ".join(named)


def _on_hold(extent: DueCounts, page: Page) -> str:
    if not extent.on_hold[RECORDS_ON_HOLD]:
        return ""
    number = page.localizer.number
    reasons = [
        page.say(text, count=number(extent.on_hold[reason]))
        for reason, text in _HOLDS.items()
        if extent.on_hold[reason]
    ]
    count = number(extent.on_hold[RECORDS_ON_HOLD])
    return page.say(N_("Kept for now: {count} records ({reasons})"), count=count, reasons="; ".join(reasons))

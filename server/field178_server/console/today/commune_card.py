"""Card of a commune: entries to make, and outreach sessions of the month."""

from __future__ import annotations

from flask import url_for
from sqlalchemy.orm import Session

from field178_server.console.shell.page import Page
from field178_server.console.today.card import TodayCard, TodayLine, own_units
from field178_server.office.commune.queries import commune_work
from field178_server.office.today.queries import sessions_by_unit
from field178_shared.text.i18n import N_


def commune_card(session: Session, page: Page) -> TodayCard:
    """Return the work of the month in the officer's communes; the plan asks for outreach in each month."""
    unit_ids, today = own_units(page), page.today
    counts = sessions_by_unit(session, page.tenant_id, unit_ids, today.replace(day=1), today)
    names = {unit_id: page.localizer.label(page.lists.units, unit_id) for unit_id in unit_ids}
    units = sorted(names.items(), key=lambda unit: unit[1])
    lines = (
        *(_entries_line(session, page, unit_id, name) for unit_id, name in units),
        *(_sessions_line(page, counts.get(unit_id, 0), name) for unit_id, name in units),
    )
    footer = (
        N_("Sessions are recorded on the tablet; what it has sent is counted here.")
        if lines
        else N_("Your account names no commune yet; ask the administrator to add yours.")
    )
    return TodayCard(page.say(N_("To do this month")), "outreach", lines, page.say(footer))


def _sessions_line(page: Page, count: int, name: str) -> TodayLine:
    text = page.say(N_("outreach sessions this month: {unit}"), unit=name)
    if count:
        return TodayLine(page.localizer.number(count), text)
    note = page.say(N_("none yet; hold at least one form of outreach, all the year round"))
    return TodayLine(page.localizer.number(count), text, note, tone="warn")


def _entries_line(session: Session, page: Page, unit_id: str, name: str) -> TodayLine:
    """Return the number of entries that a commune still has to make, with its page."""
    count = commune_work(session, page.tenant_id, unit_id, page.today, page.lists).owed_count
    return TodayLine(
        page.localizer.number(count),
        page.say(N_("posts, plan, counts of groups and workers still to enter: {unit}"), unit=name),
        href=url_for("console.commune.index", unit=unit_id),
        tone="warn" if count else "",
    )

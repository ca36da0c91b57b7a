"""Cards of records: review queue, follow-ups, plan of the year."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from flask import url_for
from sqlalchemy.orm import Session

from field178_server.console.shell.page import Page
from field178_server.console.today.card import TodayCard, TodayLine, count_line
from field178_server.office.attention.queries import AttentionFilter, count_items
from field178_server.office.follow_ups.queries import FollowUpFilter, FollowUpTab, follow_up_counts
from field178_server.office.plan.progress import PlanReader, adjacent_years, planned_visits
from field178_server.office.plan.queries import OPEN, OPEN_STATES, ItemFilter
from field178_server.office.today.queries import queue_today
from field178_shared.records.plan import PlanState
from field178_shared.text.i18n import N_

# The first lines of the plan are shown of another year too; its missed visits are not.
_LINES_OF_OTHER_YEAR = 2
_REVIEWS = "console.reviews.index"


def review_card(session: Session, page: Page) -> TodayCard:
    """Return the records that wait for review, are returned, or need attention."""
    queue = queue_today(session, page.tenant_id, page.access, page.now)
    attention = sum(count_items(session, page.tenant_id, page.access, AttentionFilter()).values())
    since = ""
    if queue.oldest:
        since = page.say(N_("the oldest since {when}"), when=page.localizer.instant(queue.oldest))
    is_reviewer = page.may("console.reviews.approve")
    returned = N_("returned, with their teams") if is_reviewer else N_("returned to your team for correction")
    returned_tone = "" if is_reviewer else "warn"
    unanswered = N_("returned more than 5 days ago without an answer")
    lines = (
        count_line(page, queue.waiting, N_("waiting for review"), _REVIEWS, "primary", since),
        count_line(page, queue.returned, returned, _REVIEWS, returned_tone, state="returned"),
        count_line(page, queue.unanswered, unanswered, _REVIEWS, state="returned"),
        count_line(page, attention, N_("need attention"), "console.attention.index"),
    )
    return TodayCard(page.say(N_("Records")), "review", lines)


def follow_ups_card(session: Session, page: Page) -> TodayCard:
    """Return the card with the numbers of overdue follow-ups and of those due soon."""
    counts = follow_up_counts(session, FollowUpFilter(page.tenant_id, page.access, page.today))
    overdue, soon = counts[FollowUpTab.OVERDUE], counts[FollowUpTab.SOON]
    lines = (
        count_line(page, overdue, N_("overdue"), "console.follow_ups.index", "bad"),
        count_line(page, soon, N_("due within 7 days"), "console.follow_ups.index", tab="soon"),
    )
    return TodayCard(page.say(N_("After visits")), "clock", lines)


def plan_card(session: Session, page: Page) -> TodayCard:
    """Return the planned visits of the week, of open windows, and missed ones."""
    today = page.today
    is_office, keys = page.may("console.plan.add"), page.runtime.plan_key.keys()
    planner = PlanReader(page.tenant_id, page.access, today, is_office, keys)
    monday = today - timedelta(days=today.weekday())
    sunday = monday + timedelta(days=6)
    week = ItemFilter(today.year, state=OPEN, since=monday, until=sunday)
    # Windows and weeks may span two years: then each line names the year of its plan.
    years = adjacent_years(session, planner, today.year, monday, sunday)
    note = page.say(N_("plan of {year}")) if years else ""
    lines = _plan_lines(session, page, planner, week, note)
    for year in years:
        of_year = _plan_lines(session, page, planner, replace(week, year=year), note)
        lines += [line for line in of_year[:_LINES_OF_OTHER_YEAR] if line.tone]
    if is_office and not keys:
        locked = page.say(N_("Unannounced visits are locked: the server was started anew."))
        lines.append(TodayLine("", locked, "", url_for("console.plan.form"), "bad"))
    return TodayCard(page.say(N_("Plan of the year")), "calendar", tuple(lines))


def _plan_lines(
    session: Session, page: Page, planner: PlanReader, week: ItemFilter, note: str
) -> list[TodayLine]:
    """Return the counts of the plan of a year: this week, in their window, missed."""
    planned = planned_visits(session, planner, week.year)
    # One pass: a year has thousands of visits, and each line needs one state.
    states = Counter(visit.progress.state for visit in planned)
    this_week = sum(visit.progress.state in OPEN_STATES and week.takes(visit.item) for visit in planned)

    def line(count: int, text: str, tone: str, state: str, **days: str) -> TodayLine:
        href = url_for("console.plan.year_page", year=week.year, state=state, **days)  # type: ignore[arg-type]  # words alone
        figure, year_note = page.localizer.number(count), note.format(year=week.year)
        return TodayLine(figure, page.say(text), year_note, href, tone if count else "")

    days = {name: day.isoformat() for name, day in (("since", week.since), ("until", week.until)) if day}
    return [
        line(this_week, N_("planned visits still to be made this week"), "primary", OPEN, **days),
        line(states[PlanState.DUE], N_("in their window today"), "warn", PlanState.DUE),
        line(states[PlanState.MISSED], N_("missed: their window is over"), "bad", PlanState.MISSED),
    ]

"""The cards of the first page, chosen by the rights of the officer's role."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from flask import url_for

from field178_server.accounts.officers import OfficerContext
from field178_server.backup.log import last_backups
from field178_server.console.components.health_labels import anchor_of, level_label
from field178_server.console.components.left_out import left_out_note
from field178_server.console.shell.access import ADMINISTER, READ, TABLETS, Access, any_of
from field178_server.console.shell.policy import may, tablet_access
from field178_server.console.text.figure_texts import (
    coverage_text,
    hidden_text,
    need_text,
    standing_label,
    value_of_figure,
)
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import Session
from field178_server.devices.heartbeat import SILENT_AFTER
from field178_server.health.checks import Check, CheckName, backup_check, checks_of
from field178_server.health.wording import words_of
from field178_server.http.application_runtime import current_runtime
from field178_server.office.attention.queries import AttentionFilter, count_items
from field178_server.office.commune.queries import commune_work
from field178_server.office.erasure.queries import count_requested
from field178_server.office.follow_ups.queries import FollowUpFilter, FollowUpTab, follow_up_counts
from field178_server.office.indicators.areas import area_of, areas_seen, units_seen
from field178_server.office.indicators.counted_facts import FigureQuestion
from field178_server.office.indicators.kept_facts import figures_at_hand
from field178_server.office.indicators.left_out import left_out
from field178_server.office.indicators.totals.progress import share_counted
from field178_server.office.notices.queries import OwnNotice
from field178_server.office.plan.progress import PlanReader, adjacent_years, planned_visits
from field178_server.office.plan.queries import OPEN, OPEN_STATES, ItemFilter
from field178_server.office.reports.queries import (
    KnownReport,
    ReportViewer,
    all_reports,
    all_submissions,
    reports_and_submissions,
    stale_sign_offs,
)
from field178_server.office.returns.queries import (
    ReturnState,
    access_to_returns,
    months_asked,
    returns_owed,
    returns_seen,
)
from field178_server.office.tablets.queries import counts_in_use
from field178_server.office.today import queries
from field178_server.office.today.report_calendar import ReportDue, reports_due
from field178_server.records.access import AGGREGATES_ONLY, access_of
from field178_shared.codelists import TargetProfile
from field178_shared.indicators.figures import FigureValue, multiple_below
from field178_shared.indicators.periods import Period
from field178_shared.indicators.plan_of_year import plan_followed
from field178_shared.indicators.suppression import SMALLEST_SHOWN, counts_people, is_small
from field178_shared.indicators.target_progress import Standing, progress_towards
from field178_shared.indicators.verdicts import reached
from field178_shared.records.plan import PlanState
from field178_shared.records.reports import ReportState
from field178_shared.records.returns import MONTHLY_TYPES
from field178_shared.text.i18n import N_
from field178_shared.time.clock import local_date, start_of_day

DUE_SOON_DAYS = 14
_CHANGED = N_("changed since the sign-off: look at it and sign it off again")
OPENINGS_OVER = timedelta(days=7)
# Of the plan of another year these lines are shown: the year before has a list of what was missed.
_IN_WINDOW = 2


@dataclass(frozen=True, slots=True)
class TodayLine:
    """One line: a number or a day in front, what it is, and where it is done."""

    figure: str
    text: str
    note: str = ""
    href: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class TodayCard:
    """Lines about one thing; `opens_next` says how the work goes on outside this page."""

    title: str
    icon: str
    lines: tuple[TodayLine, ...]
    opens_next: str = ""


@dataclass(frozen=True, slots=True)
class OwnNoticeLine:
    """A notice of the office to the officer; `read` is empty until the officer says so."""

    notice_id: str
    text: str
    until: str
    read: str


@dataclass(frozen=True, slots=True)
class Viewer:
    """The officer a page is made for, and the instant it is made at."""

    session: Session
    officer: OfficerContext
    localizer: Localizer
    now: datetime

    @property
    def today(self) -> date:
        """The local date."""
        return local_date(self.now)

    @property
    def is_from_above(self) -> bool:
        """Whether numbers that could stand for a few known people are not shown."""
        return self.localizer.lists.roles[self.officer.role].scope == AGGREGATES_ONLY

    @property
    def unit_ids(self) -> frozenset[str]:
        """The communes that are named for the officer."""
        scopes = (scope.partition(":") for scope in self.officer.scopes)
        return frozenset(name for kind, _, name in scopes if kind == "unit")

    def line(
        self, count: int, text: str, endpoint: str, tone: str = "warn", note: str = "", **filters: str
    ) -> TodayLine:
        """Return a line with a count, and its list under filters; the tone is for a count above zero."""
        is_open = may(self.officer.role, endpoint, self.localizer.lists)
        href = url_for(endpoint, **filters) if is_open else ""  # type: ignore[arg-type]  # words alone
        localizer = self.localizer
        return TodayLine(localizer.number(count), localizer.say(text), note, href, tone if count else "")


def cards_of(
    session: Session, officer: OfficerContext, localizer: Localizer, now: datetime
) -> tuple[TodayCard, ...]:
    """Return the cards of the officer's role; every role has at least one."""
    reader = Viewer(session, officer, localizer, now)
    return tuple(make(reader) for access, make in _CARDS if access.is_open_to(officer.role, localizer.lists))


def notice_lines(notices: Collection[OwnNotice], localizer: Localizer) -> list[OwnNoticeLine]:
    """Return what the office tells the officer now."""
    return [
        OwnNoticeLine(
            one.notice_id,
            one.text_en if localizer.language == "en" else one.text_vi,
            localizer.day(local_date(one.until - timedelta(microseconds=1))),
            localizer.instant(one.read_at) if one.read_at else "",
        )
        for one in notices
    ]


def _queue(reader: Viewer) -> TodayCard:
    officer, localizer = reader.officer, reader.localizer
    access = access_of(officer.role, officer.scopes)
    queue = queries.queue_today(reader.session, officer.tenant_id, access, reader.now)
    attention = sum(count_items(reader.session, officer.tenant_id, access, AttentionFilter()).values())
    since = (
        localizer.say(N_("the oldest since {when}")).format(when=localizer.instant(queue.oldest))
        if queue.oldest
        else ""
    )
    is_reviewer = may(officer.role, "console.reviews.approve", localizer.lists)
    returned = N_("returned, with their teams") if is_reviewer else N_("returned to your team for correction")
    lines = (
        reader.line(queue.waiting, N_("waiting for review"), "console.reviews.index", "primary", since),
        reader.line(
            queue.returned, returned, "console.reviews.index", "" if is_reviewer else "warn", state="returned"
        ),
        reader.line(
            queue.unanswered,
            N_("returned more than 5 days ago without an answer"),
            "console.reviews.index",
            state="returned",
        ),
        reader.line(attention, N_("need attention"), "console.attention.index"),
    )
    return TodayCard(localizer.say(N_("Records")), "review", lines)


def _plan(reader: Viewer) -> TodayCard:
    """Return the plan of the week and what of the year's plan is late, each number with its list."""
    officer, localizer, today = reader.officer, reader.localizer, reader.today
    planner = PlanReader(
        officer.tenant_id,
        access_of(officer.role, officer.scopes),
        today,
        may(officer.role, "console.plan.add", localizer.lists),
    )
    monday = today - timedelta(days=today.weekday())
    sunday = monday + timedelta(days=6)
    week = ItemFilter(today.year, state=OPEN, since=monday, until=sunday)
    # Windows go on over New Year, and a week can have days of two years: then each line names its plan.
    years = adjacent_years(reader.session, planner, today.year, monday, sunday)
    note = localizer.say(N_("plan of {year}")) if years else ""
    lines = _plan_lines(reader, planner, week, note)
    for year in years:
        of_year = _plan_lines(reader, planner, replace(week, year=year), note)
        lines += [line for line in of_year[:_IN_WINDOW] if line.tone]
    return TodayCard(localizer.say(N_("Plan of the year")), "calendar", tuple(lines))


def _plan_lines(reader: Viewer, planner: PlanReader, week: ItemFilter, note: str = "") -> list[TodayLine]:
    """Return what is to be made this week and today of the plan of a year, and what was missed."""
    localizer = reader.localizer
    planned = planned_visits(reader.session, planner, week.year)
    # Counted once: a year has thousands, and each line asks for one state.
    states = Counter(one.progress.state for one in planned)
    this_week = sum(one.progress.state in OPEN_STATES and week.takes(one.item) for one in planned)

    def line(count: int, text: str, tone: str, state: str, **days: str) -> TodayLine:
        href = url_for("console.plan.year_page", year=week.year, state=state, **days)  # type: ignore[arg-type]  # words alone
        named = note.format(year=week.year)
        return TodayLine(localizer.number(count), localizer.say(text), named, href, tone if count else "")

    days = {name: day.isoformat() for name, day in (("since", week.since), ("until", week.until)) if day}
    return [
        line(this_week, N_("planned visits still to be made this week"), "primary", OPEN, **days),
        line(states[PlanState.DUE], N_("in their window today"), "warn", PlanState.DUE),
        line(states[PlanState.MISSED], N_("missed: their window is over"), "bad", PlanState.MISSED),
    ]


def _follow_ups(reader: Viewer) -> TodayCard:
    officer, localizer = reader.officer, reader.localizer
    wanted = FollowUpFilter(officer.tenant_id, access_of(officer.role, officer.scopes), reader.today)
    counts = follow_up_counts(reader.session, wanted)
    lines = (
        reader.line(counts[FollowUpTab.OVERDUE], N_("overdue"), "console.follow_ups.index", "bad"),
        reader.line(
            counts[FollowUpTab.SOON], N_("due within 7 days"), "console.follow_ups.index", tab="soon"
        ),
    )
    return TodayCard(localizer.say(N_("After visits")), "clock", lines)


def _tablets(reader: Viewer) -> TodayCard:
    localizer = reader.localizer
    access = tablet_access(reader.officer, localizer.lists)
    since = reader.now - SILENT_AFTER
    in_use, silent = counts_in_use(reader.session, reader.officer.tenant_id, access, since)
    note = "" if in_use else localizer.say(N_("none is enrolled yet: visits come from tablets alone"))
    lines = (
        reader.line(in_use, N_("tablets in use"), "console.tablets.index", "", note),
        reader.line(silent, N_("silent for more than 48 hours"), "console.tablets.index"),
    )
    return TodayCard(localizer.say(N_("Tablets")), "tablet", lines)


def _sessions(reader: Viewer) -> TodayCard:
    """Return the month's outreach of the own communes: the plan asks for it all the year round."""
    localizer, today = reader.localizer, reader.today
    by_unit = queries.sessions_by_unit(
        reader.session, reader.officer.tenant_id, reader.unit_ids, today.replace(day=1), today
    )
    names = {unit: localizer.label(localizer.lists.units, unit) for unit in reader.unit_ids}
    units = sorted(names.items(), key=lambda pair: pair[1])
    text = localizer.say(N_("outreach sessions this month: {unit}"))
    none_yet = localizer.say(N_("none yet; hold at least one form of outreach, all the year round"))
    sessions = tuple(
        TodayLine(
            localizer.number(by_unit.get(unit, 0)),
            text.format(unit=name),
            "" if by_unit.get(unit) else none_yet,
            tone="" if by_unit.get(unit) else "warn",
        )
        for unit, name in units
    )
    lines = (*(_owed(reader, unit, name) for unit, name in units), *sessions)
    return TodayCard(
        localizer.say(N_("To do this month")),
        "outreach",
        lines,
        localizer.say(
            N_("Sessions are recorded on the tablet; what it has sent is counted here.")
            if lines
            else N_("Your account names no commune yet; ask the administrator to add yours.")
        ),
    )


def _owed(reader: Viewer, unit_id: str, name: str) -> TodayLine:
    """Return how much a commune still has to enter, with the page where it does."""
    localizer = reader.localizer
    work = commune_work(reader.session, reader.officer.tenant_id, unit_id, reader.today, localizer.lists)
    text = localizer.say(N_("posts, plan, counts of groups and workers still to enter: {unit}"))
    return TodayLine(
        localizer.number(work.owed_count),
        text.format(unit=name),
        href=url_for("console.commune.index", unit=unit_id),
        tone="warn" if work.owed_count else "",
    )


def _own_reports(reader: Viewer) -> TodayCard:
    """Return what the own agency or commune has not sent yet, and its calendar."""
    lists, officer = reader.localizer.lists, reader.officer
    owner = ReportViewer.of(officer, sees_drafts=False)
    owed = [
        one.submission
        for one in all_submissions(reader.session, officer.tenant_id)
        if one.submission.submitted_on is None and owner.owes(lists, one.submission)
    ]
    late = sum(one.is_late_on(reader.today) for one in owed)
    line = reader.line(
        len(owed), N_("reports you have not sent yet"), "console.reports.index", "bad" if late else "warn"
    )
    returns = _owed_returns(reader)
    own = (line,) if returns is None else (line, returns)
    dues = reports_due(lists, reader.today, officer.agency)
    return _reports(reader, N_("Reports you owe"), own, dues, names_sender=False)


def _owed_returns(reader: Viewer) -> TodayLine | None:
    """Return how many returns of months the own agency still owes; None where it sends none."""
    lists = reader.localizer.lists
    access = access_to_returns(reader.session, reader.officer, lists, reader.today)
    if not any(one in MONTHLY_TYPES for one in access.types):
        return None
    sent = returns_seen(reader.session, access, MONTHLY_TYPES)
    owed = returns_owed(access.reporters, sent, months_asked(reader.today), reader.today, lists)
    count = sum(one.state is not ReturnState.SENT for one in owed)
    return reader.line(
        count, N_("returns of this month and the two before still to send"), "console.returns.index"
    )


def _all_reports(reader: Viewer) -> TodayCard:
    """Return what waits to be signed off, and the calendar."""
    waiting: tuple[TodayLine, ...] = ()
    if may(reader.officer.role, "console.reports.sign", reader.localizer.lists):
        reports = _reports_seen(reader, all_reports(reader.session, reader.officer.tenant_id))
        drafts = sum(one.state is ReportState.DRAFT for one in reports)
        waiting = (
            reader.line(drafts, N_("draft reports, not signed off yet"), "console.reports.index"),
            *_stale_lines(reader, reports, _CHANGED),
        )
    dues = reports_due(reader.localizer.lists, reader.today)
    return _reports(reader, N_("Report calendar"), waiting, dues, names_sender=True)


def _report_work(reader: Viewer) -> TodayCard:
    """Return what the standing office still has to do for the reports, and their calendar."""
    reports, owed = reports_and_submissions(reader.session, reader.officer.tenant_id)
    late = sum(one.submission.is_late_on(reader.today) for one in owed)
    seen = _reports_seen(reader, reports)
    stale = _stale_lines(reader, seen, N_("changed since the sign-off: leadership signs it off again"))
    signed = sum(one.state is ReportState.SIGNED_OFF for one in seen) - len(stale)
    work = (
        reader.line(late, N_("agencies and communes are late with a report"), "console.reports.index", "bad"),
        reader.line(signed, N_("reports are signed off and can be frozen"), "console.reports.index"),
        *stale,
    )
    dues = reports_due(reader.localizer.lists, reader.today)
    return _reports(reader, N_("Reports"), work, dues, names_sender=True)


def _reports_seen(reader: Viewer, reports: Collection[KnownReport]) -> list[KnownReport]:
    lists = reader.localizer.lists
    viewer = ReportViewer.of(reader.officer, sees_drafts=True)
    return [one for one in reports if viewer.sees(lists, one)]


def _stale_lines(reader: Viewer, reports: Collection[KnownReport], note: str) -> tuple[TodayLine, ...]:
    """Return a line for each signed-off report whose figures are no longer those that were signed off."""
    localizer = reader.localizer
    stale = stale_sign_offs(reader.session, reader.officer.tenant_id, localizer.lists, reports, reader.today)
    return tuple(
        TodayLine(
            "!",
            f"{localizer.label(localizer.lists.report_kinds, one.report.kind)} {one.report.year}"
            f" · {localizer.area(one.report.area_id)}",
            localizer.say(note),
            url_for("console.reports.detail", record_id=one.record_id),
            "bad",
        )
        for one in reports
        if one.record_id in stale
    )


def _reports(
    reader: Viewer,
    title: str,
    work: tuple[TodayLine, ...],
    dues: Collection[ReportDue],
    *,
    names_sender: bool,
) -> TodayCard:
    localizer = reader.localizer
    lines = tuple(_report(reader, due, names_sender=names_sender) for due in dues)
    none = "" if lines else localizer.say(N_("The calendar names no report of your agency on this day."))
    return TodayCard(localizer.say(title), "calendar", (*work, *lines), none)


def _report(reader: Viewer, due: ReportDue, *, names_sender: bool) -> TodayLine:
    localizer, left = reader.localizer, (due.due_on - reader.today).days
    receivers = _agencies(localizer, due.receivers)
    if names_sender:
        parties = localizer.say(N_("{sender} → {receiver}")).format(
            sender=_agencies(localizer, due.senders), receiver=receivers
        )
    else:
        parties = localizer.say(N_("to {receiver}")).format(receiver=receivers)
    kind = localizer.label(localizer.lists.report_kinds, due.kind)
    days = localizer.say(N_("{days} days left")).format(days=localizer.number(left))
    tone = "warn" if left <= DUE_SOON_DAYS else ""
    return TodayLine(localizer.day(due.due_on), f"{kind} {parties}", days, tone=tone)


def _agencies(localizer: Localizer, agencies: tuple[str, ...]) -> str:
    first = localizer.label(localizer.lists.agencies, agencies[0])
    if len(agencies) == 1:
        return first
    return localizer.say(N_("{agency} and {count} more")).format(agency=first, count=len(agencies) - 1)


def _figures(reader: Viewer) -> TodayCard:
    localizer, today = reader.localizer, reader.today
    found = queries.approved_figures(
        reader.session, reader.officer.tenant_id, reader.unit_ids, today.replace(month=1, day=1), today
    )
    rows = (
        (found.visits, N_("approved visits"), True),
        (found.visits_with_findings, N_("of them with a violation or handed to the police"), True),
        (found.sessions, N_("approved outreach sessions"), False),
        (found.attendances, N_("attendances"), True),
    )
    lines = tuple(
        TodayLine(
            _shown(count, localizer) if reader.is_from_above and is_of_somebody else localizer.number(count),
            localizer.say(text),
        )
        for count, text, is_of_somebody in rows
    )
    title = localizer.say(N_("Approved since 1 January {year}")).format(year=today.year)
    return TodayCard(title, "partial", lines)


def _shown(count: int, localizer: Localizer) -> str:
    """Return a number of this year as a reader from above sees it."""
    return (
        hidden_text(localizer) if is_small(count) else localizer.number(multiple_below(count, SMALLEST_SHOWN))
    )


def _targets(reader: Viewer) -> TodayCard:
    """Return the targets of the year that are behind or not known, each with what helps."""
    localizer, lists, today = reader.localizer, reader.localizer.lists, reader.today
    areas = areas_seen(reader.officer.role, reader.officer.scopes, lists, today)
    plan, period = plan_followed(lists, units_seen(areas), today.year), Period.of_year(today.year)
    units = areas[area_of(plan, areas)]
    question = FigureQuestion(lists, period, units, today)
    found = figures_at_hand(reader.session, reader.officer.tenant_id, question)
    if found is None:
        return _targets_card(localizer, _being_counted(reader))
    lines = []
    untold = set()
    for indicator_id in dict.fromkeys(one.indicator for one in plan.targets):
        if reader.is_from_above and counts_people(lists, lists.indicators[indicator_id]):
            # What is rounded down may lie below the pace that the number itself keeps.
            untold.add(indicator_id)
        elif line := _target_line(question, plan, indicator_id, found[indicator_id].approved, localizer):
            lines.append(line)
    none_behind = N_("None of the others is behind.") if untold else N_("No target of the year is behind.")
    note = "" if lines else localizer.say(none_behind)
    missing = left_out_note(
        left_out(reader.session, reader.officer.tenant_id, question), reader.officer, localizer
    )
    if missing is not None:
        lines.append(TodayLine("!", " ".join(missing.sentences), href=missing.href, tone="warn"))
    if untold:
        told_later = localizer.say(
            N_("Shown once {year} is over: until then these numbers are rounded down.")
        )
        lines.append(
            TodayLine(
                localizer.number(sum(one.indicator in untold for one in plan.targets)),
                localizer.say(N_("targets that count people, places or cases")),
                told_later.format(year=today.year),
            )
        )
    every = TodayLine(
        localizer.number(len(plan.targets)),
        localizer.say(N_("targets of {plan}")).format(plan=plan.label(localizer.language)),
        note,
        url_for("console.indicators.index"),
    )
    return _targets_card(localizer, *lines, every)


def _being_counted(reader: Viewer) -> TodayLine:
    """Return the line in the place of targets that nobody can tell before the totals are counted."""
    localizer = reader.localizer
    share = share_counted(reader.session, reader.officer.tenant_id, localizer.lists)
    note = localizer.say(N_("about {percent} % so far")).format(percent=localizer.number(share))
    href = url_for("console.indicators.index")
    return TodayLine("…", localizer.say(N_("figures are being counted")), note, href)


def _targets_card(localizer: Localizer, *lines: TodayLine) -> TodayCard:
    return TodayCard(localizer.say(N_("Targets below pace, or not known")), "check-circle", lines)


def _target_line(
    question: FigureQuestion,
    plan: TargetProfile,
    indicator_id: str,
    figure: FigureValue,
    localizer: Localizer,
) -> TodayLine | None:
    """Return a target that is behind, or of which too little was counted to tell; None: it is neither."""
    lists, indicator = question.lists, question.lists.indicators[indicator_id]
    if (target := reached(plan, indicator_id, figure)) is None:
        return None
    formulas = lists.figures[indicator_id]
    progress = progress_towards(formulas, figure, target, question.period, question.today)
    if progress.standing not in (Standing.BEHIND, Standing.UNKNOWN):
        return None
    is_unknown = progress.standing is Standing.UNKNOWN
    need = need_text(indicator, progress, target.target, localizer)
    return TodayLine(
        value_of_figure(indicator, figure, localizer),
        indicator.label(localizer.language),
        _unknown_text(figure, localizer) if is_unknown else need,
        url_for("console.indicators.detail", indicator_id=indicator_id),
        "warn",
    )


def _unknown_text(figure: FigureValue, localizer: Localizer) -> str:
    """Return that too little was counted to conclude, and how much was."""
    text = standing_label(Standing.UNKNOWN, localizer).text
    return text if figure.coverage is None else f"{text}: {coverage_text(figure.coverage, localizer)}"


def _privacy(reader: Viewer) -> TodayCard:
    localizer, tenant_id = reader.localizer, reader.officer.tenant_id
    waiting = count_requested(reader.session, tenant_id)
    since = local_date(reader.now - OPENINGS_OVER)
    opened = queries.count_openings(reader.session, tenant_id, start_of_day(since))
    lines = (
        reader.line(waiting, N_("erasures wait for a second person"), "console.erasure.index"),
        reader.line(
            opened,
            N_("times records, files and papers were opened in 7 days"),
            "console.audit.index",
            "",
            kind="reading",
            since=since.isoformat(),
        ),
    )
    return TodayCard(localizer.say(N_("Personal data")), "privacy", lines)


def _store(reader: Viewer) -> TodayCard:
    """Return the age of the backup, and every other check that needs attention."""
    checks = checks_of(reader.session, current_runtime().settings, reader.now)
    shown = [one for one in checks if one.name is CheckName.BACKUP or one.needs_attention]
    lines = tuple(_check(reader, one, words_of(one, reader.localizer.language).remedy) for one in shown)
    return TodayCard(reader.localizer.say(N_("Server")), "health", lines)


def _backup(reader: Viewer) -> TodayCard:
    """Return the age of the backup for those who lose their work with it, and cannot take one."""
    found = backup_check(last_backups(reader.session, reader.officer.tenant_id), reader.now)
    remedy = reader.localizer.say(N_("Tell the administrator.")) if found.needs_attention else ""
    return TodayCard(reader.localizer.say(N_("Server")), "health", (_check(reader, found, remedy),))


def _check(reader: Viewer, check: Check, remedy: str) -> TodayLine:
    localizer = reader.localizer
    words, label = words_of(check, localizer.language), level_label(check.level, localizer)
    is_open = may(reader.officer.role, "console.health.index", localizer.lists)
    href = url_for("console.health.index", _anchor=anchor_of(check)) if is_open else ""
    return TodayLine(label.text, f"{words.title}: {words.value}", remedy, href, label.tone)


_CARDS: tuple[tuple[Access, Callable[[Viewer], TodayCard]], ...] = (
    (ADMINISTER, _store),
    (READ, _queue),
    (READ, _plan),
    (READ, _follow_ups),
    (TABLETS, _tablets),
    (any_of("create_commune_plan"), _sessions),
    (any_of("submit_return"), _own_reports),
    (any_of("run_retention"), _privacy),
    (any_of("read_indicators"), _figures),
    (any_of("read_reports"), _all_reports),
    (any_of("draft_report"), _report_work),
    (any_of("read_indicators"), _targets),
    (any_of("review", "run_retention"), _backup),
)

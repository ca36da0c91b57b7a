"""Cards of figures: approved records of the year, targets behind their pace."""

from __future__ import annotations

from collections.abc import Collection

from flask import url_for
from sqlalchemy.orm import Session

from field178_server.console.components.left_out import left_out_note
from field178_server.console.shell.page import Page
from field178_server.console.text.figure_texts import (
    coverage_text,
    hidden_text,
    need_text,
    standing_label,
    value_of_figure,
)
from field178_server.console.text.localize import Localizer
from field178_server.console.today.card import TodayCard, TodayLine, own_units, sees_aggregates_only
from field178_server.office.indicators.areas import area_of, areas_seen, units_seen
from field178_server.office.indicators.counted_facts import FigureQuestion
from field178_server.office.indicators.left_out import left_out
from field178_server.office.indicators.stored_facts import available_figures
from field178_server.office.indicators.totals.progress import share_counted
from field178_server.office.today.queries import approved_figures
from field178_shared.codelists import TargetProfile
from field178_shared.indicators.figures import FigureValue, multiple_below
from field178_shared.indicators.periods import Period
from field178_shared.indicators.plan_of_year import plan_followed
from field178_shared.indicators.suppression import SMALLEST_SHOWN, counts_people, is_small
from field178_shared.indicators.target_progress import Standing, progress_towards
from field178_shared.indicators.verdicts import reached
from field178_shared.text.i18n import N_


def figures_card(session: Session, page: Page) -> TodayCard:
    """Return the numbers of approved records since 1 January."""
    localizer, today = page.localizer, page.today
    figures = approved_figures(session, page.tenant_id, own_units(page), today.replace(month=1, day=1), today)
    rows = (
        (figures.visits, N_("approved visits"), True),
        (figures.visits_with_findings, N_("of them with a violation or handed to the police"), True),
        (figures.sessions, N_("approved outreach sessions"), False),
        (figures.attendances, N_("attendances"), True),
    )
    is_hidden = sees_aggregates_only(page)
    lines = tuple(
        TodayLine(
            _rounded(count, localizer) if is_hidden and counts_somebody else localizer.number(count),
            page.say(text),
        )
        for count, text, counts_somebody in rows
    )
    return TodayCard(page.say(N_("Approved since 1 January {year}"), year=today.year), "partial", lines)


def _rounded(count: int, localizer: Localizer) -> str:
    """Return a number of this year for an officer who sees aggregates only."""
    return (
        hidden_text(localizer) if is_small(count) else localizer.number(multiple_below(count, SMALLEST_SHOWN))
    )


def targets_card(session: Session, page: Page) -> TodayCard:
    """Return the targets of the year that are behind or unknown."""
    areas = areas_seen(page.officer.role, page.officer.scopes, page.lists, page.today)
    plan = plan_followed(page.lists, units_seen(areas), page.today.year)
    period = Period.of_year(page.today.year)
    question = FigureQuestion(page.lists, period, areas[area_of(plan, areas)], page.today)
    figures = available_figures(session, page.tenant_id, question)
    title = page.say(N_("Targets below pace, or not known"))
    if figures is None:
        return TodayCard(title, "check-circle", (_counting_line(session, page),))
    hidden = _hidden_indicators(page, plan)
    behind = [
        line
        for indicator_id in dict.fromkeys(target.indicator for target in plan.targets)
        if indicator_id not in hidden
        and (line := _target_line(question, plan, indicator_id, figures[indicator_id].approved, page))
    ]
    none_behind = N_("None of the others is behind.") if hidden else N_("No target of the year is behind.")
    note = "" if behind else page.say(none_behind)
    lines = (
        *behind,
        *_left_out_lines(session, page, question),
        *_hidden_lines(page, plan, hidden),
        _plan_line(page, plan, note),
    )
    return TodayCard(title, "check-circle", lines)


def _hidden_indicators(page: Page, plan: TargetProfile) -> frozenset[str]:
    """Return the indicators that are rounded down for the officer: rounded, they may seem behind."""
    if not sees_aggregates_only(page):
        return frozenset()
    indicators = {target.indicator for target in plan.targets}
    return frozenset(key for key in indicators if counts_people(page.lists, page.lists.indicators[key]))


def _counting_line(session: Session, page: Page) -> TodayLine:
    """Return the line shown while the totals are counted."""
    share = page.localizer.number(share_counted(session, page.tenant_id, page.lists))
    note = page.say(N_("about {percent} % so far"), percent=share)
    return TodayLine(
        "…", page.say(N_("figures are being counted")), note, url_for("console.indicators.index")
    )


def _left_out_lines(session: Session, page: Page, question: FigureQuestion) -> tuple[TodayLine, ...]:
    missing = left_out_note(left_out(session, page.tenant_id, question), page.officer, page.localizer)
    if missing is None:
        return ()
    return (TodayLine("!", " ".join(missing.sentences), href=missing.href, tone="warn"),)


def _hidden_lines(page: Page, plan: TargetProfile, hidden: Collection[str]) -> tuple[TodayLine, ...]:
    if not hidden:
        return ()
    count = sum(target.indicator in hidden for target in plan.targets)
    note = N_("Shown once {year} is over: until then these numbers are rounded down.")
    return (
        TodayLine(
            page.localizer.number(count),
            page.say(N_("targets that count people, places or cases")),
            page.say(note, year=page.today.year),
        ),
    )


def _plan_line(page: Page, plan: TargetProfile, note: str) -> TodayLine:
    return TodayLine(
        page.localizer.number(len(plan.targets)),
        page.say(N_("targets of {plan}"), plan=plan.label(page.localizer.language)),
        note,
        url_for("console.indicators.index"),
    )


def _target_line(
    question: FigureQuestion, plan: TargetProfile, indicator_id: str, figure: FigureValue, page: Page
) -> TodayLine | None:
    """Return a target that is behind, or unknown because too little was counted; else None."""
    localizer, indicator = page.localizer, question.lists.indicators[indicator_id]
    if (target := reached(plan, indicator_id, figure)) is None:
        return None
    formulas = question.lists.figures[indicator_id]
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
    """Return the text of a figure with too small a coverage."""
    text = standing_label(Standing.UNKNOWN, localizer).text
    return text if figure.coverage is None else f"{text}: {coverage_text(figure.coverage, localizer)}"

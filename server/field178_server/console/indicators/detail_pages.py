"""The page of one indicator, and the grids of coverage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Response, request
from sqlalchemy.orm import Session

from field178_server.console.components.left_out import left_out_note
from field178_server.console.indicators.charts import bar_of
from field178_server.console.indicators.counting import being_counted, keep
from field178_server.console.indicators.coverage_view import (
    GridWriter,
    commune_indicators,
    outlet_indicator,
)
from field178_server.console.indicators.detail_view import DetailWriter, months_of
from field178_server.console.indicators.figure_address import FigureAddress, read_address
from field178_server.console.indicators.view import FigureWriter, breakdown_rows, quality_texts
from field178_server.console.shell.page import Page, current_page, or_404
from field178_server.office.indicators.counted_facts import AreaFacts, read_facts
from field178_server.office.indicators.external_view import hidden_for, seen_figures
from field178_server.office.indicators.left_out import left_out
from field178_server.office.indicators.queries import IndicatorFigure
from field178_server.office.indicators.stored_facts import available_facts
from field178_shared.codelists import Indicator
from field178_shared.indicators.periods import Period
from field178_shared.indicators.quality import quality_of
from field178_shared.indicators.suppression import names_nobody, shares_beside
from field178_shared.records.left_out import LeftOut


@dataclass(frozen=True, slots=True)
class CountedIndicator:
    """Figures of one indicator and of those beside it, as far as the reader sees them."""

    facts: AreaFacts
    figures: Mapping[str, IndicatorFigure]
    hidden: frozenset[str]
    missing: LeftOut


def detail(indicator_id: str) -> Response:
    """Show an indicator: definition, months, communes, and targets of the plans."""
    page = current_page()
    address = _address(page)
    indicator = or_404(page.lists.indicators.get(indicator_id))
    months = months_of(address.question, indicator)
    with page.reading() as session:
        counted = _counted(session, page, address, indicator, months)
    if counted is None:
        return being_counted(address, address.href())
    uncounted = [month for month in months if not counted.facts.has_figure(indicator, month)]
    keep(uncounted, address)
    figure = counted.figures[indicator_id]
    writer = FigureWriter(address, page.localizer, counted.hidden)
    view = DetailWriter(writer, indicator, counted.facts)
    is_shown = figure.approved.is_sent and not writer.is_hidden(indicator, figure)
    return page.render(
        "indicators/indicator.html",
        address=address,
        filters=address.filters(page.localizer),
        period=address.period_text(page.localizer),
        area=address.area_text(page.localizer),
        title=indicator.label(page.localizer.language),
        figure=writer.text_of(indicator, figure),
        bar=bar_of(indicator, figure.approved, writer.plans) if is_shown else None,
        quality=quality_texts(writer, indicator, counted.figures) if is_shown else (),
        definition=view.definition(),
        technical=view.technical(),
        targets=view.targets(figure),
        breakdown=breakdown_rows(writer, indicator, figure.approved),
        trend=view.trend() if is_shown else None,
        is_counting=bool(uncounted),
        communes=view.communes() if is_shown else (),
        has_denominator=indicator.denominator is not None,
        left_out=left_out_note(counted.missing, page.officer, page.localizer),
    )


def _counted(
    session: Session, page: Page, address: FigureAddress, indicator: Indicator, months: Sequence[Period]
) -> CountedIndicator | None:
    """Return the figures of the page of an indicator, None where they are counted first."""
    period, indicators = address.question.period, page.lists.indicators
    beside = shares_beside(page.lists, indicator) if address.is_external else ()
    read = list(dict.fromkeys((indicator.id, *_quality_ids(indicator, page), *sorted(beside))))
    facts = available_facts(session, page.tenant_id, address.question, read, months)
    if not all(facts.has_figure(indicators[key], period) for key in read):
        return None
    figures = {key: facts.figure(indicators[key], period) for key in read}
    hidden = hidden_for(session, page.tenant_id, address, figures)
    missing = left_out(session, page.tenant_id, address.question)
    return CountedIndicator(facts, seen_figures(address, figures, hidden), hidden, missing)


def coverage() -> Response:
    """Show the grids of communes by duties, and of media outlets by months."""
    page = current_page()
    address = _address(page)
    of_communes, of_outlets = commune_indicators(page.lists), outlet_indicator(page.lists)
    if address.is_external:
        of_communes = [indicator for indicator in of_communes if names_nobody(page.lists, indicator)]
    read = [indicator.id for indicator in of_communes]
    outlets = [] if of_outlets is None else [of_outlets.id]
    with page.reading() as session:
        facts = available_facts(session, page.tenant_id, address.question, read)
        posts = read_facts(session, page.tenant_id, address.question, outlets)
        missing = left_out(session, page.tenant_id, address.question)
    if not all(facts.has_figure(indicator, address.question.period) for indicator in of_communes):
        return being_counted(address, address.href())
    grids = GridWriter(address, facts, posts, page.localizer)
    return page.render(
        "indicators/coverage.html",
        address=address,
        filters=address.filters(page.localizer),
        period=address.period_text(page.localizer),
        area=address.area_text(page.localizer),
        communes=grids.communes(of_communes),
        outlets=None if of_outlets is None else grids.outlets(of_outlets),
        left_out=left_out_note(missing, page.officer, page.localizer),
    )


def _address(page: Page) -> FigureAddress:
    return read_address(request.args, page.officer, page.localizer, page.today)


def _quality_ids(indicator: Indicator, page: Page) -> list[str]:
    quality = quality_of(page.lists, indicator)
    return [] if quality is None else [key for key in (quality.of_any_day, quality.in_period) if key]

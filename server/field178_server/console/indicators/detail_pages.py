"""The page of one indicator, and the grids of coverage."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, request

from field178_server.console.components.left_out import left_out_note
from field178_server.console.indicators.charts import bar_of
from field178_server.console.indicators.counting import being_counted, keep
from field178_server.console.indicators.coverage_view import (
    GridWriter,
    commune_indicators,
    outlet_indicator,
)
from field178_server.console.indicators.detail_view import DetailWriter, months_of
from field178_server.console.indicators.reader import FigureAddress, read_address
from field178_server.console.indicators.view import FigureWriter, breakdown_rows, quality_texts
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.indicators.counted_facts import read_facts
from field178_server.office.indicators.from_above import hidden_for, seen_figures
from field178_server.office.indicators.kept_facts import facts_at_hand
from field178_server.office.indicators.left_out import left_out
from field178_server.office.indicators.queries import IndicatorFigure
from field178_shared.codelists import Indicator
from field178_shared.errors import AppError, ErrorCode
from field178_shared.indicators.quality import quality_of
from field178_shared.indicators.suppression import names_nobody, shares_beside
from field178_shared.time.clock import local_date


def detail(indicator_id: str) -> Response:
    """Show one indicator: its definition, its months, its communes, and what each plan asks of it."""
    runtime, officer, localizer = current_runtime(), current_officer(), Localizer(chosen_language())
    address = _address(localizer)
    wanted = localizer.lists.indicators.get(indicator_id)
    if wanted is None:
        raise AppError(ErrorCode.NOT_FOUND)
    beside = shares_beside(localizer.lists, wanted) if address.is_from_above else ()
    read = list(dict.fromkeys((indicator_id, *_quality_ids(wanted, localizer), *sorted(beside))))
    asked = months_of(address.question, wanted)
    with snapshot(runtime.engine) as session:
        facts = facts_at_hand(session, runtime.tenant_id, address.question, read, asked)
        layout = layout_of(session, officer, localizer)
        period = address.question.period
        if not all(facts.tells(localizer.lists.indicators[one], period) for one in read):
            return being_counted(address, layout, localizer, address.href())
        figures: Mapping[str, IndicatorFigure] = {
            one: facts.figure(localizer.lists.indicators[one], period) for one in read
        }
        hidden = hidden_for(session, runtime.tenant_id, address, figures)
        missing = left_out(session, runtime.tenant_id, address.question)
    figures = seen_figures(address, figures, hidden)
    uncounted = [one for one in asked if not facts.tells(wanted, one)]
    keep(uncounted, address)
    figure = figures[indicator_id]
    writer = FigureWriter(address, localizer, hidden)
    detail = DetailWriter(writer, wanted, facts)
    text = writer.text_of(wanted, figure)
    is_shown = figure.approved.is_sent and not writer.is_hidden(wanted, figure)
    return render(
        "indicators/indicator.html",
        layout=layout,
        active="console.indicators.index",
        address=address,
        filters=address.filters(localizer),
        period=address.period_text(localizer),
        area=address.area_text(localizer),
        title=wanted.label(localizer.language),
        figure=text,
        bar=bar_of(wanted, figure.approved, writer.plans) if is_shown else None,
        quality=quality_texts(writer, wanted, figures) if is_shown else (),
        definition=detail.definition(),
        technical=detail.technical(),
        targets=detail.targets(figure),
        breakdown=breakdown_rows(writer, wanted, figure.approved),
        trend=detail.trend() if is_shown else None,
        is_counting=bool(uncounted),
        communes=detail.communes() if is_shown else (),
        has_denominator=wanted.denominator is not None,
        left_out=left_out_note(missing, officer, localizer),
        back=address.href(),
    )


def coverage() -> Response:
    """Show the grids of communes by what they owe, and of media outlets by months."""
    runtime, officer, localizer = current_runtime(), current_officer(), Localizer(chosen_language())
    address = _address(localizer)
    of_communes, of_outlets = commune_indicators(localizer.lists), outlet_indicator(localizer.lists)
    if address.is_from_above:
        of_communes = [one for one in of_communes if names_nobody(localizer.lists, one)]
    read = [one.id for one in of_communes]
    with snapshot(runtime.engine) as session:
        facts = facts_at_hand(session, runtime.tenant_id, address.question, read)
        outlets = [] if of_outlets is None else [of_outlets.id]
        posts = read_facts(session, runtime.tenant_id, address.question, outlets)
        missing = left_out(session, runtime.tenant_id, address.question)
        layout = layout_of(session, officer, localizer)
    if not all(facts.tells(one, address.question.period) for one in of_communes):
        return being_counted(address, layout, localizer, address.href())
    grids = GridWriter(address, facts, posts, localizer)
    return render(
        "indicators/coverage.html",
        layout=layout,
        active="console.indicators.index",
        address=address,
        filters=address.filters(localizer),
        period=address.period_text(localizer),
        area=address.area_text(localizer),
        communes=grids.communes(of_communes),
        outlets=None if of_outlets is None else grids.outlets(of_outlets),
        left_out=left_out_note(missing, officer, localizer),
        outlets_title="" if of_outlets is None else of_outlets.label(localizer.language),
        back=address.href(),
    )


def _address(localizer: Localizer) -> FigureAddress:
    today = local_date(current_runtime().clock.now())
    return read_address(request.args, current_officer(), localizer, today)


def _quality_ids(indicator: Indicator, localizer: Localizer) -> list[str]:
    quality = quality_of(localizer.lists, indicator)
    return [] if quality is None else [one for one in (quality.known, quality.in_period) if one]

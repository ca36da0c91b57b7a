"""Page of the records behind a number of an indicator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from flask import Response, request
from sqlalchemy.orm import Session

from field178_server.console.indicators.counting import being_counted
from field178_server.console.indicators.figure_address import FigureAddress, read_address
from field178_server.console.indicators.records_view import (
    RecordReader,
    behind_groups,
    establishments_named,
    ids_behind,
)
from field178_server.console.indicators.view import NumberLink
from field178_server.console.shell.links import keyset_links
from field178_server.console.shell.lists import requested_day
from field178_server.console.shell.page import Page, current_page, or_404
from field178_server.console.text.figure_texts import cell_text
from field178_server.console.text.formula_words import counted_noun, in_words
from field178_server.console.text.localize import Localizer
from field178_server.office.indicators.counted_facts import AreaFacts, CountedFacts, parts_of_area
from field178_server.office.indicators.external_view import hidden_communes, hidden_figures, is_by_commune
from field178_server.office.indicators.numbers import (
    CountedRow,
    NumberPart,
    NumberSide,
    formula_of,
    page_of,
    parts_of,
    rows_of,
    split_of,
)
from field178_server.office.indicators.records import RecordBehind, records_behind
from field178_server.office.indicators.stored_facts import available_facts
from field178_server.office.indicators.stored_numbers import (
    StoredNumber,
    rows_from_totals,
    with_records,
)
from field178_server.records.keyset import KeysetPage, PageStart
from field178_server.records.labels import Names, names_of
from field178_shared.codelists import Indicator
from field178_shared.errors import AppError, ErrorCode
from field178_shared.formulas.figures import Formula
from field178_shared.formulas.sources import COMMUNE
from field178_shared.indicators.areas import CountedArea
from field178_shared.indicators.buckets import is_of_half_months
from field178_shared.indicators.figures import multiple_below
from field178_shared.indicators.periods import Period
from field178_shared.indicators.suppression import SMALLEST_SHOWN, counts_people, names_nobody, shares_beside
from field178_shared.text.formats import number_text
from field178_shared.text.i18n import N_

PAGE_SIZE = 50
_ALL = "all"
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class NumberAddress:
    """Which number is opened: of an indicator, in a part of the area and of the period."""

    figures: FigureAddress
    indicator: Indicator
    side: NumberSide
    formula: Formula
    unit_id: str
    period: Period
    with_waiting: bool

    def area(self, facts: AreaFacts) -> CountedArea:
        """Return the part of the area, or raise AppError(not_found)."""
        if not self.unit_id:
            return facts.area
        if self.unit_id not in (parts := parts_of_area(facts.area)):
            raise AppError(ErrorCode.NOT_FOUND)
        return parts[self.unit_id]

    def href(self, **changed: str) -> str:
        """Return the address of this number with some parts changed."""
        whole = self.figures.question.period
        last = (self.period.end - timedelta(days=1)).isoformat()
        given = {
            "side": self.side.value,
            "unit": self.unit_id,
            "since": "" if self.period.first == whole.first else self.period.first.isoformat(),
            "until": "" if self.period.end == whole.end else last,
            "state": _ALL if self.with_waiting else "",
        }
        return self.figures.href("console.indicators.records", self.indicator.id, **(given | changed))


@dataclass(frozen=True, slots=True)
class HiddenParts:
    """What of a number the reader does not see: the number itself, its parts, or some communes of them."""

    is_whole: bool = False
    are_parts: bool = False
    units: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class OpenedNumber:
    """A number with its parts, the rows that it counts, and the records behind the rows of one page."""

    number: float
    parts: Sequence[NumberPart]
    rows: Sequence[CountedRow]
    shown: KeysetPage[CountedRow]
    records: Mapping[str, RecordBehind]
    hidden: HiddenParts
    names: Names


def records(indicator_id: str) -> Response:
    """Show the communes, months, records or entities that a number adds up."""
    page = current_page()
    figures = read_address(request.args, page.officer, page.localizer, page.today)
    address = _read(figures, indicator_id)
    closed = RecordReader(page.officer, page.localizer).closed_to(address.formula)
    with page.reading() as session:
        opened = _opened(session, page, address, is_closed=bool(closed))
    if opened is None:
        back = figures.href("console.indicators.detail", indicator_id)
        return being_counted(figures, back, address.period)
    page.use_names(opened.names)
    reader = RecordReader(page.officer, page.localizer)
    groups, unread = behind_groups(opened.rows, opened.shown.rows, opened.records, reader, address.formula)
    hidden, aggregates = opened.hidden, address.formula.aggregates
    return page.render(
        "indicators/records.html",
        address=address,
        number=_number_text(opened, address, page.localizer),
        definition=in_words(address.formula.text, page.localizer),
        side=page.say(_SIDES[address.side]),
        period=_days_text(address.period, page.localizer),
        area=figures.area_text(page.localizer),
        whole=address.href(unit="", since="", until="") if _is_part(address) else "",
        other_state=_other_state(address, page.localizer),
        parts=() if hidden.are_parts else _part_rows(opened.parts, address, hidden.units, page.localizer),
        is_withheld=hidden.are_parts and bool(opened.parts),
        is_by_commune=any(part.unit_id for part in opened.parts),
        groups=groups,
        unread=unread,
        has_numbers=len(aggregates) > 1 or any(row.number != 1 for row in opened.rows),
        total=len(opened.rows),
        closed=closed,
        role=page.officer.role,
        links=keyset_links(opened.shown, lambda place: address.href(**place.parameters)),
        joins=len(aggregates) > 1,
    )


def _opened(session: Session, page: Page, address: NumberAddress, *, is_closed: bool) -> OpenedNumber | None:
    """Return a number with its records, None if its period is still to be counted."""
    facts = _facts(session, address)
    if not all(facts.has_figure(indicator, address.period) for indicator in _read_for(address)):
        return None
    hidden, area = _hidden_parts(session, facts, address), address.area(facts)
    number = facts.number(address.formula, address.period, area, with_waiting=address.with_waiting)
    parts = parts_of(facts, address.formula, address.period, area, with_waiting=address.with_waiting)
    rows = () if parts or is_closed else _rows(session, facts, address, area)
    shown = page_of(rows, _place(), PAGE_SIZE)
    if not isinstance(facts, CountedFacts):
        shown = replace(
            shown, rows=with_records(session, page.tenant_id, _stored_number(address, area), shown.rows)
        )
    records = records_behind(session, page.tenant_id, ids_behind(shown.rows)) if shown.rows else {}
    named = establishments_named(records.values())
    names = names_of(session, page.tenant_id, named) if named else Names()
    return OpenedNumber(number, parts, rows, shown, records, hidden, names)


def _number_text(opened: OpenedNumber, address: NumberAddress, localizer: Localizer) -> str:
    """Return the number with its noun, as the reader sees it."""
    number = number_text(_seen(opened.number, address), localizer.language)
    shown = cell_text(localizer) if opened.hidden.is_whole else number
    return f"{shown} {counted_noun(address.formula.text, address.indicator, localizer)}".rstrip()


_SIDES = {NumberSide.NUMERATOR: N_("What is counted"), NumberSide.DENOMINATOR: N_("Divided by")}


def _read(figures: FigureAddress, indicator_id: str) -> NumberAddress:
    lists = figures.question.lists
    indicator = or_404(lists.indicators.get(indicator_id))
    side = (
        NumberSide.DENOMINATOR if request.args.get("side") == NumberSide.DENOMINATOR else NumberSide.NUMERATOR
    )
    formula = or_404(formula_of(lists.figures[indicator_id], side))
    # An external reader opens whole numbers only: a difference of parts could be a small number.
    is_external, whole = figures.is_external, figures.question.period
    return NumberAddress(
        figures,
        indicator,
        side,
        formula,
        "" if is_external else request.args.get("unit", ""),
        whole if is_external else _part_of(whole, requested_day("since"), requested_day("until")),
        request.args.get("state") == _ALL and not figures.is_external,
    )


def _facts(session: Session, address: NumberAddress) -> AreaFacts:
    """Return the counts of a number; in a large store those of the totals, if these contain them."""
    read = [indicator.id for indicator in _read_for(address)]
    return available_facts(
        session, current_page().tenant_id, address.figures.question, read, [address.period]
    )


def _read_for(address: NumberAddress) -> Sequence[Indicator]:
    """Return the indicators of a page: its own; for external readers also those that decide on hiding."""
    indicators, figures = address.figures.question.lists.indicators, address.figures
    beside = shares_beside(figures.question.lists, address.indicator) if figures.is_external else ()
    return [indicators[key] for key in dict.fromkeys((address.indicator.id, *sorted(beside)))]


def _rows(
    session: Session, facts: AreaFacts, address: NumberAddress, area: CountedArea
) -> tuple[CountedRow, ...]:
    """Return the entities of a number; in a large store without their records."""
    if isinstance(facts, CountedFacts):
        return rows_of(facts, address.formula, address.period, area, with_waiting=address.with_waiting)
    return rows_from_totals(session, current_page().tenant_id, _stored_number(address, area))


def _stored_number(address: NumberAddress, area: CountedArea) -> StoredNumber:
    question = address.figures.question
    return StoredNumber(
        question, address.indicator, address.formula, address.period, area, address.with_waiting
    )


def _part_of(period: Period, since: date | None, until: date | None) -> Period:
    """Return the requested days of a period: whole half-months within it; other days filter nothing.

    Parts of a number are opened by months and quarters; other days are in no totals, and a large store would
    be read whole for them.
    """
    first = since if since is not None and since in period else period.first
    last = until if until is not None and until in period else period.end - timedelta(days=1)
    part = Period(first, last + timedelta(days=1))
    return part if first <= last and is_of_half_months(part) else period


def _place() -> PageStart:
    query = request.args
    after, before = (query.get(name, "")[:_LONGEST] for name in ("after", "before"))
    return PageStart(after, "" if after else before, query.get("end") == "1")


def _is_part(address: NumberAddress) -> bool:
    return bool(address.unit_id) or address.period != address.figures.question.period


def _other_state(address: NumberAddress, localizer: Localizer) -> NumberLink | None:
    if address.figures.is_external:
        return None
    text = N_("Count approved records alone") if address.with_waiting else N_("Count those that wait as well")
    return NumberLink(localizer.say(text), address.href(state="" if address.with_waiting else _ALL))


def _hidden_parts(session: Session, facts: AreaFacts, address: NumberAddress) -> HiddenParts:
    indicator, question = address.indicator, address.figures.question
    if not address.figures.is_external or names_nobody(question.lists, indicator):
        return HiddenParts()
    figure = {indicator.id: facts.figure(indicator, question.period)}
    is_whole = bool(hidden_figures(session, current_page().tenant_id, question, figure))
    if is_whole or not is_by_commune(question, indicator) or split_of(address.formula) != COMMUNE:
        return HiddenParts(is_whole, are_parts=True)
    return HiddenParts(units=hidden_communes(facts, indicator))


def _part_rows(
    parts: Sequence[NumberPart], address: NumberAddress, hidden: frozenset[str], localizer: Localizer
) -> Sequence[tuple[str, NumberLink]]:
    rows = []
    for part in parts:
        if part.unit_id:
            title = localizer.label(localizer.lists.units, part.unit_id)
            href = address.href(unit=part.unit_id)
        else:
            title = _days_text(part.period, localizer)
            last = (part.period.end - timedelta(days=1)).isoformat()
            href = address.href(since=part.period.first.isoformat(), until=last)
        text = number_text(part.number, localizer.language)
        # A commune has no further page if the formula names no record.
        is_opened = bool(address.formula.aggregates) and not address.figures.is_external
        link = NumberLink(text, href if is_opened else "")
        rows.append((title, NumberLink(cell_text(localizer)) if part.unit_id in hidden else link))
    return rows


def _seen(number: float, address: NumberAddress) -> float:
    """Return a number as the reader sees it, rounded for an external reader while the year lasts."""
    figures, indicator = address.figures, address.indicator
    is_rounded = figures.is_rounded and counts_people(figures.question.lists, indicator)
    return multiple_below(number, SMALLEST_SHOWN) if is_rounded else number


def _days_text(period: Period, localizer: Localizer) -> str:
    return localizer.say(N_("{first} to {last}")).format(
        first=localizer.day(period.first), last=localizer.day(period.end - timedelta(days=1))
    )

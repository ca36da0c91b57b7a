"""Rows of the tables that are stored nowhere: figures of the indicators, and what ids stand for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy.orm import Session

from field178_server.accounts import teams as accounts
from field178_server.office.feeds.reader import FeedReader
from field178_server.office.indicators.areas import OWN_AREA, areas_seen
from field178_server.office.indicators.asked import FIRST_YEAR, WHOLE_YEAR
from field178_server.office.indicators.counted_facts import FigureQuestion
from field178_server.office.indicators.from_above import hidden_figures, seen_value
from field178_server.office.indicators.kept_facts import is_at_hand, is_told_soon
from field178_server.office.indicators.left_out import left_out
from field178_server.office.indicators.queries import COUNTED_AGAIN_S, IndicatorFigure, figures_of_areas
from field178_server.records.kept_results import KeptResults
from field178_shared.codelists import CodeLists, TargetProfile
from field178_shared.codelists.labels import Labelled
from field178_shared.errors import AppError, ErrorCode
from field178_shared.indicators.left_out import left_out_sentences
from field178_shared.indicators.periods import Period
from field178_shared.indicators.plan_of_year import plan_followed
from field178_shared.indicators.reporting import PERIOD_NAMES, named_period
from field178_shared.indicators.suppression import is_small
from field178_shared.indicators.verdicts import Reached, reached
from field178_shared.records.left_out import LeftOut
from field178_shared.schemas.fields.catalogue import choices_of
from field178_shared.schemas.fields.columns import record_columns

Row = tuple[object, ...]
Wanted = Mapping[str, object]
# Read without a condition on the year: this year and the one before.
_YEARS_BACK = 1
_OWN_AREA_NAME = "Các xã, phường được giao"
# Lists of the tables' projected columns; those of the other fields are named by the catalogue.
_CHOICES = ("inspection_kind", "overall_result", "measure", "operating_status")
_FILED_TYPES = ("inspection", "outreach_session")

Areas = Mapping[str, tuple[str, ...]]
FiguresOfAreas = Mapping[str, Mapping[str, IndicatorFigure]]
_FIGURES: KeptResults[FiguresOfAreas] = KeptResults(32)


def indicator_figures(session: Session, reader: FeedReader, wanted: Wanted) -> Iterator[Row]:
    """Yield the figures of each indicator, named period and area; years are those that are wanted.

    Of a large store, halves and quarters stand here once they are kept counted (`periods_to_keep`).
    A reader from above sees areas of several communes, and there no number that could single somebody out.
    """
    for year in _years(reader, wanted):
        areas_of_year = _areas(reader, year, wanted)
        periods = {name: named_period(reader.lists, year, name) for name in PERIOD_NAMES}
        begun = {
            name: one
            for name, one in periods.items()
            if one.first <= reader.today
            and (name == WHOLE_YEAR or is_told_soon(session, reader.tenant_id, one))
        }
        found = {name: _figures(session, reader, one, areas_of_year) for name, one in begun.items()}
        for area_id, unit_ids in areas_of_year.items():
            of_area = {name: one[area_id] for name, one in found.items()}
            plan = plan_followed(reader.lists, unit_ids, year)
            hidden = _hidden(session, reader, begun, unit_ids, of_area)
            missing = {
                name: _missing(reader, left_out(session, reader.tenant_id, _question(reader, one, unit_ids)))
                for name, one in begun.items()
            }
            area = AreaOfYear(year, area_id, begun, plan, hidden, missing)
            yield from _figures_of_area(reader, area, of_area)


def periods_to_keep(lists: CodeLists, today: date, asked: int | None = None) -> Iterator[Period]:
    """Yield the periods that whoever reads the figures wants kept: of a year, else of the last two."""
    for year in range(today.year - _YEARS_BACK, today.year + 1) if asked is None else (asked,):
        periods = (named_period(lists, year, name) for name in PERIOD_NAMES)
        yield from (one for one in periods if one.first <= today)


def areas(session: Session, reader: FeedReader, wanted: Wanted) -> Iterator[Row]:
    """Yield the areas that figures are counted for."""
    found: dict[str, tuple[str, ...]] = {}
    for year in _years(reader, {}):
        found |= _areas(reader, year, {})
    lists = reader.lists
    for area_id, unit_ids in found.items():
        known = lists.area(area_id)
        yield area_id, known.vi if known is not None else _OWN_AREA_NAME, len(unit_ids)


def indicators(session: Session, reader: FeedReader, wanted: Wanted) -> Iterator[Row]:
    """Yield the indicators of the lists."""
    for one in reader.lists.indicators.values():
        yield one.id, one.vi, one.en, one.group, one.unit, one.official_code


def units(session: Session, reader: FeedReader, wanted: Wanted) -> Iterator[Row]:
    """Yield every version of an administrative unit."""
    for one in reader.lists.units.values():
        yield one.id, one.gso_code, one.vi, one.type, one.parent, one.valid_from, one.valid_to


def teams(session: Session, reader: FeedReader, wanted: Wanted) -> Iterator[Row]:
    """Yield the teams whose records are read."""
    for one in accounts.everyone(session, reader.tenant_id):
        if reader.access.holds(one.scope):
            yield one.id, one.name


def codes(session: Session, reader: FeedReader, wanted: Wanted) -> Iterator[Row]:
    """Yield what the ids of the other tables are called, by list."""
    lists = reader.lists
    tables: Mapping[str, Sequence[Labelled]] = {
        "EstablishmentType": list(lists.types.values()),
        "Violation": list(lists.violations.values()),
        "OutreachForm": list(lists.forms.values()),
        "Agency": list(lists.agencies.values()),
        "UnitKind": list(lists.unit_types.values()),
        **{_pascal(name): list(choices_of(name, lists).values()) for name in _lists_of_fields(lists)},
    }
    for name, rows in tables.items():
        for one in rows:
            yield name, one.id, one.vi, one.en


def _lists_of_fields(lists: CodeLists) -> Sequence[str]:
    """Return the lists whose ids stand in the tables of records, but those that have a name of their own."""
    named = {"types", "violations", "forms", "agencies", "units"}
    found = dict.fromkeys(_CHOICES)
    for record_type in _FILED_TYPES:
        found |= dict.fromkeys(column.list_name for column in record_columns(record_type, lists))
    return [name for name in found if name and name not in named]


def _pascal(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _years(reader: FeedReader, wanted: Wanted) -> Sequence[int]:
    this_year = reader.today.year
    year = wanted.get("Year")
    if isinstance(year, int):
        return [year] if FIRST_YEAR <= year <= this_year else []
    return range(this_year - _YEARS_BACK, this_year + 1)


def _areas(reader: FeedReader, year: int, wanted: Wanted) -> dict[str, tuple[str, ...]]:
    last_day = named_period(reader.lists, year).end - timedelta(days=1)
    seen = areas_seen(reader.officer.role, reader.officer.scopes, reader.lists, last_day)
    area_id = wanted.get("AreaId")
    return {key: units for key, units in seen.items() if area_id is None or key == area_id}


@dataclass(frozen=True, slots=True)
class AreaOfYear:
    """An area in a year: its periods that have begun, the plan whose targets hold, what is hidden of each.

    `missing`: the last columns by period: what is in none of the figures.
    """

    year: int
    area_id: str
    periods: Mapping[str, Period]
    plan: TargetProfile
    hidden: Mapping[str, frozenset[str]]
    missing: Mapping[str, Row]


def _hidden(
    session: Session,
    reader: FeedReader,
    periods: Mapping[str, Period],
    unit_ids: tuple[str, ...],
    found: Mapping[str, Mapping[str, IndicatorFigure]],
) -> Mapping[str, frozenset[str]]:
    """Return the indicators that a reader from above does not see, by period, as on the console's pages."""
    if not reader.is_from_above:
        return {}
    return {
        name: hidden_figures(
            session,
            reader.tenant_id,
            _question(reader, period, unit_ids),
            found[name],
        )
        for name, period in periods.items()
    }


def _question(reader: FeedReader, period: Period, unit_ids: tuple[str, ...]) -> FigureQuestion:
    return FigureQuestion(reader.lists, period, unit_ids, reader.today)


def _missing(reader: FeedReader, found: LeftOut) -> Row:
    """Return numbers and sentences of what is in none of the figures; empty where that is nothing."""
    is_above = reader.is_from_above
    sentences = (
        " ".join(left_out_sentences(found, reader.lists, language, is_from_above=is_above)) or None
        for language in ("vi", "en")
    )
    establishments = None if is_above and is_small(found.establishments) else found.establishments
    return establishments, found.zones, found.schools, *sentences


def _figures_of_area(
    reader: FeedReader, area: AreaOfYear, found: Mapping[str, Mapping[str, IndicatorFigure]]
) -> Iterator[Row]:
    lists, year, area_id = reader.lists, area.year, area.area_id
    is_one_commune = area_id != OWN_AREA and area_id in lists.units
    for indicator in lists.indicators.values():
        if indicator.privacy and is_one_commune:
            continue
        of_periods = {name: one[indicator.id] for name, one in found.items()}
        for name, figure in of_periods.items():
            period = area.periods[name]
            place = (indicator.id, year, name, area_id, period.first, period.end - timedelta(days=1))
            is_hidden = indicator.id in area.hidden.get(name, ())
            if reader.is_from_above:
                question = FigureQuestion(lists, period, (), reader.today)
                hidden = area.hidden.get(name, frozenset())
                figure = replace(figure, approved=seen_value(question, indicator, figure.approved, hidden))
            target = reached(area.plan, indicator.id, figure.approved) if name == WHOLE_YEAR else None
            yield *place, *_numbers(reader, figure, target, is_hidden=is_hidden), *area.missing[name]


def _numbers(reader: FeedReader, figure: IndicatorFigure, target: Reached | None, *, is_hidden: bool) -> Row:
    """Return the numbers of a figure beside its target: none where it is hidden, not sent or not counted."""
    value, is_sent = figure.approved, figure.approved.is_sent
    asked = None if target is None else float(target.target)
    if is_hidden or not is_sent or not value.is_counted:
        return (None,) * 5 + (asked, None, None, is_hidden, is_sent, None, None, None)
    waiting = None if reader.is_from_above else figure.with_waiting.value
    met = None if target is None else target.met
    numbers = (value.num, value.den, value.value, value.low, value.high)
    coverage = (None, None) if value.coverage is None else (value.coverage.counted, value.coverage.every)
    verdict = None if target is None else target.verdict.value
    return (*numbers, asked, met, waiting, False, True, *coverage, verdict)


def _count(session: Session, reader: FeedReader, period: Period, areas_of_year: Areas) -> FiguresOfAreas:
    """Count a period; nobody waits for what would be counted from every record of a large store.

    Raises AppError(being_counted) naming the year.
    """
    lists, tenant_id, today = reader.lists, reader.tenant_id, reader.today
    some = next(iter(areas_of_year.values()), ())
    if not is_at_hand(session, tenant_id, FigureQuestion(lists, period, some, today)):
        year = period.first.year
        raise AppError(
            ErrorCode.BEING_COUNTED, target="Year", problem=year, year=year, retry_after_s=COUNTED_AGAIN_S
        )
    return figures_of_areas(session, tenant_id, lists, period, areas_of_year, today)


def _figures(session: Session, reader: FeedReader, period: Period, areas_of_year: Areas) -> FiguresOfAreas:
    """Return the figures of a period by area; the pages of one reading make them once."""
    lists, tenant_id, today = reader.lists, reader.tenant_id, reader.today
    key = (lists.version, id(lists.figures), period, tuple(areas_of_year.items()), today)
    return _FIGURES.get(session, tenant_id, key, lambda: _count(session, reader, period, areas_of_year))

"""Rows of the computed tables: figures of the indicators, and names of ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy.orm import Session

from field178_server.accounts import teams as accounts
from field178_server.office.indicators.areas import OWN_AREA, areas_seen
from field178_server.office.indicators.counted_facts import FigureQuestion
from field178_server.office.indicators.external_view import hidden_figures, seen_value
from field178_server.office.indicators.left_out import left_out
from field178_server.office.indicators.queries import COUNTED_AGAIN_S, IndicatorFigure, figures_of_areas
from field178_server.office.indicators.requested_figures import FIRST_YEAR, WHOLE_YEAR
from field178_server.office.indicators.stored_facts import are_figures_available, is_period_available
from field178_server.office.odata.feed_reader import FeedReader
from field178_server.records.result_cache import ResultCache
from field178_shared.codelists import CodeLists, TargetProfile
from field178_shared.codelists.labels import Labelled
from field178_shared.errors import AppError, ErrorCode
from field178_shared.indicators.left_out import left_out_sentences
from field178_shared.indicators.periods import Period
from field178_shared.indicators.plan_of_year import plan_followed
from field178_shared.indicators.reporting import PERIOD_NAMES, named_period
from field178_shared.indicators.suppression import is_small
from field178_shared.indicators.verdicts import Reached, reached
from field178_shared.record_type import RecordType
from field178_shared.records.left_out import LeftOut
from field178_shared.schemas.fields.catalogue import choices_of
from field178_shared.schemas.fields.columns import record_columns

Row = tuple[object, ...]
EqualValues = Mapping[str, object]
# Without a condition on the year: this year and the previous one.
_YEARS_BACK = 1
_OWN_AREA_NAME = "Các xã, phường được giao"
# Lists of the projected columns; the catalogue names the lists of the other fields.
_CHOICES = ("inspection_kind", "overall_result", "measure", "operating_status")
_RECORD_TYPES = (RecordType.INSPECTION, RecordType.OUTREACH_SESSION, RecordType.ESTABLISHMENT)

Areas = Mapping[str, tuple[str, ...]]
FiguresOfAreas = Mapping[str, Mapping[str, IndicatorFigure]]
_FIGURES: ResultCache[FiguresOfAreas] = ResultCache(32)


def indicator_figures(session: Session, reader: FeedReader, equals: EqualValues) -> Iterator[Row]:
    """Yield the figures of each indicator, named period and area of the years in `equals`.

    In a large store halves and quarters are included once their totals are kept (`periods_to_keep`).
    A reader of aggregates gets areas of several communes only, without numbers that could identify a person.
    """
    for year in _years(reader, equals):
        areas_of_year = _areas(reader, year, equals)
        periods = {name: named_period(reader.lists, year, name) for name in PERIOD_NAMES}
        begun = {
            name: period
            for name, period in periods.items()
            if period.first <= reader.today
            and (name == WHOLE_YEAR or is_period_available(session, reader.tenant_id, period))
        }
        figures = {name: _figures(session, reader, period, areas_of_year) for name, period in begun.items()}
        for area_id, unit_ids in areas_of_year.items():
            of_area = {name: by_area[area_id] for name, by_area in figures.items()}
            plan = plan_followed(reader.lists, unit_ids, year)
            hidden = _hidden(session, reader, begun, unit_ids, of_area)
            missing = {
                name: _missing(
                    reader, left_out(session, reader.tenant_id, _question(reader, period, unit_ids))
                )
                for name, period in begun.items()
            }
            area = AreaOfYear(year, area_id, begun, plan, hidden, missing)
            yield from _figures_of_area(reader, area, of_area)


def periods_to_keep(lists: CodeLists, today: date, requested_year: int | None = None) -> Iterator[Period]:
    """Yield the periods whose totals are kept for readers of figures: of a year, else of the last two."""
    for year in (
        range(today.year - _YEARS_BACK, today.year + 1) if requested_year is None else (requested_year,)
    ):
        periods = (named_period(lists, year, name) for name in PERIOD_NAMES)
        yield from (period for period in periods if period.first <= today)


def areas(session: Session, reader: FeedReader, equals: EqualValues) -> Iterator[Row]:
    """Yield the areas that the reader's figures are counted for."""
    areas_by_id: dict[str, tuple[str, ...]] = {}
    for year in _years(reader, {}):
        areas_by_id |= _areas(reader, year, {})
    lists = reader.lists
    for area_id, unit_ids in areas_by_id.items():
        area = lists.area(area_id)
        yield area_id, area.vi if area is not None else _OWN_AREA_NAME, len(unit_ids)


def indicators(session: Session, reader: FeedReader, equals: EqualValues) -> Iterator[Row]:
    """Yield the indicators of the lists."""
    for indicator in reader.lists.indicators.values():
        yield (
            indicator.id,
            indicator.vi,
            indicator.en,
            indicator.group,
            indicator.unit,
            indicator.official_code,
        )


def units(session: Session, reader: FeedReader, equals: EqualValues) -> Iterator[Row]:
    """Yield every version of an administrative unit."""
    for unit in reader.lists.units.values():
        yield unit.id, unit.gso_code, unit.vi, unit.type, unit.parent, unit.valid_from, unit.valid_to


def teams(session: Session, reader: FeedReader, equals: EqualValues) -> Iterator[Row]:
    """Yield the teams whose records the reader may read."""
    for team in accounts.everyone(session, reader.tenant_id):
        if reader.access.holds(team.scope):
            yield team.id, team.name


def codes(session: Session, reader: FeedReader, equals: EqualValues) -> Iterator[Row]:
    """Yield the names of the ids in the other tables, by list."""
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
        for row in rows:
            yield name, row.id, row.vi, row.en


def _lists_of_fields(lists: CodeLists) -> Sequence[str]:
    """Return the lists of the ids in the record tables, without the lists that `codes` names itself."""
    named = {"types", "violations", "forms", "agencies", "units"}
    list_names = dict.fromkeys(_CHOICES)
    for record_type in _RECORD_TYPES:
        list_names |= dict.fromkeys(column.list_name for column in record_columns(record_type, lists))
    return [name for name in list_names if name and name not in named]


def _pascal(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _years(reader: FeedReader, equals: EqualValues) -> Sequence[int]:
    this_year = reader.today.year
    year = equals.get("Year")
    if isinstance(year, int):
        return [year] if FIRST_YEAR <= year <= this_year else []
    return range(this_year - _YEARS_BACK, this_year + 1)


def _areas(reader: FeedReader, year: int, equals: EqualValues) -> dict[str, tuple[str, ...]]:
    last_day = named_period(reader.lists, year).end - timedelta(days=1)
    seen = areas_seen(reader.officer.role, reader.officer.scopes, reader.lists, last_day)
    area_id = equals.get("AreaId")
    return {key: units for key, units in seen.items() if area_id is None or key == area_id}


@dataclass(frozen=True, slots=True)
class AreaOfYear:
    """An area in a year: its periods that have begun, its plan, and the ids of hidden indicators by period.

    `missing`: values of the last columns by period (records that no figure contains).
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
    figures: Mapping[str, Mapping[str, IndicatorFigure]],
) -> Mapping[str, frozenset[str]]:
    """Return the ids of indicators hidden from a reader of aggregates, by period, as in the console."""
    if not reader.is_external:
        return {}
    return {
        name: hidden_figures(
            session,
            reader.tenant_id,
            _question(reader, period, unit_ids),
            figures[name],
        )
        for name, period in periods.items()
    }


def _question(reader: FeedReader, period: Period, unit_ids: tuple[str, ...]) -> FigureQuestion:
    return FigureQuestion(reader.lists, period, unit_ids, reader.today)


def _missing(reader: FeedReader, left_out_records: LeftOut) -> Row:
    """Return numbers and sentences of the records that no figure contains."""
    lists, is_external = reader.lists, reader.is_external
    sentences = (
        " ".join(left_out_sentences(left_out_records, lists, language, is_external=is_external)) or None
        for language in ("vi", "en")
    )
    establishments = (
        None if is_external and is_small(left_out_records.establishments) else left_out_records.establishments
    )
    return establishments, left_out_records.zones, left_out_records.schools, *sentences


def _figures_of_area(
    reader: FeedReader, area: AreaOfYear, figures: Mapping[str, Mapping[str, IndicatorFigure]]
) -> Iterator[Row]:
    lists, year, area_id = reader.lists, area.year, area.area_id
    is_one_commune = area_id != OWN_AREA and area_id in lists.units
    for indicator in lists.indicators.values():
        if indicator.privacy and is_one_commune:
            continue
        of_periods = {name: by_id[indicator.id] for name, by_id in figures.items()}
        for name, figure in of_periods.items():
            period = area.periods[name]
            place = (indicator.id, year, name, area_id, period.first, period.end - timedelta(days=1))
            is_hidden = indicator.id in area.hidden.get(name, ())
            if reader.is_external:
                question = FigureQuestion(lists, period, (), reader.today)
                hidden = area.hidden.get(name, frozenset())
                figure = replace(figure, approved=seen_value(question, indicator, figure.approved, hidden))
            target = reached(area.plan, indicator.id, figure.approved) if name == WHOLE_YEAR else None
            yield *place, *_numbers(reader, figure, target, is_hidden=is_hidden), *area.missing[name]


def _numbers(reader: FeedReader, figure: IndicatorFigure, target: Reached | None, *, is_hidden: bool) -> Row:
    """Return the number columns of a figure; only the target if it is hidden, not sent or not counted."""
    value, is_sent = figure.approved, figure.approved.is_sent
    target_value = None if target is None else float(target.target)
    if is_hidden or not is_sent or not value.is_counted:
        return (None,) * 5 + (target_value, None, None, is_hidden, is_sent, None, None, None)
    waiting = None if reader.is_external else figure.with_waiting.value
    met = None if target is None else target.met
    numbers = (value.num, value.den, value.value, value.low, value.high)
    coverage = (None, None) if value.coverage is None else (value.coverage.counted, value.coverage.every)
    verdict = None if target is None else target.verdict.value
    return (*numbers, target_value, met, waiting, False, True, *coverage, verdict)


def _count(session: Session, reader: FeedReader, period: Period, areas_of_year: Areas) -> FiguresOfAreas:
    """Count a period from its totals; a large store is not read for a request.

    Raises AppError(being_counted) with the year if the totals are not complete.
    """
    lists, tenant_id, today = reader.lists, reader.tenant_id, reader.today
    some = next(iter(areas_of_year.values()), ())
    if not are_figures_available(session, tenant_id, FigureQuestion(lists, period, some, today)):
        year = period.first.year
        raise AppError(
            ErrorCode.BEING_COUNTED, target="Year", problem=year, year=year, retry_after_s=COUNTED_AGAIN_S
        )
    return figures_of_areas(session, tenant_id, lists, period, areas_of_year, today)


def _figures(session: Session, reader: FeedReader, period: Period, areas_of_year: Areas) -> FiguresOfAreas:
    """Return the figures of a period by area; they are cached for the next pages of a reading."""
    lists, tenant_id, today = reader.lists, reader.tenant_id, reader.today
    key = (lists.version, id(lists.figures), period, tuple(areas_of_year.items()), today)
    return _FIGURES.get(session, tenant_id, key, lambda: _count(session, reader, period, areas_of_year))

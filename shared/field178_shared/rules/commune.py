"""Rules of commune entries: consistent counts, no future dates, one id for each fact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from field178_shared.codelists import CodeLists
from field178_shared.codelists.units import COMMUNE_KINDS
from field178_shared.errors import ErrorCode
from field178_shared.record_type import RecordType
from field178_shared.records.commune import half_year_of, has_ended
from field178_shared.records.reading import Data
from field178_shared.records.value import Value
from field178_shared.rules.facts import fact_id, fact_text
from field178_shared.rules.problem import Context, Problem, Rule, not_in_force
from field178_shared.rules.usual_counts import unusual_workers
from field178_shared.time.clock import local_date

# Members that identify the fact of an entry; a later entry of the same fact replaces the earlier one.
FACT_MEMBERS: Mapping[str, tuple[str, ...]] = {
    RecordType.WORKER_CENSUS: ("establishment_id", "counted_on"),
    RecordType.MEDIA_POST: ("outlet_id", "published_on", "title"),
    RecordType.COMMUNE_PLAN: ("unit_id", "year", "document_number"),
    RecordType.RISK_GROUP_COUNT: ("unit_id", "half_year", "group_id"),
}
# The schema reports other years.
_CALENDAR_YEARS = range(date.min.year, date.max.year + 1)
_TOTAL = "workers_total"
_BY_SEX = ("workers_female", "workers_male", "workers_sex_unstated")
_PARTS = (*_BY_SEX, "workers_contract", "workers_health_check", "workers_insured")
RISK_COUNT_RULES = (
    Rule("half_year", ErrorCode.BAD_DATE),
    Rule("women_total", ErrorCode.EXCEEDS_TOTAL, ("people_total",)),
)
# Rules that `census_contradictions` checks.
CENSUS_RULES = (
    Rule(_TOTAL, ErrorCode.SUM_MISMATCH, _BY_SEX, is_sum=True),
    *(Rule(part, ErrorCode.EXCEEDS_TOTAL, (_TOTAL,)) for part in _PARTS),
)


def fact_of(record_type: str, data: Data) -> str:
    """Return the fact of an entry as text, equal for entries of the same fact."""
    return fact_text(FACT_MEMBERS[record_type], data)


def commune_entry_id(record_type: str, data: Data) -> str:
    """Return the id of an entry, computed from its unit and fact, so that equal facts share one record."""
    return fact_id(record_type, FACT_MEMBERS[record_type], data)


def census_contradictions(census: Value, lists: CodeLists) -> Iterator[Problem]:
    """Yield each count that contradicts the total; a missing count by sex was not recorded."""
    total = census.workers_total
    if total is None:
        return
    exceeding = [part for part in _PARTS if (getattr(census, part) or 0) > total]
    yield from (Problem(part, ErrorCode.EXCEEDS_TOTAL) for part in exceeding)
    counts = [count for part in _BY_SEX if (count := getattr(census, part)) is not None]
    female, male = census.workers_female, census.workers_male
    # If women or men are unknown, only a surplus is certain. A missing count of "not stated" is zero.
    is_complete = female is not None and male is not None
    if sum(counts) > total or (is_complete and sum(counts) != total):
        yield Problem(_TOTAL, ErrorCode.SUM_MISMATCH)


def census_warnings(census: Value, lists: CodeLists, context: Context) -> Iterator[Problem]:
    """Yield a total that is unusual for the kind of establishment."""
    yield from unusual_workers(_TOTAL, census.workers_total, context.establishment_type, lists)


def census_problems(census: Value, lists: CodeLists, context: Context) -> Iterator[Problem]:
    """Yield the problems that block a census entry, except contradictions."""
    yield from _still_to_come("counted_on", census.counted_on, context)
    yield from _unit_ended("counted_on", census, [census.counted_on], lists)


def post_problems(post: Value, lists: CodeLists, context: Context) -> Iterator[Problem]:
    """Yield the problems that block a media post entry."""
    yield from _still_to_come("published_on", post.published_on, context)
    yield from _unit_ended("published_on", post, [post.published_on], lists)
    outlet_id, day = post.outlet_id, post.published_on
    outlet = lists.media_outlets.get(outlet_id)
    if outlet_id and (outlet is None or outlet.unit_id != post.unit_id):
        yield Problem("outlet_id", ErrorCode.UNKNOWN_CHOICE)
    if day and any(not_in_force(lists.media_outlets, [outlet_id], day)):
        yield Problem("outlet_id", ErrorCode.NOT_IN_FORCE)


def plan_problems(plan: Value, lists: CodeLists, context: Context) -> Iterator[Problem]:
    """Yield the problems that block the entry of a yearly plan."""
    yield from _still_to_come("issued_on", plan.issued_on, context)
    path = "year" if plan.issued_on is None else "issued_on"
    begin_of_year = date(plan.year, 1, 1) if plan.year in _CALENDAR_YEARS else None
    yield from _unit_ended(path, plan, [plan.issued_on, begin_of_year], lists)


def risk_count_contradictions(count: Value, lists: CodeLists) -> Iterator[Problem]:
    """Yield a half-year that is not its first day, and a count of women above the count of people."""
    half_year = count.half_year
    if half_year is not None and half_year != half_year_of(half_year):
        yield Problem("half_year", ErrorCode.BAD_DATE)
    people, women = count.people_total, count.women_total
    if people is not None and women is not None and women > people:
        yield Problem("women_total", ErrorCode.EXCEEDS_TOTAL)


def risk_count_problems(count: Value, lists: CodeLists, context: Context) -> Iterator[Problem]:
    """Yield the problems that block a commune's count of an at-risk group."""
    half_year, unit_id = count.half_year, count.unit_id
    unit = lists.units.get(unit_id)
    if unit is not None and unit.type not in COMMUNE_KINDS:
        yield Problem("unit_id", ErrorCode.UNKNOWN_CHOICE)
    if half_year is None:
        return
    if half_year > local_date(context.now):
        yield Problem("half_year", ErrorCode.PERIOD_IN_FUTURE)
    if any(not_in_force(lists.units, [unit_id], half_year)):
        yield Problem("half_year", ErrorCode.UNIT_NOT_VALID)
    group = lists.choice("risk_group", count.group_id)
    if group is not None and not group.valid_on(half_year):
        yield Problem("group_id", ErrorCode.NOT_IN_FORCE)


def _unit_ended(path: str, entry: Value, days: Sequence[date | None], lists: CodeLists) -> Iterator[Problem]:
    """Yield the day of an entry if its commune no longer existed: the successor enters it."""
    unit_id = entry.unit_id or ""
    if any(day is not None and has_ended(unit_id, day, lists) for day in days):
        yield Problem(path, ErrorCode.UNIT_NOT_VALID)


def _still_to_come(path: str, day: date | None, context: Context) -> Iterator[Problem]:
    if day is not None and day > local_date(context.now):
        yield Problem(path, ErrorCode.DATE_IN_FUTURE)

"""The counts of an establishment's workers: of visits that got in, and of censuses, the newest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from field178_mobile.features.census.census_data import COUNTS, FEMALE, TOTAL
from field178_mobile.features.register.visits import Visit
from field178_mobile.presentation.facts import DatedRow
from field178_mobile.presentation.wording import Wording
from field178_mobile.store import MergedRecord
from field178_shared.record_type import RecordType
from field178_shared.records.reading import answers_of, count_of, day_of, text_of
from field178_shared.text.formats import date_text, number_text
from field178_shared.text.i18n import N_
from field178_shared.time.clock import local_date

# Workers change often: an older count is shown as old.
COUNT_AGE = timedelta(days=365)
MOST_SHOWN = 3
_BY: Mapping[str, str] = {RecordType.WORKER_CENSUS: N_("worker census"), RecordType.INSPECTION: N_("visit")}


@dataclass(frozen=True, slots=True)
class WorkerCount:
    """A worker count: its day, its record, and its numbers by checklist item id."""

    record_id: str
    type: str
    day: date
    numbers: Mapping[str, int | None]

    @property
    def total(self) -> int:
        """Total number of workers."""
        return self.numbers[TOTAL] or 0


def counts_of(visits: Iterable[Visit], censuses: Iterable[MergedRecord]) -> tuple[WorkerCount, ...]:
    """Return the counts of an establishment, newest first; a census precedes a visit of the same day.

    Void visits MUST NOT be among the visits.
    """
    counts = []
    for visit in visits:
        numbers = _numbers(answers_of(visit.data))
        if visit.is_inspected and visit.started_at is not None and numbers[TOTAL] is not None:
            day = local_date(visit.started_at)
            counts.append(WorkerCount(visit.record_id, RecordType.INSPECTION, day, numbers))
    for census in censuses:
        if (counted_on := day_of(census.data, "counted_on")) is not None:
            counts.append(WorkerCount(census.id, RecordType.WORKER_CENSUS, counted_on, _numbers(census.data)))
    return tuple(
        sorted(
            counts,
            key=lambda count: (count.day, count.type == RecordType.WORKER_CENSUS, count.record_id),
            reverse=True,
        )
    )


def censuses_of(records: Iterable[MergedRecord], establishment_id: str) -> list[MergedRecord]:
    """Return the censuses of an establishment."""
    return [record for record in records if text_of(record.data, "establishment_id") == establishment_id]


def is_old(counts: tuple[WorkerCount, ...], today: date) -> bool:
    """Return whether the newest count is older than a year."""
    return bool(counts) and counts[0].day < today - COUNT_AGE


def people_text(count: WorkerCount, words: Wording) -> str:
    """Return a count as text: the total, and the women if counted."""
    total = number_text(count.total, words.language)
    female = count.numbers.get(FEMALE)
    if female is None:
        return words.say(N_("{total} workers"), total=total)
    return words.say(
        N_("{total} workers ({female} women)"), total=total, female=number_text(female, words.language)
    )


def last_count_text(count: WorkerCount, words: Wording) -> str:
    """Return the text of the last count with its day and its record type."""
    day = date_text(count.day, words.language)
    return f"{people_text(count, words)} · {words.translate(_BY[count.type])} {day}"


def count_row(count: WorkerCount, state: str, words: Wording) -> DatedRow:
    """Return one line of the counts."""
    summary = f"{people_text(count, words)} · {words.translate(_BY[count.type])}"
    day = date_text(count.day, words.language)
    return DatedRow(count.record_id, count.type, day, summary, words.choice("shown_state", state), state)


def _numbers(data: Mapping[str, object]) -> dict[str, int | None]:
    return {name: count_of(data, name) for name in COUNTS}

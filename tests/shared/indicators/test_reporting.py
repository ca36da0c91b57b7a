"""Periods of reports and the days on which they are due."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.shared import builders
from tests.shared.indicators.conftest import UNIT, FiguresOf, record

from field178_shared.codelists import load
from field178_shared.indicators.events import CountedRecord, events_of
from field178_shared.indicators.periods import Period
from field178_shared.indicators.reporting import (
    PERIOD_NAMES,
    YearKind,
    duties,
    named_period,
    report_period,
    same_period_before,
)
from field178_shared.records.reports import Report, ReportState, ReportSubmission

KINDS = load().report_kinds


@pytest.mark.parametrize(
    ("kind", "first", "last"),
    [
        ("half_year", date(2023, 12, 15), date(2024, 6, 14)),
        ("annual", date(2023, 12, 15), date(2024, 12, 14)),
        ("calendar_half_year", date(2024, 1, 1), date(2024, 6, 30)),
        ("calendar_year", date(2024, 1, 1), date(2024, 12, 31)),
    ],
)
def test_period_of_a_kind_is_read_from_the_lists(kind: str, first: date, last: date) -> None:
    period = report_period(KINDS[kind], 2024)
    assert period == Period(first, last + timedelta(days=1))
    assert same_period_before(period) == report_period(KINDS[kind], 2023)


def test_a_kind_without_days_has_no_period_of_its_own() -> None:
    assert report_period(KINDS["ad_hoc"], 2024) is None
    assert report_period(KINDS["monthly_brief"], 2024) is None
    assert same_period_before(Period(date(2024, 2, 29), date(2024, 3, 1))).first == date(2023, 2, 28)


def test_chain_of_2024_goes_from_communes_to_the_city_by_agencies_of_those_days() -> None:
    communes, agencies, office, city = duties(load(), KINDS["annual"], 2024)
    assert communes.senders == ("commune_people_committee",)
    assert (len(agencies.senders), agencies.receivers) == (15, ("dist_labour_office",))
    assert office.senders == ("dist_labour_office",)
    assert set(office.receivers) == {"dist_people_committee", "prov_labour_department"}
    assert city.due_on == date(2024, 12, 20)
    assert {duty.senders for duty in duties(load(), KINDS["annual"], 2026)}.isdisjoint({office.senders})


def test_a_duty_that_falls_on_a_day_off_is_due_on_the_next_working_day() -> None:
    """The days 20 and 21 December 2025 are a weekend; 17 June 2024 is a Monday."""
    assert duties(load(), KINDS["half_year"], 2024)[0].due_on == date(2024, 6, 17)
    stated, due = [(duty.stated_on, duty.due_on) for duty in duties(load(), KINDS["annual"], 2025)][-1]
    assert (stated, due) == (date(2025, 12, 20), date(2025, 12, 22))


def test_calendar_periods_are_due_as_many_days_after_their_end() -> None:
    half = duties(load(), KINDS["calendar_half_year"], 2024)
    assert half[0].stated_on == date(2024, 7, 3)
    year = duties(load(), KINDS["calendar_year"], 2023)
    # 2 January 2024 is the second day after the end, and a working day.
    assert year[0].due_on == date(2024, 1, 2)


def test_submission_counts_on_the_day_it_is_due_whether_it_was_sent_or_not() -> None:
    for submitted_on in ("2026-12-17", None):
        data = builders.report_submission(submitted_on=submitted_on)
        (event,) = events_of(CountedRecord(record_id="r", type="report_submission", data=data), load())
        assert (event.day, event.unit_id) == (date(2026, 12, 16), builders.UNIT)
        assert event.row["submitted_on"] == (date(2026, 12, 17) if submitted_on else None)
    assert not list(events_of(CountedRecord(record_id="r", type="report_submission", data={}), load()))


def test_submission_is_late_by_its_own_day_or_by_today() -> None:
    late = ReportSubmission.from_data(builders.report_submission(submitted_on="2026-12-17"))
    owed = ReportSubmission.from_data(builders.report_submission(submitted_on=None))
    assert (late.was_late, late.is_late_on(date(2026, 12, 30))) == (True, False)
    assert (owed.was_late, owed.is_late_on(date(2026, 12, 16)), owed.is_late_on(date(2026, 12, 17))) == (
        False,
        False,
        True,
    )


def test_state_of_a_report_is_its_last_action() -> None:
    signed = {"by": builders.USERS[0], "at": "2026-12-18T02:00:00Z", "figures": "a" * 64}
    frozen = {"by": builders.USERS[1], "at": "2026-12-18T03:00:00Z", "sha256": "b" * 64}
    states = [
        Report.from_data(builders.report(**over)).state
        for over in ({}, {"signed_off": signed}, {"signed_off": signed, "frozen": frozen})
    ]
    assert states == [ReportState.DRAFT, ReportState.SIGNED_OFF, ReportState.FROZEN]


def test_the_reporting_year_ends_on_14_december() -> None:
    lists = load()
    assert named_period(lists, 2024, kind=YearKind.REPORT) == Period(date(2023, 12, 15), date(2024, 12, 15))
    half = named_period(lists, 2024, "half1", YearKind.REPORT)
    assert half == Period(date(2023, 12, 15), date(2024, 6, 15))


@pytest.mark.parametrize("kind", YearKind)
def test_halves_and_quarters_make_up_the_year_without_a_gap(kind: YearKind) -> None:
    year = named_period(load(), 2024, kind=kind)
    for name in ("half", "quarter"):
        parts = [
            named_period(load(), 2024, period_name, kind)
            for period_name in PERIOD_NAMES
            if period_name.startswith(name)
        ]
        assert parts[0].first == year.first
        assert [part.end for part in parts[:-1]] == [part.first for part in parts[1:]]
        assert parts[-1].end == year.end
        assert tuple(parts) == year.in_parts(12 // len(parts))


def test_unknown_name_is_no_period() -> None:
    with pytest.raises(KeyError):
        named_period(load(), 2024, "decade")


def test_a_report_that_is_due_later_is_not_late_yet(figure: FiguresOf) -> None:
    """Of a year that lasts, what was due in its ended months counts, as with posts of the media."""

    def owed(key: str, due_on: str, submitted_on: str) -> CountedRecord:
        sent = {"submitted_on": submitted_on} if submitted_on else {}
        return record("report_submission", key, {"unit_id": UNIT, "due_on": due_on, **sent})

    records = [
        owed("half", "2026-06-17", "2026-06-15"),
        owed("late", "2026-06-17", "2026-06-20"),
        owed("year", "2026-12-16", ""),
    ]
    year = Period.of_year(2026)
    lasting = figure("reports_on_time_pct", records, period=year, today=date(2026, 11, 24))
    assert (lasting.num, lasting.den) == (1, 2)
    over = figure("reports_on_time_pct", records, period=year, today=date(2027, 1, 1))
    assert (over.num, over.den) == (1, 3)

"""The whole suite on days on which a year, a half-year or a report year begins or ends, and on a leap day."""

from __future__ import annotations

import calendar
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path

from tests.prove.evidence import Facts, prove
from tests.prove.shifted_clock import expect_clocks, shifted
from tests.prove.suite import SuiteRun, run_pytest

from field178_shared.time.clock import VIETNAM, local_date

CLAIM = "The tests hold on the first and last day of a year, a half-year and a report year, and on a leap day"
PROCESSES = 3
PLUGIN = "tests.prove.clock_reads"
# Month, day, hour, minute in Việt Nam. The first minutes of a day belong to the day before by UTC. Two runs
# start half an hour before a half-year or a year turns: tests run before, over and after midnight.
_OF_A_YEAR = (
    (1, 1, 0, 10),
    (12, 31, 23, 30),
    (7, 1, 0, 10),
    (6, 30, 23, 30),
    (12, 15, 0, 10),
    (12, 14, 12, 0),
)


def instants(today_year: int) -> tuple[datetime, ...]:
    """Return instants of the next year, of the one two years later, and the next leap day but this year's.

    All lie ahead: the browser has the machine's own clock, and cookies of the past would end at once.
    """
    leap_year = next(year for year in count(today_year + 1) if calendar.isleap(year))
    leap_day = datetime(leap_year, 2, 29, 0, 10, tzinfo=VIETNAM)
    return tuple(chain(_of_year(today_year + 1), [leap_day], _of_year(today_year + 3)))


def run(folder: Path, number: int) -> Facts:
    """Run the suite of tests at the first instants. Raises AssertionError with the failed tests of each.

    The first run is of all tests and finds which of them read the clock; the others are of those alone.
    """
    runs: dict[str, SuiteRun] = {}
    without_clock = folder / "without_clock.json"
    for instant in instants(local_date(datetime.now(UTC)).year)[:number]:
        name = f"{instant:%Y-%m-%d %H:%M}"
        option = "--leave-out" if without_clock.exists() else "--note-clock-reads"
        runs[name] = _run_at(folder, instant, "-p", PLUGIN, f"{option}={without_clock}")
        line = {"instant": name, "tests": len(runs[name].tests), "failed": runs[name].failed}
        print(json.dumps(line), flush=True)
    left_out = len(json.loads(without_clock.read_text("utf-8"))) if without_clock.exists() else 0
    print(f"tests run at the first instant alone, since they read no clock: {left_out}", flush=True)
    failed = {name: done.failed or done.status for name, done in runs.items() if done.status}
    assert not failed, f"failed: {failed}"
    return {
        "clock": "UTC+7, of Python, servers, tablets and PostgreSQL",
        "tests_by_instant": {name: len(done.tests) for name, done in runs.items()},
        "run_at_the_first_instant_alone_since_they_read_no_clock": left_out,
        "skipped": sorted({test for done in runs.values() for test in done.skipped}),
        "failed": 0,
    }


def _of_year(year: int) -> Iterator[datetime]:
    for month, day, hour, minute in _OF_A_YEAR:
        yield datetime(year, month, day, hour, minute, tzinfo=VIETNAM)


def _run_at(folder: Path, instant: datetime, *arguments: str) -> SuiteRun:
    expect_clocks(shifted(instant), instant)
    return run_pytest(folder, PROCESSES, *arguments, environment=shifted(instant))


if __name__ == "__main__":
    prove("dates", CLAIM, len(instants(0)), run)

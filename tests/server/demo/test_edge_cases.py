"""The edge cases that the data set names, each expanded into records and carried to its figures.

Records are filed as tablets and offices file them: by the schema and the rules of a push or an entry, then
approved. Those of the demo's own year are in stores of their own, so that its known figures stay.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests.shared import builders
from tests.shared.rules.contradictions import contradictions_of
from tests.world import OFFICER, TEAM, TENANT, Json, World

from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.commune.operations import CommuneEnterer
from field178_server.office.entries.operations import enter
from field178_server.office.indicators.queries import differences, figures
from field178_server.office.indicators.totals.operations import settle
from field178_server.office.reviews import operations as reviews
from field178_server.office.reviews.quality_flags import flags_of
from field178_server.records import scopes
from field178_server.records.access import AccessFilter
from field178_server.records.batch import Batch
from field178_shared import rules
from field178_shared.codelists import CodeLists, demo, load
from field178_shared.indicators.figures import FigureValue
from field178_shared.indicators.periods import Period
from field178_shared.indicators.reporting import YearKind, named_period
from field178_shared.indicators.suppression import is_hidden
from field178_shared.list_packs import ListPack, Row, lists_with
from field178_shared.merge import read_path, write_path
from field178_shared.records.reading import answers_of
from field178_shared.rules.findings import frame_snapshot
from field178_shared.rules.inspection import opened_protocols
from field178_shared.schemas import validate
from field178_shared.text.privacy import lint
from field178_shared.time.clock import VIETNAM, to_wire

YEAR, TODAY = Period.of_year(2024), date(2026, 11, 24)
TOWN, COMMUNE = "c11629_v1", "c11632_v1"
# Trường Thọ, and An Trường, which it became a part of on the first of July 2025; both have the code 11635.
BEFORE, AFTER = "c11635_v1", "c11635_v2"
NO_WORKERS = dict.fromkeys((*builders.CENSUS_COUNTS, "workers_present"), 0)


class District:
    """A store into which a case is expanded, and the figures that come out of it."""

    def __init__(self, world: World) -> None:
        self.world = world
        # After all that is filed: nobody writes a visit of tomorrow.
        world.clock.move(days=700)
        areas = [f"unit:{unit_id}" for unit_id in (TOWN, COMMUNE, BEFORE, AFTER)]
        run_write(world.engine, lambda session: scopes.ensure(session, TENANT, areas, load()))
        self.tablets = [world.tablet(*areas, TEAM, "ref") for _ in range(2)]
        self.kinds: dict[str, str] = {}

    def place(self, kind: str = "karaoke", unit: str = TOWN, **over: Any) -> str:
        """File an establishment that was there before the year began."""
        first = {"first_seen_on": "2023-11-01", "village": None, "certificates": None}
        data = builders.establishment(kind, **({"unit_id": unit} | first | over))
        assert validate("establishment", data) == {}
        place = self.tablets[0].created(data, scope=f"unit:{unit}")
        self.kinds[place] = kind
        return place

    def visit(self, place: str, at: str, unit: str = TOWN, tablet: int = 0, **over: Any) -> str:
        """File a visit that begins at a local time, approved."""
        began = datetime.fromisoformat(at).replace(tzinfo=VIETNAM)
        data = builders.inspection(
            self.kinds[place],
            **{
                "establishment_id": place,
                "unit_id": unit,
                "team_id": TEAM[5:],
                "decision_date": f"{began.year}-01-05",
                "started_at": to_wire(began),
                "ended_at": to_wire(began + timedelta(minutes=40)),
                "filed_at": to_wire(began + timedelta(hours=1)),
                "captured_at": to_wire(began),
                "check_in": {"no_point_reason": "indoor"},
            }
            | over,
        )
        self.is_fileable("inspection", data, place)
        return self.approve(self.tablets[tablet].created(data, type="inspection", scope=TEAM))

    def session(self, day: str, unit: str = TOWN, **over: Any) -> str:
        """File a session, approved."""
        data = builders.outreach_session(**({"session_date": day, "unit_id": unit, "team_id": None} | over))
        self.is_fileable("outreach_session", data)
        return self.approve(self.tablets[0].created(data, type="outreach_session", scope=f"unit:{unit}"))

    def is_fileable(self, kind: str, data: Json, place: str = "") -> None:
        """Require that a tablet would file this."""
        assert validate(kind, data) == {}
        context = rules.Context(datetime(2026, 12, 1, tzinfo=UTC), self.kinds.get(place))
        assert rules.filing_problems(kind, data, load(), context) == ()

    def approve(self, record_id: str) -> str:
        seen = reviews.SeenRecord(record_id, 1)
        self._write(lambda batch: reviews.approve(batch, Actor("officer", OFFICER), seen))
        return record_id

    def enter(self, kind: str, lists: CodeLists | None = None, **data: Any) -> str:
        """Enter what a commune enters in the office."""
        at = OperationContext(
            TENANT, self.world.clock, self.world.ids, lists or load(), Actor("officer", OFFICER)
        )
        enterer = CommuneEnterer(AccessFilter(frozenset({f"unit:{data['unit_id']}"})))
        assert validate(kind, data) == {}
        return self._write(lambda batch: enter(batch, at, enterer, kind, data))

    def figure(
        self,
        indicator_id: str,
        period: Period = YEAR,
        units: tuple[str, ...] = (TOWN, COMMUNE),
        lists: CodeLists | None = None,
    ) -> FigureValue:
        """Return the figure of approved records, the same from the totals and from a full count."""
        code_lists = lists or load()
        settle(self.world.engine, TENANT, code_lists, TODAY)
        with snapshot(self.world.engine) as session:
            assert differences(session, TENANT, code_lists, period, units, TODAY) == ()
            return figures(session, TENANT, code_lists, period, units, TODAY)[indicator_id].approved

    def numbers(self, indicator_id: str, **filters: Any) -> tuple[float, float | None]:
        figure = self.figure(indicator_id, **filters)
        return figure.num, figure.den

    def flags(self, record_id: str) -> Mapping[str, Mapping[str, object]]:
        """Return what a reviewer is told to look at."""
        with snapshot(self.world.engine) as session:
            flags = flags_of(session, TENANT, [record_id]).get(record_id, ())
        return {flag.code.value: dict(flag.details) for flag in flags}

    def stored(self, record_id: str) -> Json:
        row = self.world.stored(record_id)
        assert row is not None
        return dict(row.data)

    def _write(self, work: Callable[[Batch], Any]) -> Any:
        def run(session: Any) -> Any:
            batch = self.world.batch(session)
            done = work(batch)
            batch.flush()
            return done

        return run_write(self.world.engine, run)


def family_boarding_house(at: District) -> None:
    """The establishment has no workers: it is inspected like others and adds nothing to the denominator."""
    house, other = at.place("boarding_house", name="Nhà trọ Mộc Trì (GL-901)"), at.place()
    answers = builders.answers("boarding_house")
    counts = NO_WORKERS | {"workers_under18": 0, "ou_workers_attended": 0, "ou_workers_first_time": 0}
    for name in answers.keys() & (counts.keys() | {"workers_contract", "workers_health_check"}):
        answers[name] = {"v": 0}
    at.visit(house, "2024-04-02T09:00", answers=answers)
    assert at.numbers("workers_total") == (0, None)
    share = at.figure("workers_reached_pct")
    # The other establishment has no count of workers; none of them was reached.
    assert (share.den, share.low, share.value, share.high) == (0, 0, 0, 0)
    at.visit(other, "2024-04-03T20:00")
    assert at.numbers("inspected_once_pct") == (2, 2)
    assert at.numbers("worker_counts_known_pct") == (2, 2)
    assert at.numbers("contract_pct") == (4, 5)


def closed_on_arrival(at: District) -> None:
    """A visit that found a closed door is a visit, and no inspection; what is known of the place stays."""
    place = at.place()
    shut = {
        **{"access_result": "closed_on_arrival", "overall_result": "not_inspected"},
        **{"representative_role": "none", "answers": None, "recommendation": None, "minutes_number": None},
        **{"paper_signed": "not_made"},
    }
    at.visit(place, "2024-05-02T19:30", **shut)
    assert at.numbers("visits_total") == (1, None)
    assert at.numbers("inspected_once_pct") == (0, 1)
    assert at.numbers("violation_rate_pct") == (0, 0)
    at.visit(place, "2024-05-09T19:30")
    at.visit(place, "2024-05-16T19:30", **shut)
    assert at.numbers("inspected_once_pct") == (1, 1)
    assert at.numbers("contract_pct") == (4, 5)
    answered = builders.inspection(**{**shut, "answers": {"x": {"v": 1}}})
    refused = contradictions_of("inspection", answered)
    assert "answers" in refused


def two_tablets(at: District) -> None:
    """Both visits are kept and each names the other to the reviewer; the place was inspected once."""
    place = at.place()
    first = at.visit(place, "2024-06-03T20:00", tablet=0)
    second = at.visit(place, "2024-06-03T20:10", tablet=1)
    assert at.flags(first)["visited_twice"] == {"records": [second]}
    assert at.flags(second)["visited_twice"] == {"records": [first]}
    assert at.numbers("visits_total") == (2, None)
    assert at.numbers("inspected_once_pct") == (1, 1)
    assert at.numbers("workers_total") == (5, None)


def around_the_reform(at: District) -> None:
    """Each visit keeps the unit of its day; the new commune has the figures of both days."""
    place = at.place(unit=AFTER, former_unit_ids=[BEFORE])
    old = at.visit(place, "2025-06-30T23:30", unit=BEFORE)
    new = at.visit(place, "2025-07-01T00:30", unit=AFTER)
    assert [at.stored(record_id)["unit_id"] for record_id in (old, new)] == [BEFORE, AFTER]
    assert [load().units[unit_id].gso_code for unit_id in (BEFORE, AFTER)] == ["11635", "11635"]
    assert [set(at.flags(record_id)) & {"unit_not_valid"} for record_id in (old, new)] == [set(), set()]
    halves = Period(date(2025, 1, 1), date(2025, 7, 1)), Period(date(2025, 7, 1), date(2026, 1, 1))
    for half, unit in zip(halves, (BEFORE, AFTER), strict=True):
        assert at.numbers("visits_total", period=half, units=(unit,)) == (1, None)
        assert at.numbers("inspected_once_pct", period=half, units=(unit,)) == (1, 1)
    assert at.numbers("visits_total", period=Period.of_year(2025), units=(AFTER,)) == (2, None)


def unallocated_remainder(at: District) -> None:
    """Ten workers for the first time, six of them of three places: four more, as far as there is room."""
    places = [at.place(name=f"Karaoke Tú Trì (GL-90{number})") for number in range(3)]
    further = at.place(name="Karaoke Thu Lãm (GL-904)")
    for number, place in enumerate((*places, further)):
        at.enter(
            "worker_census",
            establishment_id=place,
            unit_id=TOWN,
            counted_on=f"2024-02-{number + 1:02}",
            workers_total=3,
        )
    counts = {"attendance_count": 2, "first_time_count": 2}
    at.session(
        "2024-03-10",
        audiences={"workers_at_risk": {"attendance_count": 10, "first_time_count": 10}},
        establishments=dict.fromkeys(places, counts),
    )
    assert at.numbers("workers_reached_pct") == (6 + 4, 12)
    assert at.numbers("workers_attendances") == (10, None)
    at.session(
        "2024-04-10",
        establishments=None,
        outreach_form_id="conference",
        audiences={"workers_at_risk": {"attendance_count": 9, "first_time_count": 9}},
    )
    # Never more than work there: the commune has room for six beyond those of the places.
    assert at.numbers("workers_reached_pct") == (12, 12)


def under_18(at: District) -> None:
    """One under 18 in a banned kind of place: a referral is asked for, and the number leaves nowhere."""
    data = write_path(builders.inspection("karaoke"), "answers.workers_under18.v", 1)
    context = rules.Context(datetime(2026, 12, 1, tzinfo=UTC), "karaoke")
    problems = rules.filing_problems("inspection", data, load(), context)
    assert {problem.path: problem.code.value for problem in problems} == {
        "protocols.child_protection.referred_to": "referral_required"
    }
    assert opened_protocols(answers_of(data), load(), "karaoke") == ("child_protection",)
    answers = {**builders.answers("karaoke"), "workers_under18": {"v": 1}}
    referred = {"child_protection": {"referred_to": "hotline_111"}}
    at.visit(at.place(), "2024-05-02T21:00", answers=answers, protocols=referred)
    row: Row = {
        **{"id": "under_18", "vi": "Dưới 18 tuổi", "en": "Under 18", "official_code": None, "unit": "người"},
        **{"origin": "product", "group": "compliance", "target_key": None, "period": ["year"]},
        **{"reporter": "dist_labour_office", "den": None},
        "num": "total(establishment, latest(inspection, workers_under18))",
    }
    lists = lists_with(ListPack().with_rows({"indicators.items": {"under_18": row}}))
    counted = at.figure("under_18", lists=lists)
    assert counted.num == 1
    assert is_hidden(lists, lists.indicators["under_18"], counted)


def phone_number(at: District) -> None:
    """The linter marks it for officer and reviewer, and refuses nothing."""
    text = "Chủ cơ sở hẹn gọi lại số 0912345678 sau 20 giờ."
    assert {mark.kind for mark in lint(text)} == {"phone"}
    visit = at.visit(at.place(), "2024-05-02T21:00", recommendation=text)
    assert at.stored(visit)["recommendation"] == text
    assert "personal_data" in at.flags(visit)
    fine = at.visit(at.place(name="Karaoke Vân Sa (GL-905)"), "2024-05-03T21:00")
    assert "personal_data" not in at.flags(fine)


def outlet_of_may(at: District) -> None:
    """A station of May owes eight months of the year, and none of those before it."""
    station = {"vi": "Đài GL", "en": "Station GL", "channel_id": "commune_loudspeaker"}
    rows: dict[str, dict[str, Row]] = {
        "places.media_outlets": {
            "station_may": {"id": "station_may", "unit_id": TOWN, "valid_from": "2024-05-15", **station}
        }
    }
    lists = lists_with(ListPack().with_rows(rows))
    for month in range(5, 13):
        assert at.numbers("media_outlet_month_pct", lists=lists) == (month - 5, 8)
        at.enter(
            "media_post",
            lists,
            **{"outlet_id": "station_may", "unit_id": TOWN, "genre_id": "news", "broadcast_times": 2},
            **{"published_on": f"2024-{month:02}-20", "title": f"Tin GL-{month:02}"},
            **{"topic_ids": ["prostitution_law"], "duration_minutes": 5},
        )
    assert at.numbers("media_outlet_month_pct", lists=lists) == (8, 8)
    assert at.numbers("media_commune_full_pct", lists=lists) == (1, 1)
    early = Period(date(2024, 1, 1), date(2024, 5, 1))
    assert at.numbers("media_outlet_month_pct", period=early, lists=lists) == (0, 0)


def new_frame(at: District) -> None:
    """A finding keeps the frame of its day; that of the other day is refused before filing."""
    place = at.place("guesthouse")
    answers = {
        **builders.answers("guesthouse"),
        "lodging_stay_notified": {"v": "no"},
        "lodging_guests_unnotified": {"v": 5},
    }
    frames = {}
    for day, amounts in (("2025-12-14", (2_000_000, 4_000_000)), ("2025-12-15", (4_000_000, 8_000_000))):
        violation = "lodging_no_notice_4_8"
        frames[day] = frame_snapshot(load().frame_on(violation, date.fromisoformat(day)))
        finding = {
            **{"violation_id": violation, "checklist_item_id": "lodging_stay_notified"},
            **{"occurred_on": day, "frame": frames[day]},
        }
        visit = at.visit(
            place,
            f"{day}T20:00",
            answers=answers,
            findings={"f1": finding},
            measures={"k1": {"measure_id": "admin_minutes"}},
            overall_result="violation_recorded",
        )
        kept = read_path(at.stored(visit), "findings.f1.frame")
        assert isinstance(kept, dict)
        assert (kept["min"], kept["max"]) == amounts
    late = {**finding, "frame": frames["2025-12-14"]}
    data = builders.inspection("guesthouse", findings={"f1": late}, overall_result="violation_recorded")
    context = rules.Context(datetime(2026, 12, 1, tzinfo=UTC), "guesthouse")
    problems = rules.filing_problems("inspection", data, load(), context)
    assert "findings.f1.frame" in {problem.path for problem in problems}
    year = Period.of_year(2025)
    by_code = at.figure("violations_by_code", period=year, units=(TOWN,)).breakdown
    assert by_code == {"lodging_no_notice_4_8": 2}


def plan_replaced(at: District) -> None:
    """Of two plans of a year the one in force counts: what only the replaced one joined is joined no more."""
    plan = {"unit_id": TOWN, "year": 2024}
    first = at.enter(
        "commune_plan",
        **plan,
        document_number="GL-01/KH-UBND",
        issued_on="2024-01-10",
        integration_ids=["hiv"],
    )
    assert at.numbers("commune_plan_pct") == (1, 2)
    assert at.numbers("commune_plan_integrated_pct") == (1, 2)
    second = at.enter(
        "commune_plan",
        **plan,
        document_number="GL-09/KH-UBND",
        issued_on="2024-06-20",
        replaces=first,
    )
    assert at.numbers("commune_plan_pct") == (1, 2)
    assert at.numbers("commune_plan_integrated_pct") == (0, 2)
    at.enter(
        "commune_plan",
        **plan,
        document_number="GL-12/KH-UBND",
        issued_on="2024-09-02",
        integration_ids=["drugs"],
        replaces=second,
    )
    assert at.numbers("commune_plan_integrated_pct") == (1, 2)
    # The plan of the next year follows this year's plan without replacing it.
    at.enter(
        "commune_plan",
        **{**plan, "year": 2025},
        document_number="GL-01/KH-UBND",
        issued_on="2025-01-09",
        replaces=first,
    )
    assert at.numbers("commune_plan_pct") == (1, 2)


def reporting_year(at: District) -> None:
    """The year of decree 09/2019 takes in the end of the year before, and leaves its own to the next one."""
    place = at.place()
    for moment in ("2023-12-14T23:50", "2023-12-15T00:10", "2024-12-14T23:50", "2024-12-15T00:10"):
        at.visit(place, moment)
    at.visit(place, "2024-12-31T23:50")
    reported = named_period(load(), 2024, kind=YearKind.REPORT)
    assert (reported.first, reported.end) == (date(2023, 12, 15), date(2024, 12, 15))
    assert at.numbers("visits_total", period=reported) == (2, None)
    assert at.numbers("visits_total") == (3, None)
    assert at.numbers("visits_total", period=named_period(load(), 2025, kind=YearKind.REPORT)) == (2, None)


CASES: Mapping[str, Callable[[District], None]] = {
    case.__name__: case
    for case in (
        family_boarding_house,
        closed_on_arrival,
        two_tablets,
        around_the_reform,
        unallocated_remainder,
        under_18,
        phone_number,
        outlet_of_may,
        new_frame,
        plan_replaced,
        reporting_year,
    )
}


def test_each_case_of_the_data_set_is_expanded_and_no_other() -> None:
    assert {case["id"] for case in demo()["edge_cases"]} == CASES.keys()


@pytest.mark.parametrize("case", CASES)
def test_case(case: str, world: World) -> None:
    CASES[case](District(world))

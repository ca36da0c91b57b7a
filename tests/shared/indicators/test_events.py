"""What of a record counts: follow-ups due, measures, talks on site, and numbers that nobody counted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest
from tests.shared.indicators.conftest import (
    OTHER_UNIT,
    UNIT,
    FiguresOf,
    establishment,
    reached,
    record,
    session,
    visit,
)

from field178_shared.indicators.coverage import Coverage
from field178_shared.indicators.events import CountedRecord
from field178_shared.indicators.periods import Period
from field178_shared.records.sanctions import AfterVisit

REACHED, HANDLED = "workers_reached_pct", "violations_handled_pct"


def with_data(seen: CountedRecord, **more: object) -> CountedRecord:
    return record(seen.type, seen.record_id, {**seen.data, **more})


def with_findings(findings: int, *measures: str) -> CountedRecord:
    return with_data(
        visit("v1", "2024-05-02"),
        findings={f"f{n}": {"violation_id": "kd_no_licence"} for n in range(findings)},
        measures={measure_id: {"measure_id": measure_id} for measure_id in measures},
    )


def test_follow_up_of_a_month_that_lasts_is_not_counted_as_missed(figure: FiguresOf) -> None:
    follow_ups = {"a": {"text": "Sửa", "due_on": "2024-05-20"}, "b": {"text": "Sửa", "due_on": "2024-11-20"}}
    seen = with_data(visit("v1", "2024-05-02"), follow_ups=follow_ups)
    closed = CountedRecord(
        record_id="v1", type="inspection", data=seen.data, closed_on={"a": date(2024, 5, 19)}
    )
    share = figure("fixed_in_time_pct", [establishment(), closed], today=date(2024, 6, 10))
    assert (share.num, share.den) == (1, 1)
    assert figure("fixed_in_time_pct", [establishment(), closed], today=date(2024, 12, 10)).den == 2


@pytest.mark.parametrize(
    ("findings", "measures", "handled"),
    [
        (1, ("reminder",), 1),
        (3, ("reminder",), 1),
        # Nobody recorded which of them each answers: both may answer the first.
        (3, ("reminder", "suspension", "referral_police"), 1),
        (3, ("admin_minutes",), 0),
        (3, (), 0),
    ],
)
def test_measures_that_name_no_violation_handle_one_of_a_visit(
    figure: FiguresOf, findings: int, measures: tuple[str, ...], handled: int
) -> None:
    share = figure(HANDLED, [establishment(), with_findings(findings, *measures)])
    assert (share.num, share.den) == (handled, findings)


def with_violations(
    *violations: str, measures: Mapping[str, tuple[str, ...]], **more: object
) -> CountedRecord:
    """Return a visit with these violations; `measures`: the violations that each measure answers."""
    visited = with_data(
        visit("v1", "2024-05-02"),
        findings={f"f{n}": {"violation_id": violation_id} for n, violation_id in enumerate(violations)},
        measures={
            key: {"measure_id": key, **({"violation_ids": list(answered)} if answered else {})}
            for key, answered in measures.items()
        },
    )
    return record("inspection", "v1", visited.data, **more)


A, B, C = "kd_no_licence", "kd_outside_hours", "kd_licence_altered"


@pytest.mark.parametrize(
    ("measures", "handled"),
    [
        ({"reminder": (A, B, C)}, 3),
        ({"reminder": (A,)}, 1),
        ({"reminder": (A,), "suspension": (A,)}, 1),
        ({"reminder": (A,), "suspension": (B,), "referral_police": ()}, 2),
        # A commitment, a time limit and minutes begin what a decision ends.
        ({"admin_minutes": (A, B, C), "fix_by_date": (A,), "commitment_signed": (B,)}, 0),
        # The violation that it answered is no finding any more.
        ({"reminder": ("kd_licence_not_adjusted",)}, 0),
    ],
)
def test_measure_handles_the_violations_that_it_names(
    figure: FiguresOf, measures: Mapping[str, tuple[str, ...]], handled: int
) -> None:
    figures = figure(HANDLED, [establishment(), with_violations(A, B, C, measures=measures)])
    assert (figures.num, figures.den) == (handled, 3)


def test_decision_of_field_and_office_handles_violations_named_by_the_office(figure: FiguresOf) -> None:
    """The measure of the field is that decision: it answers no second violation."""
    decision = {
        "document_number": "12/QĐ-XPHC",
        "document_date": "2024-05-05",
        "violation_ids": [A],
        "sanction_id": "fine_money",
    }
    visited = with_violations(
        A, B, measures={"fine_money": ()}, entries={"d1": ("sanction_decision", decision)}
    )
    visited.data["measures"]["fine_money"]["document_number"] = "12/QĐ-XPHC"  # type: ignore[index]
    figures = figure(HANDLED, [establishment(), visited])
    assert (figures.num, figures.den) == (1, 2)


def test_decision_of_the_field_handles_its_named_violations(figure: FiguresOf) -> None:
    visited = with_violations(A, B, measures={"fine_money": (B,)})
    assert [decision.violation_ids for decision in AfterVisit.of(visited.data, {}).decisions] == [(B,)]
    figures = figure(HANDLED, [establishment(), visited])
    assert (figures.num, figures.den) == (1, 2)


def test_talk_on_site_is_no_outreach_of_the_commune(figure: FiguresOf) -> None:
    held = [session("s1", "2024-05-02", outreach_form_id="during_inspection", source_inspection_id="v1")]
    assert figure("outreach_commune_any_pct", held).num == 0
    assert figure("outreach_forms_avg", held).num == 0
    assert figure("sessions_total", held).num == 1
    every_quarter = [
        session(f"s{n}", f"2024-{n:02}-15", source_inspection_id="v1" if n == 7 else None)
        for n in (1, 4, 7, 10)
    ]
    assert figure("outreach_commune_sustained_pct", every_quarter).num == 0


def test_attendances_of_a_visit_do_not_wait_for_its_session(figure: FiguresOf) -> None:
    """What a visit reached counts at once; its attendances came with the session alone."""
    counted_visit = visit(
        "v1",
        "2024-05-02",
        workers_total=4,
        ou_done="yes",
        ou_workers_attended=4,
        ou_workers_first_time=3,
        ou_owners_attended=1,
    )
    of_the_visit = session(
        "s1",
        "2024-05-02",
        audiences={"workers_at_risk": reached(4, 3), "owners_managers": reached(1)},
        source_inspection_id="v1",
    )
    for records in ([establishment(), counted_visit], [establishment(), counted_visit, of_the_visit]):
        assert figure("attendances_total", records).breakdown == {"workers_at_risk": 4, "owners_managers": 1}
        assert figure(REACHED, records).num == 3


def test_attendances_are_never_fewer_than_people_reached(figure: FiguresOf) -> None:
    uncounted = visit("v1", "2024-05-02", workers_total=4, ou_done="yes", ou_workers_first_time=3)
    assert figure("attendances_total", [establishment(), uncounted]).num == 3
    lines = session(
        "s1",
        "2024-05-02",
        audiences={"workers_at_risk": reached(5)},
        establishments={"e1": reached(4, 4), "e2": reached(4, 4)},
    )
    assert figure("attendances_total", [establishment(), lines]).num == 8


def test_workers_whom_nobody_counted_are_unknown_and_not_zero(figure: FiguresOf) -> None:
    unknown = figure("workers_total", [establishment()])
    assert (unknown.value, unknown.coverage) == (None, Coverage("establishment", 0, 1))
    zero = figure(
        "workers_total", [establishment(), establishment("e2"), visit("v1", "2024-05-02", workers_total=0)]
    )
    assert (zero.value, zero.coverage) == (0, Coverage("establishment", 1, 2))
    # Without an establishment the number of workers is zero and not unknown.
    assert figure("workers_total", []).value == 0


def test_material_and_contacts_are_not_added_up(figure: FiguresOf) -> None:
    services = {"info_contacts": {"quantity": 10}, "condoms_distributed": {"quantity": 2600}}
    sent = record(
        "harm_reduction_return",
        "h1",
        {"month": "2024-05-01", "unit_id": "d313_v1", "services": services},
    )
    units = (UNIT, OTHER_UNIT, "d313_v1")
    assert figure("harm_reduction_contacts", [sent], units=units).value == 10
    assert figure("condoms_distributed", [sent], units=units).value == 2600
    handed_out = session(
        "s1",
        "2024-05-02",
        materials={"leaflet": {"quantity": 100}, "panel": {"quantity": 2}, "video": {"quantity": 1}},
    )
    assert figure("materials_total", [handed_out]).value == 100
    assert figure("displays_total", [handed_out]).value == 2
    assert figure("media_products_total", [handed_out]).value == 1


def test_count_of_a_day_after_the_end_of_its_commune_does_not_count(figure: FiguresOf) -> None:
    """Xã Bát Trang became part of Xã An Trường on 1 July 2025; its account was still open."""
    counts = [
        record(
            "worker_census",
            f"w{total}",
            {"unit_id": OTHER_UNIT, "establishment_id": "e1", "counted_on": day, "workers_total": total},
        )
        for day, total in (("2025-06-20", 4), ("2025-07-20", 9))
    ]
    year = Period.of_year(2025)
    place = establishment(unit="c11635_v2", former_unit_ids=[OTHER_UNIT])
    assert figure("workers_total", [place, *counts], period=year, units=("c11635_v2",)).num == 4

"""Returns of the demo's agencies of 2024, by month or day, and the office's own entries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from field178_server.accounts import officers
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.demo.communes import DemoEntry
from field178_server.demo.places import DISTRICT
from field178_server.office.entries.operations import enter
from field178_server.office.returns.operations import ReturnEnterer
from field178_server.office.returns.queries import access_to_returns
from field178_server.records.batch import Batch
from field178_shared.merge import Data
from field178_shared.record_type import RecordType
from field178_shared.records.reading import text_of

_YEAR = 2024
_HEALTH, _FINANCE, _LABOUR = "dist_health_office", "dist_finance_office", "dist_labour_office"
_COMMUNE = "commune_people_committee"
_CULTURE, _FRONT = "dist_culture_office", "fatherland_front"
_MONTHS = 12

Dataset = Mapping[str, object]


def returns_of(dataset: Dataset) -> Iterator[DemoEntry]:
    """Yield the monthly returns, which add up to the totals of the year, and the office's entries."""
    totals = _mapping(dataset, "agency_returns_2024")
    places = dataset["establishments"]
    assert isinstance(places, list)
    examined = {"workers_examined": sum(int(place["workers_health_check"]) for place in places)}
    for agency, numbers in (*totals.items(), (_HEALTH, examined)):
        assert isinstance(numbers, Mapping)
        for month in range(_MONTHS):
            shares = {name: _share(int(number), month) for name, number in numbers.items()}
            yield _entry(RecordType.AGENCY_RETURN, agency, {"month": _first_of(month), **shares})
    services = _mapping(dataset, "harm_reduction_2024")
    for month in range(_MONTHS):
        quantities = {name: {"quantity": _share(int(str(total)), month)} for name, total in services.items()}
        yield _entry(
            RecordType.HARM_REDUCTION_RETURN, _HEALTH, {"month": _first_of(month), "services": quantities}
        )
    yield from _corrections()
    yield from _supervisions()
    yield from _of_office()
    for unit in _mapping(dataset, "per_commune"):
        staff: Data = {"agency_id": _COMMUNE, "unit_id": unit, "kind": "commune_staff_total", **_stated(2)}
        yield DemoEntry(RecordType.DENOMINATOR, unit, staff)


def _corrections() -> Iterator[DemoEntry]:
    for month, channel, action, count in (
        (3, "social_network", "correct_information", 3),
        (6, "website", "correction_asked", 1),
        (9, "social_network", "correction_asked", 2),
        (11, "social_network", "handed_over", 1),
    ):
        where: Data = {"channel_id": channel, "action_id": action, "topic_ids": ["prostitution_law"]}
        on = date(_YEAR, month, 14).isoformat()
        yield _entry(
            RecordType.INFORMATION_CORRECTION, _CULTURE, {"corrected_on": on, **where, "item_count": count}
        )


def _supervisions() -> Iterator[DemoEntry]:
    for kind, month, units, made, done in (
        ("supervision", 5, 4, 6, 5),
        ("social_criticism", 8, 1, 3, 3),
        ("supervision", 10, 3, 5, 2),
    ):
        outcome: Data = {"units_supervised": units, "recommendations": made, "recommendations_done": done}
        on = date(_YEAR, month, 20).isoformat()
        yield _entry(RecordType.SUPERVISION, _FRONT, {"kind_id": kind, "concluded_on": on, **outcome})


def _of_office() -> Iterator[DemoEntry]:
    for model, started_on, status in (
        ("prevention_2016_2020", "2017-05-15", "maintained"),
        ("worker_rights", "2024-04-01", "active"),
    ):
        yield _entry(
            RecordType.PILOT_MODEL, _LABOUR, {"model_id": model, "started_on": started_on, "status": status}
        )
    for subject, count in (("collective", 3), ("individual", 5)):
        given: Data = {"granted_on": f"{_YEAR}-12-10", "level": "district", "form": "certificate_of_merit"}
        yield _entry(RecordType.COMMENDATION, _LABOUR, {**given, "subject": subject, "count": count})
    for purpose, allocated, spent in (
        ("Tuyên truyền, tập huấn", 80_000_000, 76_500_000),
        ("Hoạt động của Đội 178", 60_000_000, 48_000_000),
    ):
        amounts: Data = {"allocated_vnd": allocated, "spent_vnd": spent}
        line: Data = {"year": _YEAR, "source": "district", "purpose": purpose, **amounts}
        yield _entry(RecordType.BUDGET_LINE, _FINANCE, line)
    yield _entry(RecordType.DENOMINATOR, _LABOUR, {"kind": "team_members_total", **_stated(6)})


def enter_returns(engine: Engine, context: OperationContext, dataset: Dataset, reviewer: str) -> int:
    """Write the returns by their reporters and the office's entries by a reviewer; return their number."""
    with snapshot(engine) as session:
        people = {
            reporter: officers.context_of(session, officers.by_login_or_id(session, context.tenant_id, login))
            for reporter, login in {**_logins(dataset), (_LABOUR, DISTRICT): reviewer}.items()
        }
    by_reporter: dict[tuple[str, str], list[DemoEntry]] = {}
    for entry in returns_of(dataset):
        by_reporter.setdefault((text_of(entry.data, "agency_id"), entry.unit_id), []).append(entry)
    for reporter, entries in by_reporter.items():
        officer = people[reporter]
        at = replace(context, actor=Actor("officer", officer.id))

        def work(
            session: Session,
            at: OperationContext = at,
            officer: officers.OfficerContext = officer,
            entries: list[DemoEntry] = entries,
        ) -> None:
            batch = Batch(session, at.tenant_id, at.clock, at.ids)
            enterer = ReturnEnterer(access_to_returns(session, officer, at.lists, date(_YEAR, 12, 31)))
            for entry in entries:
                enter(batch, at, enterer, entry.type, entry.data)
            batch.flush()

        run_write(engine, work)
    return sum(len(entries) for entries in by_reporter.values())


def _logins(dataset: Dataset) -> dict[tuple[str, str], str]:
    """Return the logins of reporters by (agency, unit)."""
    rows = dataset["officers"]
    assert isinstance(rows, list)
    return {
        (row["agency"], row.get("unit", DISTRICT)): row["id"].replace("gl_user_", "gl")
        for row in rows
        if row["role"] in ("agency_reporter", "commune_reporter")
    }


def _entry(record_type: str, agency: str, data: Data) -> DemoEntry:
    return DemoEntry(record_type, DISTRICT, {"agency_id": agency, "unit_id": DISTRICT, **data})


def _stated(value: int) -> Data:
    return {"valid_from": f"{_YEAR}-01-01", "value": value, "source_document": "GL-01/BC"}


def _first_of(month: int) -> str:
    return date(_YEAR, month + 1, 1).isoformat()


def _share(total: int, month: int) -> int:
    """Return the share of a year's total in a month (from 0); the shares add up to the total."""
    return total * (month + 1) // _MONTHS - total * month // _MONTHS


def _mapping(row: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = row[name]
    assert isinstance(value, Mapping)
    return value

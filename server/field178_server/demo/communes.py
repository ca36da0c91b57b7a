"""Entries of the demo's communes of 2024: posts, plans, counts of at-risk groups and of workers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from field178_server.accounts import officers
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.demo.expand import demo_id
from field178_server.demo.places import DISTRICT, station_of
from field178_server.office.commune.operations import CommuneEnterer
from field178_server.office.entries.operations import enter
from field178_server.records.access import AccessFilter
from field178_server.records.batch import Batch
from field178_server.records.lists_in_force import stored_pack
from field178_shared.list_packs import lists_with
from field178_shared.merge import Data
from field178_shared.record_type import RecordType

_YEAR = 2024
_FIRST_COUNT = date(_YEAR, 9, 2)
_GENRES = ("law_reading", "news", "article", "spot")
_TOPICS = ("prostitution_law", "harms", "stigma_reduction", "drug_prevention")
_COUNTS = ("workers_total", "workers_female", "workers_male", "workers_contract", "workers_health_check")

Dataset = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class DemoEntry:
    """An entry of a commune, or of the district for its own outlets."""

    type: str
    unit_id: str
    data: Data


def entries_of(dataset: Dataset) -> Iterator[DemoEntry]:
    """Yield posts by outlet and month, issued plans, at-risk groups, counts of unvisited establishments."""
    communes = _mapping(dataset, "per_commune")
    for unit in communes:
        yield from _posts(station_of(unit), unit, _numbers(_mapping(communes, unit), "media_by_month"))
    district = _mapping(dataset, "media_district")
    for outlet in district:
        yield from _posts(outlet, DISTRICT, _numbers(district, outlet))
    plans = _mapping(dataset, "commune_plans")
    for number, unit in enumerate(plans, 1):
        if (plan := _mapping(plans, unit))["issued"]:
            yield DemoEntry(RecordType.COMMUNE_PLAN, unit, _plan(number, unit, plan["integration"]))
    yield from _groups(communes)
    places = dataset["establishments"]
    assert isinstance(places, list)
    for number, place in enumerate(row for row in places if not row["visits"]):
        yield DemoEntry(RecordType.WORKER_CENSUS, place["unit"], _census(number, place))


def enter_communes(engine: Engine, context: OperationContext, dataset: Dataset, others: str) -> int:
    """Write the entries of communes, by their reporters or by the officer `others`; return their number.

    The outlets MUST be published before.
    """
    with snapshot(engine) as session:
        lists = lists_with(stored_pack(session, context.tenant_id))
        reporters = _reporters(session, context.tenant_id, dataset)
        other = officers.by_login_or_id(session, context.tenant_id, others).officer_id
    by_unit: dict[str, list[DemoEntry]] = {}
    for entry in entries_of(dataset):
        by_unit.setdefault(entry.unit_id, []).append(entry)
    for unit, entries in by_unit.items():
        at = replace(context, lists=lists, actor=Actor("officer", reporters.get(unit, other)))
        enterer = CommuneEnterer(AccessFilter(frozenset({f"unit:{unit}"})))

        def work(
            session: Session,
            at: OperationContext = at,
            enterer: CommuneEnterer = enterer,
            entries: list[DemoEntry] = entries,
        ) -> None:
            batch = Batch(session, at.tenant_id, at.clock, at.ids)
            for entry in entries:
                enter(batch, at, enterer, entry.type, entry.data)
            batch.flush()

        run_write(engine, work)
    return sum(len(entries) for entries in by_unit.values())


def _reporters(session: Session, tenant_id: str, dataset: Dataset) -> dict[str, str]:
    rows = dataset["officers"]
    assert isinstance(rows, list)
    logins = {row["unit"]: row["id"].replace("gl_user_", "gl") for row in rows if row.get("unit")}
    return {
        unit: officers.by_login_or_id(session, tenant_id, login).officer_id for unit, login in logins.items()
    }


def _posts(outlet: str, unit: str, by_month: list[int]) -> Iterator[DemoEntry]:
    for month, posts in enumerate(by_month, 1):
        for number in range(posts):
            index = month + number
            data: Data = {
                "outlet_id": outlet,
                "unit_id": unit,
                "published_on": date(_YEAR, month, 4 + 7 * number).isoformat(),
                "genre_id": _GENRES[index % len(_GENRES)],
                "title": f"Tin, bài GL-{month:02}-{number + 1}",
                "broadcast_times": 1 + index % 3,
                "topic_ids": [_TOPICS[index % len(_TOPICS)]],
            }
            timed = {} if outlet == "district_portal" else {"duration_minutes": 5 + 5 * (index % 3)}
            yield DemoEntry(RecordType.MEDIA_POST, unit, {**data, **timed})


def _plan(number: int, unit: str, integration: object) -> Data:
    issued_on = date(_YEAR, 1, 10) + timedelta(days=number)
    data: Data = {
        "unit_id": unit,
        "year": _YEAR,
        "document_number": f"GL-{number:02}/KH-UBND",
        "issued_on": issued_on.isoformat(),
    }
    return {**data, "integration_ids": integration} if integration else data


def _groups(communes: Mapping[str, object]) -> Iterator[DemoEntry]:
    """Yield the at-risk groups of the second half-year; those of the last commune are still missing."""
    for number, unit in enumerate(list(communes)[:-1]):
        workers = _mapping(communes, unit)
        women, youth = 6 + 11 * number % 29, 3 + 7 * number % 31
        for group, people, of_women in (
            ("women_unstable_work", women, women),
            ("youth_unstable_work", youth, youth // 3),
            ("workers_in_scope", workers["workers_total"], workers["workers_female"]),
        ):
            count: Data = {"half_year": f"{_YEAR}-07-01", "group_id": group, "people_total": people}
            yield DemoEntry(
                RecordType.RISK_GROUP_COUNT, unit, {"unit_id": unit, **count, "women_total": of_women}
            )


def _census(number: int, place: Mapping[str, object]) -> Data:
    return {
        "establishment_id": demo_id(str(place["id"])),
        "unit_id": place["unit"],
        "counted_on": (_FIRST_COUNT + timedelta(days=number)).isoformat(),
        **{name: place[name] for name in _COUNTS},
    }


def _mapping(row: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = row[name]
    assert isinstance(value, Mapping)
    return value


def _numbers(row: Mapping[str, object], name: str) -> list[int]:
    numbers = row[name]
    assert isinstance(numbers, list)
    return [number for number in numbers if isinstance(number, int)]

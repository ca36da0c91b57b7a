"""Teams' decisions and positions in the demo, and the plan of visits with its quotas."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor
from field178_server.database.unit_of_work import run_write
from field178_server.demo.expand import FIRST_VISIT, DemoRecord, demo_id
from field178_server.office.plan import operations as plan
from field178_server.office.plan.operations import Assignment
from field178_server.office.teams import operations as teams
from field178_server.office.teams.operations import SeenTeam
from field178_server.records.batch import Batch
from field178_server.records.sealed_visits import Keys
from field178_shared.merge import Data
from field178_shared.records.plan import UNANNOUNCED
from field178_shared.records.teams import PLAIN_MEMBER, Membership, Team

YEAR = 2025
DECISION: Data = {
    "decision_number": "GL-12/QĐ-UBND",
    "decision_date": "2024-01-05",
    "deciding_agency": "dist_people_committee",
    "valid_from": "2024-01-05",
    "valid_to": "2025-12-31",
}
POSITIONS = {"gl01": "team_leader", "gl02": "secretary", "gl03": "deputy_leader"}
SECOND_DECISION: Data = {**DECISION, "decision_number": "GL-13/QĐ-UBND"}
SECOND_POSITIONS = {"gl04": "team_leader", "gl05": "secretary", "gl06": PLAIN_MEMBER}
_QUOTAS: Mapping[int, tuple[Data, ...]] = {
    2024: ({"count": 90}, {"establishment_type_id": "karaoke", "count": 20}),
    YEAR: (
        {"count": 96},
        {"establishment_type_id": "karaoke", "count": 24},
        {"establishment_type_id": "massage", "count": 8},
        {"unit_id": "c11629_v1", "count": 20},
        {"unit_id": "c11656_v1", "count": 20},
        {"month": 2, "count": 8},
    ),
}
# Establishments planned by month of the year; the visits of January were not made.
_PLANNED: Mapping[int, tuple[str, ...]] = {
    1: ("gl003", "gl004", "gl010"),
    2: ("gl015", "gl017", "gl025", "gl005", "gl012"),
    3: ("gl001", "gl002", "gl006", "gl016"),
    5: ("gl007", "gl008", "gl018", "gl020"),
    9: ("gl009", "gl011", "gl013", "gl014"),
}
_UNANNOUNCED = ("gl019", date(YEAR, 2, 20))


def write_positions(engine: Engine, context: OperationContext, team: Team, ids: Mapping[str, str]) -> None:
    """Write the members' positions in the team, as of its first day."""
    for officer_id, position in ids.items():
        membership = Membership(position=position, valid_from=FIRST_VISIT.replace(day=5))

        def work(session: Session, who: str = officer_id, member: Membership = membership) -> None:
            seen = SeenTeam(team.id, teams.revision_of(session, context, team.id))
            teams.set_member(session, context, seen, who, member)

        run_write(engine, work)


def plan_visits(
    engine: Engine,
    context: OperationContext,
    keys: Keys,
    team: Team,
    planner: str,
    tried: Iterable[DemoRecord] = (),
) -> None:
    """Write the quotas of both years, this year's planned visits, and planned visits for `tried` records.

    With `keys`, one visit is planned unannounced.
    """
    months: dict[tuple[date, str], list[str]] = {}
    for visit in tried:
        if visit.data.get("inspection_kind") == "planned":
            first = date.fromisoformat(str(visit.data["started_at"])[:10]).replace(day=1)
            months.setdefault((first, str(visit.data["team_id"])), []).append(
                str(visit.data["establishment_id"])
            )
    for month, ids in _PLANNED.items():
        months[date(YEAR, month, 1), team.id] = list(map(demo_id, ids))
    at = replace(context, actor=Actor("officer", planner))

    def work(session: Session) -> None:
        batch = Batch(session, at.tenant_id, at.clock, at.ids)
        for year, quotas in _QUOTAS.items():
            numbered = {f"q{number}": quota for number, quota in enumerate(quotas, 1)}
            data: Data = {"year": year, "number": f"GL-03/KH-UBND/{year}", "issued_on": f"{year}-01-08"}
            plan.set_plan(batch, at, {**data, "quotas": numbered}, seen_rev=0)
        for (first, team_id), places in months.items():
            last = first.replace(day=monthrange(first.year, first.month)[1])
            plan.add_items(batch, at, keys, places, _assignment(team_id, first, last))
        place, day = _UNANNOUNCED
        hidden = replace(_assignment(team.id, day, day), kind=UNANNOUNCED)
        plan.add_items(batch, at, keys, [demo_id(place)] if keys else [], hidden)
        batch.flush()

    run_write(engine, work)


def _assignment(team_id: str, first: date, last: date) -> Assignment:
    return Assignment(
        team_id=team_id, window_from=first, window_to=last, kind="planned", trigger="annual_plan"
    )

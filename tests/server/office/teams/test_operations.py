"""Teams and hand-over in the store: rights by the day, and counts, on each engine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from tests.shared import builders
from tests.world import OFFICER, TENANT, UNIT, World

from field178_server.accounts import memberships, officers
from field178_server.accounts import operations as accounts
from field178_server.accounts.operations import AccountChange, AccountRequest
from field178_server.audit.operation_context import OperationContext
from field178_server.database.models import FiledRecord, Officer
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.filed_records.list_filter import FiledRecordFilter, FiledRecordList
from field178_server.office.filed_records.queries import filed_record_page
from field178_server.office.people import operations as people
from field178_server.office.people.queries import hand_overs, open_records, open_work
from field178_server.office.plan.operations import set_plan
from field178_server.office.plan.progress import PlanReader
from field178_server.office.plan.queries import year_plan
from field178_server.office.teams import operations, queries
from field178_server.office.teams.operations import SeenTeam
from field178_server.records.access import AccessFilter
from field178_server.records.keyset import PageStart
from field178_shared.codelists import load
from field178_shared.records.number_block import minutes_number
from field178_shared.records.teams import Membership
from field178_shared.time.clock import local_date

TEAM_ID = "01900000-0000-7000-8000-000000000178"
SCOPE = f"team:{TEAM_ID}"
UNIT_ID = UNIT.removeprefix("unit:")
ALL = AccessFilter(None)
VALUES = {
    "name": "Đội 178",
    "level": "district",
    "unit_ids": [UNIT_ID],
    "standing_agency": "dist_labour_office",
    "decision_number": "12/QĐ-UBND",
}


class Desk:
    """An office with one team, officer `an` in it, and `binh` who is not."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.write(lambda session: operations.save(session, self.context, SeenTeam(TEAM_ID, 0), VALUES))
        self.binh = self.write(
            lambda session: accounts.add(
                session, self.context, AccountRequest("binh", "Bình", "inspector", None, ()), (), "not a hash"
            )
        )
        self.member(OFFICER)

    @property
    def context(self) -> OperationContext:
        return OperationContext(TENANT, self.world.clock, self.world.ids, load())

    @property
    def today(self) -> date:
        return local_date(self.world.clock.now())

    def write(self, work: Callable[[Any], Any]) -> Any:
        return run_write(self.world.engine, work)

    def read(self, work: Callable[[Any], Any]) -> Any:
        with snapshot(self.world.engine) as session:
            return work(session)

    def member(self, officer_id: str, **days: date) -> None:
        def work(session: Any) -> None:
            seen = SeenTeam(TEAM_ID, operations.revision_of(session, self.context, TEAM_ID))
            operations.set_member(session, self.context, seen, officer_id, Membership(**days))

        self.write(work)

    def belongs(self, officer_id: str) -> bool:
        return SCOPE in self.read(lambda session: officers.scopes_of(session, TENANT, officer_id))

    def page(self) -> queries.TeamPage:
        return self.read(lambda session: queries.team_page(session, TENANT, ALL, TEAM_ID, self.today))


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def test_rights_follow_the_days_and_a_missed_hour_is_made_up(desk: Desk) -> None:
    desk.member(desk.binh, valid_from=desk.today + timedelta(days=1), valid_to=desk.today + timedelta(days=2))
    assert not desk.belongs(desk.binh)
    for days, expected in ((1, True), (1, True), (3, False)):
        desk.world.clock._now += timedelta(days=days)
        changed = desk.write(lambda session: memberships.follow_day(session, desk.context))
        assert desk.belongs(desk.binh) is expected, days
    assert changed == 1
    assert desk.write(lambda session: memberships.follow_day(session, desk.context)) == 0


def test_membership_removed_with_the_account_does_not_come_back(desk: Desk) -> None:
    desk.member(desk.binh, valid_from=desk.today)
    desk.world.clock._now += timedelta(days=1)
    change = AccountChange("Bình", "inspector", "commune_culture_social", (), ())
    desk.write(lambda session: accounts.change(session, desk.context, desk.binh, change))
    assert not desk.belongs(desk.binh)
    assert desk.write(lambda session: memberships.follow_day(session, desk.context)) == 0
    assert not desk.belongs(desk.binh)
    (leaver,) = [member for member in desk.page().members if member.officer_id == desk.binh]
    assert leaver.membership.has_ended(desk.today)


def test_commune_of_another_team_stays_with_its_member(desk: Desk) -> None:
    other = desk.world.ids.random()
    values = VALUES | {"name": "Đội hai"}
    desk.write(lambda session: operations.save(session, desk.context, SeenTeam(other, 0), values))

    def join(session: Any) -> None:
        operations.set_member(session, desk.context, SeenTeam(other, 1), OFFICER, Membership())

    desk.write(join)
    desk.member(OFFICER, valid_to=desk.today - timedelta(days=1))
    own = desk.read(lambda session: officers.scopes_of(session, TENANT, OFFICER))
    assert own == {f"team:{other}", UNIT}


def visits(desk: Desk) -> list[str]:
    tablet = desk.world.tablet(SCOPE, UNIT, "ref")
    place = tablet.created(builders.establishment(unit_id=UNIT_ID))
    visit_ids = []
    for number in range(3):
        visit = builders.inspection(establishment_id=place, team_id=TEAM_ID, unit_id=UNIT_ID)
        data = visit | {"minutes_number": minutes_number(number + 1)}
        visit_ids.append(tablet.created(data, type="inspection", scope=SCOPE))
    desk.world.review(visit_ids[0], "returned")
    desk.world.review(visit_ids[1], "void")
    return visit_ids


def test_hand_over_and_its_undo_leave_the_records_as_they_were(desk: Desk) -> None:
    returned, *_ = visits(desk)
    desk.member(desk.binh)
    given = desk.write(lambda session: people.hand_over(session, desk.context, ALL, OFFICER, desk.binh))
    work = desk.read(lambda session: open_work(session, TENANT, desk.binh))
    assert work.returned == 1
    assert {row.officer_id: row.returned for row in desk.page().members} == {OFFICER: 0, desk.binh: 1}
    (made,) = desk.read(lambda session: hand_overs(session, TENANT, OFFICER))
    assert (made.count, made.is_untouched) == (1, True)
    desk.write(lambda session: people.undo(session, desk.context, OFFICER, given))
    records = desk.read(lambda session: open_records(session, TENANT, ALL, OFFICER))
    assert [record.record_id for record in records] == [returned]
    assert desk.read(lambda session: set(session.scalars(select(FiledRecord.handed_to)))) == {None}


def test_page_of_the_team_counts_the_visits_of_the_table(desk: Desk) -> None:
    visits(desk)
    counted = desk.page().visits
    assert counted == {"returned": 1, "waiting": 1}
    for state, count in counted.items():
        narrow = FiledRecordFilter("inspection", team_id=TEAM_ID, state=state)
        listed = desk.read(
            lambda session, filter_=narrow: filed_record_page(
                session, FiledRecordList(TENANT, ALL, filter_), PageStart()
            )
        )
        assert listed.total == count, state


def test_quota_counts_the_visits_of_the_table(desk: Desk) -> None:
    visits(desk)
    kind = builders.establishment()["establishment_type_id"]
    quotas = {"a": {"count": 5}, "b": {"establishment_type_id": kind, "unit_id": UNIT_ID, "count": 5}}
    day = builders.inspection()["started_at"][:4]
    plan = {"year": int(day), "quotas": quotas}

    def work(session: Any) -> None:
        batch = desk.world.batch(session)
        set_plan(batch, desk.context, plan, 0)
        batch.flush()

    desk.write(work)
    reader = PlanReader(TENANT, ALL, desk.today)
    done = [quota.done for quota in desk.read(lambda session: year_plan(session, reader, int(day))).quotas]
    assert done == [2, 2]
    for unit, type_ in (("", ""), (UNIT_ID, kind)):
        narrow = FiledRecordFilter("inspection", unit_id=unit, establishment_type_id=type_, is_counted=True)
        listed = desk.read(
            lambda session, filter_=narrow: filed_record_page(
                session, FiledRecordList(TENANT, ALL, filter_), PageStart()
            )
        )
        assert listed.total == 2


def test_officer_whose_role_files_nothing_is_no_successor(desk: Desk) -> None:
    visits(desk)
    desk.member(desk.binh)

    def to_reviewer(session: Any) -> None:
        session.get_one(Officer, (TENANT, desk.binh)).role = "reviewer"

    desk.write(to_reviewer)
    records = desk.read(lambda session: open_records(session, TENANT, ALL, OFFICER))
    assert records
    with pytest.raises(Exception, match="not_found"):
        desk.write(lambda session: people.hand_over(session, desk.context, ALL, OFFICER, desk.binh))

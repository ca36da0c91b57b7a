"""Lists of notices and of their recipients, the same on both engines."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session
from tests.server.office.notices.test_operations import act, announce
from tests.world import OFFICER, TEAM, World

from field178_server.accounts.officers import OfficerContext
from field178_server.database.models import Notice, NoticeDelivery
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.notices import operations, queries
from field178_server.office.notices.queries import Reach
from field178_server.office.notices.tabs import NoticeTab, shown_now
from field178_server.records.keyset import PageStart

LEAD = OfficerContext("main", OFFICER, "an", "An", "court", "inspector", "vi", frozenset({TEAM}))


def read(world: World, work: Any) -> Any:
    with snapshot(world.engine) as session:
        return work(session)


def test_lists_contain_shown_coming_and_past_notices(world: World) -> None:
    shown, over = announce(world, "info"), announce(world, "info", seconds=30)
    coming = announce(world, "info", since=world.clock.now() + timedelta(hours=2))
    world.clock.move(minutes=1)
    now = world.clock.now()
    ids = {
        tab: [
            notice.notice_id
            for notice in read(
                world, lambda s, tab=tab: queries.notice_page(s, world.tenant_id, tab, PageStart(), now)
            ).notices
        ]
        for tab in NoticeTab
    }
    assert ids == {NoticeTab.SHOWN: [shown], NoticeTab.COMING: [coming], NoticeTab.ENDED: [over]}
    assert [notice.notice_id for notice in read(world, lambda s: shown_now(s, world.tenant_id, now))] == [
        shown
    ]


def test_an_officer_is_shown_the_unread_first_and_each_reader_counts_once(world: World) -> None:
    tablet = world.tablet()
    first, second = announce(world, "info", audience=TEAM), announce(world, "info")
    announce(world, "info", audience="role:reviewer")
    for _ in range(2):
        act(world, lambda session, context: operations.mark_read(session, context, LEAD, second))

    def deliver(session: Session) -> None:
        session.add(
            NoticeDelivery(
                tenant_id=world.tenant_id,
                notice_id=second,
                device_id=tablet.device,
                delivered_at=world.clock.now(),
            )
        )

    run_write(world.engine, deliver)
    now = world.clock.now()
    own = read(world, lambda session: queries.own_notices(session, LEAD, now))
    assert [(notice.notice_id, notice.read_at is None) for notice in own] == [(first, True), (second, False)]
    page = read(world, lambda s: queries.notice_page(s, world.tenant_id, NoticeTab.SHOWN, PageStart(), now))
    assert page.reach[second] == Reach(officers=1, read=1, tablets=1, delivered=1)
    people = read(world, lambda s: queries.addressees(s, s.get_one(Notice, (world.tenant_id, second))))
    (person,) = people
    assert person.read_at is not None
    assert [tablet.delivered_at is not None for tablet in person.tablets] == [True]
    assert person.seen_at == person.read_at

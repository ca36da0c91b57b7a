"""Notices: shown in `hello`, part of the agreement, gone when their time is over (protocol §12.4)."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session
from tests.server.replication.test_exchange import state_of
from tests.world import OFFICER, TEAM, World

from field178_server.audit.operation_context import OperationContext
from field178_server.database.models import Audit, Device, Notice, NoticeDelivery, Officer
from field178_server.database.unit_of_work import run_write
from field178_server.office.notices import operations as notices
from field178_server.office.notices.operations import Announcement, NoticeText
from field178_shared.codelists import load
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import IdSource

WORDING = NoticeText("Chuyển địa bàn ngày mai.", "Areas move tomorrow.")


def act(world: World, work: Callable[[Session, OperationContext], Any]) -> Any:
    context = OperationContext(world.tenant_id, world.clock, IdSource(world.clock, random.Random(7)), load())
    return run_write(world.engine, lambda session: work(session, context))


def announce(
    world: World,
    kind: str = "reform",
    wording: NoticeText = WORDING,
    audience: str | None = None,
    since: datetime | None = None,
    **lasts: int,
) -> str:
    until = world.clock.now() + timedelta(**(lasts or {"days": 1}))
    announcement = Announcement(kind, wording, until, since, audience)
    made = act(world, lambda session, context: notices.announce(session, context, announcement))
    assert isinstance(made, Notice)
    return made.notice_id


def test_every_tablet_is_shown_a_notice_in_both_languages(world: World) -> None:
    notice_id = announce(world)
    (shown,) = world.tablet().ask()[0]["notices"]
    assert shown == {"id": notice_id, "kind": "reform", "text": {"vi": WORDING.vi, "en": WORDING.en}}
    assert "notice_announced" in {entry.action for entry in world.rows(Audit)}


def test_undelivered_notice_prevents_agreement(world: World) -> None:
    tablet = world.tablet()
    hello = tablet.sync()[0]
    before = state_of(tablet, hello)
    assert tablet.ask(state=before)[0].get("agreed")
    notice_id = announce(world)
    frames = tablet.ask(state=before)
    assert "agreed" not in frames[0]
    # There is a checkpoint to store it with.
    assert [frame["frame"] for frame in frames[1:]] == ["ck", "ck", "ck", "end"]
    assert tablet.ask(state=state_of(tablet, hello, [notice_id]))[0].get("agreed")


def test_a_notice_runs_out_or_is_taken_down(world: World) -> None:
    tablet = world.tablet()
    announce(world, seconds=1)
    kept = announce(world)
    world.clock.move(seconds=2)
    assert [notice["id"] for notice in tablet.ask()[0]["notices"]] == [kept]
    act(world, lambda session, context: notices.withdraw(session, context, kept))
    assert tablet.ask()[0]["notices"] == []
    assert len(world.rows(Notice)) == 2
    with pytest.raises(AppError):
        act(world, lambda session, context: notices.withdraw(session, context, "nowhere"))


def test_tablet_shows_notices_for_its_team_or_its_officers_agency_or_role(world: World) -> None:
    world.change_rows(Officer, agency="court")
    tablet, other = world.tablet(TEAM), world.tablet()
    own = [
        announce(world, "info", audience=audience) for audience in (TEAM, "agency:court", "role:inspector")
    ]
    announce(world, "info", audience="role:reviewer")
    announce(world, "info", audience="agency:procuracy")
    assert [notice["id"] for notice in tablet.ask()[0]["notices"]] == own
    assert [notice["id"] for notice in other.ask()[0]["notices"]] == own[1:]


def test_a_notice_begins_on_its_day(world: World) -> None:
    tablet, begin = world.tablet(), world.clock.now() + timedelta(hours=1)
    notice_id = announce(world, since=begin)
    assert tablet.ask()[0]["notices"] == []
    world.clock.move(hours=1)
    assert [notice["id"] for notice in tablet.ask()[0]["notices"]] == [notice_id]


def test_a_notice_counts_as_delivered_once_the_tablet_agrees_that_it_has_it(world: World) -> None:
    tablet = world.tablet()
    hello, notice_id = tablet.sync()[0], announce(world)
    tablet.ask(state=state_of(tablet, hello))
    assert world.rows(NoticeDelivery) == []
    tablet.ask(state=state_of(tablet, hello, [notice_id]))
    (first,) = world.rows(NoticeDelivery)
    assert (first.notice_id, first.device_id) == (notice_id, tablet.device)
    world.clock.move(hours=1)
    tablet.ask(state=state_of(tablet, hello, [notice_id]))
    assert [delivery.delivered_at for delivery in world.rows(NoticeDelivery)] == [first.delivered_at]


@pytest.mark.parametrize(
    "audience", ["role:king", "agency:navy", "team:01900000-0000-7000-8000-000000000999", "unit:c11629_v1"]
)
def test_a_notice_is_for_somebody_there_is(world: World, audience: str) -> None:
    with pytest.raises(AppError) as refused:
        announce(world, audience=audience)
    assert refused.value.code is ErrorCode.BAD_REQUEST


def test_a_notice_ends_after_it_begins(world: World) -> None:
    with pytest.raises(AppError) as refused:
        announce(world, since=world.clock.now() + timedelta(days=2), days=1)
    assert refused.value.code is ErrorCode.END_BEFORE_START


def test_a_revoked_tablet_is_shown_nothing(world: World) -> None:
    tablet = world.tablet()
    announce(world)
    world.change_rows(Device, revoked_at=world.clock.now())
    assert tablet.ask()[0]["notices"] == []


@pytest.mark.parametrize(
    ("wording", "code"),
    [
        (NoticeText(" ", "x"), ErrorCode.REQUIRED),
        (NoticeText("x", ""), ErrorCode.REQUIRED),
        (NoticeText("x" * 501, "x"), ErrorCode.TOO_LONG),
    ],
)
def test_a_notice_needs_words_in_both_languages(world: World, wording: NoticeText, code: ErrorCode) -> None:
    with pytest.raises(AppError) as refused:
        announce(world, wording=wording)
    assert refused.value.code is code
    assert world.rows(Notice) == []


def test_no_more_are_shown_than_a_hello_bears(world: World) -> None:
    for _ in range(notices.MAX_SHOWN):
        announce(world)
    with pytest.raises(AppError) as refused:
        announce(world)
    assert refused.value.code is ErrorCode.TOO_LARGE


def test_notices_to_one_officer_displace_none_of_the_office(world: World) -> None:
    tablet = world.tablet()
    announced = announce(world)
    at = world.clock.now()

    def tell(session: Session) -> None:
        for number in range(notices.MAX_SHOWN):
            session.add(
                Notice(
                    tenant_id=world.tenant_id,
                    notice_id=f"f{number:02}",
                    kind="info",
                    officer_id=OFFICER,
                    device_id="another",
                    text_vi="x",
                    text_en="x",
                    made_at=at,
                    until=at + timedelta(days=1),
                )
            )

    run_write(world.engine, tell)
    shown = [notice["id"] for notice in tablet.ask()[0]["notices"]]
    assert shown == sorted([announced, *(f"f{number:02}" for number in range(1, notices.MAX_SHOWN))])

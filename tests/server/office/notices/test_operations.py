"""Notices: shown in `hello`, part of the agreement, gone when their time is over (protocol §12.4)."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session
from tests.server.replication.test_exchange import state_of
from tests.world import World

from field178_server.audit.operation_context import OperationContext
from field178_server.database.models import Audit, Device, Notice
from field178_server.database.unit_of_work import run_write
from field178_server.office.notices import operations as notices
from field178_server.office.notices.operations import NoticeText
from field178_shared.codelists import load
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import IdSource

WORDING = NoticeText("Chuyển địa bàn ngày mai.", "Areas move tomorrow.")


def act(world: World, work: Callable[[Session, OperationContext], Any]) -> Any:
    context = OperationContext(world.tenant_id, world.clock, IdSource(world.clock, random.Random(7)), load())
    return run_write(world.engine, lambda session: work(session, context))


def announce(world: World, kind: str = "reform", wording: NoticeText = WORDING, **lasts: int) -> str:
    duration = timedelta(**(lasts or {"days": 1}))
    made = act(world, lambda session, context: notices.announce(session, context, kind, wording, duration))
    assert isinstance(made, Notice)
    return made.notice_id


def test_every_tablet_is_shown_a_notice_in_both_languages(world: World) -> None:
    notice_id = announce(world)
    (shown,) = world.tablet().ask()[0]["notices"]
    assert shown == {"id": notice_id, "kind": "reform", "text": {"vi": WORDING.vi, "en": WORDING.en}}
    assert "notice_announced" in {one.action for one in world.rows(Audit)}


def test_a_notice_that_was_not_heard_of_is_a_disagreement(world: World) -> None:
    tablet = world.tablet()
    hello = tablet.sync()[0]
    before = state_of(tablet, hello)
    assert tablet.ask(state=before)[0].get("agreed")
    notice_id = announce(world)
    frames = tablet.ask(state=before)
    assert "agreed" not in frames[0]
    # There is a checkpoint to store it with.
    assert [frame["frame"] for frame in frames[1:]] == ["ck", "ck", "end"]
    assert tablet.ask(state=state_of(tablet, hello, [notice_id]))[0].get("agreed")


def test_a_notice_runs_out_or_is_taken_down(world: World) -> None:
    tablet = world.tablet()
    announce(world, milliseconds=1)
    kept = announce(world)
    assert [one["id"] for one in tablet.ask()[0]["notices"]] == [kept]
    act(world, lambda session, context: notices.withdraw(session, context, kept))
    assert tablet.ask()[0]["notices"] == []
    assert len(world.rows(Notice)) == 2
    with pytest.raises(AppError):
        act(world, lambda session, context: notices.withdraw(session, context, "nowhere"))


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

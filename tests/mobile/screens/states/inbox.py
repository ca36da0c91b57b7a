"""States of the inbox."""

from __future__ import annotations

from tests.mobile.screens.posing import Pose
from tests.mobile.screens.states.registry import state


@state("empty")
def inbox_empty(pose: Pose) -> None:
    pose.screen("inbox")


@state()
def inbox(pose: Pose) -> None:
    _inbox(pose)


@state()
def inbox_returned(pose: Pose) -> None:
    _inbox(pose, "r1")


@state()
def inbox_refused(pose: Pose) -> None:
    _inbox(pose, "r2")


@state()
def inbox_conflict(pose: Pose) -> None:
    _inbox(pose, "e1")


@state()
def inbox_message(pose: Pose) -> None:
    _inbox(pose, "n1", with_messages=True)


def _inbox(pose: Pose, opened: str = "", *, with_messages: bool = False) -> None:
    from tests.mobile.screens.test_inbox import CONFLICT, MESSAGES, REFUSED, RETURNED, Shelf

    from field178_mobile.features.inbox.inbox import InboxActions, InboxPresenter

    screen = pose.screen("inbox")
    acts = InboxActions(lambda *_at: None, lambda *_settled: None, read_notices=lambda: {"n1"})
    words = pose.door.session_view.services.words()
    shelf = Shelf(RETURNED, REFUSED, CONFLICT, *(MESSAGES if with_messages else ()))
    screen.presenter = InboxPresenter(shelf, pose.clock, words, acts, screen.show)
    screen.presenter.refresh()
    if opened:
        row = next(row for row in screen.ids.rows.data if row["key"].find(opened) >= 0)
        screen.presenter.open(row["key"])

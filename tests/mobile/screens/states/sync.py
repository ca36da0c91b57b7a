"""States of exchange with the office."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.mobile.screens.posing import Pose
from tests.mobile.screens.states.registry import state


@state("empty")
def sync_never(pose: Pose) -> None:
    pose.screen("sync")


@state()
def sync_in_agreement(pose: Pose) -> None:
    from tests.mobile.screens.test_sync import FACTS, QUIET

    from field178_mobile.replication.events import Phase, SyncMessage, SyncState

    _sync(pose, QUIET, replace(FACTS, unsent=()), SyncState(Phase.IDLE, SyncMessage.IN_SYNC, True))


@state()
def sync_offline(pose: Pose) -> None:
    from tests.mobile.screens.test_sync import FACTS, NO_NETWORK, PHOTOS, STATUS

    _sync(pose, STATUS, replace(FACTS, photos=PHOTOS), NO_NETWORK)


@state()
def sync_asks(pose: Pose) -> None:
    from tests.mobile.screens.test_sync import FACTS, PHOTOS, SENDING, STATUS

    from field178_mobile.store.replication.mass_deletion_guard import WithheldDeletions
    from field178_shared.wire.hash_chain import RootAlarm

    facts = replace(
        FACTS, withheld=WithheldDeletions(64, is_kept=False), tombstones=64, lost=12, photos=PHOTOS
    )
    _sync(pose, STATUS, replace(facts, root_alarm=RootAlarm.LOWER), SENDING)


@state()
def sync_asks_for_a_sign_in(pose: Pose) -> None:
    from tests.mobile.screens.test_sync import FACTS, STATUS

    from field178_mobile.replication.events import Phase, SyncMessage, SyncState

    facts = replace(FACTS, needs_sign_in=True, scopes=())
    _sync(pose, STATUS, facts, SyncState(Phase.IDLE, SyncMessage.SIGN_IN))


@state()
def sync_sign_out_question(pose: Pose) -> None:
    sync_in_agreement(pose)
    pose.screen("sync").ask_sign_out()


def _sync(pose: Pose, status: Any, facts: Any, sync_state: Any) -> None:
    from tests.mobile.screens.test_sync import Shelf

    from field178_mobile.features.sync_status.sync import SyncPresenter

    screen = pose.screen("sync")
    pose.runner.shown = sync_state
    words = pose.door.session_view.services.words()
    screen.presenter = SyncPresenter(
        lambda: (status, facts), pose.runner, pose.clock, words, screen.show, Shelf()
    )
    screen.presenter.refresh()

"""An expired lease decides without a screen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.mobile.features.access.test_unlock import SPEECH

from field178_mobile.features.access.lease import LeasePresenter, LeaseState
from field178_mobile.replication.events import Phase, SyncState
from field178_mobile.store.replication.lease import Lease

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def test_one_tap_connects_and_a_contact_goes_on_once():
    lease = [Lease(7, NOW, NOW + timedelta(days=9))]
    states, woken, renewed = list[LeaseState](), [], []
    presenter = LeasePresenter(
        lambda: lease[0], lambda: woken.append(True), SPEECH, states.append, lambda: renewed.append(True)
    )
    presenter.start()
    assert states[-1] == LeaseState("No contact with the office for 9 days")
    presenter.connect()
    assert (woken, states[-1].is_busy) == ([True], True)
    presenter.follow(SyncState(phase=Phase.EXCHANGING))
    assert states[-1].is_busy
    presenter.follow(SyncState(phase=Phase.WAITING))
    assert (states[-1].is_busy, states[-1].error.startswith("The server was not reached")) == (False, True)
    lease[0] = Lease(7, NOW, NOW)
    for _time in range(2):
        presenter.follow(SyncState(phase=Phase.IDLE))
    assert renewed == [True]

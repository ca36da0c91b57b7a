"""An order of the office on the tablet decides without a screen."""

from __future__ import annotations

from tests.mobile.features.access.test_unlock import SPEECH
from tests.mobile.screens.fakes import DirectBackground

from field178_mobile.features.access.order import OrderPresenter, OrderState, WipedPresenter
from field178_mobile.replication.events import Closed, Phase, SyncState
from field178_mobile.store.replication.orders import StoredOrder
from field178_mobile.wiped import WipeNote
from field178_shared.device_orders import OrderKind
from field178_shared.errors import AppError, ErrorCode

AT = "2026-11-24T01:30:00Z"


def test_closed_tablet_shows_why_and_goes_on_once_when_it_is_opened():
    states, woken, opened = list[OrderState](), [], []
    order = StoredOrder(1, OrderKind.LOCK, "Để quên", AT)
    presenter = OrderPresenter(
        order, lambda: woken.append(True), SPEECH, states.append, lambda: opened.append(True)
    )
    presenter.start()
    assert states[-1].reason == "Reason, 24/11/2026 08:30: Để quên"
    assert (states[-1].button, states[-1].has_lock) == ("Connect", True)
    presenter.press()
    assert (woken, states[-1].is_busy) == ([True], True)
    presenter.follow(SyncState(phase=Phase.IDLE, closed=Closed.ORDERED))
    assert (states[-1].is_busy, states[-1].error) == (False, "")
    presenter.follow(SyncState(phase=Phase.WAITING, closed=Closed.ORDERED))
    assert states[-1].error.startswith("The server was not reached")
    for _time in range(2):
        presenter.follow(SyncState(phase=Phase.EXCHANGING, closed=Closed.NO))
    assert opened == [True]


def test_wiped_tablet_tells_the_office_before_it_is_enrolled():
    states, enrolled, failures = list[OrderState](), [], [AppError(ErrorCode.NO_NETWORK)]

    def answer() -> None:
        if failures:
            raise failures.pop()

    note = WipeNote("Mất", AT, "https://office.invalid", "", 2, {"number": 1})
    presenter = WipedPresenter(
        note, answer, DirectBackground(), SPEECH, states.append, lambda: enrolled.append(True)
    )
    presenter.start()
    assert (states[-1].button, states[-1].error != "") == ("Tell the office", True)
    assert "could not be sent: 2" in states[-1].text
    presenter.press()
    assert (states[-1].button, states[-1].error, enrolled) == ("Enrol this tablet", "", [])
    presenter.press()
    assert enrolled == [True]

"""Orders on the tablet: whose are obeyed, how often, and what the receipt says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.mobile.screens.fakes import enrolment
from tests.mobile.support import USER, FrozenClock, base_row, draft_of, server_commits

from field178_mobile.replication.events import Closed
from field178_mobile.replication.orders import OrderFollower, OrderPorts
from field178_mobile.store import Store
from field178_mobile.store.replication.orders import StoredOrder, stored_order
from field178_mobile.vault import Enrolment, base64url
from field178_shared.crypto.signatures import is_signed
from field178_shared.device_orders import OrderKind, OrderOutcome, OrderReceipt, SignedOrder
from field178_shared.errors import AppError, ErrorCode

OFFICE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
DEVICE = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
READ, OWN = "0197aaaa-0000-7000-8000-000000000001", "0197aaaa-0000-7000-8000-000000000002"


def public(key: Ed25519PrivateKey) -> str:
    return base64url.encode(key.public_key().public_bytes_raw())


class Line:
    """The way to the office: keeps what is posted; what it is told to fail with, it raises."""

    def __init__(self) -> None:
        self.posted: list[dict] = []
        self.failure: ErrorCode | None = None
        self.emptied: list[tuple[StoredOrder, OrderReceipt]] = []

    def post(self, receipt: dict) -> None:
        if self.failure is not None:
            raise AppError(self.failure)
        self.posted.append(receipt)

    def empty(self, order: StoredOrder, receipt: OrderReceipt) -> None:
        self.emptied.append((order, receipt))


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def pinned() -> Enrolment:
    return replace(enrolment(), receipt_key=public(OFFICE))


def follower_of(store: Store, clock: FrozenClock, line: Line, pinned: Enrolment) -> OrderFollower:
    return OrderFollower(
        store, lambda: pinned, DEVICE.private_bytes_raw(), OrderPorts(clock, line.post, line.empty)
    )


@pytest.fixture
def follower(store: Store, clock: FrozenClock, line: Line, pinned: Enrolment) -> OrderFollower:
    return follower_of(store, clock, line, pinned)


def order_of(
    kind: OrderKind, pinned: Enrolment, number: int = 7, key: Ed25519PrivateKey = OFFICE
) -> SignedOrder:
    order = SignedOrder(number, kind, "Mất ở bến xe", "2026-11-24T15:00:00Z")
    return replace(order, sig=base64url.encode(key.sign(order.signed_text(pinned.device).encode())))


def receipt_in(posted: dict) -> OrderReceipt:
    sig, outcome = posted["signature"], OrderOutcome(posted["outcome"])
    receipt = OrderReceipt(
        **{**{k: v for k, v in posted.items() if k != "signature"}, "outcome": outcome, "sig": sig}
    )
    assert is_signed(public(DEVICE), receipt.signed_text, receipt.sig)
    return receipt


def test_lock_closes_the_tablet_and_open_opens_it(follower, line, pinned, store) -> None:
    assert follower.closed is Closed.NO
    assert follower.obey(order_of(OrderKind.LOCK, pinned), is_final=True)
    assert follower.closed is Closed.ORDERED
    follower.settle()
    follower.settle()
    (posted,) = line.posted
    receipt = receipt_in(posted)
    assert (receipt.number, receipt.outcome, receipt.records) == (7, OrderOutcome.DONE, 0)
    assert follower.obey(order_of(OrderKind.OPEN, pinned, 8), is_final=True)
    assert follower.closed is Closed.NO
    order = store.read(stored_order)
    assert order is not None
    assert (order.kind, order.reason) == (OrderKind.OPEN, "Mất ở bến xe")


def test_order_for_another_tablet_or_by_another_key_is_refused_once(follower, line, pinned) -> None:
    stranger = Ed25519PrivateKey.generate()
    forged = order_of(OrderKind.FULL_WIPE, pinned, key=stranger)
    other = order_of(OrderKind.FULL_WIPE, replace(pinned, device=USER), number=8)
    for order in (forged, forged, other):
        assert not follower.obey(order, is_final=True)
        follower.settle()
    assert [(receipt_in(posted).number, posted["outcome"]) for posted in line.posted] == [
        (7, "refused"),
        (8, "refused"),
    ]
    assert follower.closed is Closed.NO
    assert line.emptied == []


@pytest.mark.parametrize(
    "changed", [{"reason": "x"}, {"at": "2026-11-25T15:00:00Z"}, {"kind": OrderKind.FULL_WIPE}, {"number": 9}]
)
def test_changed_order_is_refused(follower, pinned, changed) -> None:
    assert not follower.obey(replace(order_of(OrderKind.LOCK, pinned), **changed), is_final=True)
    assert follower.closed is Closed.NO


def test_replayed_order_is_not_obeyed_again(follower, line, pinned) -> None:
    lock, opened = order_of(OrderKind.LOCK, pinned), order_of(OrderKind.OPEN, pinned, 8)
    follower.obey(lock, is_final=True)
    follower.obey(opened, is_final=True)
    assert not follower.obey(lock, is_final=True)
    assert not follower.obey(opened, is_final=True)
    assert follower.closed is Closed.NO
    follower.settle()
    assert [posted["number"] for posted in line.posted] == [8]


def test_receipt_waits_for_a_line_and_a_final_refusal_ends_it(follower, line, pinned, store) -> None:
    follower.obey(order_of(OrderKind.LOCK, pinned), is_final=True)
    line.failure = ErrorCode.NO_NETWORK
    follower.settle()
    assert store.read(stored_order).receipt is not None
    line.failure = ErrorCode.SIGNATURE_REFUSED
    follower.settle()
    assert store.read(stored_order).receipt is None


def test_receipt_of_a_read_wipe_counts_records_once_over_a_restart(
    store, clock, line, pinned, follower
) -> None:
    server_commits(store, base_row(READ, 1, name="một"))
    follower.obey(order_of(OrderKind.READ_WIPE, pinned), is_final=True)
    again = follower_of(store, clock, line, pinned)
    again.settle()
    assert [receipt_in(posted).records for posted in line.posted] == [1]
    assert again.closed is Closed.ORDERED


def test_full_wipe_deletes_what_may_be_read_at_once_and_the_rest_after_sending(
    store, clock, line, pinned, follower
) -> None:
    server_commits(store, base_row(READ, 1, name="một"))
    store.file(draft_of(store, OWN, clock.now(), name="chưa gửi"), USER)
    store.drafts.save(draft_of(store, READ, clock.now(), name="nháp"))
    follower.obey(order_of(OrderKind.FULL_WIPE, pinned), is_final=True)
    assert (store.views("establishment")[0].id, line.emptied) == (OWN, [])
    assert follower.must_empty
    follower.settle()
    ((order, receipt),) = line.emptied
    assert order.kind is OrderKind.FULL_WIPE
    counts = (receipt.records, receipt.lost_changes, receipt.lost_files, receipt.lost_drafts)
    assert counts == (1, 1, 0, 1)
    assert receipt_in(receipt.to_wire()) == receipt
    assert follower.closed is Closed.WIPED
    follower.settle()
    assert len(line.emptied) == 1


def test_full_wipe_goes_on_after_a_restart(store, clock, line, pinned, follower) -> None:
    follower.obey(order_of(OrderKind.FULL_WIPE, pinned), is_final=True)
    again = follower_of(store, clock, line, pinned)
    assert (again.closed, again.must_empty) == (Closed.ORDERED, True)

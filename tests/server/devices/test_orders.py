"""Orders to a tablet: who they bind, when they stand, what a receipt ends."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session
from tests.world import OFFICER, UNIT, Tablet, World

from field178_server.audit import trail
from field178_server.audit.operation_context import OperationContext
from field178_server.database.models import Audit, Device, DeviceOrder, Notice
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.devices import orders
from field178_shared.codelists import load
from field178_shared.crypto.signatures import is_signed
from field178_shared.device_orders import OrderKind, OrderOutcome, OrderReceipt, SignedOrder
from field178_shared.errors import AppError, ErrorCode

OFFICE_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
DEVICE_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


def unpadded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def public(key: Ed25519PrivateKey) -> str:
    return unpadded(key.public_key().public_bytes_raw())


@pytest.fixture
def tablet(world: World) -> Tablet:
    tablet = world.tablet()
    world.change_rows(Device, public_key=public(DEVICE_KEY), label="Máy 1")
    tablet.pull()
    return tablet


def context(world: World) -> OperationContext:
    return OperationContext(world.tenant_id, world.clock, world.ids, load(), trail.Actor("officer", OFFICER))


def give(world: World, tablet: Tablet, kind: OrderKind, reason: str = "Mất ở bến xe") -> int:
    return run_write(
        world.engine,
        lambda session: orders.give(session, context(world), tablet.device, kind, reason, OFFICE_KEY),
    )


def withdraw(world: World, tablet: Tablet) -> None:
    run_write(world.engine, lambda session: orders.withdraw(session, context(world), tablet.device))


def receipt_of(tablet: Tablet, number: int, **more: Any) -> OrderReceipt:
    receipt = OrderReceipt(tablet.device, number, OrderOutcome.DONE, "2025-03-11T02:00:00Z", **more)
    return replace(receipt, sig=unpadded(DEVICE_KEY.sign(receipt.signed_text.encode())))


def answer(world: World, receipt: OrderReceipt) -> None:
    with snapshot(world.engine) as session:
        orders.check_receipt(session, world.tenant_id, receipt)
    run_write(world.engine, lambda session: orders.take_receipt(session, context(world), receipt))


def row(world: World, number: int) -> Any:
    (order,) = world.rows(DeviceOrder, DeviceOrder.number == number)
    return order


@pytest.mark.parametrize("kind", [OrderKind.LOCK, OrderKind.READ_WIPE, OrderKind.FULL_WIPE])
def test_order_stands_in_the_first_line_and_no_record_leaves(
    world: World, tablet: Tablet, kind: OrderKind
) -> None:
    number = give(world, tablet, kind)
    world.tablet().created()
    frames = tablet.ask()
    assert [frame["frame"] for frame in frames] == ["hello", "end"]
    order = SignedOrder.from_wire(frames[0]["order"])
    assert order is not None
    assert (order.number, order.kind, order.reason) == (number, kind, "Mất ở bến xe")
    assert is_signed(public(OFFICE_KEY), order.signed_text(tablet.device), order.sig)
    assert not is_signed(public(OFFICE_KEY), order.signed_text(world.ids.random()), order.sig)
    assert frames[0]["pull"] == "refused"
    assert row(world, number).delivered_at is not None


def test_unsent_changes_of_an_ordered_tablet_are_applied(world: World, tablet: Tablet) -> None:
    give(world, tablet, OrderKind.READ_WIPE)
    frames = tablet.ask(push=[tablet.create()], about={"unsent": 0})
    assert [frame["frame"] for frame in frames] == ["hello", "res", "end"]
    assert frames[1]["status"] == "applied"


def test_heartbeat_of_an_ordered_tablet_is_stored(world: World, tablet: Tablet) -> None:
    give(world, tablet, OrderKind.LOCK)
    tablet.ask(about={"unsent": 4})
    (device,) = world.rows(Device)
    assert device.unsent_count == 4


def test_revoked_tablet_reads_its_order(world: World, tablet: Tablet) -> None:
    world.change_rows(Device, revoked_at=world.clock.now())
    number = give(world, tablet, OrderKind.FULL_WIPE)
    hello = tablet.ask()[0]
    assert hello["order"]["number"] == number
    assert hello["revoked"] is True


def test_numbers_rise_within_one_millisecond_and_after_a_lost_order(world: World, tablet: Tablet) -> None:
    first = give(world, tablet, OrderKind.LOCK)
    second = give(world, tablet, OrderKind.READ_WIPE)
    assert second > first
    # A restored store has forgotten both: the next number is higher all the same.
    run_write(
        world.engine,
        lambda session: [session.delete(session.merge(item)) for item in world.rows(DeviceOrder)],
    )
    world.change_rows(Device, order_number=None)
    world.clock.move(minutes=1)
    assert give(world, tablet, OrderKind.LOCK) > second


def test_withdrawn_order_reaches_nobody(world: World, tablet: Tablet) -> None:
    number = give(world, tablet, OrderKind.LOCK)
    withdraw(world, tablet)
    assert "order" not in tablet.pull()[0]
    assert row(world, number).withdrawn_by == OFFICER


def test_delivered_order_is_not_withdrawn(world: World, tablet: Tablet) -> None:
    give(world, tablet, OrderKind.LOCK)
    tablet.ask()
    with pytest.raises(AppError) as caught:
        withdraw(world, tablet)
    assert caught.value.code is ErrorCode.FORBIDDEN


def test_withdrawal_brings_the_earlier_order_back(world: World, tablet: Tablet) -> None:
    lock = give(world, tablet, OrderKind.LOCK)
    tablet.ask()
    answer(world, receipt_of(tablet, lock))
    give(world, tablet, OrderKind.FULL_WIPE)
    withdraw(world, tablet)
    assert tablet.ask()[0]["order"]["number"] == lock


def test_newer_order_takes_the_place_of_one_that_is_not_delivered(world: World, tablet: Tablet) -> None:
    lock = give(world, tablet, OrderKind.LOCK)
    wipe = give(world, tablet, OrderKind.READ_WIPE)
    assert tablet.ask()[0]["order"]["number"] == wipe
    assert row(world, lock).withdrawn_at is not None


def test_order_stands_after_its_receipt_until_the_tablet_is_opened(world: World, tablet: Tablet) -> None:
    lock = give(world, tablet, OrderKind.LOCK)
    tablet.ask()
    answer(world, receipt_of(tablet, lock))
    assert tablet.ask()[0]["order"]["number"] == lock
    opened = give(world, tablet, OrderKind.OPEN)
    hello = tablet.ask()[0]
    assert hello["order"]["number"] == opened
    assert UNIT in hello["scopes"]
    answer(world, receipt_of(tablet, opened))
    assert "order" not in tablet.ask()[0]
    assert (row(world, opened).outcome, row(world, lock).outcome) == ("done", "done")


def test_only_a_closed_tablet_is_opened(world: World, tablet: Tablet) -> None:
    for kind in (None, OrderKind.LOCK):
        if kind is not None:
            give(world, tablet, kind)  # not delivered: it is withdrawn instead
        with pytest.raises(AppError) as caught:
            give(world, tablet, OrderKind.OPEN)
        assert caught.value.code is ErrorCode.FORBIDDEN


def test_nothing_follows_a_delivered_full_wipe(world: World, tablet: Tablet) -> None:
    give(world, tablet, OrderKind.FULL_WIPE)
    tablet.ask()
    for kind in OrderKind:
        with pytest.raises(AppError):
            give(world, tablet, kind)


def test_wiped_tablet_is_revoked(world: World, tablet: Tablet) -> None:
    number = give(world, tablet, OrderKind.FULL_WIPE)
    receipt = receipt_of(tablet, number, records=7, lost_changes=2, lost_files=1)
    answer(world, receipt)
    (device,) = world.rows(Device)
    assert device.revoked_at is not None
    assert device.order_number is None
    stored = json.loads(row(world, number).receipt)
    assert (stored["records"], stored["lost_changes"], stored["lost_files"]) == (7, 2, 1)


@pytest.mark.parametrize("kind", [OrderKind.LOCK, OrderKind.READ_WIPE, OrderKind.FULL_WIPE])
def test_refused_order_stands_until_the_office_opens_the_tablet(
    world: World, tablet: Tablet, kind: OrderKind
) -> None:
    """Who has the device key signs any receipt: refusing an order must not bring the records back."""
    number = give(world, tablet, kind)
    refuse(world, tablet, number)
    hello = tablet.ask()[0]
    assert (hello["order"]["number"], hello.get("scopes", [])) == (number, [])
    assert row(world, number).outcome == "refused"
    # Who may not wipe takes the place of no refused wipe.
    standing = row(world, number)
    lesser = set(orders.kinds_after(standing, may_wipe=False))
    assert lesser == ({OrderKind.LOCK, OrderKind.OPEN} if kind is OrderKind.LOCK else set())
    opened = give(world, tablet, OrderKind.OPEN)
    assert UNIT in tablet.ask()[0]["scopes"]
    refuse(world, tablet, opened)
    assert tablet.ask()[0]["order"]["number"] == number


def refuse(world: World, tablet: Tablet, number: int) -> None:
    receipt = replace(receipt_of(tablet, number), outcome=OrderOutcome.REFUSED)
    answer(world, replace(receipt, sig=unpadded(DEVICE_KEY.sign(receipt.signed_text.encode()))))


def test_receipt_of_another_key_order_or_count_is_refused(world: World, tablet: Tablet) -> None:
    number = give(world, tablet, OrderKind.LOCK)
    good = receipt_of(tablet, number)
    for forged in (
        replace(good, records=1),
        replace(good, outcome=OrderOutcome.REFUSED),
        replace(good, device=world.ids.random()),
        receipt_of(tablet, number + 1),
    ):
        with pytest.raises(AppError) as caught:
            answer(world, forged)
        assert caught.value.code is ErrorCode.SIGNATURE_REFUSED


def test_first_receipt_stays(world: World, tablet: Tablet) -> None:
    number = give(world, tablet, OrderKind.READ_WIPE)
    answer(world, receipt_of(tablet, number, records=7))
    answer(world, receipt_of(tablet, number, records=8))
    assert json.loads(row(world, number).receipt)["records"] == 7


def test_reason_is_required_and_short(world: World, tablet: Tablet) -> None:
    for reason, code in (("", ErrorCode.REQUIRED), ("x" * 301, ErrorCode.TOO_LONG)):
        with pytest.raises(AppError) as caught:
            give(world, tablet, OrderKind.LOCK, reason)
        assert caught.value.code is code


def test_officers_of_the_tablet_are_told_and_the_trail_has_each_step(world: World, tablet: Tablet) -> None:
    number = give(world, tablet, OrderKind.LOCK)
    (notice,) = world.rows(Notice)
    assert notice.officer_id == OFFICER
    assert "An (an) đã ra lệnh khóa máy tính bảng “Máy 1”" in notice.text_vi
    assert notice.text_vi.endswith(": Mất ở bến xe")
    answer(world, receipt_of(tablet, number))
    assert [entry.action for entry in world.rows(Audit) if "order" in entry.action] == [
        "device_order_given",
        "device_order_answered",
    ]


def test_order_of_who_may_not_wipe_replaces_no_wipe_that_waits(world: World, tablet: Tablet) -> None:
    give(world, tablet, OrderKind.FULL_WIPE)

    def lock(session: Session) -> None:
        orders.refuse_wipes(session, context(world), tablet.device, OrderKind.LOCK)

    with pytest.raises(AppError) as refused:
        run_write(world.engine, lock)
    assert refused.value.code is ErrorCode.FORBIDDEN
    withdraw(world, tablet)
    run_write(world.engine, lock)
    with pytest.raises(AppError):
        run_write(
            world.engine,
            lambda session: orders.refuse_wipes(session, context(world), tablet.device, OrderKind.READ_WIPE),
        )

"""Orders of the office to tablets (decision 0152): given and withdrawn, delivered, answered by a receipt."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.database.tables.account import Officer
from field178_server.database.tables.device import Device, DeviceOfficer, DeviceOrder
from field178_server.database.tables.notice import INFO, Notice
from field178_server.security.keyring import to_base64url
from field178_shared.crypto.signatures import is_signed, is_signed_by_any
from field178_shared.device_orders import MAX_REASON, OrderKind, OrderOutcome, OrderReceipt, SignedOrder
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.formats import datetime_text
from field178_shared.time.clock import to_wire

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

NOTICE_DAYS = 30
_TEXTS: Mapping[OrderKind, tuple[str, str]] = {
    OrderKind.LOCK: ("lệnh khóa máy tính bảng", "to lock the tablet"),
    OrderKind.READ_WIPE: (
        "lệnh xóa dữ liệu đọc trên máy tính bảng",
        "to delete what may be read on the tablet",
    ),
    OrderKind.FULL_WIPE: ("lệnh xóa toàn bộ máy tính bảng", "to delete everything on the tablet"),
    OrderKind.OPEN: ("lệnh mở lại máy tính bảng", "to open the tablet again"),
}
# The kinds that delete nothing.
_WITHOUT_WIPE = (OrderKind.LOCK, OrderKind.OPEN)
_GIVEN = (
    "{actor} đã ra {order} “{tablet}” lúc {when}: {reason}",
    "{actor} gave the order {order} “{tablet}” on {when}: {reason}",
)
_WITHDRAWN = (
    "{actor} đã rút {order} “{tablet}” lúc {when}, trước khi máy nhận được. Lý do của lệnh: {reason}",
    "{actor} withdrew the order {order} “{tablet}” on {when}, before the tablet had it. Its reason: {reason}",
)
_OPERATOR = ("người vận hành máy chủ", "the operator of the server")


def give(
    session: Session,
    context: OperationContext,
    device_id: str,
    kind: OrderKind,
    reason: str,
    key: Ed25519PrivateKey,
) -> int:
    """Give a tablet an order, signed by the receipt key, and return its number.

    It takes the place of an order that is not delivered yet. Raises AppError: not_found, required or too_long
    (the reason), forbidden for a kind that `kinds_after` does not have.
    """
    if not reason:
        raise AppError(ErrorCode.REQUIRED)
    if len(reason) > MAX_REASON:
        raise AppError(ErrorCode.TOO_LONG)
    device, now = _locked(session, context, device_id), context.now()
    standing = _standing(session, device)
    if kind not in kinds_after(standing, may_wipe=True):
        raise AppError(ErrorCode.FORBIDDEN, device=device_id)
    if standing is not None and standing.delivered_at is None:
        _withdraw(session, context, device, standing)
    number = max(int(now.timestamp() * 1000), _last_number(session, device) + 1)
    order = SignedOrder(number, kind, reason, to_wire(now))
    signature = to_base64url(key.sign(order.signed_text(device_id).encode()))
    given = DeviceOrder(
        tenant_id=device.tenant_id,
        device_id=device_id,
        number=number,
        kind=kind.value,
        reason=reason,
        sig=signature,
        asked_by=context.actor.id,
        asked_at=now,
    )
    session.add(given)
    device.order_number = number
    session.flush()
    context.note(session, AuditEntry("device_order_given", device_id, details={"kind": kind.value}))
    _announce(session, context, device, given, _GIVEN)
    return number


def refuse_wipes(session: Session, context: OperationContext, device_id: str, kind: OrderKind) -> None:
    """Raise AppError(forbidden) for an order that wipes, or takes the place of one that does.

    For an officer who may not wipe, in the transaction that gives the order: it locks the tablet's row.
    """
    if kind not in kinds_after(_standing(session, _locked(session, context, device_id)), may_wipe=False):
        raise AppError(ErrorCode.FORBIDDEN, device=device_id)


def withdraw(
    session: Session, context: OperationContext, device_id: str, *, may_wipe: bool = True
) -> OrderKind:
    """Withdraw the standing order of a tablet, which MUST NOT be delivered yet; return its kind."""
    device = _locked(session, context, device_id)
    standing = _standing(session, device)
    if standing is None or not may_withdraw(standing, may_wipe=may_wipe):
        raise AppError(ErrorCode.FORBIDDEN, device=device_id)
    _withdraw(session, context, device, standing)
    device.order_number = _number_in_force(session, device)
    kind = OrderKind(standing.kind)
    context.note(session, AuditEntry("device_order_withdrawn", device_id, details={"kind": kind.value}))
    return kind


def may_withdraw(standing: DeviceOrder | None, *, may_wipe: bool) -> bool:
    """Return whether the standing order may be withdrawn: it is not delivered, and no wipe of others."""
    if standing is None or standing.delivered_at is not None:
        return False
    return may_wipe or standing.kind in _WITHOUT_WIPE


def kinds_after(standing: DeviceOrder | None, *, may_wipe: bool) -> tuple[OrderKind, ...]:
    """Return the kinds of orders that may be given while an order stands; a delivered full wipe stays.

    After a refused order all of them may be given. Who may not wipe locks, and opens what is locked; in the
    place of a wipe that waits or was refused this officer gives none.
    """
    kinds = _kinds_after(standing)
    if may_wipe:
        return kinds
    is_undone = standing is not None and (
        standing.delivered_at is None or standing.outcome == OrderOutcome.REFUSED
    )
    if standing is not None and is_undone and standing.kind not in _WITHOUT_WIPE:
        return ()
    is_locked = standing is not None and standing.kind == OrderKind.LOCK
    return tuple(kind for kind in kinds if kind is OrderKind.LOCK or (kind is OrderKind.OPEN and is_locked))


def _kinds_after(standing: DeviceOrder | None) -> tuple[OrderKind, ...]:
    if standing is not None and standing.outcome == OrderOutcome.REFUSED:
        return tuple(OrderKind)
    is_delivered = standing is not None and standing.delivered_at is not None
    if standing is None or standing.kind == OrderKind.OPEN or not is_delivered:
        return (OrderKind.LOCK, OrderKind.READ_WIPE, OrderKind.FULL_WIPE)
    return {
        OrderKind.LOCK: (OrderKind.OPEN, OrderKind.READ_WIPE, OrderKind.FULL_WIPE),
        OrderKind.READ_WIPE: (OrderKind.OPEN, OrderKind.FULL_WIPE),
    }.get(OrderKind(standing.kind), ())


def sign_again(session: Session, tenant_id: str, former_keys: str, key: Ed25519PrivateKey) -> int:
    """Sign the standing orders by a newer receipt key and return how many.

    An order whose signature is by none of the former keys was altered in the store: it stays as it is.
    """
    standing = select(DeviceOrder).join(
        Device,
        (Device.tenant_id == DeviceOrder.tenant_id)
        & (Device.device_id == DeviceOrder.device_id)
        & (Device.order_number == DeviceOrder.number),
    )
    count = 0
    for row in session.scalars(standing.where(DeviceOrder.tenant_id == tenant_id)):
        order = SignedOrder(row.number, OrderKind(row.kind), row.reason, to_wire(row.asked_at))
        text = order.signed_text(row.device_id)
        if is_signed_by_any(former_keys, text, row.sig):
            row.sig = to_base64url(key.sign(text.encode()))
            count += 1
    return count


def order_in_force(session: Session, tenant_id: str, device_id: str) -> DeviceOrder | None:
    """Return the order that stands for a tablet, or None."""
    device = session.get(Device, (tenant_id, device_id))
    if device is None or device.order_number is None:
        return None
    return session.get(DeviceOrder, (tenant_id, device_id, device.order_number))


def orders_of(session: Session, tenant_id: str, device_id: str) -> Sequence[DeviceOrder]:
    """Return the orders to a tablet, the newest first."""
    of_device = (DeviceOrder.tenant_id == tenant_id, DeviceOrder.device_id == device_id)
    return session.scalars(select(DeviceOrder).where(*of_device).order_by(DeviceOrder.number.desc())).all()


def standing_order(session: Session, tenant_id: str, device_id: str) -> tuple[SignedOrder, bool] | None:
    """Return the standing order of a tablet and whether it was delivered before, or None."""
    standing = order_in_force(session, tenant_id, device_id)
    if standing is None:
        return None
    kind, at = OrderKind(standing.kind), to_wire(standing.asked_at)
    order = SignedOrder(standing.number, kind, standing.reason, at, standing.sig)
    return order, standing.delivered_at is not None


def note_delivered(session: Session, tenant_id: str, device_id: str, number: int, at: datetime) -> bool:
    """Store that an answer brings an order, before the answer leaves; False: it was withdrawn meanwhile."""
    order = session.get(DeviceOrder, (tenant_id, device_id, number), with_for_update=True)
    if order is None or order.withdrawn_at is not None:
        return False
    order.delivered_at = order.delivered_at or at
    return True


def check_receipt(session: Session, tenant_id: str, receipt: OrderReceipt) -> None:
    """Raise AppError(signature_refused) unless the tablet of an order signed the receipt.

    It needs no lock: anybody may send a receipt.
    """
    device = session.get(Device, (tenant_id, receipt.device))
    order = session.get(DeviceOrder, (tenant_id, receipt.device, receipt.number))
    is_own = device is not None and is_signed(device.public_key, receipt.signed_text, receipt.sig)
    if order is None or not is_own:
        raise AppError(ErrorCode.SIGNATURE_REFUSED)


def take_receipt(session: Session, context: OperationContext, receipt: OrderReceipt) -> None:
    """Store the receipt of a tablet, revoked or not; the first one of an order stays.

    A tablet that is wiped is revoked, one that is opened has no order any more. `check_receipt` MUST have
    passed.
    """
    device = session.get_one(Device, (context.tenant_id, receipt.device), with_for_update=True)
    order = session.get_one(DeviceOrder, (context.tenant_id, receipt.device, receipt.number))
    if order.answered_at is not None:
        return
    order.delivered_at = order.delivered_at or context.now()
    order.answered_at, order.outcome = context.now(), receipt.outcome.value
    order.receipt = json.dumps(receipt.to_wire(), sort_keys=True)
    session.flush()
    if receipt.outcome is OrderOutcome.DONE and order.kind == OrderKind.FULL_WIPE:
        device.revoked_at = device.revoked_at or context.now()
    device.order_number = _number_in_force(session, device)
    details: dict[str, str | int | None] = {
        "kind": order.kind,
        "outcome": receipt.outcome.value,
        "count": receipt.records,
        "lost": receipt.lost_changes + receipt.lost_files + receipt.lost_drafts,
    }
    context.note(session, AuditEntry("device_order_answered", receipt.device, details=details))


def _locked(session: Session, context: OperationContext, device_id: str) -> Device:
    device = session.get(Device, (context.tenant_id, device_id), with_for_update=True)
    if device is None:
        raise AppError(ErrorCode.NOT_FOUND, device=device_id)
    return device


def _standing(session: Session, device: Device) -> DeviceOrder | None:
    if device.order_number is None:
        return None
    key = (device.tenant_id, device.device_id, device.order_number)
    return session.get_one(DeviceOrder, key, with_for_update=True)


def _withdraw(session: Session, context: OperationContext, device: Device, order: DeviceOrder) -> None:
    order.withdrawn_at, order.withdrawn_by = context.now(), context.actor.id
    _announce(session, context, device, order, _WITHDRAWN, others=(order.asked_by,))


def _last_number(session: Session, device: Device) -> int:
    orders = orders_of(session, device.tenant_id, device.device_id)
    return orders[0].number if orders else 0


def _number_in_force(session: Session, device: Device) -> int | None:
    """Return the number of the newest order that stands; None: it is all done.

    A refused lock or wipe stands: who has the device key could refuse it and go on reading.
    """
    for order in orders_of(session, device.tenant_id, device.device_id):
        is_refused = order.outcome == OrderOutcome.REFUSED and order.kind == OrderKind.OPEN
        if order.withdrawn_at is None and not is_refused:
            is_over = order.outcome == OrderOutcome.DONE and order.kind in (
                OrderKind.OPEN,
                OrderKind.FULL_WIPE,
            )
            return None if is_over else order.number
    return None


def _announce(
    session: Session,
    context: OperationContext,
    device: Device,
    order: DeviceOrder,
    sentences: tuple[str, str],
    others: Collection[str | None] = (),
) -> None:
    """Add a notice in the console for each officer who signs in on the tablet, and for others."""
    now = context.now()
    actor = None if context.actor.id is None else session.get(Officer, (context.tenant_id, context.actor.id))
    actors = (actor.name_and_login,) * 2 if actor is not None else _OPERATOR
    text_vi, text_en = (
        sentence.format(
            actor=name, order=kind, tablet=device.label, when=datetime_text(now), reason=order.reason
        )
        for sentence, name, kind in zip(sentences, actors, _TEXTS[OrderKind(order.kind)], strict=True)
    )
    of_device = (DeviceOfficer.tenant_id == device.tenant_id, DeviceOfficer.device_id == device.device_id)
    on_tablet = session.scalars(select(DeviceOfficer.officer_id).where(*of_device))
    for officer_id in sorted({*on_tablet, *others} - {None}):
        session.add(
            Notice(
                tenant_id=context.tenant_id,
                notice_id=context.ids.time_ordered(),
                kind=INFO,
                officer_id=officer_id,
                text_vi=text_vi,
                text_en=text_en,
                made_at=now,
                until=now + timedelta(days=NOTICE_DAYS),
            )
        )
    session.flush()

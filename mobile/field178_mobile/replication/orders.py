"""Orders of the office: verified, carried out, answered by a receipt (decision 0152). On the sync thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from field178_mobile.ports import Clock, Json
from field178_mobile.replication.events import Closed
from field178_mobile.store import Store
from field178_mobile.store.replication import orders
from field178_mobile.store.replication.orders import StoredOrder
from field178_mobile.store.replication.server_state import own_counts
from field178_mobile.store.replication.sync_store import SyncStore
from field178_mobile.store.session import Unlocked
from field178_mobile.vault import Enrolment, base64url
from field178_shared.crypto.signatures import is_signed
from field178_shared.device_orders import OrderKind, OrderOutcome, OrderReceipt, SignedOrder
from field178_shared.errors import AppError, ErrorCode
from field178_shared.time.clock import to_wire

# The office answers no better the next time.
FINAL = (ErrorCode.SIGNATURE_REFUSED, ErrorCode.BAD_REQUEST)


@dataclass(frozen=True, slots=True)
class OrderPorts:
    """Ways out: `post` sends a receipt (AppError without an answer), `empty` deletes everything."""

    clock: Clock
    post: Callable[[Json], None]
    empty: Callable[[StoredOrder, OrderReceipt], None]


class OrderFollower:
    """Obeys the office; `closed` says whether the tablet shows anything."""

    def __init__(
        self, store: Store, enrolment: Callable[[], Enrolment], device_key: bytes, ports: OrderPorts
    ) -> None:
        self._store, self._rows = store, SyncStore(store)
        self._enrolment = enrolment
        self._private = Ed25519PrivateKey.from_private_bytes(device_key)
        self._ports = ports
        self._refused: OrderReceipt | None = None
        self._refused_number = 0
        self._is_wiped = False
        self._order: StoredOrder | None = store.read(orders.stored_order)
        # After a crash in the middle.
        self._carry_out()

    @property
    def closed(self) -> Closed:
        """Whether an order closes the tablet, or has emptied it."""
        if self._is_wiped:
            return Closed.WIPED
        return Closed.ORDERED if self._order is not None and self._order.closes else Closed.NO

    @property
    def must_empty(self) -> bool:
        """Return whether the order deletes everything, after an attempt to send."""
        return self._order is not None and self._order.kind is OrderKind.FULL_WIPE and not self._is_wiped

    def obey(self, order: SignedOrder, *, is_final: bool) -> bool:
        """Carry out an order that is new and signed by the office; return whether it was.

        A wrong signature is refused if it `is_final`: all keys of the office were announced before.
        """
        if self._order is not None and order.number <= self._order.number:
            return False
        enrolment = self._enrolment()
        if not is_signed(enrolment.receipt_key, order.signed_text(enrolment.device), order.sig):
            if is_final:
                self._refuse(order)
            return False
        self._rows.write(orders.accept_order, order)
        self._order = self._store.read(orders.stored_order)
        self._carry_out()
        return True

    def settle(self) -> None:
        """Send the receipts that the office does not have; delete everything if that is ordered."""
        if self.must_empty:
            self._empty()
        elif (
            self._order is not None
            and self._order.receipt is not None
            and self._is_answered(self._order.receipt)
        ):
            self._put(replace(self._order, receipt=None))
        if self._refused is not None and self._is_answered(self._refused.to_wire()):
            self._refused = None

    def _carry_out(self) -> None:
        order = self._order
        if order is None or order.is_done:
            return
        if order.deletes:
            self._store.write(lambda unlocked: orders.delete_readable(unlocked, self._store.folder))
            order = self._store.read(orders.stored_order) or order
        if order.kind is not OrderKind.FULL_WIPE:
            receipt = self._signed(order.number, OrderOutcome.DONE, order.records)
            order = replace(order, is_done=True, receipt=receipt.to_wire())
            self._put(order)
        self._order = order

    def _empty(self) -> None:
        assert self._order is not None
        changes, files, drafts = self._store.read_all(_unsent)
        done = self._signed(self._order.number, OrderOutcome.DONE, self._order.records)
        receipt = self._with_signature(
            replace(done, lost_changes=changes, lost_files=files, lost_drafts=drafts)
        )
        self._ports.empty(self._order, receipt)
        self._is_wiped = True

    def _refuse(self, order: SignedOrder) -> None:
        if order.number != self._refused_number:
            self._refused_number = order.number
            self._refused = self._signed(order.number, OrderOutcome.REFUSED)

    def _is_answered(self, receipt: Json) -> bool:
        try:
            self._ports.post(receipt)
        except AppError as error:
            return error.code in FINAL
        return True

    def _put(self, order: StoredOrder) -> None:
        self._rows.write(orders.put_order, order)
        self._order = order

    def _signed(self, number: int, outcome: OrderOutcome, records: int = 0) -> OrderReceipt:
        at = to_wire(self._ports.clock.now())
        return self._with_signature(OrderReceipt(self._enrolment().device, number, outcome, at, records))

    def _with_signature(self, receipt: OrderReceipt) -> OrderReceipt:
        return replace(receipt, sig=base64url.encode(self._private.sign(receipt.signed_text.encode())))


def _unsent(unlocked: Unlocked) -> tuple[int, int, int]:
    """Return the numbers of changes, files and drafts that the server does not have."""
    context = unlocked.context
    changes, drafts = (
        context.connection.execute(query).fetchone()[0]
        for query in (
            "SELECT count(*) FROM outbox WHERE state <> 'acknowledged'",
            "SELECT count(*) FROM draft",
        )
    )
    return changes, own_counts(context).unsent_files, drafts

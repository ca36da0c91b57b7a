"""Orders of the office to a tablet and the tablet's receipts: wire form and signed texts (protocol §10.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from field178_shared.errors import AppError
from field178_shared.wire.protocol import Reader

# Longest reason of an order: a sentence or two, shown on the tablet's screen.
MAX_REASON = 300


class OrderKind(StrEnum):
    """Kind of an order."""

    LOCK = "lock"
    READ_WIPE = "read_wipe"
    FULL_WIPE = "full_wipe"
    OPEN = "open"


class OrderOutcome(StrEnum):
    """Outcome of an order on the tablet; refused: its signature or number was wrong."""

    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class SignedOrder:
    """An order to one tablet. Numbers rise for ever; `sig` is by the receipt key over `signed_text`."""

    number: int
    kind: OrderKind
    reason: str
    at: str
    sig: str = ""

    def signed_text(self, device: str) -> str:
        """Return the text of the signature: another tablet, number, kind, time or reason is another text."""
        return f"field178-order-v1|{device}|{self.number}|{self.kind}|{self.at}|{self.reason}"

    def to_wire(self) -> dict[str, object]:
        """Return the member `order` of an answer."""
        return {
            "number": self.number,
            "kind": self.kind.value,
            "reason": self.reason,
            "at": self.at,
            "sig": self.sig,
        }

    @classmethod
    def from_wire(cls, value: object) -> SignedOrder | None:
        """Return an order; None for no order, an unreadable one, or a kind of a later version."""
        if not isinstance(value, Mapping):
            return None
        try:
            order = Reader(value)
            return cls(
                number=order.integer("number", minimum=1),
                kind=OrderKind(order.text("kind")),
                reason=order.text("reason"),
                at=order.text("at"),
                sig=order.text("sig"),
            )
        except (AppError, ValueError):
            return None


@dataclass(frozen=True, slots=True)
class OrderReceipt:
    """Receipt of a tablet for an order: outcome, deleted records, and unsent work that a wipe lost."""

    device: str
    number: int
    outcome: OrderOutcome
    at: str
    records: int = 0
    lost_changes: int = 0
    lost_files: int = 0
    lost_drafts: int = 0
    sig: str = ""

    @property
    def signed_text(self) -> str:
        """The text of the signature by the device key."""
        counts = f"{self.records}|{self.lost_changes}|{self.lost_files}|{self.lost_drafts}"
        return f"field178-order-receipt-v1|{self.device}|{self.number}|{self.outcome}|{self.at}|{counts}"

    def to_wire(self) -> dict[str, object]:
        """Return the body of the request."""
        return {
            "device": self.device,
            "number": self.number,
            "outcome": self.outcome.value,
            "at": self.at,
            "records": self.records,
            "lost_changes": self.lost_changes,
            "lost_files": self.lost_files,
            "lost_drafts": self.lost_drafts,
            "signature": self.sig,
        }

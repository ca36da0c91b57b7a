"""Announcements of the office's keys: each is signed by the receipt key before it (protocol §10.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from field178_shared.crypto.signatures import is_signed
from field178_shared.errors import AppError
from field178_shared.wire.protocol import Reader


class KeyKind(StrEnum):
    """What an announcement replaces: the receipt key, the sealing key, or the pins of TLS certificates."""

    RECEIPT = "receipt"
    SEALING = "sealing"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class KeyAnnouncement:
    """A public key of the office, or pins separated by blanks; numbers count 1, 2, 3…"""

    number: int
    kind: KeyKind
    key: str
    at: str
    sig: str = ""

    @property
    def signed_text(self) -> str:
        """The text of the signature by the receipt key in force before this announcement."""
        return f"field178-key-v1|{self.number}|{self.kind}|{self.at}|{self.key}"

    def to_wire(self) -> dict[str, object]:
        """Return an item of the member `keys`."""
        return {
            "number": self.number,
            "kind": self.kind.value,
            "key": self.key,
            "at": self.at,
            "sig": self.sig,
        }

    @classmethod
    def from_wire(cls, value: object) -> KeyAnnouncement | None:
        """Return an announcement, None for an unreadable one or a kind of a later version."""
        if not isinstance(value, Mapping):
            return None
        try:
            item = Reader(value)
            number, kind = item.integer("number", minimum=1), KeyKind(item.text("kind"))
            return cls(number, kind, item.text("key"), item.text("at"), item.text("sig"))
        except (AppError, ValueError):
            return None


@dataclass(frozen=True, slots=True)
class OfficeKeys:
    """Keys of the office that a tablet trusts, after `number` announcements.

    `former`: earlier receipt keys, newest first: they verify what was signed before, and announce nothing.
    """

    receipt: str
    sealing: str
    pin: str
    former: tuple[str, ...] = ()
    number: int = 0

    def following(self, announcements: Sequence[KeyAnnouncement]) -> OfficeKeys:
        """Return the keys after the announcements, up to the first that does not continue the chain."""
        keys = self
        for announcement in sorted(announcements, key=lambda item: item.number):
            if announcement.number <= keys.number:
                continue
            is_next = announcement.number == keys.number + 1
            if not is_next or not is_signed(keys.receipt, announcement.signed_text, announcement.sig):
                break
            keys = keys._after(announcement)
        return keys

    def _after(self, announcement: KeyAnnouncement) -> OfficeKeys:
        keys = replace(self, number=announcement.number)
        match announcement.kind:
            case KeyKind.RECEIPT:
                former = (self.receipt, *self.former)
                return replace(keys, receipt=announcement.key, former=former)
            case KeyKind.SEALING:
                return replace(keys, sealing=announcement.key)
            case KeyKind.TLS:
                return replace(keys, pin=announcement.key)


def announcements_of(value: object) -> tuple[KeyAnnouncement, ...]:
    """Return the announcements of a list up to the first unreadable one."""
    readable = []
    for item in value if isinstance(value, list) else ():
        announcement = KeyAnnouncement.from_wire(item)
        if announcement is None:
            break
        readable.append(announcement)
    return tuple(readable)

"""Officers and enrolment of this tablet, and the cost of a guess of a PIN."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from field178_shared.crypto.key_chain import KeyAnnouncement, OfficeKeys


@dataclass(frozen=True, slots=True)
class TabletOfficer:
    """One officer of this tablet, as the unlock screen shows them."""

    id: str
    name: str
    agency: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Enrolment answer of the server; the device's private key is stored separately, encrypted.

    `user`: the officer of the code, who signs in first, under `login`. `key_number`: the announcements of
    keys that were followed since.
    """

    url: str
    device: str
    tenant: str
    receipt_key: str
    sealing_key: str
    user: TabletOfficer
    pin: str = ""
    login: str = ""
    former_receipt_keys: str = ""
    key_number: int = 0

    @property
    def receipt_keys(self) -> str:
        """All receipt keys of the office, newest first, separated by blanks: they verify what was signed."""
        return f"{self.receipt_key} {self.former_receipt_keys}".strip()

    def following(self, announcements: Sequence[KeyAnnouncement]) -> Enrolment:
        """Return the enrolment with the keys that the office has announced, signed one by the other."""
        former = tuple(self.former_receipt_keys.split())
        keys = OfficeKeys(self.receipt_key, self.sealing_key, self.pin, former, self.key_number)
        followed = keys.following(announcements)
        return replace(
            self,
            receipt_key=followed.receipt,
            sealing_key=followed.sealing,
            pin=followed.pin,
            former_receipt_keys=" ".join(followed.former),
            key_number=followed.number,
        )


@dataclass(frozen=True, slots=True)
class GuessCost:
    """Cost of one guess of a PIN (Argon2id): 64 MiB and three passes outside of tests."""

    memory_kib: int = 64 << 10
    passes: int = 3
    lanes: int = 1

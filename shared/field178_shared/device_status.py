"""Status reported by a tablet with its changes (docs/sync-protocol.md §6.1); no rule depends on it.

Reading is lenient: an invalid member counts as absent and does not fail the exchange.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from field178_shared.ids import is_uuid

MAX_NAMED = 10
# Largest count that a tablet can report; larger numbers are invalid.
MAX_COUNT = 1_000_000_000


class KeyProtection(StrEnum):
    """Protection of the data key in a copied folder: the system's key store, a passphrase, or only a PIN."""

    SYSTEM = "system"
    PASSPHRASE = "passphrase"  # noqa: S105  a word of the report
    PIN = "pin"


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """Status reported by a tablet; None: not reported. `mismatches`: repaired records, some with ids."""

    unsent: int | None = None
    unsent_files: int | None = None
    free_mb: int | None = None
    mismatches: int | None = None
    mismatched: tuple[str, ...] = ()
    key_store: KeyProtection | None = None

    @classmethod
    def from_wire(cls, value: object) -> DeviceStatus | None:
        """Return the reported status, None without a status object."""
        if not isinstance(value, Mapping):
            return None
        raw = value.get("mismatches")
        mismatches = raw if isinstance(raw, Mapping) else {}
        named = mismatches.get("records")
        return cls(
            unsent=_count(value.get("unsent")),
            unsent_files=_count(value.get("unsent_files")),
            free_mb=_count(value.get("free_mb")),
            mismatches=_count(mismatches.get("count")),
            mismatched=tuple(item for item in named if isinstance(item, str) and is_uuid(item))[:MAX_NAMED]
            if isinstance(named, list)
            else (),
            key_store=_protection(value.get("key_store")),
        )

    def to_wire(self) -> dict[str, object]:
        """Return the member `about` of a request: only reported values."""
        counts = {"unsent": self.unsent, "unsent_files": self.unsent_files, "free_mb": self.free_mb}
        status: dict[str, object] = {name: count for name, count in counts.items() if count is not None}
        if self.key_store is not None:
            status["key_store"] = self.key_store.value
        if self.mismatches:
            status["mismatches"] = {"count": self.mismatches, "records": list(self.mismatched)}
        return status


def _count(value: object) -> int | None:
    return value if type(value) is int and 0 <= value <= MAX_COUNT else None


def _protection(value: object) -> KeyProtection | None:
    return next((protection for protection in KeyProtection if protection.value == value), None)

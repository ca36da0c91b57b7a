"""Conflict record: the seen, the offered and the stored value of each conflicting change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from field178_shared.records.reading import Data, entries_of, text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictingChange:
    """One change's value for the path; `at` is the words of a clock and may be no time."""

    change_id: str
    was: object
    mine: object
    current: object
    user: str
    at: str
    reason: str


@dataclass(frozen=True, slots=True)
class ConflictPart:
    """One path of one record on one device."""

    record: str
    record_type: str
    path: str
    device: str
    state: str
    entries: tuple[ConflictingChange, ...]

    @classmethod
    def from_data(cls, data: Data) -> Self:
        """Read a record's data; missing values are empty."""
        return cls(
            record=text_of(data, "record"),
            record_type=text_of(data, "record_type"),
            path=text_of(data, "path"),
            device=text_of(data, "device"),
            state=text_of(data, "state"),
            entries=tuple(_conflicting_change_of(*entry) for entry in entries_of(data, "entries").items()),
        )

    @property
    def is_open(self) -> bool:
        """Return whether the conflict is unresolved."""
        return self.state == "open"


def _conflicting_change_of(change_id: str, data: Data) -> ConflictingChange:
    return ConflictingChange(
        change_id=change_id,
        was=data.get("was"),
        mine=data.get("mine"),
        current=data.get("current"),
        user=text_of(data, "user"),
        at=text_of(data, "at"),
        reason=text_of(data, "reason"),
    )

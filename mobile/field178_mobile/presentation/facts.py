"""Facts of the register, records by days and corrections still to be made, as values and as lines."""

from __future__ import annotations

from dataclasses import dataclass

from field178_shared.records.follow_ups import OpenFollowUp, answer_key


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of the register."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class DatedRow:
    """Record as a row of a list by days, with its state."""

    record_id: str
    type: str
    day: str
    result: str
    word: str
    state: str


@dataclass(frozen=True, slots=True)
class ToFix:
    """Open correction requested by earlier visits: first day, due day, and working days left.

    `follow_ups`: corrections requested several times are one row, and are answered together.
    """

    text: str
    visited_on: str
    due: str
    left: str
    is_overdue: bool
    follow_ups: tuple[OpenFollowUp, ...]

    @property
    def key(self) -> str:
        """The key of the line: that of the answer to the first of them."""
        return answer_key(self.follow_ups[0].visit_id, self.follow_ups[0].key)

"""Facts of the register and open shortcomings, as values and as lines."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of the register."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class ToFix:
    """One thing an earlier visit asked to be fixed."""

    text: str
    due: str
    left: str
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class Shortcoming:
    """Something an earlier visit asked to be fixed and that is still open."""

    text: str
    due_on: str

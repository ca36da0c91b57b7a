"""Facts of the register, and shortcomings to be fixed, as lines."""

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
    is_overdue: bool

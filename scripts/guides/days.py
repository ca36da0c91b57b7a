"""The day of each role: its tasks, at the addresses that its guide names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scripts.guides.walk import Walk


@dataclass(frozen=True, slots=True)
class Day:
    """Who walks, and the way."""

    login: str
    walk: Callable[[Walk], None]


def reviewer(walk: Walk) -> None:
    """Review what waits, follow it up, plan, keep the register, help tablets."""
    walk.open("/")
    walk.picture("reviewer-today", press=".today-line a")
    walk.open("/reviews")
    walk.picture("reviewer-record", press="[data-action=approve]")
    walk.go("a[href='#return']")
    walk.picture("reviewer-return", of="#return")


DAYS = {"reviewer": Day("gl07", reviewer)}

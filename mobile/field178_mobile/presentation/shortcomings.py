"""A shortcoming that a visit recorded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shortcoming:
    """Something an earlier visit asked to be fixed and that is still open."""

    text: str
    due_on: str

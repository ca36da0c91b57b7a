"""Problems found by a check, each with the field it leads to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """Something that keeps the visit from being filed, or that is worth a second look."""

    path: str
    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What "look for mistakes" found: lines to go through, a mark at each field."""

    problems: tuple[ProblemRow, ...] = ()
    warnings: tuple[ProblemRow, ...] = ()
    marks: Mapping[str, str] = field(default_factory=dict)
    is_asked: bool = False

"""Problems found by a check, each with the field it leads to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """A problem that blocks filing, or a warning."""

    path: str
    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of a check: lines to go through, a mark at each field."""

    problems: tuple[ProblemRow, ...] = ()
    warnings: tuple[ProblemRow, ...] = ()
    marks: Mapping[str, str] = field(default_factory=dict)
    is_asked: bool = False

    def following(self, path: str) -> str:
        """Return the path of the problem after the one at a path; the first one where that has none."""
        paths = [row.path for row in self.problems]
        place = paths.index(path) + 1 if path in paths else 0
        return paths[place % len(paths)]

"""Kinds of establishment: their groups, opening rules and checklist sections."""

from dataclasses import dataclass, field
from datetime import time
from typing import Self

from field178_shared.codelists.labels import Labelled
from field178_shared.codelists.rows import ListFileRow


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningRule(Labelled):
    """Hours in which an establishment MUST be closed, half-open, local time."""

    closed_from: time
    closed_to: time
    source: str
    confidence: str

    def is_closed_at(self, moment: time) -> bool:
        """Return whether the rule demands closed doors at that local time."""
        if self.closed_from <= self.closed_to:
            return self.closed_from <= moment < self.closed_to
        return moment >= self.closed_from or moment < self.closed_to


@dataclass(frozen=True, slots=True)
class WorkerRange:
    """Usual number of workers of a kind: a soft warning, never a limit."""

    least: int
    typical: int
    most: int

    @classmethod
    def read(cls, row: ListFileRow) -> Self:
        """Read the three numbers of the key `workers`."""
        least, typical, most = row.numbers("workers")
        return cls(int(least), int(typical), int(most))


@dataclass(frozen=True, slots=True, kw_only=True)
class EstablishmentType(Labelled):
    """One kind of establishment in inspection scope."""

    code: str
    group: str
    national_group: str
    antt: bool
    ban_under18: bool = field(metadata={"key": "ban_u18"})
    hours: str | None
    sections: tuple[str, ...] = field(metadata={"key": "profile"})
    workers: WorkerRange = field(metadata={"read": WorkerRange.read})
    synonyms: tuple[str, ...]
    requires_note: bool
    note: str | None
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Applies:
    """Kinds of establishment that a row applies to: all, one group, or a list of kinds."""

    everywhere: bool = False
    group: str | None = None
    types: tuple[str, ...] = ()

    @classmethod
    def read(cls, row: ListFileRow) -> Self:
        """Read the key `applies`; a row without it applies to all kinds."""
        words = row.texts("applies")
        if words in ((), ("all",)):
            return cls(everywhere=True)
        if len(words) == 1 and words[0].startswith("group:"):
            return cls(group=words[0].removeprefix("group:"))
        return cls(types=words)

    def covers(self, kind: EstablishmentType) -> bool:
        """Return whether the row applies to this kind of establishment."""
        return self.everywhere or kind.group == self.group or kind.id in self.types

"""Kinds of establishment: their groups, opening rules and checklist sections."""

from dataclasses import dataclass
from datetime import time

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


@dataclass(frozen=True, slots=True, kw_only=True)
class EstablishmentType(Labelled):
    """One kind of establishment in inspection scope."""

    code: str
    group: str
    national_group: str
    antt: bool
    ban_under18: bool
    hours: str | None
    sections: tuple[str, ...]
    workers: WorkerRange
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

    def covers(self, kind: EstablishmentType) -> bool:
        """Return whether the row applies to this kind of establishment."""
        return self.everywhere or kind.group == self.group or kind.id in self.types


def read_applies(row: ListFileRow) -> Applies:
    """Read `applies`; a row without it applies to all kinds."""
    words = row.texts("applies")
    if words in ((), ("all",)):
        return Applies(everywhere=True)
    if len(words) == 1 and words[0].startswith("group:"):
        return Applies(group=words[0].removeprefix("group:"))
    return Applies(types=words)


def read_opening_rule(row: ListFileRow) -> OpeningRule:
    """Read one opening rule."""
    return OpeningRule(
        **row.head(),
        closed_from=time.fromisoformat(row.text("closed_from")),
        closed_to=time.fromisoformat(row.text("closed_to")),
        source=row.text("source"),
        confidence=row.text("confidence"),
    )


def read_establishment_type(row: ListFileRow) -> EstablishmentType:
    """Read one kind of establishment."""
    least, typical, most = row.numbers("workers")
    return EstablishmentType(
        **row.head(),
        code=row.text("code"),
        group=row.text("group"),
        national_group=row.text("national_group"),
        antt=row.flag("antt"),
        ban_under18=row.flag("ban_u18"),
        hours=row.text_or_none("hours"),
        sections=row.texts("profile"),
        workers=WorkerRange(int(least), int(typical), int(most)),
        synonyms=row.texts("synonyms"),
        requires_note=row.flag("requires_note"),
        note=row.text_or_none("note"),
        source=row.text("source"),
        confidence=row.text("confidence"),
    )

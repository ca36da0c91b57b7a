"""Violations of an establishment, and the fine frames in force at a date."""

from dataclasses import dataclass, field
from datetime import date

from field178_shared.codelists.establishments import Applies
from field178_shared.codelists.labels import Labelled
from field178_shared.codelists.rows import ListFileRow
from field178_shared.codelists.validity import Dated


@dataclass(frozen=True, slots=True, kw_only=True)
class FineFrame(Dated):
    """A fine frame in đồng for individuals; null amounts mean "must be looked up"."""

    src: str
    art: str | None
    valid_from: date | None = field(metadata={"key": "from"})
    valid_to: date | None = field(metadata={"key": "to"})
    min: int | None
    max: int | None
    org_multiplier: int | None
    warning_possible: bool
    hint: str | None
    note: str | None
    confidence: str
    is_verified: bool = field(metadata={"read": ListFileRow.is_verified})

    @property
    def is_known(self) -> bool:
        """Return whether the amounts were verified."""
        return self.min is not None and self.max is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation(Labelled):
    """A violation that can be recorded against an establishment."""

    code: str
    domain: str
    subject: str
    applies: Applies = field(metadata={"read": Applies.read})
    selectable: bool
    severity: int
    restricted: bool
    frames: tuple[FineFrame, ...]
    items: tuple[str, ...] = field(metadata={"key": "checklist"})
    additional: str | None
    handling: str | None
    history: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceAct(Labelled):
    """Act of individuals, for the legal library only; never a value of a record."""

    frames: tuple[FineFrame, ...]

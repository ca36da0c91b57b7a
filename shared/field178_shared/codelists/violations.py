"""Violations of an establishment, and the fine frames in force at a date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from field178_shared.codelists.establishments import Applies, read_applies
from field178_shared.codelists.labels import Labelled
from field178_shared.codelists.rows import ListFileRow
from field178_shared.codelists.validity import Dated


@dataclass(frozen=True, slots=True, kw_only=True)
class FineFrame(Dated):
    """A fine frame in đồng for individuals; null amounts mean "must be looked up"."""

    src: str
    art: str | None
    valid_from: date | None
    valid_to: date | None
    min: int | None
    max: int | None
    org_multiplier: int | None
    warning_possible: bool
    hint: str | None
    note: str | None
    confidence: str
    is_verified: bool

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
    applies: Applies
    selectable: bool
    severity: int
    restricted: bool
    frames: tuple[FineFrame, ...]
    items: tuple[str, ...]
    additional: str | None
    handling: str | None
    history: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceAct(Labelled):
    """Act of individuals, for the legal library only; never a value of a record."""

    frames: tuple[FineFrame, ...]


def read_frame(row: ListFileRow) -> FineFrame:
    """Read one frame."""
    return FineFrame(
        src=row.text("src"),
        art=row.text_or_none("art"),
        valid_from=row.day("from"),
        valid_to=row.day("to"),
        min=row.whole_or_none("min"),
        max=row.whole_or_none("max"),
        org_multiplier=row.whole_or_none("org_multiplier"),
        warning_possible=row.flag("warning_possible"),
        hint=row.text_or_none("hint"),
        note=row.text_or_none("note"),
        confidence=row.text("confidence"),
        is_verified=row.is_verified(),
    )


def read_violation(row: ListFileRow) -> Violation:
    """Read one violation."""
    return Violation(
        **row.head(),
        code=row.text("code"),
        domain=row.text("domain"),
        subject=row.text("subject"),
        applies=read_applies(row),
        selectable=row.flag("selectable"),
        severity=row.whole("severity"),
        restricted=row.flag("restricted"),
        frames=row.each("frames", read_frame),
        items=row.texts("checklist"),
        additional=row.text_or_none("additional"),
        handling=row.text_or_none("handling"),
        history=row.text_or_none("history"),
    )


def read_reference_act(row: ListFileRow) -> ReferenceAct:
    """Read one act of the legal library."""
    return ReferenceAct(**row.head(), frames=row.each("frames", read_frame))


def frames_on(frames: Sequence[FineFrame], day: date) -> tuple[FineFrame, ...]:
    """Return the frames in force on the date, verified amounts first, then the youngest law."""
    valid = [frame for frame in frames if frame.valid_on(day)]
    return tuple(sorted(valid, key=lambda f: (f.is_known, f.valid_from or date.min), reverse=True))

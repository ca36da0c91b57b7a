"""Printable forms, the commitments of an establishment, and the clocks of the law."""

from dataclasses import dataclass, field
from typing import Self

from field178_shared.codelists.labels import Labelled
from field178_shared.codelists.legal import LegalReference
from field178_shared.codelists.rows import CodeListRow, ListFileRow


@dataclass(frozen=True, slots=True)
class FormField(CodeListRow):
    """Field of a printed form: filled by the system, or a dotted line for the pen."""

    id: str = field(metadata={"key": "f"})
    fill: str
    vi: str | None
    remark: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentForm(Labelled):
    """A form; the product never prints statutory forms and stores only their numbers."""

    statutory: bool
    copies: int | None
    fields: tuple[FormField, ...]
    legal: tuple[LegalReference, ...]
    made_by: str | None
    system_keeps: tuple[str, ...]
    statutory_content: tuple[str, ...]
    remark: str | None
    confidence: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline(Labelled):
    """A time limit from an event: a number of units, or a fixed day of the year (dd/mm)."""

    from_event: str
    amount: int | None
    fixed_day: str | None
    unit: str
    source: str
    confidence: str

    @classmethod
    def read(cls, row: ListFileRow) -> Self:
        """Read a time limit; the amount of the unit `date` is its fixed day."""
        unit = row.text("unit")
        if unit == "date":
            return row.build(cls, unit=unit, amount=None, fixed_day=row.text("amount"))
        return row.build(cls, unit=unit, amount=row.whole("amount"), fixed_day=None)

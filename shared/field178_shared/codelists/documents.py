"""Printable forms, the commitments of an establishment, and the clocks of the law."""

from dataclasses import dataclass

from field178_shared.codelists.labels import Labelled
from field178_shared.codelists.legal import LegalReference, read_reference
from field178_shared.codelists.rows import ListFileRow


@dataclass(frozen=True, slots=True)
class FormField:
    """Field of a printed form: filled by the system, or a dotted line for the pen."""

    id: str
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


def read_document_form(row: ListFileRow) -> DocumentForm:
    """Read one form."""
    return DocumentForm(
        **row.head(),
        statutory=row.flag("statutory"),
        copies=row.whole_or_none("copies"),
        fields=row.each("fields", _read_field),
        legal=row.each("legal", read_reference),
        made_by=row.text_or_none("made_by"),
        system_keeps=row.texts("system_keeps"),
        statutory_content=row.texts("statutory_content"),
        remark=row.text_or_none("remark"),
        confidence=row.text_or_none("confidence"),
    )


def read_deadline(row: ListFileRow) -> Deadline:
    """Read one time limit."""
    unit = row.text("unit")
    is_fixed = unit == "date"
    return Deadline(
        **row.head(),
        from_event=row.text("from_event"),
        amount=None if is_fixed else row.whole("amount"),
        fixed_day=row.text("amount") if is_fixed else None,
        unit=unit,
        source=row.text("source"),
        confidence=row.text("confidence"),
    )


def _read_field(row: ListFileRow) -> FormField:
    return FormField(
        id=row.text("f"), fill=row.text("fill"), vi=row.text_or_none("vi"), remark=row.text_or_none("remark")
    )

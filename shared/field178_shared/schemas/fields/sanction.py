"""Fields of decisions, payments and measures carried out; they stand on the page of their visit."""

from field178_shared.schemas.fields.envelope import ATTACHMENTS, BY_OFFICE, CLOCK_OFFSET, CLOCKS, RECORD_CODE
from field178_shared.schemas.fields.spec import FieldKind, FieldSpec
from field178_shared.text.i18n import N_

ENTRY = (
    FieldSpec("record", N_("Visit it follows"), FieldKind.CODE),
    FieldSpec("withdrawn_reason", N_("Withdrawn because"), FieldKind.LONG_TEXT, is_free_text=True),
    *ATTACHMENTS,
    RECORD_CODE,
    CLOCK_OFFSET,
    *CLOCKS,
)
_NUMBER = FieldSpec(
    "document_number",
    N_("Document number"),
    is_document_number=True,
    example=N_("for example 12/QĐ-XPHC"),
)


def office_fields(*specs: FieldSpec) -> tuple[FieldSpec, ...]:
    """Return the fields of a type that the office writes beside a visit."""
    return tuple(spec.within(spec.section, off_tablet=BY_OFFICE) for spec in (*specs, *ENTRY))


DECISION = office_fields(
    _NUMBER,
    FieldSpec("document_date", N_("Document date"), FieldKind.DATE),
    FieldSpec("agency_id", N_("Agency that decided"), FieldKind.CHOICE, choices="agencies"),
    FieldSpec("violation_ids", N_("Violations sanctioned"), FieldKind.CHOICE, choices="violations"),
    FieldSpec("sanction_id", N_("Main sanction"), FieldKind.CHOICE, choices="measure"),
    FieldSpec("amount_vnd", N_("Fine"), FieldKind.MONEY, example=N_("for example 15.000.000")),
    FieldSpec("measure_ids", N_("Additional sanctions and remedies"), FieldKind.CHOICE, choices="measure"),
    FieldSpec(
        "received_on",
        N_("Handed over on"),
        FieldKind.DATE,
        help=N_(
            "From this day the establishment has 10 days to pay; left empty, from the day of the decision."
        ),
    ),
)
PAYMENT = office_fields(
    FieldSpec("decision", N_("Decision that is paid"), FieldKind.CODE),
    FieldSpec(
        "document_number",
        N_("Receipt number"),
        is_document_number=True,
        example=N_("for example BL-000123"),
    ),
    FieldSpec("paid_on", N_("Paid on"), FieldKind.DATE),
    FieldSpec("amount_vnd", N_("Amount paid"), FieldKind.MONEY, example=N_("for example 15.000.000")),
)
MEASURE = office_fields(
    FieldSpec("decision", N_("Decision that adds it"), FieldKind.CODE),
    FieldSpec("measure_key", N_("Key of the measure"), FieldKind.CODE),
    FieldSpec("measure_id", N_("Measure"), FieldKind.CHOICE, choices="measure"),
    FieldSpec("done_on", N_("Carried out on"), FieldKind.DATE),
    FieldSpec("document_number", N_("Document number"), is_document_number=True),
)

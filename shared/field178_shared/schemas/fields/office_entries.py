"""Fields of what the office enters about a record, and of answers to its comments."""

from __future__ import annotations

from field178_shared.schemas.fields.spec import (
    ATTACHMENTS,
    BY_OFFICE,
    BY_TABLET,
    CLOCK_OFFSET,
    CLOCKS,
    RECORD_CODE,
    FieldKind,
    FieldSpec,
)
from field178_shared.text.i18n import N_

_BESIDE = "stands beside the record that is reviewed"


def _field(
    path: str, label: str, kind: FieldKind = FieldKind.CODE, *, is_free_text: bool = False
) -> FieldSpec:
    return FieldSpec(path, label, kind, is_free_text=is_free_text, off_tablet=BY_OFFICE, off_console=_BESIDE)


REVIEW = (
    _field("record", N_("Reviewed record")),
    _field("record_rev", N_("Reviewed revision"), FieldKind.NUMBER),
    _field("state", N_("Decision of the review")),
    _field("reason", N_("Reason"), FieldKind.LONG_TEXT, is_free_text=True),
    _field("handed_to", N_("Handed over to"), FieldKind.PERSON),
    _field("decided_by", N_("Decided by"), FieldKind.PERSON),
    _field("decided_at", N_("Decided at"), FieldKind.INSTANT),
    _field("comments", N_("Comments"), FieldKind.GROUP),
    _field("comments.*", N_("Comment"), FieldKind.GROUP),
    _field("comments.*.path", N_("Commented field")),
    _field("comments.*.text", N_("Text of the comment"), FieldKind.LONG_TEXT, is_free_text=True),
    _field("comments.*.user", N_("Officer"), FieldKind.PERSON),
    _field("comments.*.at", N_("Time"), FieldKind.INSTANT),
    _field("comments.*.done_rev", N_("Answered by revision"), FieldKind.NUMBER),
    _field("comments.*.thread", N_("First comment of the thread")),
    _field("comments.*.closed_by", N_("Closed by"), FieldKind.PERSON),
    _field("comments.*.closed_at", N_("Closed at"), FieldKind.INSTANT),
    RECORD_CODE.within(off_console=_BESIDE),
    CLOCK_OFFSET.within(off_console=_BESIDE),
    *CLOCKS,
)


_AT_COMMENT = "stands at the comment that it answers"

COMMENT_ANSWER = (
    FieldSpec("record", N_("Reviewed record"), FieldKind.CODE, off_tablet=BY_TABLET, off_console=_AT_COMMENT),
    FieldSpec("comment", N_("Comment"), FieldKind.CODE, off_tablet=BY_TABLET, off_console=_AT_COMMENT),
    FieldSpec(
        "text",
        N_("Answer"),
        FieldKind.LONG_TEXT,
        is_free_text=True,
        off_tablet="typed at the comment, in no form of its own",
        off_console=_AT_COMMENT,
    ),
    FieldSpec("at", N_("Time"), FieldKind.INSTANT, off_tablet=BY_TABLET, off_console=_AT_COMMENT),
    RECORD_CODE.within(off_console=_AT_COMMENT),
    CLOCK_OFFSET.within(off_console=_AT_COMMENT),
    *CLOCKS,
)


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


CLOSURE = office_fields(
    FieldSpec("follow_up_id", N_("Correction that is closed"), FieldKind.CODE),
    FieldSpec("status", N_("What became of it"), FieldKind.CHOICE, choices="followup_status"),
    FieldSpec("closed_on", N_("Ended on"), FieldKind.DATE),
    FieldSpec(
        "note",
        N_("What proves it"),
        FieldKind.LONG_TEXT,
        is_free_text=True,
        help=N_("Name the document or what was seen; a photo or a PDF can stand for it. No names of people."),
    ),
)

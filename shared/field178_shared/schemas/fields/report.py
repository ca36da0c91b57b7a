"""Fields of the official report and of what is sent for it; they stand on the pages of the reports."""

from field178_shared.schemas.fields.envelope import BY_OFFICE, CLOCK_OFFSET, CLOCKS, RECORD_CODE, UNIT
from field178_shared.schemas.fields.spec import FieldKind, FieldSpec
from field178_shared.text.i18n import N_

_NO_NAMES = N_("No name of any person.")
_KIND = FieldSpec("kind", N_("Kind of report"), FieldKind.CHOICE, choices="report_kinds")
_YEAR = FieldSpec("year", N_("Year of the report"), FieldKind.NUMBER)
_AREA = FieldSpec("area_id", N_("Area of the report"), FieldKind.CODE)


def _by_office(*specs: FieldSpec) -> tuple[FieldSpec, ...]:
    return tuple(
        spec.within(spec.section, off_tablet=BY_OFFICE)
        for spec in (*specs, RECORD_CODE, CLOCK_OFFSET, *CLOCKS)
    )


REPORT = _by_office(
    _KIND,
    _YEAR,
    FieldSpec("period_from", N_("First day of the period"), FieldKind.DATE),
    FieldSpec("period_to", N_("Last day of the period"), FieldKind.DATE),
    _AREA,
    FieldSpec(
        "profile_ids",
        N_("Plans whose targets are shown"),
        FieldKind.CHOICE,
        choices="target_profiles",
        help=N_("The figures stand beside the targets of each."),
    ),
    FieldSpec("superior_body", N_("Superior body")),
    FieldSpec("issuing_body", N_("Issuing body")),
    FieldSpec(
        "symbol",
        N_("Symbol behind the number"),
        is_document_number=True,
        example=N_("for example BC-UBND"),
    ),
    FieldSpec("place", N_("Place of the report")),
    FieldSpec(
        "opening",
        N_("Opening sentence"),
        FieldKind.LONG_TEXT,
        is_free_text=True,
        help=N_("The plan that is reported on, before “reports as follows”."),
    ),
    FieldSpec(
        "signer",
        N_("Authority and position of the signer"),
        FieldKind.LONG_TEXT,
        is_free_text=True,
        help=N_("A line each, without a name: that is written with the signature."),
    ),
    FieldSpec(
        "recipients", N_("Recipients"), FieldKind.LONG_TEXT, is_free_text=True, help=N_("A line each.")
    ),
    FieldSpec("sections", N_("Sections of the report"), FieldKind.GROUP),
    FieldSpec("sections.*", N_("Section of the report"), FieldKind.GROUP, keys="report_sections"),
    FieldSpec(
        "sections.*.text", N_("Text of the section"), FieldKind.LONG_TEXT, is_free_text=True, help=_NO_NAMES
    ),
    FieldSpec("signed_off", N_("Sign-off"), FieldKind.GROUP),
    FieldSpec("signed_off.by", N_("Signed off by"), FieldKind.PERSON),
    FieldSpec("signed_off.at", N_("Signed off at"), FieldKind.INSTANT),
    FieldSpec("signed_off.figures", N_("Digest of the figures signed off"), FieldKind.CODE),
    FieldSpec("frozen", N_("Freeze"), FieldKind.GROUP),
    FieldSpec("frozen.by", N_("Frozen by"), FieldKind.PERSON),
    FieldSpec("frozen.at", N_("Frozen at"), FieldKind.INSTANT),
    FieldSpec("frozen.sha256", N_("Hash of the frozen report"), FieldKind.CODE),
    FieldSpec("restates", N_("Report that it restates"), FieldKind.CODE),
    FieldSpec(
        "restatement_reason", N_("Why it is restated"), FieldKind.LONG_TEXT, is_free_text=True, help=_NO_NAMES
    ),
)
SUBMISSION = _by_office(
    _KIND,
    _YEAR,
    _AREA,
    FieldSpec("agency_id", N_("Sent by"), FieldKind.CHOICE, choices="agencies"),
    UNIT,
    FieldSpec("due_on", N_("Due on"), FieldKind.DATE),
    FieldSpec("submitted_on", N_("Sent on"), FieldKind.DATE),
    FieldSpec(
        "document_number",
        N_("Document number"),
        is_document_number=True,
        example=N_("for example 12/KH-UBND"),
    ),
)

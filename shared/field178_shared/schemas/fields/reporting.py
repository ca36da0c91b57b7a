"""Fields of reports, and of the numbers that agencies state for them."""

from __future__ import annotations

from field178_shared.schemas.fields.outreach import commune_fields
from field178_shared.schemas.fields.spec import (
    BY_OFFICE,
    CLOCK_OFFSET,
    CLOCKS,
    RECORD_CODE,
    UNIT,
    FieldKind,
    FieldSpec,
)
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


_STATED = (
    FieldSpec("agency_id", N_("Agency that states it"), FieldKind.CHOICE, choices="agencies"),
    FieldSpec("unit_id", N_("Area of the figures"), FieldKind.CHOICE, choices="units"),
)
_MONTH = FieldSpec("month", N_("Month of the return"), FieldKind.MONTH)


def _number(path: str, label: str, unit: str, *, help: str = "") -> FieldSpec:
    return FieldSpec(path, label, FieldKind.NUMBER, unit=unit, help=help)


AGENCY_RETURN = commune_fields(
    *_STATED,
    _MONTH,
    _number("tipoffs_received", N_("Tip-offs received"), N_("tip-offs")),
    _number("tipoffs_processed", N_("Tip-offs processed in time"), N_("tip-offs")),
    _number("cases_uncovered", N_("Cases uncovered"), N_("cases"), help=N_("Number of cases alone.")),
    _number("cases_prosecuted", N_("Cases prosecuted"), N_("cases"), help=N_("Number of cases alone.")),
    _number("cases_tried", N_("Cases tried"), N_("cases"), help=N_("Number of cases alone.")),
    _number(
        "complex_spots",
        N_("Complex spots"),
        N_("spots"),
        help=N_("How many there are at the end of the month."),
    ),
    _number("workers_examined", N_("Workers with a periodic health check"), N_("people")),
    FieldSpec("note", N_("Note"), FieldKind.LONG_TEXT, is_free_text=True, help=N_("No name of any person.")),
)
HARM_REDUCTION_RETURN = commune_fields(
    *_STATED,
    _MONTH,
    FieldSpec("services", N_("Services of harm reduction and support"), FieldKind.GROUP),
    FieldSpec("services.*", N_("Service"), FieldKind.GROUP, keys="support_services"),
    FieldSpec("services.*.quantity", N_("Quantity"), FieldKind.NUMBER),
)
INFORMATION_CORRECTION = commune_fields(
    *_STATED,
    FieldSpec("corrected_on", N_("Dealt with on"), FieldKind.DATE),
    FieldSpec("channel_id", N_("Where it stood"), FieldKind.CHOICE, choices="information_channel"),
    FieldSpec("action_id", N_("How it was dealt with"), FieldKind.CHOICE, choices="correction_action"),
    _number(
        "item_count",
        N_("Items of wrong information"),
        N_("items"),
        help=N_("Counts alone: neither the author nor what was said."),
    ),
    FieldSpec("topic_ids", N_("Topics concerned"), FieldKind.CHOICE, choices="topics"),
)
SUPERVISION = commune_fields(
    *_STATED,
    FieldSpec("kind_id", N_("Kind of supervision"), FieldKind.CHOICE, choices="supervision_kind"),
    FieldSpec(
        "concluded_on",
        N_("Concluded on"),
        FieldKind.DATE,
        help=N_("What several organisations do together is entered once, by the one that leads it."),
    ),
    _number(
        "units_supervised",
        N_("Bodies supervised"),
        N_("bodies"),
        help=N_("Social criticism: bodies whose draft was examined."),
    ),
    _number("recommendations", N_("Recommendations made"), N_("recommendations")),
    _number(
        "recommendations_done",
        N_("Of which carried out until now"),
        N_("recommendations"),
        help=N_("Corrected as more are carried out; left empty as long as nobody knows."),
    ),
)
PILOT_MODEL = commune_fields(
    *_STATED,
    FieldSpec("model_id", N_("Model"), FieldKind.CHOICE, choices="pilot_model"),
    FieldSpec("started_on", N_("Started on"), FieldKind.DATE),
    FieldSpec("status", N_("State of the model"), FieldKind.CHOICE, choices="model_status"),
    FieldSpec("ended_on", N_("Ended on"), FieldKind.DATE, help=N_("For a model that has ended.")),
    FieldSpec("host_agency_id", N_("Host agency"), FieldKind.CHOICE, choices="agencies"),
    FieldSpec("budget_vnd", N_("Budget of the model"), FieldKind.MONEY),
)
COMMENDATION = commune_fields(
    *_STATED,
    FieldSpec("granted_on", N_("Granted on"), FieldKind.DATE),
    FieldSpec("level", N_("Level of the commendation"), FieldKind.CHOICE, choices="commendation_level"),
    FieldSpec("form", N_("Form of the commendation"), FieldKind.CHOICE, choices="commendation_form"),
    FieldSpec("subject", N_("Who is commended"), FieldKind.CHOICE, choices="commendation_subject"),
    FieldSpec("count", N_("How many"), FieldKind.NUMBER, help=N_("Counts alone, no name of any person.")),
)
BUDGET_LINE = commune_fields(
    *_STATED,
    FieldSpec("year", N_("Year of the budget"), FieldKind.NUMBER),
    FieldSpec("source", N_("Source of the budget"), FieldKind.CHOICE, choices="budget_source"),
    FieldSpec("purpose", N_("Purpose"), is_free_text=True, example=N_("for example outreach")),
    FieldSpec("allocated_vnd", N_("Allocated"), FieldKind.MONEY),
    FieldSpec(
        "spent_vnd",
        N_("Spent until now"),
        FieldKind.MONEY,
        help=N_("Corrected as more is spent: the last number of the year counts."),
    ),
)
DENOMINATOR = commune_fields(
    *_STATED,
    FieldSpec("kind", N_("Kind of total"), FieldKind.CHOICE, choices="denominators"),
    FieldSpec("valid_from", N_("Total holds from"), FieldKind.DATE),
    FieldSpec("value", N_("Total"), FieldKind.NUMBER, unit=N_("people")),
    FieldSpec(
        "source_document",
        N_("Source of the total"),
        is_free_text=True,
        example=N_("for example 05/BC-UBND"),
    ),
)

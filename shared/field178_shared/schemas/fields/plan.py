"""Fields of the plan and of its visits for people; they stand on the pages of the plan."""

from field178_shared.schemas.fields.spec import (
    BY_OFFICE,
    CLOCK_OFFSET,
    CLOCKS,
    RECORD_CODE,
    TEAM,
    UNIT,
    FieldKind,
    FieldSpec,
)
from field178_shared.text.i18n import N_

_TYPE = FieldSpec("establishment_type_id", N_("Kind of establishment"), FieldKind.CHOICE, choices="types")
_YEAR = FieldSpec("year", N_("Year of the plan"), FieldKind.NUMBER)


def _entry(spec: FieldSpec) -> FieldSpec:
    return FieldSpec(f"quotas.*.{spec.path}", spec.label, spec.kind, choices=spec.choices)


def _by_office(*specs: FieldSpec) -> tuple[FieldSpec, ...]:
    return tuple(
        spec.within(spec.section, off_tablet=BY_OFFICE)
        for spec in (*specs, RECORD_CODE, CLOCK_OFFSET, *CLOCKS)
    )


PLAN = _by_office(
    _YEAR,
    FieldSpec(
        "number", N_("Number of the plan"), is_document_number=True, example=N_("for example 35/KH-UBND")
    ),
    FieldSpec("issued_on", N_("Day of the plan"), FieldKind.DATE),
    FieldSpec("quotas", N_("Quotas"), FieldKind.GROUP),
    FieldSpec("quotas.*", N_("Quota"), FieldKind.GROUP),
    *map(_entry, (_TYPE, UNIT, FieldSpec("month", N_("Month of the quota"), FieldKind.NUMBER), TEAM)),
    FieldSpec("quotas.*.count", N_("Visits to make"), FieldKind.NUMBER),
)
ITEM = _by_office(
    _YEAR,
    TEAM,
    FieldSpec("establishment_id", N_("Establishment"), FieldKind.ESTABLISHMENT),
    _TYPE,
    UNIT,
    FieldSpec("inspection_kind", N_("Kind of inspection"), FieldKind.CHOICE, choices="inspection_kind"),
    FieldSpec("trigger", N_("Reason for the inspection"), FieldKind.CHOICE, choices="inspection_trigger"),
    FieldSpec("window_from", N_("Start of the window"), FieldKind.DATE),
    FieldSpec("window_to", N_("End of the window"), FieldKind.DATE),
    FieldSpec(
        "reason",
        N_("Note for the team"),
        FieldKind.LONG_TEXT,
        is_free_text=True,
        help=N_("What to look at. No names of people, and nothing about who reported what."),
    ),
    FieldSpec("asked_by", N_("Correction to check"), FieldKind.GROUP),
    FieldSpec("asked_by.visit_id", N_("Visit that asked for it"), FieldKind.CODE),
    FieldSpec("asked_by.follow_up_id", N_("Key of the correction"), FieldKind.CODE),
    FieldSpec("cancelled", N_("Cancellation"), FieldKind.GROUP),
    FieldSpec("cancelled.reason", N_("Why it is cancelled"), FieldKind.LONG_TEXT, is_free_text=True),
    FieldSpec("cancelled.on", N_("Cancelled on"), FieldKind.DATE),
)

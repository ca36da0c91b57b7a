"""Fields of a commune's plan of a year for people, in the order of its form."""

from field178_shared.schemas.fields.envelope import ATTACHMENTS, UNIT
from field178_shared.schemas.fields.spec import FieldKind, FieldSpec
from field178_shared.schemas.fields.worker_census import commune_fields
from field178_shared.text.i18n import N_

FIELDS = commune_fields(
    UNIT,
    FieldSpec("year", N_("Year of the plan"), FieldKind.NUMBER),
    FieldSpec(
        "document_number",
        N_("Document number"),
        is_document_number=True,
        example=N_("for example 12/KH-UBND"),
    ),
    FieldSpec("issued_on", N_("Issued by the commune on"), FieldKind.DATE),
    FieldSpec(
        "integration_ids",
        N_("Programmes it is joined with"),
        FieldKind.CHOICE,
        choices="commune_plan_integration",
    ),
    FieldSpec("replaces", N_("Plan that it replaces"), FieldKind.CODE),
    *ATTACHMENTS,
)

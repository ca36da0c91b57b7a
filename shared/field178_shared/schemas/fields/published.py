"""Fields of teams."""

from __future__ import annotations

from field178_shared.schemas.fields.spec import (
    BY_OFFICE,
    CLOCK_OFFSET,
    CLOCKS,
    RECORD_CODE,
    FieldKind,
    FieldSpec,
)
from field178_shared.text.i18n import N_

TEAM_FIELDS = tuple(
    spec.within(spec.section, off_tablet=BY_OFFICE)
    for spec in (
        FieldSpec("name", N_("Name of the team")),
        FieldSpec(
            "decision_number",
            N_("Number of the team decision"),
            is_document_number=True,
            example=N_("for example 12/QĐ-UBND"),
        ),
        FieldSpec("decision_date", N_("Day of the team decision"), FieldKind.DATE),
        FieldSpec("deciding_agency", N_("Who decided"), FieldKind.CHOICE, choices="agencies"),
        FieldSpec("valid_from", N_("In force from"), FieldKind.DATE),
        FieldSpec("valid_to", N_("In force to"), FieldKind.DATE),
        FieldSpec("level", N_("Level of the team"), FieldKind.CODE),
        FieldSpec("standing_agency", N_("Standing agency"), FieldKind.CHOICE, choices="agencies"),
        FieldSpec("unit_ids", N_("Communes of the team"), FieldKind.CHOICE, choices="units"),
        FieldSpec("members", N_("Members"), FieldKind.GROUP),
        FieldSpec("members.*", N_("Member of the team"), FieldKind.GROUP),
        FieldSpec(
            "members.*.position", N_("Position in the team"), FieldKind.CHOICE, choices="team_position"
        ),
        FieldSpec("members.*.valid_from", N_("First day in the team"), FieldKind.DATE),
        FieldSpec("members.*.valid_to", N_("Last day in the team"), FieldKind.DATE),
        RECORD_CODE,
        CLOCK_OFFSET,
        *CLOCKS,
    )
)

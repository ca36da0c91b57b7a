"""Fields of the office's closure of a correction; it stands on the page of the visit that asked for it."""

from field178_shared.schemas.fields.sanction import office_fields
from field178_shared.schemas.fields.spec import FieldKind, FieldSpec
from field178_shared.text.i18n import N_

FIELDS = office_fields(
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

"""Fields that every filed record has, and those of its files."""

from field178_shared.schemas.fields.spec import FieldKind, FieldSpec
from field178_shared.text.i18n import N_

BY_TABLET = "the tablet writes it by itself"
BY_OFFICE = "the office fills it in"
TECHNICAL = "says nothing to a reader"
IN_HISTORY = "the history of the page says it"

RECORD_CODE = FieldSpec("record_code", N_("Record code"), FieldKind.CODE, off_tablet=BY_OFFICE)
TEAM = FieldSpec("team_id", N_("Team"), FieldKind.TEAM)
UNIT = FieldSpec("unit_id", N_("Commune"), FieldKind.CHOICE, choices="units")

CLOCK_OFFSET = FieldSpec(
    "clock_offset_s",
    N_("Tablet's clock ahead of the server's"),
    FieldKind.NUMBER,
    unit=N_("seconds"),
    off_tablet=BY_TABLET,
)
CLOCKS = (
    FieldSpec(
        "captured_at",
        N_("Recorded on the tablet"),
        FieldKind.INSTANT,
        off_tablet=BY_TABLET,
        off_console=IN_HISTORY,
    ),
    FieldSpec(
        "filed_at",
        N_("Filed on the tablet"),
        FieldKind.INSTANT,
        off_tablet=BY_TABLET,
        off_console=IN_HISTORY,
    ),
    FieldSpec("tz_offset", N_("Time zone"), FieldKind.CODE, off_tablet=BY_TABLET, off_console=TECHNICAL),
    FieldSpec(
        "codelist_version",
        N_("Version of the code lists"),
        FieldKind.CODE,
        off_tablet=BY_TABLET,
        off_console=TECHNICAL,
    ),
    FieldSpec("_deleted", N_("The whole record"), FieldKind.FLAG),
)
ATTACHMENTS = (
    FieldSpec("attachments", N_("Photos and files"), FieldKind.GROUP, section="attachments"),
    FieldSpec("attachments.*", N_("File"), FieldKind.GROUP, named_by="evidence_kind"),
    FieldSpec("attachments.*.evidence_kind", N_("Kind of file"), FieldKind.CHOICE, choices="evidence_kind"),
    FieldSpec("attachments.*.caption", N_("Caption"), is_free_text=True),
    FieldSpec(
        "attachments.*.content_type",
        N_("File format"),
        FieldKind.CODE,
        off_tablet=BY_TABLET,
        off_console=TECHNICAL,
    ),
    FieldSpec("attachments.*.size", N_("File size"), FieldKind.BYTES),
    FieldSpec("attachments.*.taken_at", N_("Taken at"), FieldKind.INSTANT, off_tablet=BY_TABLET),
    FieldSpec("attachments.*.checklist_item_id", N_("Checklist item"), FieldKind.CHOICE, choices="items"),
    FieldSpec("attachments.*.screened", N_("Faces and papers hidden"), FieldKind.FLAG),
    FieldSpec("attachments.*.sha256", "SHA-256", FieldKind.CODE, off_tablet=BY_TABLET, off_console=TECHNICAL),
)

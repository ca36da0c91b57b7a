"""Fields of an outreach session for people, in the order of its form."""

from field178_shared.schemas.fields.envelope import (
    ATTACHMENTS,
    BY_TABLET,
    CLOCK_OFFSET,
    CLOCKS,
    RECORD_CODE,
    TEAM,
    UNIT,
)
from field178_shared.schemas.fields.spec import FieldKind, FieldSpec
from field178_shared.text.i18n import N_

_ATTENDANCE = N_("Attendance")
_FIRST_TIME = N_("First time this year")
_PEOPLE = N_("people")
_BY_VISIT = "a session made by a visit alone has it"

FIELDS = (
    RECORD_CODE.within("session"),
    FieldSpec(
        "outreach_form_id", N_("Form of outreach"), FieldKind.CHOICE, choices="forms", section="session"
    ),
    FieldSpec("session_date", N_("Date"), FieldKind.DATE, section="session"),
    FieldSpec("start_time", N_("Start"), FieldKind.TIME_OF_DAY, section="session"),
    FieldSpec("duration_minutes", N_("Duration"), FieldKind.NUMBER, unit=N_("minutes"), section="session"),
    CLOCK_OFFSET.within("session"),
    UNIT.within("session"),
    FieldSpec("host_agency_id", N_("Host agency"), FieldKind.CHOICE, choices="agencies", section="session"),
    FieldSpec("co_hosts", N_("Co-hosts"), FieldKind.CHOICE, choices="agencies", section="session"),
    FieldSpec(
        "venue",
        N_("Venue"),
        is_free_text=True,
        section="session",
        example=N_("Village hall, school yard…"),
    ),
    TEAM.within("session", off_tablet=_BY_VISIT),
    FieldSpec("zone_id", N_("Industrial zone"), FieldKind.CHOICE, choices="zones", section="session"),
    FieldSpec("school_id", N_("School"), FieldKind.CHOICE, choices="schools", section="session"),
    FieldSpec("audiences", N_("Who attended"), FieldKind.GROUP, section="audiences"),
    FieldSpec("audiences.*", N_("Audience"), FieldKind.GROUP, keys="audiences"),
    FieldSpec("audiences.*.attendance_count", _ATTENDANCE, FieldKind.NUMBER, unit=_PEOPLE),
    FieldSpec("audiences.*.first_time_count", _FIRST_TIME, FieldKind.NUMBER, unit=_PEOPLE),
    FieldSpec(
        "audiences.*.female_count",
        N_("Women"),
        FieldKind.NUMBER,
        unit=_PEOPLE,
        off_tablet="two numbers are all that a show of hands gives",
    ),
    FieldSpec("establishments", N_("Establishments reached"), FieldKind.GROUP, section="establishments"),
    FieldSpec("establishments.*", N_("Establishment"), FieldKind.GROUP, keys="establishments"),
    FieldSpec("establishments.*.attendance_count", _ATTENDANCE, FieldKind.NUMBER, unit=_PEOPLE),
    FieldSpec("establishments.*.first_time_count", _FIRST_TIME, FieldKind.NUMBER, unit=_PEOPLE),
    FieldSpec("topic_ids", N_("Outreach topics"), FieldKind.CHOICE, choices="topics", section="content"),
    FieldSpec(
        "summary",
        N_("Summary"),
        FieldKind.LONG_TEXT,
        is_free_text=True,
        section="content",
        help=N_("No name of any person."),
    ),
    FieldSpec(
        "note",
        N_("Note"),
        FieldKind.LONG_TEXT,
        is_free_text=True,
        section="content",
        question=N_("What form was it?"),
    ),
    FieldSpec("materials", N_("Materials handed out"), FieldKind.GROUP, section="materials"),
    FieldSpec("materials.*", N_("Material"), FieldKind.GROUP, keys="materials"),
    FieldSpec("materials.*.quantity", N_("Quantity"), FieldKind.NUMBER),
    FieldSpec(
        "source_inspection_id",
        N_("Made from a visit"),
        FieldKind.CODE,
        off_tablet=BY_TABLET,
        off_console="the page of the visit leads to it",
    ),
    *ATTACHMENTS,
    *CLOCKS,
)

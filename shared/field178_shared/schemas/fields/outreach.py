"""Fields of outreach sessions, media posts, and what communes enter."""

from __future__ import annotations

from field178_shared.schemas.fields.spec import (
    ATTACHMENTS,
    BY_TABLET,
    CLOCK_OFFSET,
    CLOCKS,
    OWN_LAYOUT,
    RECORD_CODE,
    TEAM,
    TECHNICAL,
    UNIT,
    FieldKind,
    FieldSpec,
)
from field178_shared.text.i18n import N_

_ATTENDANCE = N_("Attendance")
_FIRST_TIME = N_("First time this year")
_PEOPLE = N_("people")
_BY_VISIT = "a session made by a visit alone has it"

OUTREACH_SESSION = (
    RECORD_CODE.within("session"),
    FieldSpec(
        "outreach_form_id",
        N_("Form of outreach"),
        FieldKind.CHOICE,
        choices="forms",
        section="session",
        off_paper=OWN_LAYOUT,
    ),
    FieldSpec("session_date", N_("Date"), FieldKind.DATE, section="session", off_paper=OWN_LAYOUT),
    FieldSpec("start_time", N_("Start"), FieldKind.TIME_OF_DAY, section="session", off_paper=OWN_LAYOUT),
    FieldSpec(
        "duration_minutes",
        N_("Duration"),
        FieldKind.NUMBER,
        unit=N_("minutes"),
        section="session",
        off_paper=OWN_LAYOUT,
    ),
    CLOCK_OFFSET.within("session", off_paper=TECHNICAL),
    UNIT.within("session", off_paper=OWN_LAYOUT),
    FieldSpec(
        "host_agency_id",
        N_("Host agency"),
        FieldKind.CHOICE,
        choices="agencies",
        section="session",
        off_paper=OWN_LAYOUT,
    ),
    FieldSpec(
        "co_hosts",
        N_("Co-hosts"),
        FieldKind.CHOICE,
        choices="agencies",
        section="session",
        off_paper=OWN_LAYOUT,
    ),
    FieldSpec(
        "venue",
        N_("Venue"),
        is_free_text=True,
        section="session",
        example=N_("Village hall, school yard…"),
        off_paper=OWN_LAYOUT,
    ),
    TEAM.within("session", off_tablet=_BY_VISIT, off_paper=_BY_VISIT),
    FieldSpec("zone_id", N_("Industrial zone"), FieldKind.CHOICE, choices="zones", section="session"),
    FieldSpec("school_id", N_("School"), FieldKind.CHOICE, choices="schools", section="session"),
    FieldSpec("audiences", N_("Who attended"), FieldKind.GROUP, section="audiences", off_paper=OWN_LAYOUT),
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
    FieldSpec(
        "establishments",
        N_("Establishments reached"),
        FieldKind.GROUP,
        section="establishments",
        off_paper="the paper is kept at each of them",
    ),
    FieldSpec("establishments.*", N_("Establishment"), FieldKind.GROUP, keys="establishments"),
    FieldSpec("establishments.*.attendance_count", _ATTENDANCE, FieldKind.NUMBER, unit=_PEOPLE),
    FieldSpec("establishments.*.first_time_count", _FIRST_TIME, FieldKind.NUMBER, unit=_PEOPLE),
    FieldSpec(
        "topic_ids",
        N_("Outreach topics"),
        FieldKind.CHOICE,
        choices="topics",
        section="content",
        off_paper=OWN_LAYOUT,
    ),
    FieldSpec(
        "summary",
        N_("Summary"),
        FieldKind.LONG_TEXT,
        is_free_text=True,
        section="content",
        help=N_("No name of any person."),
        off_paper=OWN_LAYOUT,
    ),
    FieldSpec(
        "note",
        N_("Note"),
        FieldKind.LONG_TEXT,
        is_free_text=True,
        section="content",
        question=N_("What form was it?"),
        off_paper="a remark for the office",
    ),
    FieldSpec(
        "materials", N_("Materials handed out"), FieldKind.GROUP, section="materials", off_paper=OWN_LAYOUT
    ),
    FieldSpec("materials.*", N_("Material"), FieldKind.GROUP, keys="materials"),
    FieldSpec("materials.*.quantity", N_("Quantity"), FieldKind.NUMBER),
    FieldSpec(
        "source_inspection_id",
        N_("Made from a visit"),
        FieldKind.CODE,
        off_tablet=BY_TABLET,
        off_console="the page of the visit leads to it",
        off_paper=TECHNICAL,
    ),
    *ATTACHMENTS,
    *CLOCKS,
)


BY_COMMUNE = "the commune enters it in the console"


_BY_PAGE = "the page of the establishment it is begun on"


def commune_fields(*specs: FieldSpec) -> tuple[FieldSpec, ...]:
    """Return the fields of a type that a commune enters in the console alone."""
    return with_envelope(*(spec.within(spec.section, off_tablet=BY_COMMUNE) for spec in specs))


def with_envelope(*specs: FieldSpec) -> tuple[FieldSpec, ...]:
    """Return the fields of a commune entry with those that every filed record has."""
    return (*specs, RECORD_CODE, CLOCK_OFFSET, *CLOCKS)


def _count(path: str, label: str, *, help: str = "") -> FieldSpec:
    return FieldSpec(path, label, FieldKind.NUMBER, unit=N_("people"), help=help)


WORKER_CENSUS = with_envelope(
    FieldSpec("establishment_id", N_("Establishment"), FieldKind.ESTABLISHMENT, off_tablet=_BY_PAGE),
    UNIT.within(off_tablet=BY_TABLET),
    FieldSpec("counted_on", N_("Counted on"), FieldKind.DATE),
    _count("workers_total", N_("Workers, total"), help=N_("Women, men and not stated together.")),
    _count("workers_female", N_("Women")),
    _count("workers_male", N_("Men")),
    _count("workers_sex_unstated", N_("Sex not stated")),
    _count("workers_contract", N_("With a written contract")),
    _count("workers_health_check", N_("With a health check in the last 12 months")),
    _count("workers_insured", N_("With social insurance")),
    FieldSpec(
        "source_document",
        N_("Source of the count"),
        is_free_text=True,
        example=N_("for example 05/BC-UBND"),
    ),
    FieldSpec("note", N_("Note"), FieldKind.LONG_TEXT, is_free_text=True, help=N_("No name of any person.")),
)


MEDIA_POST = with_envelope(
    FieldSpec("outlet_id", N_("Media outlet"), FieldKind.CHOICE, choices="media_outlets"),
    UNIT.within(off_tablet=BY_TABLET),
    FieldSpec("published_on", N_("Published on"), FieldKind.DATE),
    FieldSpec("genre_id", N_("Genre"), FieldKind.CHOICE, choices="media_genre"),
    FieldSpec("title", N_("Title"), is_free_text=True, help=N_("No name of any person.")),
    FieldSpec("url", N_("Address of the page"), example="https://"),
    FieldSpec(
        "broadcast_log",
        N_("Entry of the broadcast log"),
        is_document_number=True,
        example=N_("for example 12/2026"),
    ),
    FieldSpec("duration_minutes", N_("Duration"), FieldKind.NUMBER, unit=N_("minutes")),
    FieldSpec(
        "broadcast_times",
        N_("Times broadcast"),
        FieldKind.NUMBER,
        help=N_("An item that is broadcast again is entered once, with the number of times."),
    ),
    FieldSpec("topic_ids", N_("Outreach topics"), FieldKind.CHOICE, choices="topics"),
)


COMMUNE_PLAN = commune_fields(
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


RISK_GROUP_COUNT = commune_fields(
    UNIT,
    FieldSpec("half_year", N_("Half-year of the count"), FieldKind.HALF_YEAR),
    FieldSpec(
        "group_id",
        N_("At-risk group"),
        FieldKind.CHOICE,
        choices="risk_group",
        help=N_("Who belongs to several groups counts in each of them: groups are never added up."),
    ),
    FieldSpec(
        "people_total",
        N_("People of the group"),
        FieldKind.NUMBER,
        unit=N_("people"),
        help=N_("The total of the commune alone: no list of names is sent. Nobody: 0."),
    ),
    FieldSpec("women_total", N_("Of whom women"), FieldKind.NUMBER, unit=N_("people")),
)

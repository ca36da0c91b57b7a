"""An outreach session as sections: the session, who was reached, what was spoken about and handed out."""

from __future__ import annotations

from field178_server.console.records.field_rows import FieldRow, RowMaker, SectionView
from field178_shared.text.i18n import N_

SESSION = (
    "record_code",
    "outreach_form_id",
    "session_date",
    "start_time",
    "duration_minutes",
    "unit_id",
    "venue",
    "host_agency_id",
    "co_hosts",
    "team_id",
    "zone_id",
    "school_id",
)
CONTENT = ("topic_ids", "summary", "note")


def outreach_sections(maker: RowMaker) -> tuple[SectionView, ...]:
    """Return every section that holds something."""
    say = maker.localizer.say
    sections = (
        SectionView("session", say(N_("The session")), maker.fields(*SESSION)),
        SectionView("audiences", say(N_("People reached")), maker.entries("audiences")),
        SectionView("establishments", say(N_("Establishments reached")), maker.entries("establishments")),
        SectionView("content", say(N_("Content")), maker.fields(*CONTENT)),
        SectionView("materials", say(N_("Materials")), maker.entries("materials")),
        SectionView("attachments", say(N_("Files")), maker.entries("attachments")),
    )
    return tuple(section for section in sections if section.rows)


def outreach_exceptions(sections: tuple[SectionView, ...]) -> tuple[FieldRow, ...]:
    """Return the rows that ask for a look: texts with something that may name a person."""
    return tuple(row for section in sections for row in section.rows if row.has_marks)

"""An establishment's register entry as sections, read only."""

from __future__ import annotations

from field178_server.console.records.field_rows import RowMaker, SectionView
from field178_shared.text.i18n import N_

IDENTITY = (
    "name",
    "establishment_type_id",
    "operating_status_id",
    "status_from",
    "unit_id",
    "village",
    "address_line",
    "lat",
    "lon",
    "opening_hours",
    "rooms_total",
    "first_seen_on",
    "closed_on",
    "inspection_priority_id",
    "inspection_priority_reason",
    "note",
    "merged_into",
)
REGISTRATION = ("registration_form_id", "registration_number", "registration_date")


def establishment_sections(maker: RowMaker) -> tuple[SectionView, ...]:
    """Return every section that holds something."""
    say = maker.localizer.say
    sections = (
        SectionView("identity", say(N_("Establishment")), maker.fields(*IDENTITY)),
        SectionView("registration", say(N_("Registration")), maker.fields(*REGISTRATION)),
        SectionView("certificates", say(N_("Certificates")), maker.entries("certificates")),
        SectionView("attachments", say(N_("Files")), maker.entries("attachments")),
    )
    return tuple(section for section in sections if section.rows)

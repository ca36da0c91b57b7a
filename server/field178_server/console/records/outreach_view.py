"""An outreach session as sections: the session, who was reached, what was spoken about and handed out."""

from __future__ import annotations

from field178_server.console.records.field_rows import FieldRow, RowMaker, SectionView
from field178_shared.text.i18n import N_


def outreach_sections(maker: RowMaker) -> tuple[SectionView, ...]:
    """Return every section that holds something."""
    say = maker.localizer.say
    sections = (
        maker.section("session", say(N_("The session"))),
        maker.section("audiences"),
        maker.section("establishments"),
        maker.section("content", say(N_("Content"))),
        maker.section("materials"),
        maker.section("attachments"),
    )
    return tuple(section for section in sections if section.rows)


def outreach_exceptions(sections: tuple[SectionView, ...]) -> tuple[FieldRow, ...]:
    """Return the rows that ask for a look: texts with something that may name a person."""
    return tuple(row for section in sections for row in section.rows if row.has_marks)

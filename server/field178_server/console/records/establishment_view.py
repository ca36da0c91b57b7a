"""An establishment's register entry as sections, read only."""

from __future__ import annotations

from field178_server.console.records.field_rows import RowMaker, SectionView
from field178_server.console.text.field_labels import type_name
from field178_shared.text.i18n import N_


def establishment_sections(maker: RowMaker) -> tuple[SectionView, ...]:
    """Return every section that holds something."""
    say = maker.localizer.say
    sections = (
        maker.section("identity", type_name("establishment", maker.localizer)),
        maker.section("registration", say(N_("Registration"))),
        maker.section("certificates"),
        maker.section("attachments"),
    )
    return tuple(section for section in sections if section.rows)

"""Page of a commune: missing entries of the month, and stored entries."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, url_for

from field178_server.console.commune import view
from field178_server.console.commune.flashes import FLASHES
from field178_server.console.commune.reader import CommuneReader, commune_reader
from field178_server.console.records.entry_lines import list_entries
from field178_server.console.shell.flash import take_flash
from field178_server.console.shell.lists import FilterField
from field178_server.console.shell.page import Page, current_page
from field178_server.console.text.field_labels import field_name, type_name
from field178_server.office.commune.queries import CommuneWork, commune_work, find_entry
from field178_server.office.reviews.returned_entries import returned_entries
from field178_server.records.labels import names_of
from field178_shared.record_type import RecordType
from field178_shared.records.commune import COMMUNE_TYPES
from field178_shared.records.reading import text_of
from field178_shared.text.i18n import N_

# Missing counts that are shown at once; the others follow when these are entered.
MOST_UNCOUNTED = 20
_NOTHING = CommuneWork((), None, (), (), ())


def index() -> Response:
    """Show the missing entries of the month, and the entries of a kind, newest first."""
    page, flash = current_page(), take_flash(FLASHES)
    with page.reading() as session:
        reader = commune_reader(session, page)
        unit_id = reader.chosen()
        work = _NOTHING
        if unit_id:
            work = commune_work(session, page.tenant_id, unit_id, page.today, page.lists)

        def href(record_type: str, number: int | None) -> str:
            return url_for("console.commune.index", unit=unit_id, type=record_type or None, page=number)

        listed = list_entries(work.entries, COMMUNE_TYPES, href, page.localizer)
        counts = [entry for entry in listed.entries if entry.type == RecordType.WORKER_CENSUS]
        names = names_of(
            session, page.tenant_id, {text_of(count.data, "establishment_id") for count in counts}
        )
        returns = returned_entries(session, page.tenant_id, [entry.record_id for entry in listed.entries])
        written = find_entry(session, page.tenant_id, reader.access, flash.record_id) if flash else None
    page.use_names(names)
    return page.render(
        "commune/page.html",
        flash=flash.text(type_name(written.type, page.localizer), page.localizer)
        if flash and written
        else "",
        reader=reader,
        unit_id=unit_id,
        unit_filter=_unit_filter(reader, unit_id, page),
        ended=view.ended_note(work, unit_id, dict(reader.units), page.localizer),
        owed=view.owed_lines(work, unit_id, page.today, page.localizer) if unit_id else (),
        uncounted=view.uncounted_lines(work.uncounted[:MOST_UNCOUNTED], unit_id, page.localizer),
        uncounted_total=len(work.uncounted),
        adding=[(view.new_href(name, unit_id), page.say(text)) for name, text in view.ADD.items()],
        listed=listed,
        lines=view.entry_lines(listed.entries, returns, page.localizer),
    )


def _unit_filter(reader: CommuneReader, unit_id: str, page: Page) -> Sequence[FilterField]:
    if len(reader.units) < 2:
        return ()
    label = field_name(RecordType.ESTABLISHMENT, "unit_id", page.localizer)
    return (FilterField("unit", label, unit_id, reader.units, page.say(N_("Choose"))),)

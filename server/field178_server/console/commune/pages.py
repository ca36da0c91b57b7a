"""The page of a commune: what this month still lacks, and what was entered."""

from __future__ import annotations

from flask import Response, request, url_for

from field178_server.console.commune import view
from field178_server.console.commune.flashes import FLASHES
from field178_server.console.commune.reader import reader_of, today
from field178_server.console.shell.flash import take_flash
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.links import FilterLink, page_links, wanted_page
from field178_server.console.shell.lists import FilterField
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.field_labels import field_name, type_name
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.commune.queries import CommuneWork, commune_work, find_entry
from field178_server.office.reviews.entry_returns import entry_returns
from field178_server.records.labels import names_of
from field178_server.records.paging import PageOfRows
from field178_shared.records.commune import CENSUS, COMMUNE_TYPES
from field178_shared.records.reading import text_of
from field178_shared.text.i18n import N_

PAGE_SIZE = 25
# Owed counts shown at once: those that stay wait behind the first ones.
MOST_UNCOUNTED = 20
_NOTHING = CommuneWork((), None, (), (), ())


def index() -> Response:
    """Show what a commune still owes this month, and the entries of a kind, the newest first."""
    officer, runtime, plain = current_officer(), current_runtime(), Localizer(chosen_language())
    kind, flash, day = request.args.get("type", ""), take_flash(FLASHES), today()
    with snapshot(runtime.engine) as session:
        reader = reader_of(session, officer, plain)
        unit_id = reader.chosen()
        work = commune_work(session, runtime.tenant_id, unit_id, day, plain.lists) if unit_id else _NOTHING
        entries = [one for one in work.entries if kind in ("", one.type)]
        page = PageOfRows.within(wanted_page(request.args.get("page", "")), PAGE_SIZE, len(entries))
        shown = entries[page.offset : page.offset + page.size]
        named = {text_of(one.data, "establishment_id") for one in shown if one.type == CENSUS}
        done = find_entry(session, runtime.tenant_id, reader.access, flash.record_id) if flash else None
        names = names_of(session, runtime.tenant_id, named)
        returns = entry_returns(session, runtime.tenant_id, [one.record_id for one in shown])
        layout = layout_of(session, officer, plain)
    localizer = Localizer(plain.language, names)

    def href(number: int | None = None, wanted: str = kind) -> str:
        return url_for("console.commune.index", unit=unit_id, type=wanted or None, page=number)

    counts = [sum(wanted in ("", one.type) for one in work.entries) for wanted in ("", *COMMUNE_TYPES)]
    labels = [plain.say(N_("All")), *(type_name(one, plain) for one in COMMUNE_TYPES)]
    unit_label = field_name("establishment", "unit_id", plain)
    return render(
        "commune/page.html",
        layout=layout,
        active="console.commune.index",
        flash=flash.text(type_name(done.type, plain), plain) if flash and done else "",
        unit=dict(reader.units).get(unit_id, ""),
        unit_filter=(FilterField("unit", unit_label, unit_id, reader.units, plain.say(N_("Choose"))),)
        if len(reader.units) > 1
        else (),
        ended=view.ended_note(work, unit_id, dict(reader.units), localizer),
        owed=view.owed_lines(work, unit_id, day, localizer) if unit_id else (),
        uncounted=view.uncounted_lines(work.uncounted[:MOST_UNCOUNTED], unit_id, localizer),
        uncounted_total=localizer.number(len(work.uncounted)),
        more_uncounted=localizer.number(max(0, len(work.uncounted) - MOST_UNCOUNTED)),
        has_more=len(work.uncounted) > MOST_UNCOUNTED,
        kinds=[
            FilterLink(href(wanted=wanted), label, wanted == kind, count)
            for wanted, label, count in zip(("", *COMMUNE_TYPES), labels, counts, strict=True)
        ],
        adding=[(view.new_href(one, unit_id), plain.say(text)) for one, text in view.ADD.items()],
        rows=view.entry_lines(shown, returns, localizer),
        pages=page_links(page, href),
        may_enter=reader.may_enter,
    )

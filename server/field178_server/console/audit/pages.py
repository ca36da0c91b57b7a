"""Pages of the audit trail: the table, the same as a file, and the check of its chain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from field178_server.accounts import officers
from field178_server.audit.actions import ActionKind
from field178_server.console.audit.view import Named, TrailReader, chain_view, other_authors
from field178_server.console.audit.words import KINDS
from field178_server.console.components.table_files import Cell, TableFile, table_response
from field178_server.console.shell.form_actions import office
from field178_server.console.shell.lists import FilterField, ListAddress, requested_day
from field178_server.console.shell.page import current_page
from field178_server.database.unit_of_work import run_write
from field178_server.jobs.queue import add_once
from field178_server.office.audit import chain_check
from field178_server.office.audit.queries import AuditFilter, trail_page, trail_rows
from field178_server.records.keyset import PageStart
from field178_shared.text.i18n import N_
from field178_shared.text.normalisation import by_label

_FILTERS = ("since", "until", "author", "kind")
_LIST = ListAddress("console.audit.index", ("object", *_FILTERS), file_endpoint="console.audit.file")
_MOST = 120


def index() -> AnyResponse:
    """Show the trail under the filters of the address, and the state of its chain."""
    page, narrow = current_page(), _narrowed()
    with page.reading() as session:
        trail = trail_page(session, page.tenant_id, narrow, PageStart.read(request.args))
        everyone = officers.everyone(session, page.tenant_id)
        checks = chain_check.checks_of(session, page.tenant_id)
    reader = TrailReader.of(page.officer, page.localizer, trail.trail_names)
    authors = by_label((officer.officer_id, officer.name_and_login) for officer in everyone)
    return page.render(
        "audit/list.html",
        text=narrow.object,
        count=trail.total,
        is_filtered=bool(_LIST.given(*_LIST.kept)),
        is_open=bool(_LIST.given(*_FILTERS)),
        filters=_filters(narrow, (*authors, *other_authors(page.localizer))),
        lines=[reader.line(entry) for entry in trail.page.rows],
        subject=reader.subject(narrow.object),
        links=_LIST.pages(trail.page),
        files=_LIST.files(),
        chain=chain_view(checks, page.localizer),
    )


def file(kind: str) -> AnyResponse:
    """Return the trail under the filters of the address, as a file."""
    page, narrow = current_page(), _narrowed()

    def rows(session: Session) -> Iterator[Sequence[Cell]]:
        for entry, names in trail_rows(session, page.tenant_id, narrow):
            reader = TrailReader.of(page.officer, page.localizer, names)
            line = reader.line(entry)
            subject = line.object or Named("")
            named = (line.author.text, line.action, line.detail, subject.text, subject.hint, line.area)
            yield [entry.at, *named, reader.id_of(entry)]

    headings = [page.say(heading) for heading in _HEADINGS]
    return table_response(kind, TableFile("audit", page.say(N_("Audit trail")), headings), rows)


def check_chain() -> AnyResponse:
    """Start a check of the chain, unless one is under way."""
    engine, context = current_page().runtime.engine, office()
    run_write(engine, lambda session: add_once(session, context, chain_check.CHAIN_CHECK))
    return redirect(url_for("console.audit.index"), 303)


_HEADINGS = (
    N_("When it was done"),
    N_("By"),
    N_("What was done"),
    N_("Details"),
    N_("Object"),
    N_("Day and number"),
    N_("Area"),
    N_("Object id"),
)


def _narrowed() -> AuditFilter:
    args = request.args
    kind = args.get("kind", "")
    return AuditFilter(
        current_page().today,
        since=requested_day("since"),
        until=requested_day("until"),
        author=args.get("author", "")[:_MOST],
        kind=ActionKind(kind) if kind in tuple(ActionKind) else None,
        object=args.get("object", "")[:_MOST].strip(),
        access=current_page().access,
    )


def _filters(narrow: AuditFilter, authors: Sequence[tuple[str, str]]) -> list[FilterField]:
    say = current_page().say
    kinds = [(kind.value, say(KINDS[kind])) for kind in ActionKind]
    return [
        FilterField("since", say(N_("From day")), narrow.since.isoformat() if narrow.since else ""),
        FilterField("until", say(N_("To day")), narrow.until.isoformat() if narrow.until else ""),
        FilterField("author", say(N_("By")), narrow.author, authors),
        FilterField("kind", say(N_("Kind of action")), narrow.kind or "", kinds),
    ]

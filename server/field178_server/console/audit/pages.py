"""Pages of the audit trail: the table, the same as a file, and the check of its chain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.accounts import officers
from field178_server.audit.actions import ActionKind
from field178_server.console.audit.view import Named, TrailReader, chain_view, other_authors
from field178_server.console.audit.words import KINDS
from field178_server.console.components.table_files import Cell, TableFile, table_response
from field178_server.console.shell.form_actions import office
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.lists import FilterField, ListAddress, wanted_day
from field178_server.console.shell.policy import own_access
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import Session, run_write, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
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
    """Show the trail under the filters of the address, and how its chain stands."""
    runtime, officer, localizer = current_runtime(), current_officer(), Localizer(chosen_language())
    narrow = _narrowed()
    with snapshot(runtime.engine) as session:
        found = trail_page(session, runtime.tenant_id, narrow, PageStart.read(request.args))
        everyone = officers.everyone(session, runtime.tenant_id)
        checks = chain_check.checks_of(session, runtime.tenant_id)
        layout = layout_of(session, officer, localizer)
    reader = TrailReader.of(officer, localizer.language, found.known)
    authors = by_label((one.officer_id, one.name or one.login) for one in everyone)
    return render(
        "audit/list.html",
        layout=layout,
        active="console.audit.index",
        text=narrow.object,
        count=localizer.number(found.total),
        is_filtered=bool(_LIST.given(*_LIST.kept)),
        is_open=bool(_LIST.given(*_FILTERS)),
        filters=_filters(narrow, (*authors, *other_authors(localizer)), localizer),
        lines=[reader.line(entry) for entry in found.page.rows],
        subject=reader.subject(narrow.object),
        links=_LIST.pages(found.page),
        files=_LIST.files(),
        chain=chain_view(checks, localizer),
    )


def file(kind: str) -> AnyResponse:
    """Return the trail, as it is filtered, as a file."""
    runtime, officer, localizer = current_runtime(), current_officer(), Localizer(chosen_language())
    narrow = _narrowed()

    def rows(session: Session) -> Iterator[Sequence[Cell]]:
        for entry, known in trail_rows(session, runtime.tenant_id, narrow):
            reader = TrailReader.of(officer, localizer.language, known)
            line = reader.line(entry)
            subject = line.object or Named("")
            named = (line.author.text, line.action, line.detail, subject.text, subject.hint, line.area)
            yield [entry.at, *named, reader.id_of(entry)]

    headings = [localizer.say(heading) for heading in _HEADINGS]
    return table_response(kind, TableFile("audit", localizer.say(N_("Audit trail")), headings), rows)


def check_chain() -> AnyResponse:
    """Start a check of the chain, unless one is under way."""
    context = office()
    run_write(current_runtime().engine, lambda session: add_once(session, context, chain_check.CHAIN_CHECK))
    return redirect(url_for("console.audit.index"), 303)


_HEADINGS = (
    *(
        N_("When it was done"),
        N_("By"),
        N_("What was done"),
        N_("Details"),
        N_("Object"),
        N_("Day and number"),
        N_("Area"),
    ),
    N_("Object id"),
)


def _narrowed() -> AuditFilter:
    given = request.args
    kind = given.get("kind", "")
    return AuditFilter(
        since=wanted_day("since"),
        until=wanted_day("until"),
        author=given.get("author", "")[:_MOST],
        kind=ActionKind(kind) if kind in tuple(ActionKind) else None,
        object=given.get("object", "")[:_MOST].strip(),
        access=own_access(),
    )


def _filters(
    narrow: AuditFilter, authors: Sequence[tuple[str, str]], localizer: Localizer
) -> list[FilterField]:
    kinds = [(kind.value, localizer.say(KINDS[kind])) for kind in ActionKind]
    return [
        FilterField("since", localizer.say(N_("From day")), narrow.since.isoformat() if narrow.since else ""),
        FilterField("until", localizer.say(N_("To day")), narrow.until.isoformat() if narrow.until else ""),
        FilterField("author", localizer.say(N_("By")), narrow.author, authors),
        FilterField("kind", localizer.say(N_("Kind of action")), narrow.kind or "", kinds),
    ]

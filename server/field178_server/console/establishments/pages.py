"""Pages of the register of establishments."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.establishments.change_pages import CLOSED, MOVED
from field178_server.console.establishments.file_view import TYPE, file_view, status_label
from field178_server.console.establishments.form_pages import ADDED, EDITED
from field178_server.console.establishments.merge_pages import MERGED, UNMERGED, double_lines
from field178_server.console.records.record_view import record_view
from field178_server.console.shell.blueprint import console
from field178_server.console.shell.flash import take_flash
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.links import page_links, wanted_page
from field178_server.console.shell.policy import may
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer, address_text
from field178_server.console.text.state_labels import StateLabel
from field178_server.database.unit_of_work import snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.establishments.file import establishment_file
from field178_server.office.establishments.queries import RegisterPage, RegisterQuery, register_page
from field178_server.office.reviews.record import merge_target_within, record_page
from field178_server.records.access import access_of
from field178_shared.errors import AppError, ErrorCode
from field178_shared.merge import Data
from field178_shared.text.i18n import N_
from field178_shared.time.clock import local_date


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """One establishment as the table shows it."""

    record_id: str
    name: str
    kind: str
    address: str
    status: StateLabel


@dataclass(frozen=True, slots=True)
class EntryAction:
    """A link to what can be done with an entry."""

    label: str
    href: str


@console.get("/establishments")
def establishments() -> Response:
    """Show the register, searched without marks."""
    runtime, officer, language = current_runtime(), current_officer(), chosen_language()
    text, wanted = request.args.get("q", "")[:120], wanted_page(request.args.get("page", ""))
    query = RegisterQuery(runtime.tenant_id, access_of(officer.role, officer.scopes), text, wanted)
    with snapshot(runtime.engine) as session:
        found = register_page(session, query)
        layout = layout_of(session, officer, Localizer(language))
    return render(
        "establishments/list.html",
        layout=layout,
        active="console.establishments",
        text=text,
        may_import=may(officer.role, "console.register_imports", Localizer(language).lists),
        may_edit=may(officer.role, _EDIT, Localizer(language).lists),
        rows=_register_lines(found, Localizer(language)),
        count=Localizer(language).number(found.page.total),
        pages=page_links(
            found.page, lambda number: url_for("console.establishments", q=text or None, page=number)
        ),
    )


@console.get("/establishments/<record_id>")
def establishment(record_id: str) -> AnyResponse:
    """Show one register entry; a merged one shows the page of its merge target."""
    runtime, officer, language = current_runtime(), current_officer(), chosen_language()
    access = access_of(officer.role, officer.scopes)
    with snapshot(runtime.engine) as session:
        page = record_page(session, runtime.tenant_id, access, record_id)
        merge_target = (
            merge_target_within(session, runtime.tenant_id, access, record_id) if page is None else None
        )
        file = establishment_file(session, runtime.tenant_id, access, record_id) if page else None
        may_edit = may(officer.role, _EDIT, Localizer(language).lists)
        doubles = (
            double_lines(session, record_id, page.record.data, Localizer(language))
            if page and may_edit
            else ()
        )
        layout = layout_of(session, officer, Localizer(language))
    if merge_target is not None:
        return redirect(url_for("console.establishment", record_id=merge_target))
    if page is None or file is None or page.record.type != TYPE:
        raise AppError(ErrorCode.NOT_FOUND)
    localizer, now = Localizer(language, page.names), runtime.clock.now()
    flash = take_flash(frozenset({ADDED, EDITED, CLOSED, MOVED, MERGED, UNMERGED}))
    return render(
        "establishments/page.html",
        layout=layout,
        active="console.establishments",
        view=record_view(page, localizer, now),
        file=file_view(file, page.record.data, local_date(now), localizer),
        kind=localizer.label(localizer.lists.types, page.record.data.get("establishment_type_id")),
        actions=_actions(record_id, page.record.data, localizer) if may_edit else (),
        doubles=doubles,
        flash=flash,
        flash_text=flash.text(str(page.record.data.get("name", "")), localizer) if flash else "",
    )


def _actions(record_id: str, data: Data, localizer: Localizer) -> tuple[EntryAction, ...]:
    """Return what the office may do with an entry."""
    is_operating = data.get("operating_status_id") == "operating"
    labels = (
        (_EDIT, N_("Edit")),
        (
            "console.closing_establishment",
            N_("Close or suspend") if is_operating else N_("Open again or change the status"),
        ),
        ("console.moving_establishment", N_("Move to another commune")),
        ("console.merging_establishment", N_("Merge with another entry")),
    )
    return tuple(
        EntryAction(localizer.say(label), url_for(endpoint, record_id=record_id))
        for endpoint, label in labels
    )


_EDIT = "console.edit_establishment"


def _register_lines(page: RegisterPage, localizer: Localizer) -> tuple[RegisterLine, ...]:
    """Return the rows in words."""
    return tuple(
        RegisterLine(
            record_id=row.record_id,
            name=row.name,
            kind=localizer.label(localizer.lists.types, row.establishment_type_id),
            address=address_text(row.address, localizer.label(localizer.lists.units, row.unit_id)),
            status=status_label(row.operating_status_id, localizer),
        )
        for row in page.rows
    )

"""Pages of notices: list, form, one notice with its addressees; end, and mark as read."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from flask import Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from field178_server.accounts import teams
from field178_server.console.notices import view
from field178_server.console.notices.flashes import FLASHES
from field178_server.console.notices.form import (
    EN,
    TEXT_EN,
    TEXT_VI,
    VI,
    NoticeForm,
    Options,
    audience_options,
)
from field178_server.console.shell.flash import take_flash
from field178_server.console.shell.form_actions import attempt, done, office
from field178_server.console.shell.form_fields import faults_of
from field178_server.console.shell.links import FilterLink, page_links, requested_page
from field178_server.console.shell.lists import ListAddress
from field178_server.console.shell.own_texts import OwnText, confirm_texts
from field178_server.console.shell.page import current_page, or_404
from field178_server.database.models import Notice
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.notices import operations, queries
from field178_server.records.keyset import PageStart
from field178_server.records.labels import names_of
from field178_server.records.paging import PageOfRows
from field178_shared.errors import ErrorCode
from field178_shared.text.i18n import N_

_ADDRESS = ListAddress("console.notices.index", ("tab",))
_NOT_SEEN, PAGE_SIZE = "no", 50
_TOO_MANY = N_("As many notices are shown or planned as tablets take; end one first.")


def index() -> Response:
    """Show the notices of a part of the list, the newest first."""
    page, tab = current_page(), view.requested_tab()
    with page.reading() as session:
        notices = queries.notice_page(session, page.tenant_id, tab, PageStart.read(request.args), page.now)
        names = names_of(session, page.tenant_id, _ids_in(*notices.notices))
    page.use_names(names)
    return page.render(
        "notices/list.html",
        flash=page.flash_text(FLASHES),
        tabs=view.tab_links(tab, notices.counts, page.localizer),
        tab=tab.value,
        lines=[
            (
                notice,
                view.audience_text(notice.audience, page.localizer),
                view.period_text(notice, page.localizer),
            )
            for notice in notices.notices
        ],
        reaches=notices.reach,
        links=_ADDRESS.pages(notices.page),
    )


def new() -> Response:
    """Show the form of a new notice."""
    return _form_page(NoticeForm.blank(current_page().today))


def announce() -> AnyResponse:
    """Show a notice in the console, and on tablets from their next sync."""
    page, form = current_page(), NoticeForm.sent()
    if errors := form.checked(_audiences(), page.today, page.localizer):
        return _form_page(replace(form, errors=errors))
    texts = [
        OwnText(name, page.say(label), form.typed[name]) for name, label in ((TEXT_VI, VI), (TEXT_EN, EN))
    ]
    if question := confirm_texts(texts, "console.notices.index"):
        return question
    announcement, context = form.announcement(page.today), office()
    notice_ids: list[str] = []

    def work(session: Session) -> None:
        notice_ids[:] = [operations.announce(session, context, announcement).notice_id]

    if refusal := attempt(work, {ErrorCode.TOO_LARGE: _TOO_MANY}):
        return _form_page(form, refusal.message, refusal.status)
    return done(url_for("console.notices.detail", notice_id=notice_ids[0]), view.ANNOUNCED, notice_ids[0])


def detail(notice_id: str) -> Response:
    """Show a notice and its addressees, with the day since which each has it."""
    page = current_page()
    with page.reading() as session:
        notice = _notice(session, notice_id)
        everyone = queries.addressees(session, notice)
        names = names_of(session, page.tenant_id, _ids_in(notice))
    page.use_names(names)
    flash = take_flash(FLASHES)
    is_unseen = request.args.get("seen") == _NOT_SEEN
    unseen = [person for person in everyone if person.seen_at is None]
    people = view.with_states(unseen if is_unseen else everyone, page.localizer)
    part = PageOfRows.within(requested_page(request.args.get("page", "")), PAGE_SIZE, len(people))
    return page.render(
        "notices/notice.html",
        flash=view.flash_text(flash, notice, everyone, page.now, page.localizer) if flash else "",
        notice=notice,
        audience=view.audience_text(notice.audience, page.localizer),
        period=view.period_text(notice, page.localizer),
        is_over=notice.until <= page.now,
        tells_oversight=operations.tells_oversight(notice, page.lists),
        days=view.days_of(everyone),
        filters=[
            FilterLink(_people_href(notice_id), page.say(N_("All")), not is_unseen, len(everyone)),
            FilterLink(
                _people_href(notice_id, is_unseen=True), page.say(N_("Not yet")), is_unseen, len(unseen)
            ),
        ],
        people=people[part.offset : part.offset + part.size],
        pages=page_links(part, partial(_people_href, notice_id, is_unseen=is_unseen)),
    )


def end(notice_id: str) -> AnyResponse:
    """End a notice at once."""
    context = office()

    def work(session: Session) -> None:
        _notice(session, notice_id)
        operations.withdraw(session, context, notice_id)

    run_write(current_page().runtime.engine, work)
    return done(url_for("console.notices.detail", notice_id=notice_id), view.ENDED, notice_id)


def mark_read(notice_id: str) -> AnyResponse:
    """Store that the officer has read a notice."""
    page, context = current_page(), office()
    run_write(
        page.runtime.engine,
        lambda session: operations.mark_read(session, context, page.officer, notice_id),
    )
    return redirect(url_for("console.today.index"), 303)


def _notice(session: Session, notice_id: str) -> Notice:
    return or_404(queries.find_notice(session, current_page().tenant_id, notice_id))


def _ids_in(*notices: Notice) -> set[str]:
    authors = {notice.made_by for notice in notices if notice.made_by}
    return authors | {(notice.audience or "").partition(":")[2] for notice in notices}


def _people_href(notice_id: str, page: int | None = None, *, is_unseen: bool = False) -> str:
    seen = _NOT_SEEN if is_unseen else None
    return url_for("console.notices.detail", notice_id=notice_id, seen=seen, page=page)


def _audiences() -> Options:
    page = current_page()
    with snapshot(page.runtime.engine) as session:
        own_teams = [(team.id, team.name) for team in teams.everyone(session, page.tenant_id)]
    return audience_options(own_teams, page.localizer, page.today)


def _form_page(form: NoticeForm, refusal: str = "", status: int = 422) -> Response:
    page = current_page()
    fields = form.fields(_audiences(), page.localizer)
    return page.render(
        "notices/new.html",
        status if form.errors or refusal else 200,
        fields=fields,
        faults=faults_of(fields),
        refusal=refusal,
    )

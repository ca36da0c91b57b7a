"""Pages of notices: list, a new one, one with who has it, its end, and "read"."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial

from flask import Response, redirect, request, url_for
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
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.links import FilterLink, page_links, wanted_page
from field178_server.console.shell.lists import ListAddress
from field178_server.console.shell.own_texts import OwnText, confirm_texts
from field178_server.console.shell.policy import may
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.database.models import Notice
from field178_server.database.unit_of_work import Session, run_write, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.notices import operations, queries
from field178_server.records.keyset import PageStart
from field178_server.records.labels import names_of
from field178_server.records.paging import PageOfRows
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.i18n import N_
from field178_shared.time.clock import local_date

_ADDRESS = ListAddress("console.notices.index", ("tab",))
_NOT_SEEN, PAGE_SIZE = "no", 50
_TOO_MANY = N_("As many notices are shown or planned as tablets take; end one first.")


def index() -> Response:
    """Show the notices of a part of the list, the youngest first."""
    runtime, officer, language = current_runtime(), current_officer(), chosen_language()
    tab, now, flash = view.wanted_tab(), runtime.clock.now(), take_flash(FLASHES)
    with snapshot(runtime.engine) as session:
        found = queries.notice_page(session, runtime.tenant_id, tab, PageStart.read(request.args), now)
        names = names_of(session, runtime.tenant_id, _ids_in(*found.notices))
        layout = layout_of(session, officer, Localizer(language))
    localizer = Localizer(language, names)
    return render(
        "notices/list.html",
        layout=layout,
        active="console.notices.index",
        flash=flash.text("", localizer) if flash else "",
        tabs=view.tab_links(tab, found, localizer),
        tab=tab.value,
        lines=view.lines_of(found, localizer),
        links=_ADDRESS.pages(found.page),
    )


def new() -> Response:
    """Show the form of a new notice."""
    return _form_page(NoticeForm.blank(_today()))


def announce() -> AnyResponse:
    """Show a notice in the console, and on tablets from their next sync."""
    form, localizer, today = NoticeForm.sent(), Localizer(chosen_language()), _today()
    if errors := form.checked(_audiences(localizer), today, localizer):
        return _form_page(replace(form, errors=errors))
    texts = [
        OwnText(name, localizer.say(label), form.typed[name])
        for name, label in ((TEXT_VI, VI), (TEXT_EN, EN))
    ]
    if asked := confirm_texts(texts, "console.notices.index"):
        return asked
    wanted, context = form.announcement(today), office()
    made: list[str] = []

    def work(session: Session) -> None:
        made[:] = [operations.announce(session, context, wanted).notice_id]

    if refusal := attempt(work, {ErrorCode.TOO_LARGE: _TOO_MANY}):
        return _form_page(form, refusal.message, refusal.status)
    return done(url_for("console.notices.detail", notice_id=made[0]), view.ANNOUNCED, made[0])


def detail(notice_id: str) -> Response:
    """Show a notice and the officers whom it is for, with the day since which each has it."""
    runtime, officer, language = current_runtime(), current_officer(), chosen_language()
    with snapshot(runtime.engine) as session:
        one = _found(session, notice_id)
        people = queries.addressees(session, one)
        names = names_of(session, runtime.tenant_id, _ids_in(one))
        layout = layout_of(session, officer, Localizer(language))
    localizer, flash = Localizer(language, names), take_flash(FLASHES)
    is_unseen = request.args.get("seen") == _NOT_SEEN
    unseen = [person for person in people if person.seen_at is None]
    lines = view.addressee_lines(unseen if is_unseen else people, localizer)
    page = PageOfRows.within(wanted_page(request.args.get("page", "")), PAGE_SIZE, len(lines))
    return render(
        "notices/notice.html",
        layout=layout,
        active="console.notices.index",
        flash=view.flash_text(flash, one, people, runtime.clock.now(), localizer) if flash else "",
        notice=one,
        text=view.own_text(one.text_vi, one.text_en, localizer),
        audience=view.audience_text(one.audience, localizer),
        author=view.author_of(one, localizer),
        period=view.period_of(one, localizer),
        is_over=one.until <= runtime.clock.now(),
        days=view.days_of(people, localizer),
        filters=_people_filters(one, len(people), len(unseen), is_unseen=is_unseen, localizer=localizer),
        lines=lines[page.offset : page.offset + page.size],
        pages=page_links(page, partial(_people_href, notice_id, is_unseen=is_unseen)),
        may_open_people=may(officer.role, "console.people.detail", localizer.lists),
    )


def end(notice_id: str) -> AnyResponse:
    """Take a notice down at once."""
    runtime, context = current_runtime(), office()

    def work(session: Session) -> None:
        _found(session, notice_id)
        operations.withdraw(session, context, notice_id)

    run_write(runtime.engine, work)
    return done(url_for("console.notices.detail", notice_id=notice_id), view.ENDED, notice_id)


def mark_read(notice_id: str) -> AnyResponse:
    """Keep that the officer has read a notice."""
    context, officer = office(), current_officer()
    run_write(
        current_runtime().engine,
        lambda session: operations.mark_read(session, context, officer, notice_id),
    )
    return redirect(url_for("console.today.index"), 303)


def _found(session: Session, notice_id: str) -> Notice:
    found = queries.find_notice(session, current_runtime().tenant_id, notice_id)
    if found is None:
        raise AppError(ErrorCode.NOT_FOUND)
    return found


def _ids_in(*notices: Notice) -> set[str]:
    authors = {one.made_by for one in notices if one.made_by}
    return authors | {(one.audience or "").partition(":")[2] for one in notices}


def _people_filters(
    one: Notice, everyone: int, unseen: int, *, is_unseen: bool, localizer: Localizer
) -> list[FilterLink]:
    say = localizer.say
    return [
        FilterLink(_people_href(one.notice_id), say(N_("All")), not is_unseen, everyone),
        FilterLink(_people_href(one.notice_id, is_unseen=True), say(N_("Not yet")), is_unseen, unseen),
    ]


def _people_href(notice_id: str, page: int | None = None, *, is_unseen: bool = False) -> str:
    seen = _NOT_SEEN if is_unseen else None
    return url_for("console.notices.detail", notice_id=notice_id, seen=seen, page=page)


def _audiences(localizer: Localizer) -> Options:
    runtime = current_runtime()
    with snapshot(runtime.engine) as session:
        own = [(one.id, one.name) for one in teams.everyone(session, runtime.tenant_id)]
    return audience_options(own, localizer, _today())


def _form_page(form: NoticeForm, refusal: str = "", status: int = 422) -> Response:
    localizer = Localizer(chosen_language())
    fields = form.fields(_audiences(localizer), localizer)
    with snapshot(current_runtime().engine) as session:
        layout = layout_of(session, current_officer(), localizer)
    return render(
        "notices/new.html",
        status if form.errors or refusal else 200,
        layout=layout,
        active="console.notices.index",
        fields=fields,
        faults=faults_of(fields),
        refusal=refusal,
    )


def _today() -> date:
    return local_date(current_runtime().clock.now())

"""The list of open comment threads: what waits for the teams, what they have answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Response, request, url_for

from field178_server.console.records.threads_view import ThreadView, Writers, thread_view
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.links import FilterLink
from field178_server.console.shell.lists import FilterField, ListAddress
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.field_labels import FieldContext, field_name, label_at, type_name
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.reviews.open_threads import (
    OpenThreads,
    OpenThreadsFilter,
    ThreadsOfRecord,
    Turn,
    open_threads,
)
from field178_server.office.reviews.quality_flags import WHOLE
from field178_server.records.access import access_of
from field178_server.records.find_record import FILED_TYPES
from field178_server.records.keyset import PageStart
from field178_shared.text.i18n import N_
from field178_shared.text.normalisation import by_label

_ADDRESS = ListAddress("console.reviews.threads", ("turn", "type", "team"))
_TURNS = {Turn.OFFICE: N_("Answered"), Turn.TEAM: N_("Waiting for the team")}
_EMPTY = {
    Turn.OFFICE: (N_("Nothing is answered"), N_("Records whose comments a team has answered stand here.")),
    Turn.TEAM: (N_("No comment waits for a team"), N_("Comments of returned records stand here.")),
}
_LONGEST = 64


@dataclass(frozen=True, slots=True)
class ThreadLine:
    """One open thread with the record that it is about."""

    title: str
    place: str
    href: str
    label: str
    thread: ThreadView


def threads() -> Response:
    """Show one page of a part, under the filters of the address."""
    runtime, officer, plain = current_runtime(), current_officer(), Localizer(chosen_language())
    wanted = _wanted()
    with snapshot(runtime.engine) as session:
        found = open_threads(session, wanted, PageStart.read(request.args))
        layout = layout_of(session, officer, plain)
    localizer = Localizer(plain.language, found.names)
    title, text = _EMPTY[wanted.turn]
    return render(
        "reviews/threads.html",
        layout=layout,
        active="console.reviews.index",
        turns=[
            FilterLink(
                _ADDRESS.href(turn="" if turn is Turn.OFFICE else turn.value),
                localizer.say(name),
                turn is wanted.turn,
                found.counts[turn],
            )
            for turn, name in _TURNS.items()
        ],
        filters=_filters(wanted, found, localizer),
        kept=_ADDRESS.given("turn"),
        lines=list(_lines(found, localizer)),
        links=_ADDRESS.pages(found.page),
        is_narrowed=bool(wanted.type or wanted.team_id),
        clear=_ADDRESS.href(type="", team=""),
        empty_title=localizer.say(title),
        empty_text=localizer.say(text),
    )


def _wanted() -> OpenThreadsFilter:
    officer, given = current_officer(), request.args
    turn, type_ = given.get("turn", ""), given.get("type", "")
    return OpenThreadsFilter(
        current_runtime().tenant_id,
        access_of(officer.role, officer.scopes),
        Turn(turn) if turn in tuple(Turn) else Turn.OFFICE,
        type_ if type_ in FILED_TYPES else "",
        given.get("team", "")[:_LONGEST],
    )


def _filters(wanted: OpenThreadsFilter, found: OpenThreads, localizer: Localizer) -> tuple[FilterField, ...]:
    types = [(one, type_name(one, localizer)) for one in FILED_TYPES]
    teams = [(one, localizer.team(one)) for one in found.teams]
    return (
        FilterField("type", localizer.say(N_("Type")), wanted.type, types),
        FilterField("team", field_name("inspection", "team_id", localizer), wanted.team_id, by_label(teams)),
    )


def _lines(found: OpenThreads, localizer: Localizer) -> Iterator[ThreadLine]:
    for record in found.records:
        filed = record.filed
        name = record.establishment_name
        writers = Writers(found.answers, found.roles, filed.team_id or "", (name,) if name else ())
        team = localizer.team(filed.team_id) if filed.team_id else ""
        place = (type_name(filed.type, localizer), localizer.day(filed.occurred_on), team)
        href = url_for("console.reviews.detail", record_id=filed.record_id)
        for thread in record.threads:
            yield ThreadLine(
                title=_title(record, localizer),
                place=" · ".join(part for part in place if part),
                href=f"{href}#thread-{thread.key}",
                label=label_at(FieldContext(filed.type, thread.path or WHOLE, record.data), localizer),
                thread=thread_view(thread, writers, localizer, is_met=False),
            )


def _title(record: ThreadsOfRecord, localizer: Localizer) -> str:
    if record.filed.type == "outreach_session":
        return localizer.label(localizer.lists.forms, record.filed.kind)
    return record.establishment_name or localizer.say(N_("Establishment not received yet"))

"""List of open comment threads: answered by a team, or not answered yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Response, request

from field178_server.console.records.threads_view import ThreadView, Writers, thread_view
from field178_server.console.shell.links import FilterLink
from field178_server.console.shell.lists import FilterField, ListAddress
from field178_server.console.shell.page import Page, current_page
from field178_server.console.text.field_labels import FieldContext, field_name, label_at, type_name
from field178_server.database.models import FiledRecord
from field178_server.office.reviews.open_threads import (
    OpenThreads,
    OpenThreadsFilter,
    ThreadsOfRecord,
    Turn,
    open_threads,
)
from field178_server.office.reviews.quality_flags import WHOLE
from field178_server.records.find_record import FILED_TYPES
from field178_server.records.keyset import PageStart
from field178_shared.record_type import RecordType
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
    """Open thread with its record: title of the record, label of the field."""

    filed: FiledRecord
    title: str
    label: str
    thread: ThreadView


def threads() -> Response:
    """Show one page of a tab under the filters of the address."""
    page, chosen = current_page(), _chosen_filter()
    with page.reading() as session:
        listed = open_threads(session, chosen, PageStart.read(request.args))
    page.use_names(listed.names)
    title, text = _EMPTY[chosen.turn]
    return page.render(
        "reviews/threads.html",
        active="console.reviews.index",
        turns=[
            FilterLink(
                _ADDRESS.href(turn="" if turn is Turn.OFFICE else turn.value),
                page.say(name),
                turn is chosen.turn,
                listed.counts[turn],
            )
            for turn, name in _TURNS.items()
        ],
        filters=_filters(chosen, listed, page),
        kept=_ADDRESS.given("turn"),
        lines=list(_lines(listed, page)),
        links=_ADDRESS.pages(listed.page),
        is_narrowed=bool(chosen.type or chosen.team_id),
        clear=_ADDRESS.href(type="", team=""),
        empty_title=title,
        empty_text=text,
    )


def _chosen_filter() -> OpenThreadsFilter:
    page, arguments = current_page(), request.args
    turn, type_ = arguments.get("turn", ""), arguments.get("type", "")
    return OpenThreadsFilter(
        page.tenant_id,
        page.access,
        Turn(turn) if turn in tuple(Turn) else Turn.OFFICE,
        type_ if type_ in FILED_TYPES else "",
        arguments.get("team", "")[:_LONGEST],
    )


def _filters(chosen: OpenThreadsFilter, listed: OpenThreads, page: Page) -> tuple[FilterField, ...]:
    types = [(type_, type_name(type_, page.localizer)) for type_ in FILED_TYPES]
    teams = [(team_id, page.localizer.team(team_id)) for team_id in listed.teams]
    team = field_name(RecordType.INSPECTION, "team_id", page.localizer)
    return (
        FilterField("type", page.say(N_("Type")), chosen.type, types),
        FilterField("team", team, chosen.team_id, by_label(teams)),
    )


def _lines(listed: OpenThreads, page: Page) -> Iterator[ThreadLine]:
    for record in listed.records:
        filed, name = record.filed, record.establishment_name
        writers = Writers(listed.answers, listed.roles, filed.team_id or "", (name,) if name else ())
        for thread in record.threads:
            yield ThreadLine(
                filed,
                title=_title(record, page),
                label=label_at(FieldContext(filed.type, thread.path or WHOLE, record.data), page.localizer),
                thread=thread_view(thread, writers, page.localizer, is_met=False),
            )


def _title(record: ThreadsOfRecord, page: Page) -> str:
    if record.filed.type == RecordType.OUTREACH_SESSION:
        return page.localizer.label(page.lists.forms, record.filed.kind)
    return record.establishment_name or page.say(N_("Establishment not received yet"))

"""List of follow-ups: filters in the address, tabs, follow-ups with their labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import parse_qsl, urlencode

from flask import url_for

from field178_server.console.records.inspection_view import law_text
from field178_server.console.records.repeat_violations import REPETITIONS
from field178_server.console.shell.links import FilterLink, with_query
from field178_server.console.shell.lists import FilterField
from field178_server.console.shell.page import Page
from field178_server.console.text.field_labels import field_name
from field178_server.console.text.follow_up_kinds import FOLLOW_UP_KINDS
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel
from field178_server.database.models import FollowUpProjection
from field178_server.office.follow_ups.queries import (
    CORRECTION,
    KINDS,
    SOON,
    FollowUpFilter,
    FollowUpPage,
    FollowUpTab,
    Position,
)
from field178_server.records.access import AccessFilter
from field178_server.records.follow_ups import is_past
from field178_shared.ids import is_uuid
from field178_shared.record_type import RecordType
from field178_shared.text.countdown import days_left_text
from field178_shared.text.i18n import N_
from field178_shared.text.normalisation import by_label
from field178_shared.time.no_day import NO_DAY

_LONGEST = 200
TABS = {
    FollowUpTab.OVERDUE: N_("Overdue"),
    FollowUpTab.SOON: N_("Within 7 days"),
    FollowUpTab.LATER: N_("Later, or without a day"),
    FollowUpTab.CLOSED: N_("Closed"),
}
_ICONS = {"correction": "alert", "decision": "document", "payment": "fine"}
_LIMITS = {"decision": "decision_normal", "payment": "execution"}
_IN_WORKING_DAYS = frozenset({"decision"})


@dataclass(frozen=True, slots=True)
class FollowUpQuery:
    """Filters of the address: tab, kind, commune, team, type, and the row before the page."""

    tab: FollowUpTab = FollowUpTab.OVERDUE
    kind: str = ""
    unit: str = ""
    team: str = ""
    type: str = ""
    after: str = ""

    @classmethod
    def read(cls, arguments: Mapping[str, str]) -> FollowUpQuery:
        """Read the filters; an invalid one has its default."""
        tab, kind = arguments.get("tab", ""), arguments.get("kind", "")
        texts = {name: arguments.get(name, "")[:_LONGEST] for name in ("unit", "team", "type", "after")}
        return cls(
            FollowUpTab(tab) if tab in tuple(FollowUpTab) else FollowUpTab.OVERDUE,
            kind if kind in KINDS else "",
            **texts,
        )

    @classmethod
    def parse(cls, text: str) -> FollowUpQuery:
        """Read the filters out of the query of an address."""
        return cls.read(dict(parse_qsl(text)))

    @property
    def text(self) -> str:
        """The filters as the query of an address."""
        tab = "" if self.tab is FollowUpTab.OVERDUE else self.tab.value
        parts = {"tab": tab, "kind": self.kind, "unit": self.unit, "team": self.team, "type": self.type}
        return urlencode({name: value for name, value in {**parts, "after": self.after}.items() if value})

    @property
    def position(self) -> Position | None:
        """Position of the row before the page."""
        day, _, rest = self.after.partition("~")
        visit_id, _, line = rest.partition("~")
        try:
            return Position(date.fromisoformat(day), visit_id, line) if line else None
        except ValueError:
            return None

    @property
    def is_narrowed(self) -> bool:
        """Whether a filter beside the tab is set."""
        return bool(self.kind or self.unit or self.team or self.type)

    def filter(self, tenant_id: str, access: AccessFilter, today: date) -> FollowUpFilter:
        """Return the filters for the query of the store."""
        return FollowUpFilter(tenant_id, access, today, self.tab, self.kind, self.unit, self.team, self.type)

    def list_href(self) -> str:
        """Return the address of the list."""
        return with_query(url_for("console.follow_ups.index"), self.text)

    def behind(self, position: Position) -> FollowUpQuery:
        """Return the query of the page after a row."""
        return replace(self, after=f"{position.day}~{position.visit_id}~{position.line}")


@dataclass(frozen=True, slots=True)
class DueLine:
    """A follow-up with its labels; `href` and `action`: the form that continues it, "" if closed.

    `recheck_id`: the planned re-inspection of a correction.
    """

    row: FollowUpProjection
    word: StateLabel
    title: str
    law: str
    left: StateLabel
    repetition: str
    recheck_id: str | None
    href: str
    action: str

    @property
    def may_recheck(self) -> bool:
        """Whether a re-inspection can be planned for it."""
        row = self.row
        is_open_correction = row.closed_on is None and row.kind == CORRECTION
        return is_open_correction and not self.recheck_id and bool(row.establishment_id)


def due_lines(list_page: FollowUpPage, query: FollowUpQuery, page: Page) -> list[DueLine]:
    """Return the follow-ups of a page with their labels."""
    return [_line(row, list_page, query, page) for row in list_page.rows]


def tabs(query: FollowUpQuery, list_page: FollowUpPage, page: Page) -> list[FilterLink]:
    """Return the tabs; those of open rows with their counts under the same filters."""
    return [
        FilterLink(
            replace(query, tab=tab, after="").list_href(),
            page.say(name),
            tab is query.tab,
            list_page.counts.get(tab),
        )
        for tab, name in TABS.items()
    ]


def filters(query: FollowUpQuery, list_page: FollowUpPage, page: Page) -> tuple[FilterField, ...]:
    """Return the filters under the tabs with the chosen values."""
    localizer, lists = page.localizer, page.lists
    kinds = [(kind, page.say(FOLLOW_UP_KINDS[kind])) for kind in KINDS]
    units = [(unit_id, localizer.label(lists.units, unit_id)) for unit_id in list_page.units]
    teams = [(team_id, localizer.team(team_id)) for team_id in list_page.teams]
    types = [(type_id, localizer.label(lists.types, type_id)) for type_id in lists.types]
    unit, team = (field_name(RecordType.INSPECTION, path, localizer) for path in ("unit_id", "team_id"))
    return (
        FilterField("kind", page.say(N_("Kind")), query.kind, kinds),
        FilterField("unit", unit, query.unit, by_label(units)),
        FilterField("team", team, query.team, by_label(teams)),
        FilterField("type", page.say(N_("Type of establishment")), query.type, by_label(types)),
    )


def _line(row: FollowUpProjection, list_page: FollowUpPage, query: FollowUpQuery, page: Page) -> DueLine:
    href, action = _form(row, query) if row.closed_on is None else ("", "")
    repetition = list_page.repeated.get(row.visit_id)
    return DueLine(
        row,
        word=StateLabel(page.say(FOLLOW_UP_KINDS[row.kind]), "", _ICONS[row.kind]),
        title=_title(row, page),
        law=_law(row, page.localizer),
        left=_left(row, page),
        repetition=REPETITIONS[repetition] if repetition else "",
        recheck_id=list_page.rechecks.get((row.visit_id, row.key)),
        href=href,
        action=action,
    )


def _form(row: FollowUpProjection, query: FollowUpQuery) -> tuple[str, str]:
    """Return the address of the form that continues a follow-up, and its name."""
    record_type, target, action = RecordType.SANCTION_DECISION, {}, N_("Enter a decision")
    if row.kind == "correction":
        record_type, target, action = (
            RecordType.FOLLOW_UP_CLOSURE,
            {"follow_up_id": row.key},
            N_("Close with proof"),
        )
    elif row.kind == "payment" and is_uuid(row.key):
        record_type, target, action = RecordType.PAYMENT, {"decision": row.key}, N_("Enter a payment")
    elif row.kind == "payment":
        # A decision from the tablet: the office enters it first, then its payments.
        target = {"measure": row.key}
    form = url_for("console.follow_ups.new_entry", record_id=row.visit_id, record_type=record_type)
    return with_query(form, urlencode({**target, "view": query.text})), action


def _title(row: FollowUpProjection, page: Page) -> str:
    if row.kind == "decision":
        return page.say(N_("Decide on the violations found"))
    if row.kind == "payment" and row.title:
        return page.say(N_("Decision {number}"), number=row.title)
    return page.say(N_("Decision without a number")) if row.kind == "payment" else row.title


def _law(row: FollowUpProjection, localizer: Localizer) -> str:
    if row.kind not in _LIMITS:
        return ""
    source, _, article = localizer.lists.deadlines[_LIMITS[row.kind]].source.partition(":")
    return law_text(source, article, row.visited_on, localizer) or ""


def _left(row: FollowUpProjection, page: Page) -> StateLabel:
    """Return the time that is left, in working days where the limit counts in working days."""
    if row.closed_on == NO_DAY:
        return StateLabel(page.say(N_("Closed")), "ok", "check")
    if row.closed_on is not None:
        text = page.say(N_("Closed on {day}"), day=page.localizer.day(row.closed_on))
        return StateLabel(text, "ok", "check")
    if row.due_on == NO_DAY:
        return StateLabel("", "", "clock")
    tone = "bad" if is_past(row.due_on, page.today) else "warn" if row.due_on <= page.today + SOON else ""
    if row.kind in _IN_WORKING_DAYS:
        text = days_left_text(row.due_on, page.today, page.lists.holidays, page.localizer.language)
    else:
        text = _days_text((row.due_on - page.today).days, page)
    return StateLabel(text, tone, "alert" if tone == "bad" else "clock")


def _days_text(days: int, page: Page) -> str:
    if days == 0:
        return page.say(N_("due today"))
    text = N_("{count} days left") if days > 0 else N_("late by {count} days")
    return page.say(text, count=page.localizer.number(abs(days)))

"""The list of what visits began as plain values: its filters in the address, its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import parse_qsl, urlencode

from flask import url_for

from field178_server.console.records.inspection_view import law_text
from field178_server.console.records.repeat_violations import REPETITIONS
from field178_server.console.shell.links import FilterLink, record_link, with_query
from field178_server.console.shell.lists import FilterField
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
from field178_server.records.projections.follow_up import NO_DAY
from field178_shared.ids import is_uuid
from field178_shared.records.sanctions import CLOSURE, DECISION, PAYMENT
from field178_shared.text.countdown import days_left_text
from field178_shared.text.i18n import N_
from field178_shared.text.normalisation import by_label

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
    """The filters of the address: a part, a kind, a commune, a team, a type, and behind which row."""

    tab: FollowUpTab = FollowUpTab.OVERDUE
    kind: str = ""
    unit: str = ""
    team: str = ""
    type: str = ""
    after: str = ""

    @classmethod
    def read(cls, arguments: Mapping[str, str]) -> FollowUpQuery:
        """Read the filters; what cannot be read is the default."""
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
        """The row behind which the page begins."""
        day, _, rest = self.after.partition("~")
        visit_id, _, line = rest.partition("~")
        try:
            return Position(date.fromisoformat(day), visit_id, line) if line else None
        except ValueError:
            return None

    @property
    def is_narrowed(self) -> bool:
        """Whether an empty part may hold more without its filters."""
        return bool(self.kind or self.unit or self.team or self.type)

    def filter(self, tenant_id: str, access: AccessFilter, today: date) -> FollowUpFilter:
        """Return the filters as the query takes them."""
        return FollowUpFilter(tenant_id, access, today, self.tab, self.kind, self.unit, self.team, self.type)

    def list_href(self) -> str:
        """Return the address of the list."""
        return with_query(url_for("console.follow_ups.index"), self.text)

    def behind(self, position: Position) -> FollowUpQuery:
        """Return the query of the page behind a row."""
        return replace(self, after=f"{position.day}~{position.visit_id}~{position.line}")


@dataclass(frozen=True, slots=True)
class DueLine:
    """One row in words; `href` leads to the form that carries it on."""

    word: StateLabel
    title: str
    law: str
    repetition: str
    visit_href: str
    visited_on: str
    establishment: str
    establishment_href: str | None
    unit: str
    team: str
    due: str
    left: StateLabel
    amount: str
    href: str | None
    action: str
    recheck_href: str | None
    may_recheck: bool
    visit_id: str
    key: str


def lines_of(
    page: FollowUpPage, query: FollowUpQuery, localizer: Localizer, today: date
) -> tuple[DueLine, ...]:
    """Return the rows of a page in words."""
    return tuple(_line(row, page, query, (localizer, today)) for row in page.rows)


def tabs(query: FollowUpQuery, page: FollowUpPage, localizer: Localizer) -> list[FilterLink]:
    """Return the parts with their counts under the same filters."""
    return [
        FilterLink(
            replace(query, tab=tab, after="").list_href(),
            localizer.say(name),
            tab is query.tab,
            page.counts.get(tab, 0),
        )
        for tab, name in TABS.items()
    ]


def filters(query: FollowUpQuery, page: FollowUpPage, localizer: Localizer) -> tuple[FilterField, ...]:
    """Return the filters beside the parts, with what is chosen."""
    lists, say = localizer.lists, localizer.say
    kinds = [(kind, say(FOLLOW_UP_KINDS[kind])) for kind in KINDS]
    units = [(one, localizer.label(lists.units, one)) for one in page.units]
    teams = [(one, localizer.team(one)) for one in page.teams]
    types = [(one, localizer.label(lists.types, one)) for one in lists.types]
    unit, team = (field_name("inspection", path, localizer) for path in ("unit_id", "team_id"))
    return (
        FilterField("kind", say(N_("Kind")), query.kind, kinds),
        FilterField("unit", unit, query.unit, by_label(units)),
        FilterField("team", team, query.team, by_label(teams)),
        FilterField("type", say(N_("Type of establishment")), query.type, by_label(types)),
    )


def _line(
    row: FollowUpProjection, page: FollowUpPage, query: FollowUpQuery, reader: tuple[Localizer, date]
) -> DueLine:
    localizer, today = reader
    say, place = localizer.say, row.establishment_id
    href, action = _form(row, query) if row.closed_on is None else (None, "")
    recheck, repetition = page.rechecks.get((row.visit_id, row.key)), page.repeated.get(row.visit_id)
    return DueLine(
        word=StateLabel(say(FOLLOW_UP_KINDS[row.kind]), "", _ICONS[row.kind]),
        title=_title(row, localizer),
        law=_law(row, localizer),
        repetition=say(REPETITIONS[repetition]) if repetition else "",
        visit_href=url_for("console.reviews.detail", record_id=row.visit_id),
        visited_on=localizer.day(row.visited_on) if row.visited_on else "",
        establishment=localizer.establishment(place),
        establishment_href=record_link("establishment", place) if place else None,
        unit=localizer.label(localizer.lists.units, row.unit_id) if row.unit_id else "",
        team=localizer.team(row.team_id) if row.team_id else "",
        due=say(N_("No date set")) if row.due_on == NO_DAY else localizer.day(row.due_on),
        left=_left(row, localizer, today),
        amount=_amount(row, localizer),
        href=href,
        action=say(action) if action else "",
        recheck_href=url_for("console.plan.item", item_id=recheck) if recheck else None,
        may_recheck=not recheck and row.closed_on is None and row.kind == CORRECTION and bool(place),
        visit_id=row.visit_id,
        key=row.key,
    )


def _form(row: FollowUpProjection, query: FollowUpQuery) -> tuple[str, str]:
    """Return the address of the form that carries a row on, and its name."""
    record_type, target, action = DECISION, {}, N_("Enter a decision")
    if row.kind == "correction":
        record_type, target, action = CLOSURE, {"follow_up_id": row.key}, N_("Close with proof")
    elif row.kind == "payment" and is_uuid(row.key):
        record_type, target, action = PAYMENT, {"decision": row.key}, N_("Enter a payment")
    elif row.kind == "payment":
        # The field wrote it: the office enters the decision, and what is paid beside it.
        target = {"measure": row.key}
    form = url_for("console.follow_ups.new_entry", record_id=row.visit_id, record_type=record_type)
    return with_query(form, urlencode({**target, "view": query.text})), action


def _title(row: FollowUpProjection, localizer: Localizer) -> str:
    if row.kind == "decision":
        return localizer.say(N_("Decide on the violations found"))
    if row.kind == "payment":
        named = localizer.say(N_("Decision {number}")).format(number=row.title)
        return named if row.title else localizer.say(N_("Decision without a number"))
    return row.title


def _law(row: FollowUpProjection, localizer: Localizer) -> str:
    if row.kind not in _LIMITS:
        return ""
    source, _, article = localizer.lists.deadlines[_LIMITS[row.kind]].source.partition(":")
    return law_text(source, article, row.visited_on, localizer) or ""


def _left(row: FollowUpProjection, localizer: Localizer, today: date) -> StateLabel:
    """Return how long there is, in the days by which the limit counts."""
    say = localizer.say
    if row.closed_on is not None:
        said = say(N_("Closed on {day}")).format(day=localizer.day(row.closed_on))
        return StateLabel(said if row.closed_on != NO_DAY else say(N_("Closed")), "ok", "check")
    if row.due_on == NO_DAY:
        return StateLabel("", "", "clock")
    tone = "bad" if row.due_on < today else "warn" if row.due_on <= today + SOON else ""
    if row.kind in _IN_WORKING_DAYS:
        said = days_left_text(row.due_on, today, localizer.lists.holidays, localizer.language)
    else:
        said = _days_text((row.due_on - today).days, localizer)
    return StateLabel(said, tone, "alert" if tone == "bad" else "clock")


def _days_text(days: int, localizer: Localizer) -> str:
    if days == 0:
        return localizer.say(N_("due today"))
    text = N_("{count} days left") if days > 0 else N_("late by {count} days")
    return localizer.say(text).format(count=localizer.number(abs(days)))


def _amount(row: FollowUpProjection, localizer: Localizer) -> str:
    if row.amount_vnd is None:
        return ""
    return localizer.say(N_("{paid} of {amount} paid")).format(
        paid=localizer.money(row.paid_vnd or 0), amount=localizer.money(row.amount_vnd)
    )

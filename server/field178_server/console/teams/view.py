"""Validity of team decisions, members, open work, and the changes of each revision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import request, url_for

from field178_server.console.shell.lists import FilterField
from field178_server.console.teams.form import LEVELS
from field178_server.console.text.field_labels import field_name, value_text
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel
from field178_server.office.follow_ups.queries import FollowUpTab
from field178_server.office.teams.queries import ListedTeam, TeamMember, TeamPage
from field178_server.records.history import Revision
from field178_server.records.review_states import ShownReviewState
from field178_shared.record_type import RecordType
from field178_shared.records.plan import PlanState
from field178_shared.records.teams import Membership, Team
from field178_shared.text.i18n import N_

# A decision that ends within these days is marked for renewal.
RENEW_DAYS = 30
STATES: Mapping[str, str] = {
    "valid": N_("In force today"),
    "expired": N_("No longer in force"),
    "undecided": N_("Without a decision"),
}


@dataclass(frozen=True, slots=True)
class TeamQuery:
    """The filter of the list of teams; "" is all."""

    state: str = ""

    @classmethod
    def read(cls) -> TeamQuery:
        """Read the filter of the address; an unknown one is all."""
        state = request.args.get("state", "")
        return cls(state if state in STATES else "")

    def holds(self, team: Team, today: date) -> bool:
        """Tell whether a team passes."""
        return self.state in ("", state_of(team, today))


@dataclass(frozen=True, slots=True)
class TeamLine:
    """Team in the list with its decision and its level in words."""

    listed: ListedTeam
    decision: str
    validity: StateLabel
    level: str


@dataclass(frozen=True, slots=True)
class MemberLine:
    """Member of a team with days and state of the membership."""

    member: TeamMember
    days: str
    state: StateLabel
    is_former: bool


@dataclass(frozen=True, slots=True)
class WorkLine:
    """Count of records and the list of exactly these records."""

    count: int
    text: str
    href: str
    tone: str


def state_of(team: Team, today: date) -> str:
    """Return the state of a team's decision on a day, as the filter of the list names it."""
    if team.valid_to is not None and team.valid_to < today:
        return "expired"
    return "valid" if team.decision_number else "undecided"


def validity(team: Team, today: date, localizer: Localizer) -> StateLabel:
    """Return whether the decision of a team is in force, and how long still."""
    say, day = localizer.say, localizer.day
    if team.valid_to is not None and team.valid_to < today:
        return StateLabel(say(N_("Expired since {day}")).format(day=day(team.valid_to)), "bad", "alert")
    if not team.decision_number:
        return StateLabel(say(N_("No decision entered yet")), "warn", "alert")
    if team.valid_from is not None and today < team.valid_from:
        return StateLabel(say(N_("In force from {day} on")).format(day=day(team.valid_from)), "warn", "clock")
    if team.valid_to is None:
        return StateLabel(say(N_("In force, without an end")), "ok", "check-circle")
    left = (team.valid_to - today).days
    text = say(N_("In force, {count} days left")).format(count=localizer.number(left))
    is_soon = left <= RENEW_DAYS
    return StateLabel(text, "warn" if is_soon else "ok", "clock" if is_soon else "check-circle")


def _decision_text(team: Team, localizer: Localizer) -> str:
    """Return number and day of the decision, "" without a decision."""
    if not team.decision_number:
        return ""
    if team.decision_date is None:
        return team.decision_number
    text = localizer.say(N_("{number} of {day}"))
    return text.format(number=team.decision_number, day=localizer.day(team.decision_date))


def lines_of(
    teams: Sequence[ListedTeam], query: TeamQuery, today: date, localizer: Localizer
) -> list[TeamLine]:
    """Return the lines of the list."""
    return [
        TeamLine(
            listed=listed,
            decision=_decision_text(listed.team, localizer),
            validity=validity(listed.team, today, localizer),
            level=level_name(listed.team.level, localizer),
        )
        for listed in teams
        if query.holds(listed.team, today)
    ]


def filters_of(query: TeamQuery, localizer: Localizer) -> list[FilterField]:
    """Return the filter of the list."""
    options = [(key, localizer.say(text)) for key, text in STATES.items()]
    return [FilterField("state", localizer.say(N_("Team decision")), query.state, options)]


def level_name(level: str, localizer: Localizer) -> str:
    """Return the level of a team."""
    return localizer.say(LEVELS[level]) if level in LEVELS else level


def _days_text(membership: Membership, localizer: Localizer) -> str:
    """Return the days of a membership."""
    first = localizer.day(membership.valid_from) if membership.valid_from else ""
    last = localizer.day(membership.valid_to) if membership.valid_to else ""
    if first and last:
        return f"{first} – {last}"
    if last:
        return localizer.say(N_("until {day}")).format(day=last)
    return (
        localizer.say(N_("since {day}")).format(day=first) if first else localizer.say(N_("day not entered"))
    )


def _member_state(member: TeamMember, today: date, localizer: Localizer) -> StateLabel:
    """Return whether a member belongs to the team on a day."""
    say, membership = localizer.say, member.membership
    if membership.has_ended(today):
        return StateLabel(say(N_("Former member")), "", "history")
    if member.account is None or member.account.disabled_at is not None:
        return StateLabel(say(N_("Account closed")), "bad", "void")
    if membership.holds_on(today):
        return StateLabel(say(N_("In the team")), "ok", "check-circle")
    return StateLabel(say(N_("Begins later")), "", "clock")


def member_lines(page: TeamPage, today: date, localizer: Localizer) -> list[MemberLine]:
    """Return the lines of the members of a team."""
    return [
        MemberLine(
            member,
            _days_text(member.membership, localizer),
            _member_state(member, today, localizer),
            member.membership.has_ended(today),
        )
        for member in page.members
    ]


@dataclass(frozen=True, slots=True)
class TeamWork:
    """Counts of a team's plan, follow-ups and records."""

    year: int
    plan: Counter[PlanState]
    follow_ups: Mapping[FollowUpTab, int]


def work_lines(page: TeamPage, work: TeamWork, localizer: Localizer) -> tuple[WorkLine, ...]:
    """Return the counts of plan and open work of a team, each with its list."""
    team = page.team.id
    plan = [
        (PlanState.MISSED, N_("planned visits missed"), "bad"),
        (PlanState.DUE, N_("planned visits due now"), "warn"),
        (PlanState.LATER, N_("planned visits to come"), ""),
        (PlanState.DONE, N_("planned visits carried out"), ""),
    ]
    lines = [
        (
            work.plan[state],
            text,
            url_for("console.plan.year_page", year=work.year, team=team, state=state.value),
            tone,
        )
        for state, text, tone in plan
    ]
    for state, text, tone in (
        (ShownReviewState.RETURNED, N_("visits returned to the team for correction"), "warn"),
        (ShownReviewState.CORRECTED, N_("visits corrected, waiting for review again"), ""),
        (ShownReviewState.WAITING, N_("visits waiting for their first review"), ""),
    ):
        href = url_for("console.filed_records.visits", team=team, state=state)
        lines.append((page.visits.get(state, 0), text, href, tone))
    for tab, text, tone in (
        (FollowUpTab.OVERDUE, N_("overdue after a visit"), "bad"),
        (FollowUpTab.SOON, N_("due within 7 days after a visit"), "warn"),
    ):
        href = url_for("console.follow_ups.index", tab=tab.value, team=team)
        lines.append((work.follow_ups[tab], text, href, tone))
    return tuple(
        WorkLine(count, localizer.say(text), href, tone if count else "") for count, text, href, tone in lines
    )


def revision_lines(page: TeamPage, localizer: Localizer) -> list[tuple[Revision, tuple[str, ...]]]:
    """Return the revisions of a team with their changes in words, the newest first."""
    lines, before = [], Team(id=page.team.id)
    for revision in page.history.revisions:
        after = Team.from_data(page.team.id, revision.data)
        changes = (*_field_changes(revision, localizer), *_member_changes(before, after, localizer))
        lines.append((revision, changes))
        before = after
    return lines[::-1]


def _field_changes(revision: Revision, localizer: Localizer) -> Iterator[str]:
    if revision.rev == 1:
        yield localizer.say(N_("Team set up"))
        return
    for step in revision.differences:
        path = step.path.partition(".")[0]
        if path != "members":
            before, after = (_value_text(path, value, localizer) for value in (step.before, step.after))
            yield f"{field_name(RecordType.TEAM, path, localizer)}: {before} → {after}"


def _member_changes(before: Team, after: Team, localizer: Localizer) -> Iterator[str]:
    for officer_id in sorted({*before.members, *after.members}):
        name, member = localizer.person(officer_id), after.members.get(officer_id)
        if member is None:
            yield localizer.say(N_("{name}: no member any more")).format(name=name)
        elif member != before.members.get(officer_id):
            position = localizer.choice("team_position", member.position)
            yield f"{name}: {position}, {_days_text(member, localizer)}"


def _value_text(path: str, value: object, localizer: Localizer) -> str:
    if path == "level" and isinstance(value, str):
        return level_name(value, localizer)
    if path == "unit_ids" and isinstance(value, list):
        return ", ".join(localizer.label(localizer.lists.units, unit_id) for unit_id in value)
    return value_text(RecordType.TEAM, path, value, localizer)

"""The outing of the night: choose team, decision, kind, people once; every visit takes them over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from field178_mobile.features.shift.roster import Roster
from field178_mobile.features.shift.shift_data import (
    KIND_WITHOUT_DECISION,
    Outing,
    outing_from_json,
    outing_to_json,
)
from field178_mobile.presentation.wording import Option, Wording, options
from field178_shared.text.formats import time_text
from field178_shared.time.clock import Clock, local_date

SETTING = "outing"
EARLIER_SETTING = "outing_before"


class Settings(Protocol):
    """Keeps small values on the tablet, durably."""

    def get(self, key: str) -> object:
        """Return a kept value, or None."""
        ...

    def put(self, key: str, value: object) -> None:
        """Keep a value; it is durable when this returns."""
        ...


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One officer who may go along."""

    id: str
    name: str
    agency: str
    position: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class OutingState:
    """The whole outing sheet."""

    line: str
    is_current: bool
    is_of_visit: bool
    can_confirm: bool
    lacking: str
    teams: tuple[Option, ...]
    kinds: tuple[Option, ...]
    triggers: tuple[Option, ...]
    escorts: tuple[Option, ...]
    members: tuple[MemberRow, ...]
    decision_number: str
    decision_date: str
    decision_days: tuple[Option, ...]
    needs_decision: bool
    earlier: str


class OutingPresenter:
    """Holds the outing; every tap is durable at once, and the confirmed outing ends at 06:00."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        words: Wording,
        render: Callable[[OutingState], None],
        is_of_visit: bool = False,
    ) -> None:
        self._is_of_visit = is_of_visit
        self._settings = settings
        self._clock = clock
        self._words = words
        self._render = render
        self.roster = Roster()
        self._user = ""
        self._outing = outing_from_json(settings.get(SETTING))

    def start(self, roster: Roster, user: str) -> None:
        """Show the kept outing, or a fresh one once its night is over."""
        self.roster, self._user = roster, user
        is_over = self._outing.began_at is not None and not self._outing.holds_at(self._clock.now())
        if is_over and not self._is_of_visit:
            self._settings.put(EARLIER_SETTING, outing_to_json(self._outing))
            self._outing = Outing()
        if not self._outing.team_id and len(roster.teams) == 1:
            self._outing = self._with_team(roster.teams[0].id)
        self._show()

    def show(self) -> None:
        """Draw the outing again."""
        self._show()

    def current(self) -> Outing | None:
        """Return the confirmed outing while its night lasts and nothing it needs was taken out."""
        is_whole = not self._outing.gaps()
        return self._outing if is_whole and self._outing.holds_at(self._clock.now()) else None

    def show_on(self, render: Callable[[OutingState], None]) -> None:
        """Draw from now on, and at once, on something else."""
        self._render = render
        self._show()

    def line(self) -> str:
        """Return the outing in one line, for the screens that work under it."""
        return outing_line(self._outing, self.roster, self._words)

    def choose_team(self, team_id: str) -> None:
        """Take a team; the signed-in officer goes along, the others are chosen."""
        self._keep(self._with_team(team_id))

    def choose_kind(self, kind: str) -> None:
        """Take the kind of inspection."""
        self._keep(replace(self._outing, kind=kind))

    def choose_trigger(self, trigger: str) -> None:
        """Take what led to the inspection."""
        self._keep(replace(self._outing, trigger=trigger))

    def write_decision_number(self, text: str) -> None:
        """Take the number of the decision as typed so far."""
        self._keep(replace(self._outing, decision_number=text.strip()[:60]))

    def write_decision_date(self, day: str) -> None:
        """Take the date of the decision (ISO), or none ("")."""
        self._keep(replace(self._outing, decision_date=day))

    def toggle_member(self, user: str) -> None:
        """Take an officer along in the team's position, or leave one out."""
        members = dict(self._outing.members)
        if members.pop(user, None) is None:
            members[user] = self.roster.position_of(self._outing.team_id, user)
        self._keep(replace(self._outing, members=members))

    def choose_position(self, user: str, position: str) -> None:
        """Give a chosen officer another position for tonight."""
        if user in self._outing.members:
            self._keep(replace(self._outing, members={**self._outing.members, user: position}))

    def toggle_escort(self, agency_id: str) -> None:
        """Add or remove an escorting agency of the commune."""
        kept = tuple(agency for agency in self._outing.escorts if agency != agency_id)
        added = kept if agency_id in self._outing.escorts else (*kept, agency_id)
        self._keep(replace(self._outing, escorts=added))

    def take_earlier(self) -> None:
        """Take everything from the outing before; the decision stays to be looked at."""
        earlier = outing_from_json(self._settings.get(EARLIER_SETTING))
        if earlier.team_id:
            self._keep(replace(earlier, began_at=self._outing.began_at))

    def confirm(self) -> bool:
        """Begin the outing if nothing is lacking; tell whether it did."""
        if self._outing.gaps():
            return False
        if not self._is_of_visit and not self._outing.holds_at(self._clock.now()):
            self._outing = replace(self._outing, began_at=self._clock.now())
        self._keep(self._outing)
        return True

    def end(self) -> None:
        """End the outing now; the next visit asks for another."""
        self._settings.put(EARLIER_SETTING, outing_to_json(self._outing))
        self._outing = Outing()
        self._settings.put(SETTING, outing_to_json(self._outing))
        self.start(self.roster, self._user)

    def _with_team(self, team_id: str) -> Outing:
        members = {self._user: self.roster.position_of(team_id, self._user)} if self._user else {}
        return replace(self._outing, team_id=team_id, members=members)

    def _keep(self, outing: Outing) -> None:
        self._outing = outing
        self._settings.put(SETTING, outing_to_json(outing))
        self._show()

    def _show(self) -> None:
        self._render(self._state())

    def _state(self) -> OutingState:
        outing, words, gaps = self._outing, self._words, self._outing.gaps()
        return OutingState(
            line=self.line(),
            is_current=self._is_of_visit or self.current() is not None,
            is_of_visit=self._is_of_visit,
            can_confirm=not gaps,
            lacking=", ".join(_gap_name(name, words) for name in gaps),
            teams=tuple(Option(t.id, t.name, t.id == outing.team_id) for t in self.roster.teams),
            kinds=options(words, "inspection_kind", outing.kind),
            triggers=options(words, "inspection_trigger", outing.trigger),
            escorts=self._escort_options(),
            members=self._member_rows(),
            decision_number=outing.decision_number,
            decision_date=outing.decision_date,
            decision_days=self._decision_days(),
            needs_decision=outing.kind != KIND_WITHOUT_DECISION,
            earlier=self._earlier_line(),
        )

    def _decision_days(self) -> tuple[Option, ...]:
        today = local_date(self._clock.now())
        return (Option(today.isoformat(), self._words.translate("Today")),)

    def _escort_options(self) -> tuple[Option, ...]:
        today = local_date(self._clock.now())
        return tuple(
            Option(agency.id, agency.label(self._words.language), agency.id in self._outing.escorts)
            for agency in self._words.lists.agencies.values()
            if agency.level == "commune" and agency.in_team and agency.valid_on(today)
        )

    def _member_rows(self) -> tuple[MemberRow, ...]:
        chosen: Mapping[str, str] = self._outing.members
        return tuple(
            MemberRow(
                person.id,
                person.name,
                self._words.agency(person.agency),
                self._words.choice("team_position", self._position(person.id)),
                person.id in chosen,
            )
            for person in self.roster.candidates(self._outing.team_id)
        )

    def _position(self, user: str) -> str:
        known = self._outing.members.get(user)
        return known or self.roster.position_of(self._outing.team_id, user)

    def _earlier_line(self) -> str:
        earlier = outing_from_json(self._settings.get(EARLIER_SETTING))
        return outing_line(earlier, self.roster, self._words) if earlier.team_id else ""


def outing_line(outing: Outing, roster: Roster, words: Wording) -> str:
    """Return an outing in one line: team, kind, people, decision, end."""
    team, end = roster.team(outing.team_id), outing.ends_at()
    parts = [
        team.name if team else "",
        words.choice("inspection_kind", outing.kind),
        words.say("{count} people", count=len(outing.members)) if outing.members else "",
        words.say("Decision {number}", number=outing.decision_number) if outing.decision_number else "",
        words.say("until {time}", time=time_text(end)) if end else "",
    ]
    return " · ".join(part for part in parts if part)


def _gap_name(name: str, words: Wording) -> str:
    _ = words.translate
    return {
        "team_id": _("team"),
        "inspection_kind": _("kind of inspection"),
        "trigger": _("reason for the inspection"),
        "decision_number": _("decision number"),
        "decision_date": _("decision date"),
        "members": _("at least two members"),
    }[name]

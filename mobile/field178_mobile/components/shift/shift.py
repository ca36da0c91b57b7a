"""Shift of the night: team, decision, kind and people, chosen once and copied into every visit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from field178_mobile.components.shift.roster import Person, Roster
from field178_mobile.components.shift.shift_data import (
    KIND_WITHOUT_DECISION,
    Shift,
    shift_from_json,
    shift_to_json,
)
from field178_mobile.ports import TabletSettings
from field178_mobile.presentation.wording import Option, Wording, options
from field178_shared.record_type import RecordType
from field178_shared.rules import FreeTextMarks
from field178_shared.text.formats import time_text
from field178_shared.text.normalisation import fold
from field178_shared.time.clock import Clock, local_date

SETTING = "outing"
EARLIER_SETTING = "outing_before"
# A longer roster is searched; the sheet draws so many officers at most.
MOST_UNSEARCHED, MOST_SHOWN = 10, 30


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One officer who may go along."""

    id: str
    name: str
    position: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class MemberGroup:
    """The officers of one agency."""

    title: str
    rows: tuple[MemberRow, ...]


@dataclass(frozen=True, slots=True)
class ShiftState:
    """The whole shift sheet."""

    line: str
    is_current: bool
    is_of_visit: bool
    can_confirm: bool
    lacking: str
    teams: tuple[Option, ...]
    kinds: tuple[Option, ...]
    triggers: tuple[Option, ...]
    escorts: tuple[Option, ...]
    groups: tuple[MemberGroup, ...]
    member_count: int
    can_search: bool
    # Number of officers that only the search shows.
    unshown: int
    decision_number: str
    number_warning: str
    decision_date: str
    needs_decision: bool
    earlier: str


class ShiftPresenter:
    """Presenter of the shift; every tap is stored at once, and the confirmed shift ends at 06:00."""

    def __init__(
        self,
        settings: TabletSettings,
        clock: Clock,
        words: Wording,
        render: Callable[[ShiftState], None],
        is_of_visit: bool = False,
    ) -> None:
        self._is_of_visit = is_of_visit
        self._settings = settings
        self._clock = clock
        self._words = words
        self._marks = FreeTextMarks(RecordType.INSPECTION, words.language)
        self._render = render
        self.roster = Roster()
        self._user = ""
        self._query = ""
        self._shift = shift_from_json(settings.get(SETTING))

    def start(self, roster: Roster, user: str) -> None:
        """Show the stored shift, or a new shift once its night is over."""
        self.roster, self._user = roster, user
        is_over = self._shift.began_at is not None and not self._shift.holds_at(self._clock.now())
        if is_over and not self._is_of_visit:
            self._settings.put(EARLIER_SETTING, shift_to_json(self._shift))
            self._shift = Shift()
        if not self._shift.team_id and len(roster.teams) == 1:
            self._shift = self._with_team(roster.teams[0].id)
        self._show()

    def show(self) -> None:
        """Draw the shift again."""
        self._show()

    def current(self) -> Shift | None:
        """Return the confirmed shift while its night lasts and it is complete, else None."""
        is_whole = not self._shift.gaps()
        return self._shift if is_whole and self._shift.holds_at(self._clock.now()) else None

    def show_on(self, render: Callable[[ShiftState], None]) -> None:
        """Set another render function and draw at once."""
        self._render = render
        self._show()

    def line(self) -> str:
        """Return the shift in one line, for the screens that work under it."""
        return shift_line(self._shift, self.roster, self._words)

    def choose_team(self, team_id: str) -> None:
        """Choose a team; the signed-in officer is a member, other members are chosen by tap."""
        self._keep(self._with_team(team_id))

    def choose_kind(self, kind: str) -> None:
        """Set the kind of inspection."""
        self._keep(replace(self._shift, kind=kind))

    def choose_trigger(self, trigger: str) -> None:
        """Set the trigger of the inspection."""
        self._keep(replace(self._shift, trigger=trigger))

    def write_decision_number(self, text: str) -> None:
        """Set the number of the decision as typed."""
        self._keep(replace(self._shift, decision_number=text.strip()[:60]))

    def write_decision_date(self, day: str) -> None:
        """Set the date of the decision (ISO), or none ("")."""
        self._keep(replace(self._shift, decision_date=day))

    def search_members(self, text: str) -> None:
        """Show the officers whose name or agency has these words; without any, those of the team."""
        self._query = fold(text.strip())
        self._show()

    def toggle_member(self, user: str) -> None:
        """Add an officer with the team's position, or remove one."""
        members = dict(self._shift.members)
        if members.pop(user, None) is None:
            members[user] = self.roster.position_of(self._shift.team_id, user)
        self._keep(replace(self._shift, members=members))

    def toggle_escort(self, agency_id: str) -> None:
        """Add or remove an escorting agency of the commune."""
        kept = tuple(agency for agency in self._shift.escorts if agency != agency_id)
        added = kept if agency_id in self._shift.escorts else (*kept, agency_id)
        self._keep(replace(self._shift, escorts=added))

    def take_earlier(self) -> None:
        """Copy the previous shift except its decision, which must be checked."""
        earlier = shift_from_json(self._settings.get(EARLIER_SETTING))
        if earlier.team_id:
            there = self._words.lists.agencies.on(self._day())
            escorts = tuple(agency for agency in earlier.escorts if agency in there)
            self._keep(replace(earlier, began_at=self._shift.began_at, escorts=escorts))

    def confirm(self) -> bool:
        """Confirm the shift if it is complete; return whether it was."""
        if self._shift.gaps():
            return False
        if not self._is_of_visit and not self._shift.holds_at(self._clock.now()):
            self._shift = replace(self._shift, began_at=self._clock.now())
        self._keep(self._shift)
        return True

    def end(self) -> None:
        """End the shift; the next visit needs a new shift."""
        self._settings.put(EARLIER_SETTING, shift_to_json(self._shift))
        self._shift = Shift()
        self._settings.put(SETTING, shift_to_json(self._shift))
        self.start(self.roster, self._user)

    def _with_team(self, team_id: str) -> Shift:
        members = {self._user: self.roster.position_of(team_id, self._user)} if self._user else {}
        return replace(self._shift, team_id=team_id, members=members)

    def _keep(self, shift: Shift) -> None:
        self._shift = shift
        self._settings.put(SETTING, shift_to_json(shift))
        self._show()

    def _show(self) -> None:
        self._render(self._state())

    def _state(self) -> ShiftState:
        shift, words, gaps = self._shift, self._words, self._shift.gaps()
        candidates = self.roster.candidates(shift.team_id)
        can_search = len(candidates) > MOST_UNSEARCHED
        shown = self._shown(candidates) if can_search else candidates
        return ShiftState(
            line=self.line(),
            is_current=self._is_of_visit or self.current() is not None,
            is_of_visit=self._is_of_visit,
            can_confirm=not gaps,
            lacking=", ".join(_gap_name(name, words) for name in gaps),
            teams=tuple(Option(t.id, t.name, t.id == shift.team_id) for t in self.roster.teams),
            kinds=options(words, "inspection_kind", shift.kind),
            triggers=options(words, "inspection_trigger", shift.trigger),
            escorts=self._escort_options(),
            groups=self._groups(shown),
            member_count=len(shift.members),
            can_search=can_search,
            unshown=0 if self._query else len(candidates) - len(shown),
            decision_number=shift.decision_number,
            number_warning="".join(self._marks.of({"decision_number": shift.decision_number}).values()),
            decision_date=shift.decision_date,
            needs_decision=shift.kind != KIND_WITHOUT_DECISION,
            earlier=self._earlier_line(),
        )

    def _escort_options(self) -> tuple[Option, ...]:
        chosen = self._shift.escorts
        return tuple(
            Option(agency.id, agency.label(self._words.language), agency.id in chosen)
            for agency in self._words.lists.agencies.values()
            if agency.id in chosen
            or (agency.level == "commune" and agency.in_team and agency.valid_on(self._day()))
        )

    def _day(self) -> date:
        """Return the day of the act: the day of the visit, or of the night of the shift."""
        return local_date(self._shift.began_at or self._clock.now())

    def _shown(self, candidates: tuple[Person, ...]) -> tuple[Person, ...]:
        """Return the people that match every word of the search; without a search, team and members."""
        if self._query:
            query_words = self._query.split()
            matches = (
                candidate
                for candidate in candidates
                if (candidate_text := fold(self._words_of(candidate)))
                and all(word in candidate_text for word in query_words)
            )
            return tuple(matches)[:MOST_SHOWN]
        team = self.roster.team(self._shift.team_id)
        near = {*self._shift.members, *(team.positions if team else ())}
        return tuple(candidate for candidate in candidates if candidate.id in near)

    def _words_of(self, person: Person) -> str:
        return f"{person.name} {self._words.agency(person.agency)}"

    def _groups(self, people: tuple[Person, ...]) -> tuple[MemberGroup, ...]:
        """Return people by agency, starting with the agency of the first team member."""
        groups: dict[str, list[MemberRow]] = {}
        for person in people:
            position = self._words.choice("team_position", self._position(person.id))
            row = MemberRow(person.id, person.name, position, person.id in self._shift.members)
            groups.setdefault(self._words.agency(person.agency), []).append(row)
        return tuple(MemberGroup(title, tuple(rows)) for title, rows in groups.items())

    def _position(self, user: str) -> str:
        position = self._shift.members.get(user)
        return position or self.roster.position_of(self._shift.team_id, user)

    def _earlier_line(self) -> str:
        earlier = shift_from_json(self._settings.get(EARLIER_SETTING))
        return shift_line(earlier, self.roster, self._words) if earlier.team_id else ""


def shift_line(shift: Shift, roster: Roster, words: Wording) -> str:
    """Return a shift as one line of text: team, kind, people, decision, end."""
    team, end = roster.team(shift.team_id), shift.ends_at()
    parts = [
        team.name if team else "",
        words.choice("inspection_kind", shift.kind),
        words.say("{count} people", count=len(shift.members)) if shift.members else "",
        words.say("Decision {number}", number=shift.decision_number) if shift.decision_number else "",
        words.say("until {time}", time=time_text(end)) if end else "",
    ]
    return " · ".join(part for part in parts if part)


def _gap_name(name: str, words: Wording) -> str:
    if name == "members":
        return words.translate("at least two members")
    label = words.field(RecordType.INSPECTION, name)
    return f"{label[:1].lower()}{label[1:]}"

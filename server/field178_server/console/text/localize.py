"""Localizer of one reader: texts, labels of the code lists, dates, numbers and names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from field178_server.records.labels import Names
from field178_shared.codelists import CodeLists, load
from field178_shared.codelists.labels import Labelled
from field178_shared.text.formats import date_text, datetime_text, money_text, number_text
from field178_shared.text.i18n import N_, translator
from field178_shared.time.clock import VIETNAM, from_wire


@dataclass(frozen=True, slots=True)
class Localizer:
    """Texts, labels and names in one language, by code lists and names of ids."""

    language: str
    names: Names = field(default_factory=Names)
    lists: CodeLists = field(default_factory=load, repr=False)

    def with_names(self, names: Names) -> Localizer:
        """Return the localizer of the same reader with other names in place of ids."""
        return replace(self, names=names)

    def say(self, msgid: str) -> str:
        """Return a text of the console in the reader's language."""
        return translator(self.language, "console")(msgid)

    def label(self, entries: Mapping[str, Labelled], entry_id: object) -> str:
        """Return the label of a list entry; an id that is not in the list itself."""
        entry = entries.get(entry_id) if isinstance(entry_id, str) else None
        return entry.label(self.language) if entry else str(entry_id)

    def area(self, area_id: str) -> str:
        """Return the name of an area, a group of units or one unit; an unknown id itself."""
        area = self.lists.area(area_id)
        return area.label(self.language) if area else area_id

    def unit_on(self, unit_id: str, day: date) -> str:
        """Return the name of a unit; of one that has ended by that day with its last day."""
        unit, name = self.lists.units.get(unit_id), self.label(self.lists.units, unit_id)
        if unit is None or unit.valid_to is None or unit.valid_to > day:
            return name
        ended = self.say(N_("until {day}")).format(day=self.day(unit.valid_to - timedelta(days=1)))
        return f"{name} ({ended})"

    def choice(self, list_name: str, choice_id: object) -> str:
        """Return the label of one value of a plain list."""
        choice = self.lists.choice(list_name, choice_id) if isinstance(choice_id, str) else None
        return choice.label(self.language) if choice else str(choice_id)

    def day(self, value: object) -> str:
        """Return the text of a calendar date; an invalid value itself."""
        if isinstance(value, date):
            return date_text(value, self.language)
        try:
            return date_text(date.fromisoformat(str(value)), self.language)
        except ValueError:
            return str(value)

    def month(self, value: object) -> str:
        """Return the month of a calendar date, mm/yyyy; an invalid value itself."""
        return self.day(value)[-7:]

    def half_year(self, value: object) -> str:
        """Return the half-year that begins on a calendar date; an invalid value itself."""
        try:
            day = value if isinstance(value, date) else date.fromisoformat(str(value))
        except ValueError:
            return str(value)
        half = N_("First half") if day.month == 1 else N_("Second half")
        return f"{self.say(half)} {day.year}"

    def instant(self, value: object) -> str:
        """Return date and time in Việt Nam; an invalid value itself."""
        moment = value if isinstance(value, datetime) else from_wire(str(value))
        return datetime_text(moment.astimezone(VIETNAM), self.language) if moment else str(value)

    def exact(self, value: object) -> str:
        """Return date and time with seconds; an invalid value itself."""
        moment = value if isinstance(value, datetime) else from_wire(str(value))
        return f"{self.instant(moment)}:{moment.second:02d}" if moment else str(value)

    def number(self, value: object) -> str:
        """Return a whole number with its thousands marked."""
        return number_text(value, self.language) if isinstance(value, int) else str(value)

    def money(self, value: object) -> str:
        """Return an amount of đồng."""
        return money_text(value, self.language) if isinstance(value, int) else str(value)

    def person(self, user_id: object) -> str:
        """Return an officer's name, or a text for an unknown officer."""
        name = self.names.people.get(user_id) if isinstance(user_id, str) else None
        return name or self.say(N_("Officer not known"))

    def tablet(self, device_id: str | None) -> str:
        """Return a tablet's label; None is the office."""
        if device_id is None:
            return self.say(N_("The office"))
        return self.names.devices.get(device_id) or device_id

    def team(self, team_id: object) -> str:
        """Return a team's name."""
        return self.names.teams.get(str(team_id)) or str(team_id)

    def establishment(self, record_id: object) -> str:
        """Return an establishment's name, or a text for a record that was not received."""
        name = self.names.establishments.get(str(record_id))
        return name or self.say(N_("Establishment not received yet"))


def address_text(*parts: object) -> str:
    """Return an address in one line; a repeated village or commune is left out."""
    pieces = (piece.strip() for part in parts if part for piece in str(part).split(","))
    return ", ".join(dict.fromkeys(piece for piece in pieces if piece))

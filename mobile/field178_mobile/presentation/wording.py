"""Texts of presenters: labels of codes, titles of records, dates of rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from field178_mobile.store import Store
from field178_mobile.store.replica.queries import title_of
from field178_shared.codelists import CodeLists
from field178_shared.records.reading import text_of
from field178_shared.schemas.fields.catalogue import choices_of, field_at, record_name, words_at
from field178_shared.text.countdown import days_left_text
from field178_shared.text.formats import date_text, short_date_text
from field178_shared.time.clock import local_date
from field178_shared.wire.protocol import ERASED_AT

__all__ = ["Option", "Wording", "options", "record_title", "row_day", "text_of"]


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one language."""

    lists: CodeLists
    language: str
    translate: Callable[[str], str]

    def say(self, message: str, **values: object) -> str:
        """Return a catalog sentence with its named gaps filled."""
        return self.translate(message).format(**values)

    def choice(self, list_name: str, choice_id: object) -> str:
        """Return the label of a plain choice; an unknown id is shown as it is, an absent id as ""."""
        choice = self.lists.choice(list_name, str(choice_id))
        return choice.label(self.language) if choice else str(choice_id or "")

    def field(self, record_type: str, path: str) -> str:
        """Return the label of the field at a path; an unknown path is shown as it is."""
        return words_at(record_type, path, self.language).label

    def record(self, record_type: str) -> str:
        """Return the name of a record type."""
        return record_name(record_type, self.language)

    def entry(self, record_type: str, path: str) -> str:
        """Return the list label of the entry that contains a path; "" if there is none."""
        group, _, rest = path.partition(".")
        spec = field_at(record_type, f"{group}.*") if rest else None
        named = choices_of(spec.keys, self.lists).get(rest.partition(".")[0]) if spec else None
        return named.label(self.language) if named else ""

    def unit(self, unit_id: object) -> str:
        """Return the name of a unit version."""
        unit = self.lists.units.get(str(unit_id))
        return unit.label(self.language) if unit else str(unit_id or "")

    def kind(self, type_id: object) -> str:
        """Return the name of a kind of establishment."""
        kind = self.lists.types.get(str(type_id))
        return kind.label(self.language) if kind else str(type_id or "")

    def agency(self, agency_id: object) -> str:
        """Return the name of an agency."""
        agency = self.lists.agencies.get(str(agency_id))
        return agency.label(self.language) if agency else str(agency_id or "")

    def days_left(self, end: date | None, today: date) -> str:
        """Return how many working days are left until a date, nothing without one."""
        return days_left_text(end, today, self.lists.holidays, self.language) if end else ""

    def law(self, source_id: str, on: date) -> str:
        """Return the number of a legal document as of a date, or its name if it has no number."""
        source = self.lists.legal_sources.get(source_id)
        return (source.number_on(on) or source.label(self.language)) if source else source_id


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a row of chips."""

    id: str
    label: str
    is_chosen: bool = False
    hint: str = ""


def options(words: Wording, list_name: str, chosen: object, day: date | None = None) -> tuple[Option, ...]:
    """Return a plain list of the day of the act as chips, without computed values.

    A chosen value is included on every day, so that it can be removed.
    """
    return tuple(
        Option(choice.id, choice.label(words.language), choice.id == chosen)
        for choice in words.lists.choices[list_name]
        if not choice.computed and (day is None or choice.valid_on(day) or choice.id == chosen)
    )


def record_title(store: Store, record_id: str, words: Wording) -> str:
    """Return the title of a record; "" for an unknown record.

    An inspection is titled by its establishment, an outreach session by form and commune, an erased record as
    removed.
    """
    view = store.view(record_id)
    if view is None:
        return ""
    if set(view.data) == {ERASED_AT}:
        return words.translate("Removed for good")
    place = view.data.get("establishment_id")
    establishment = store.view(place) if isinstance(place, str) else None
    form = words.lists.forms.get(text_of(view.data, "outreach_form_id"))
    if form is not None:
        named = (form.label(words.language), words.unit(view.data.get("unit_id")))
        return " · ".join(part for part in named if part)
    return title_of(establishment) if establishment else title_of(view)


def row_day(day: date | datetime, today: date) -> str:
    """Return dd/mm of a day of this year, mm/yyyy of any other."""
    local = local_date(day) if isinstance(day, datetime) else day
    return short_date_text(local) if local.year == today.year else date_text(local)[3:]

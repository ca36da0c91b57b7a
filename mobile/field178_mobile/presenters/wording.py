"""How a presenter turns codes into words: the code lists, the language and the catalog in one value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from field178_shared.codelists import CodeLists
from field178_shared.records.reading import text_of

__all__ = ["Option", "Wording", "options", "text_of"]


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
        """Return the label of a plain choice; an unknown one shows itself, an absent one nothing."""
        choice = self.lists.choice(list_name, str(choice_id))
        return choice.label(self.language) if choice else str(choice_id or "")

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


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a row of chips."""

    id: str
    label: str
    is_chosen: bool = False
    hint: str = ""


def options(words: Wording, list_name: str, chosen: object) -> tuple[Option, ...]:
    """Return a plain list as chips; values that are only computed are not offered."""
    return tuple(
        Option(choice.id, choice.label(words.language), choice.id == chosen)
        for choice in words.lists.choices[list_name]
        if not choice.computed
    )

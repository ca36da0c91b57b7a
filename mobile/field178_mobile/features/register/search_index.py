"""What the establishment list searches in and sorts by, worked out once for each entry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from field178_mobile.presentation.wording import Wording
from field178_mobile.store import EstablishmentListing
from field178_shared.text.normalisation import fold, sort_key


@dataclass(frozen=True, slots=True)
class Indexed:
    """One establishment, the folded text to look in, and its place among others."""

    entry: EstablishmentListing
    text: str
    order: tuple[str, str]


def matching(places: Sequence[Indexed], query: str) -> list[Indexed]:
    """Return the establishments whose name, address or commune hold every word, accents ignored."""
    wanted = fold(query).split()
    return [each for each in places if all(word in each.text for word in wanted)]


class SearchIndex:
    """Keeps its work for entries that did not change: 10,000 of them cost once."""

    def __init__(self, words: Wording) -> None:
        self._words = words
        self._known: dict[str, Indexed] = {}
        self._units: dict[str, tuple[str, str]] = {}

    def of(self, entries: Iterable[EstablishmentListing]) -> list[Indexed]:
        """Return the entries by commune and name, as a Vietnamese dictionary orders them."""
        self._known = {entry.id: self._indexed(entry) for entry in entries}
        return sorted(self._known.values(), key=lambda each: each.order)

    def _indexed(self, entry: EstablishmentListing) -> Indexed:
        known = self._known.get(entry.id)
        if known is not None and known.entry == entry:
            return known
        commune, commune_key = self._unit(entry.unit_id)
        return Indexed(
            entry, f"{entry.folded} {fold(entry.address)} {commune}", (commune_key, sort_key(entry.name))
        )

    def _unit(self, unit_id: str) -> tuple[str, str]:
        if unit_id not in self._units:
            name = self._words.unit(unit_id)
            self._units[unit_id] = fold(name), sort_key(name)
        return self._units[unit_id]

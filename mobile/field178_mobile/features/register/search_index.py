"""Search texts and sort keys of the establishment list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import NamedTuple

from field178_mobile.presentation.wording import Wording
from field178_mobile.store import EstablishmentListing
from field178_shared.text.normalisation import fold, sort_key


class Indexed(NamedTuple):
    """One establishment, its folded text to search, and its sort key."""

    listing: EstablishmentListing
    text: str
    order: tuple[str, str]


def matching(indexed: Sequence[Indexed], query: str) -> list[Indexed]:
    """Return the establishments whose name, address or commune hold every word, accents ignored."""
    query_words = fold(query).split()
    return [each for each in indexed if all(word in each.text for word in query_words)]


class SearchIndex:
    """Search index of establishments with the names of their communes."""

    def __init__(self, words: Wording) -> None:
        self._words = words
        self._units: dict[str, tuple[str, str]] = {}

    def of(self, establishments: Iterable[EstablishmentListing]) -> list[Indexed]:
        """Return the entries by commune and name, as a Vietnamese dictionary orders them."""
        return sorted(map(self._indexed, establishments), key=attrgetter("order"))

    def _indexed(self, listing: EstablishmentListing) -> Indexed:
        commune, commune_key = self._unit(listing.unit_id)
        text = f"{listing.folded} {listing.folded_address} {commune}"
        return Indexed(listing, text, (commune_key, listing.order))

    def _unit(self, unit_id: str) -> tuple[str, str]:
        if unit_id not in self._units:
            name = self._words.unit(unit_id)
            self._units[unit_id] = fold(name), sort_key(name)
        return self._units[unit_id]

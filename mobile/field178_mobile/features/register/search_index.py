"""What the establishment list searches in and sorts by, worked out once for each entry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from field178_mobile.presentation.wording import Wording
from field178_mobile.store import EstablishmentListing
from field178_shared.text.normalisation import fold, sort_key


@dataclass(frozen=True, slots=True)
class Indexed:
    """One establishment, its folded text to search, and its sort key."""

    listing: EstablishmentListing
    text: str
    order: tuple[str, str]


def matching(indexed: Sequence[Indexed], query: str) -> list[Indexed]:
    """Return the establishments whose name, address or commune hold every word, accents ignored."""
    wanted = fold(query).split()
    return [each for each in indexed if all(word in each.text for word in wanted)]


class SearchIndex:
    """Keeps its work for entries that did not change: 10,000 of them cost once."""

    def __init__(self, words: Wording) -> None:
        self._words = words
        self._known: dict[str, Indexed] = {}
        self._units: dict[str, tuple[str, str]] = {}

    def of(self, establishments: Iterable[EstablishmentListing]) -> list[Indexed]:
        """Return the entries by commune and name, as a Vietnamese dictionary orders them."""
        self._known = {listing.id: self._indexed(listing) for listing in establishments}
        return sorted(self._known.values(), key=lambda each: each.order)

    def _indexed(self, listing: EstablishmentListing) -> Indexed:
        known = self._known.get(listing.id)
        if known is not None and known.listing == listing:
            return known
        commune, commune_key = self._unit(listing.unit_id)
        return Indexed(
            listing,
            f"{listing.folded} {fold(listing.address)} {commune}",
            (commune_key, sort_key(listing.name)),
        )

    def _unit(self, unit_id: str) -> tuple[str, str]:
        if unit_id not in self._units:
            name = self._words.unit(unit_id)
            self._units[unit_id] = fold(name), sort_key(name)
        return self._units[unit_id]

"""Register in memory, searched for duplicates at every keystroke."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from field178_mobile.presentation.draft_session import Data
from field178_mobile.presentation.location import GeoPoint, metres_between
from field178_mobile.presentation.wording import Wording
from field178_mobile.store import EstablishmentListing
from field178_shared.records.reading import count_of, text_of
from field178_shared.rules.establishment import KnownEstablishment, is_same_name, possible_duplicates
from field178_shared.text.formats import number_text
from field178_shared.text.normalisation import fold

MOST = 5


@dataclass(frozen=True, slots=True)
class AlikeRow:
    """A possible duplicate; `where` is its address, with the distance if known."""

    id: str
    name: str
    where: str


class RegisterIndex:
    """Index of establishments by name and registration number, so that the rule compares few of 50,000."""

    def __init__(self, establishments: Sequence[EstablishmentListing]) -> None:
        self._establishments = establishments

    def alike(self, data: Data, but: str) -> tuple[EstablishmentListing, ...]:
        """Return the establishments that may be duplicates of this data, without its own record."""
        name, number = fold(text_of(data, "name")), fold(text_of(data, "registration_number"))
        named = self._establishments if name else ()
        listings = [listing for listing in named if is_same_name(listing.folded, name)]
        listings += self._by_number.get(number, ()) if number else ()
        near = {listing.id: listing for listing in listings if listing.id != but}
        return tuple(near[key] for key in possible_duplicates(data, map(_known_establishment, near.values())))

    @cached_property
    def _by_number(self) -> dict[str, list[EstablishmentListing]]:
        """The establishments by folded number, computed when a number is typed."""
        by_number: dict[str, list[EstablishmentListing]] = {}
        for listing in self._establishments:
            if listing.registration_number:
                by_number.setdefault(fold(listing.registration_number), []).append(listing)
        return by_number


def alike_row(listing: EstablishmentListing, data: Data, here: GeoPoint | None, words: Wording) -> AlikeRow:
    """Return the line of one entry; its distance is from the point in the form, else from here."""
    lat, lon = count_of(data, "lat"), count_of(data, "lon")
    start = here if lat is None or lon is None else GeoPoint(lat, lon)
    details = (listing.address, words.unit(listing.unit_id), distance_text(start, listing, words))
    return AlikeRow(listing.id, listing.name, " · ".join(part for part in details if part))


def distance_text(here: GeoPoint | None, listing: EstablishmentListing, words: Wording) -> str:
    """Return the distance to an establishment as text, "" if a point is unknown."""
    metres = metres_to(here, listing)
    if metres is None:
        return ""
    if metres < 1000:
        return words.say("{count} m", count=metres)
    return words.say("{count} km", count=number_text(metres / 1000, words.language, 1))


def metres_to(here: GeoPoint | None, listing: EstablishmentListing) -> int | None:
    """Return the distance to an establishment in metres, None if a point is unknown."""
    if here is None or listing.lat is None or listing.lon is None:
        return None
    return metres_between(here, GeoPoint(listing.lat, listing.lon))


def _known_establishment(listing: EstablishmentListing) -> KnownEstablishment:
    return KnownEstablishment(
        listing.id,
        listing.folded,
        listing.type_id,
        listing.unit_id,
        listing.lat,
        listing.lon,
        listing.registration_number,
    )

"""Map of the area: every establishment with a point, styled by its open work."""

from __future__ import annotations

from collections.abc import Callable

from field178_mobile.features.register.establishment_facts import (
    DRAFTS,
    NOT_THIS_YEAR,
    RETURNED,
    TO_FIX,
    EstablishmentFacts,
    read_facts,
)
from field178_mobile.maps.map_state import Commune, LegendRow, MapCard, MapPin, MapState
from field178_mobile.maps.mercator import UNITS_PER_DEGREE, MapPoint, place_of
from field178_mobile.platform.api import Fix
from field178_mobile.presentation.wording import Wording, row_day
from field178_mobile.store import EstablishmentListing, Store
from field178_shared.text.i18n import N_
from field178_shared.time.clock import Clock, local_date

DONE = "done"
# The most urgent state chooses the style of a pin.
_FIRST = (RETURNED, DRAFTS, TO_FIX, NOT_THIS_YEAR)
KINDS = {
    RETURNED: N_("Returned"),
    DRAFTS: N_("Drafts"),
    TO_FIX: N_("To be fixed"),
    NOT_THIS_YEAR: N_("Not yet this year"),
    DONE: N_("Inspected this year"),
}


class MapPresenter:
    """Presenter of the pins, with hidden kinds."""

    def __init__(
        self, store: Store, clock: Clock, words: Wording, render: Callable[[MapState], None]
    ) -> None:
        self._store = store
        self._clock = clock
        self._words = words
        self._render = render
        self._facts = EstablishmentFacts()
        self._establishments: tuple[EstablishmentListing, ...] = ()
        self._hidden: set[str] = set()
        self._chosen = ""
        self._here: MapPoint | None = None

    def refresh(self) -> None:
        """Reload the store and draw."""
        self._facts = read_facts(self._store, local_date(self._clock.now()).year)
        self._establishments = self._store.establishments()
        self._show()

    def toggle(self, kind: str) -> None:
        """Hide the pins of a kind, or show them again."""
        self._hidden ^= {kind}
        self._show()

    def choose(self, establishment_id: str) -> None:
        """Show the card of a pin; "" closes it."""
        self._chosen = establishment_id
        self._show()

    def stand_at(self, fix: Fix | None) -> None:
        """Mark the position of the tablet; no effect without a position."""
        if fix is not None:
            self._here = place_of(fix.lat, fix.lon)
            self._show()

    def _show(self) -> None:
        pins = [self._pin(listing) for listing in self._establishments]
        placed = [pin for pin in pins if pin is not None]
        self._render(
            MapState(
                pins=tuple(pin for pin in placed if pin.kind not in self._hidden),
                communes=self._communes(),
                legend=tuple(self._legend_row(kind, placed) for kind in KINDS),
                here=self._here,
                unplaced=len(pins) - len(placed),
                card=self._card(),
            )
        )

    def _pin(self, listing: EstablishmentListing) -> MapPin | None:
        if listing.lat is None or listing.lon is None:
            return None
        return MapPin(listing.id, place_of(listing.lat, listing.lon), self._kind(listing.id))

    def _kind(self, establishment_id: str) -> str:
        groups = self._facts.groups
        return next((kind for kind in _FIRST if establishment_id in groups.get(kind, ())), DONE)

    def _communes(self) -> tuple[Commune, ...]:
        units = [
            self._words.lists.units.get(unit) for unit in sorted({e.unit_id for e in self._establishments})
        ]
        return tuple(
            Commune(unit.label(self._words.language), place_of(_whole(unit.lat), _whole(unit.lon)))
            for unit in units
            if unit is not None and unit.lat is not None and unit.lon is not None
        )

    def _legend_row(self, kind: str, placed: list[MapPin]) -> LegendRow:
        count = sum(1 for pin in placed if pin.kind == kind)
        return LegendRow(kind, self._words.translate(KINDS[kind]), count, kind not in self._hidden)

    def _card(self) -> MapCard | None:
        listing = next((listing for listing in self._establishments if listing.id == self._chosen), None)
        if listing is None:
            return None
        words, kind = self._words, self._kind(listing.id)
        last = self._facts.last_visit(listing.id)
        visited = last.started_at if last is not None else None
        return MapCard(
            id=listing.id,
            title=listing.name,
            subtitle=f"{words.kind(listing.type_id)} · {words.unit(listing.unit_id)}",
            kind=kind,
            word=words.translate(KINDS[kind]),
            visited=row_day(visited, local_date(self._clock.now())) if visited else "",
        )


def _whole(degrees: float) -> int:
    return round(degrees * UNITS_PER_DEGREE)

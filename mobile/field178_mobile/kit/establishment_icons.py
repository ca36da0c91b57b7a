"""Icon of each establishment type."""

from __future__ import annotations

ICONS = {
    "hotel": "domain",
    "guesthouse": "bed-outline",
    "boarding_house": "home-account",
    "rental_apartment": "home-city-outline",
    "karaoke": "microphone-outline",
    "discotheque": "music-note-outline",
    "bar_pub": "glass-cocktail",
    "dance_club": "dance-ballroom",
    "massage": "spa-outline",
    "sauna": "hot-tub",
    "mineral_bath": "water-outline",
    "spa_beauty": "face-woman-shimmer-outline",
    "barber_relax": "content-cut",
    "cafe": "coffee-outline",
    "restaurant": "silverware-fork-knife",
    "beer_house": "glass-mug-variant",
    "tourism_site": "palm-tree",
}


def icon_of(type_id: str) -> str:
    """Return the icon of a kind; unknown kinds have the icon of a shop."""
    return ICONS.get(type_id, "store-outline")

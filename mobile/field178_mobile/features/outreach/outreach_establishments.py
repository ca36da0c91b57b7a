"""Establishments of an outreach session: search, adding, counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from field178_mobile.features.outreach.outreach_data import (
    audiences_of,
    count_audience,
    establishments_of,
    number_of,
)
from field178_mobile.features.register.search_index import Indexed, matching
from field178_mobile.presentation.draft_session import Changes, Data
from field178_mobile.presentation.wording import Option, Wording
from field178_shared import rules
from field178_shared.errors import ErrorCode
from field178_shared.text.formats import number_text

# The audience a visit's own session counts at its establishment.
WORKERS = "workers_at_risk"
PAGE = 20
_COUNTS = ("attendance_count", "first_time_count")


@dataclass(frozen=True, slots=True)
class FoundState:
    """Establishments that match a search, and the message below them."""

    options: tuple[Option, ...]
    message: str


class EstablishmentPicker:
    """Searches the establishments of the tablet, those of the session's commune first."""

    def __init__(
        self,
        establishments: Sequence[Indexed],
        unit_id: str,
        words: Wording,
        render: Callable[[FoundState], None],
    ) -> None:
        self._establishments = sorted(establishments, key=lambda each: each.listing.unit_id != unit_id)
        self._words = words
        self._render = render

    def search(self, query: str = "") -> None:
        """Show the first establishments that match, accents ignored."""
        listings = [each.listing for each in matching(self._establishments, query)]
        shown = tuple(
            Option(
                listing.id,
                listing.name,
                hint=", ".join(filter(None, self._where(listing.address, listing.unit_id))),
            )
            for listing in listings[:PAGE]
        )
        self._render(FoundState(shown, self._message(len(listings))))

    def _where(self, address: str, unit_id: str) -> tuple[str, str]:
        return address, self._words.unit(unit_id)

    def _message(self, count: int) -> str:
        if not count:
            return self._words.translate("Nothing matches this search")
        if count <= PAGE:
            return ""
        more = number_text(count - PAGE, self._words.language)
        return self._words.say("{count} more: type a part of the name or the address", count=more)


def add_establishment(data: Data, establishment_id: str) -> Changes:
    """Return the change that adds an establishment; a single one begins with the workers' counts."""
    is_first = not establishments_of(data)
    return {f"establishments.{establishment_id}": _workers(data) if is_first else {}}


def count_establishment(establishment_id: str, name: str, number: int | None) -> Changes:
    """Return the change of one count of an establishment."""
    return {f"establishments.{establishment_id}.{name}": number}


def drop_establishment(data: Data, establishment_id: str) -> Changes:
    """Return the change that removes an establishment; the last removes the field."""
    is_last = set(establishments_of(data)) <= {establishment_id}
    return {"establishments" if is_last else f"establishments.{establishment_id}": None}


def count_and_follow(data: Data, audience_id: str, name: str, number: int | None) -> Changes:
    """Return the change of an audience's count; an only establishment that shows the workers' follows."""
    changes: Changes = count_audience(audience_id, name, number)
    establishments = establishments_of(data)
    if audience_id != WORKERS or name not in _COUNTS or len(establishments) != 1:
        return changes
    (establishment_id, counts), before = next(iter(establishments.items())), _workers(data)
    if dict(counts) != before:
        return changes
    return {**changes, f"establishments.{establishment_id}.{name}": number}


def uncounted(data: Data) -> list[rules.Problem]:
    """Return a problem for each establishment without a number: an empty row would be dropped unsaid."""
    return [
        rules.Problem(f"establishments.{establishment_id}.attendance_count", ErrorCode.REQUIRED)
        for establishment_id, row in establishments_of(data).items()
        if not row
    ]


def _workers(data: Data) -> dict[str, object]:
    row: Mapping[str, object] = audiences_of(data).get(WORKERS, {})
    return {name: count for name in _COUNTS if (count := number_of(row, name)) is not None}

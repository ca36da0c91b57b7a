"""The few words by which a person knows a record, whatever its type."""

from __future__ import annotations

from typing import Protocol

from field178_mobile.store.model import RecordView
from field178_mobile.store.records import title_of


class Views(Protocol):
    """Where records are looked up."""

    def view(self, record_id: str) -> RecordView | None:
        """Return one record."""
        ...


def record_title(store: Views, record_id: str) -> str:
    """Return the name of a record, of the establishment for an inspection; empty when nothing is known."""
    view = store.view(record_id)
    if view is None:
        return ""
    place = view.data.get("establishment_id")
    establishment = store.view(place) if isinstance(place, str) else None
    return title_of(establishment) if establishment else title_of(view)

"""The few words by which a person knows a record, whatever its type."""

from __future__ import annotations

from typing import Protocol

from field178_mobile.presenters.wording import Wording
from field178_mobile.store.model import RecordView
from field178_mobile.store.records import title_of
from field178_shared.protocol import PURGED
from field178_shared.records.reading import text_of


class Views(Protocol):
    """Where records are looked up."""

    def view(self, record_id: str) -> RecordView | None:
        """Return one record."""
        ...


def record_title(store: Views, record_id: str, words: Wording) -> str:
    """Return how people call a record; empty when nothing is known.

    An inspection goes by its establishment, an outreach session by form and commune, one whose content the
    office has removed by those very words.
    """
    view = store.view(record_id)
    if view is None:
        return ""
    if set(view.data) == {PURGED}:
        return words.translate("Removed for good")
    place = view.data.get("establishment_id")
    establishment = store.view(place) if isinstance(place, str) else None
    form = words.lists.forms.get(text_of(view.data, "outreach_form_id"))
    if form is not None:
        named = (form.label(words.language), words.unit(view.data.get("unit_id")))
        return " · ".join(part for part in named if part)
    return title_of(establishment) if establishment else title_of(view)

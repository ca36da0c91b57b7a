"""The establishments of an outreach session: each with its two numbers, and the sheet that adds one."""

from __future__ import annotations

from collections.abc import Callable

from field178_mobile.features.outreach.outreach import OutreachPresenter
from field178_mobile.features.outreach.outreach_establishments import FoundState
from field178_mobile.features.outreach.screens.audience_row import AudienceRow
from field178_mobile.kit import kit
from field178_mobile.kit.language import language as _


class EstablishmentCountRow(AudienceRow):
    """One establishment, drawn and counted as an audience is."""

    def keep(self, name: str, number: int) -> None:
        """Keep one of the numbers."""
        self.session.count_establishment(self.key, name, number)

    def drop(self) -> None:
        """Take the establishment out."""
        self.session.drop_establishment(self.key)


class EstablishmentSheet(kit.Sheet):
    """Search an establishment; a tap closes the sheet and calls back with its id."""

    def __init__(
        self, session: OutreachPresenter, on_chosen: Callable[[str], None], **kwargs: object
    ) -> None:
        super().__init__(**kwargs)
        self._on_chosen = on_chosen
        self._found = kit.ChoiceList()
        self._said = kit.Small()
        picker = session.pick_establishment(self._show)
        search = kit.SearchField(hint=_("Name, address, commune"))
        search.bind(on_query=lambda _field, query: picker.search(query))
        self._found.bind(on_choose=self._take)
        for widget in (search, self._found, self._said):
            self.add_widget(widget)
        picker.search()

    def _show(self, state: FoundState) -> None:
        self._found.show([kit.Choice(option.id, option.label, option.hint) for option in state.options])
        self._said.text = state.said

    def _take(self, _list: object, key: str) -> None:
        self.dismiss()
        self._on_chosen(key)

"""Position of the beginning of a visit: a line of the form, a sheet with options, a map to set a pin."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from kivy.properties import ObjectProperty, StringProperty
from kivy.uix.relativelayout import RelativeLayout

from field178_mobile.components.check_in.check_in import PIN, CheckIn, CheckInState
from field178_mobile.kit import kit
from field178_mobile.kit.kv import field_words, load_beside
from field178_mobile.kit.language import language as _
from field178_mobile.kit.widgets.pictures import map_view
from field178_mobile.kit.widgets.pictures.map_tiles import TileLayer
from field178_mobile.maps.map_file import open_map
from field178_mobile.maps.map_state import MapState
from field178_mobile.maps.mercator import place_of, position_at
from field178_mobile.presentation.location import GeoPoint
from field178_shared.errors import ErrorCode, message
from field178_shared.record_type import RecordType

_REQUIRED = (map_view.MapView,)
_ICONS = {
    "measure": "crosshairs-gps",
    "registered_point": "store-outline",
    "map_pin": "map-marker-plus-outline",
    "refused": "minus-circle-outline",
}


class PinnedHere(Protocol):
    """Subject of a point on the map: a visit, or an establishment."""

    @property
    def place(self) -> CheckIn:
        """The point."""
        ...

    @property
    def map_folder(self) -> Path | None:
        """The folder of the maps."""
        ...

    def show_area(self, render: Callable[[MapState], None]) -> None:
        """Draw the map of the area once."""
        ...


class CheckInLine(kit.Press):
    """Line of the position; a tap opens its options. show(state); visit (its presenter); heading."""

    visit = ObjectProperty(None)
    heading = StringProperty("")
    text = StringProperty("")
    detail = StringProperty("")
    icon = StringProperty("")
    tone = StringProperty("muted")

    def show(self, state: CheckInState) -> None:
        """Draw the line."""
        self._state = state
        self.text, self.detail, self.icon, self.tone = state.text, state.detail, state.icon, state.tone
        self.disabled, self.reason = not state.options, message(ErrorCode.LOCKED, _.code)

    def on_release(self) -> None:
        """Open the sheet with the options for the position."""
        sheet = CheckInOptions(
            title=self.heading or field_words(RecordType.INSPECTION, "check_in").label, sub=self.text
        )
        for option in self._state.options:
            row = CheckInOption(key=option.id, text=option.label, icon=_ICONS[option.id])
            row.bind(on_release=lambda row: self._choose(sheet, row.key))
            sheet.add_widget(row)
        sheet.open()

    def _choose(self, sheet: kit.Sheet, key: str) -> None:
        sheet.dismiss()
        if key == PIN:
            PinPage(self.visit, self._state.here).open()
        else:
            self.visit.place.choose(key)


class CheckInOptions(kit.Sheet):
    """Sheet with the options for the position."""


class CheckInOption(kit.Press):
    """One of it: key; text; icon."""

    key = StringProperty("")
    text = StringProperty("")
    icon = StringProperty("")


class PinPage(kit.FullPage):
    """The map under a mark that stays in the middle: the mark is the pin."""

    def __init__(self, visit: PinnedHere, start: GeoPoint | None, **kwargs: object) -> None:
        super().__init__(title=_("Set a pin on the map"), **kwargs)
        self._visit = visit
        self._page = PinMap(page=self)
        self.add_widget(self._page)
        self._start = None if start is None else place_of(start.lat, start.lon)
        folder = visit.map_folder
        ground = None if folder is None else open_map(folder)
        if ground is None:
            self.sub = _("no map file on this tablet")
        self._page.ids.view.tiles = None if ground is None else TileLayer(ground)
        visit.show_area(self._page.ids.view.show)
        if self._start is not None:
            self._page.ids.view.go_to(self._start)

    def take(self) -> None:
        """Set the point under the mark."""
        view = self._page.ids.view.view
        if view is not None:
            self._visit.place.pin(GeoPoint(*position_at(view.centre)))
        self.dismiss()

    def go_back(self) -> None:
        """Centre the map at the first place."""
        view = self._page.ids.view
        if self._start is None:
            view.fit()
        else:
            view.go_to(self._start)


class PinMap(RelativeLayout):
    """Map of the page with its overlays."""

    page = ObjectProperty(None)


load_beside(__file__)

"""Offline map of the area: pins by open work, on a map file if there is one."""

from __future__ import annotations

from kivy.metrics import dp
from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from field178_mobile.components.services.services import Services
from field178_mobile.features.register.map import MapPresenter
from field178_mobile.kit import kit
from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language as _
from field178_mobile.kit.widgets.inputs import chips
from field178_mobile.kit.widgets.pictures import map_view
from field178_mobile.kit.widgets.pictures.map_marks import STYLES
from field178_mobile.kit.widgets.pictures.map_tiles import TileLayer
from field178_mobile.maps.map_file import MAPS, MapFile, open_map
from field178_mobile.maps.map_state import MapCard, MapState
from field178_mobile.presentation.wording import Option
from field178_shared.text.formats import number_text

WIDEST_CARD = 420
_REQUIRED = (chips.ChipLine, map_view.MapView)


@dispatches("on_open", "on_close")
class PinCard(kit.Card):
    """The establishment that was tapped. Events on_open, on_close."""

    title = StringProperty("")
    sub = StringProperty("")
    word = StringProperty("")
    tone = StringProperty("muted")

    def show(self, card: MapCard) -> None:
        """Draw the card of a pin."""
        self.title, self.sub, self.tone = card.title, card.subtitle, STYLES[card.kind][1]
        self.word = f"{card.word} · {card.visited}" if card.visited else card.word


@dispatches("on_open", "on_list")
class MapScreen(BoxLayout):
    """Legend, map and card. presenter (MapPresenter). Events on_open(establishment_id), on_list."""

    presenter = ObjectProperty(None)
    summary = StringProperty("")
    is_empty = BooleanProperty(False)
    has_place = BooleanProperty(False)

    def __init__(self, ground: MapFile | None, **kwargs: object) -> None:
        self._chosen = ""
        super().__init__(**kwargs)
        self._has_ground = ground is not None
        self.ids.view.tiles = None if ground is None else TileLayer(ground)
        self._card = PinCard(size_hint_x=None)
        self._card.bind(on_close=lambda _card: self.presenter.choose(""))
        self._card.bind(on_open=lambda _card: self.dispatch("on_open", self._chosen))
        self.ids.card_place.fbind("width", self._fit_card)

    def show(self, state: MapState) -> None:
        """Draw the map."""
        self.is_empty, self.has_place = not any(row.count for row in state.legend), state.here is not None
        self.summary = self._summary_of(state)
        rows = [
            Option(row.kind, f"{row.text} · {number_text(row.count, _.code)}", row.is_shown)
            for row in state.legend
            if row.count
        ]
        self.ids.legend.show(rows)
        self.ids.view.show(state)
        self._chosen = state.card.id if state.card else ""
        self.ids.card_place.clear_widgets()
        if state.card is not None:
            self._card.show(state.card)
            self.ids.card_place.add_widget(self._card)

    def open(self, **_place: str) -> None:
        """Show the map at its last place."""

    def _summary_of(self, state: MapState) -> str:
        parts = []
        if state.unplaced:
            count = number_text(state.unplaced, _.code)
            parts.append(_("{count} without a point").format(count=count))
        if not self._has_ground:
            parts.append(_("no map file on this tablet: the office has one"))
        return " · ".join(parts)

    def _fit_card(self, _place: object, width: float) -> None:
        self._card.width = min(dp(WIDEST_CARD), width - dp(32))


def build(services: Services) -> MapScreen:
    """Build the map and subscribe it to the store."""
    screen = MapScreen(open_map(services.platform.data_folder() / MAPS))
    presenter = MapPresenter(services.store, services.clock, services.words(), screen.show)
    screen.presenter = presenter
    screen.bind(on_open=lambda _screen, key: services.navigate("inspection", establishment_id=key))
    screen.bind(on_list=lambda _screen: services.navigate("inspection"))
    services.store.subscribe(lambda _change: services.ui_thread.post(presenter.refresh))
    presenter.refresh()
    services.ask_fix(presenter.stand_at)
    return screen


load_beside(__file__)

"""The frame around the screens: rail or bottom bar, status line, one screen at a time."""

from __future__ import annotations

from collections.abc import Callable

from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from field178_mobile.components.services.services import Services
from field178_mobile.features.sync_status.status import StatusState
from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language as _
from field178_mobile.kit.tablet_status import tablet_status
from field178_mobile.kit.theme import theme
from field178_mobile.shell.registry import SCREENS, ScreenSpec

__all__ = ["RailItem", "Shell"]
_REQUIRED = (kit.Ic, kit.TabletStatusLine)


class RailItem(kit.Press):
    """One place of the rail or bar. key; icon; text; active; badge (number, 0 = none). Event on_release."""

    key = StringProperty("")
    icon = StringProperty("")
    text = StringProperty("")
    active = BooleanProperty(False)
    badge = NumericProperty(0)


class HolderName(kit.Press):
    """The signed-in officer in the status line; a press hands the tablet over. text. Event on_release."""

    text = StringProperty("")


class Rail(BoxLayout):
    """The places at the left side."""


class Bar(BoxLayout):
    """The places at the foot, in portrait."""


class Shell(BoxLayout):
    """Container of the screens of one unlocked tablet.

    navigate(name, **place) shows a screen, built at first use; show_status(state) draws the status line.
    Other objects call on_mode, on_settings and on_officer (the name in the status line).
    """

    stage = ObjectProperty(None)
    officer = StringProperty("")
    current = StringProperty("")

    def __init__(
        self,
        on_mode: Callable[[], None],
        on_settings: Callable[[], None],
        on_officer: Callable[[], None],
        screens: tuple[ScreenSpec, ...] = SCREENS,
        **kwargs: object,
    ) -> None:
        self._actions = {"mode": on_mode, "settings": on_settings, "officer": on_officer}
        self._specs = {spec.name: spec for spec in screens}
        self._built: dict[str, Widget] = {}
        self._items: list[RailItem] = []
        self._services: Services | None = None
        super().__init__(**kwargs)
        theme.bind(is_wide=self._arrange, is_dark=self._name_mode)  # weakly: the theme outlives every session
        self._arrange()

    def start(self, services: Services, first: str = "inspection", **place: str) -> None:
        """Show the first screen, at a place; other screens are built at first use."""
        self._services = services
        self.officer = services.session.officer.name
        self.navigate(first, **place)

    def navigate(self, screen: str, **place: str) -> None:
        """Show a screen, opened at a place."""
        widget = self._screen(screen)
        if self.current != screen:
            self.current = screen
            self.ids.stage.clear_widgets()
            self.ids.stage.add_widget(widget)
            self._mark()
        if place:
            widget.open(**place)

    def place(self) -> dict[str, str]:
        """Return the open place of the shown screen, as arguments of `navigate`."""
        tell = getattr(self._built.get(self.current), "place", None)
        return tell() if callable(tell) else {}

    def name_officer(self) -> None:
        """Open the sheet of the signed-in officer."""
        self._actions["officer"]()

    def go_back(self) -> None:
        """Press the back button that is shown, if one is."""
        for widget in self.ids.stage.walk(restrict=True):
            if isinstance(widget, kit.PaneHead) and widget.has_back:
                widget.dispatch("on_back")
                return

    def show_status(self, state: StatusState) -> None:
        """Draw the status line and the counters."""
        tablet_status.text, tablet_status.icon, tablet_status.tone = state.text, state.icon, state.tone
        tablet_status.is_demo = state.is_demo
        counters = {"inbox": state.inbox, "sync": state.unsent}
        for item in self._items:
            item.badge = counters.get(item.key, 0)

    def leave(self) -> None:
        """Unbind all listeners outside this shell and clear the status line."""
        tablet_status.clear()
        theme.funbind("is_wide", self._arrange)
        theme.funbind("is_dark", self._name_mode)

    def _screen(self, name: str) -> Widget:
        if name not in self._built:
            if self._services is None:
                raise LookupError(name)
            self._built[name] = self._specs[name].build(self._services)
        return self._built[name]

    def _arrange(self, *_args: object) -> None:
        """Place the rail or bar, depending on the window."""
        badges = {item.key: item.badge for item in self._items}
        place = Rail() if theme.is_wide else Bar()
        self._items = self._places()
        for item in self._items:
            item.badge = badges.get(item.key, 0)
            holder = place.ids.low if theme.is_wide and item.key in self._low() else place.ids.high
            holder.add_widget(item)
        self.ids.rail_place.clear_widgets()
        self.ids.bar_place.clear_widgets()
        (self.ids.rail_place if theme.is_wide else self.ids.bar_place).add_widget(place)
        self._name_mode()
        self._mark()

    def _places(self) -> list[RailItem]:
        items = [RailItem(key=spec.name, icon=spec.icon, text=_(spec.title)) for spec in self._specs.values()]
        if theme.is_wide:
            items.append(RailItem(key="mode"))
        items.append(RailItem(key="settings", icon="cog-outline", text=_("Settings")))
        for item in items:
            item.bind(on_release=self._go)
        return items

    def _low(self) -> set[str]:
        return {"mode", "settings", *(name for name, spec in self._specs.items() if spec.is_low)}

    def _go(self, item: RailItem) -> None:
        action = self._actions.get(item.key)
        if action is not None:
            action()
        else:
            self.navigate(item.key)

    def _mark(self) -> None:
        for item in self._items:
            item.active = item.key == self.current

    def _name_mode(self, *_args: object) -> None:
        for item in self._items:
            if item.key == "mode":
                item.icon = "white-balance-sunny" if theme.is_dark else "weather-night"
                item.text = _("Light") if theme.is_dark else _("Dark")


load_beside(__file__)

"""Keyboard control: Tab moves the focus, Enter presses, arrows move in a group, Ctrl+F searches.

Escape is handled as the back key by overlays and the navigator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from weakref import ReferenceType, WeakKeyDictionary, ref

from kivy.clock import Clock
from kivy.core.window import Window
from kivy.graphics import Color, InstructionGroup, Line
from kivy.metrics import dp
from kivy.uix.recycleview import RecycleView
from kivy.uix.textinput import TextInput
from kivy.uix.widget import Widget

from field178_mobile.kit.scroll_into_sight import bring_into_sight, hidden_share
from field178_mobile.kit.theme import theme
from field178_mobile.kit.widgets.inputs.field import SearchField
from field178_mobile.kit.widgets.overlay import Overlay

TAB, SPACE, BACKSPACE = 9, 32, 8
ENTER = (13, 271)
BEFORE, AFTER = (273, 276), (274, 275)  # up, left; down, right
VERTICAL = (273, 274)
LETTER_F = ord("f")
RING_GAP_DP = 2
RING_RADIUS_DP = 12


class Keyboard:
    """Handles the keys of the window; `on_search` opens a screen with a search if none is shown.

    A list is one stop of Tab; arrows move within a list and within any group of neighbours.
    """

    def __init__(self, on_search: Callable[[], None]) -> None:
        self.ring = FocusRing()
        self._on_search = on_search
        # Keys that press and were not released yet: the system repeats them while they are held.
        self._down: set[int] = set()
        # Last focused widget of each layer: closing a sheet restores the focus.
        self._was: WeakKeyDictionary[Widget, ReferenceType[Widget]] = WeakKeyDictionary()

    def listen(self) -> None:
        """Bind the keyboard and touch events of the window."""
        Window.fbind("on_key_down", self._pressed)
        Window.fbind("on_key_up", self._released)
        Window.fbind("on_touch_down", self._touched)

    def leave(self) -> None:
        """Unbind the events of the window."""
        Window.funbind("on_key_down", self._pressed)
        Window.funbind("on_key_up", self._released)
        Window.funbind("on_touch_down", self._touched)
        self._down.clear()
        self.ring.take_off()

    @property
    def current(self) -> Widget | None:
        """The widget the next Enter presses, or the text being written."""
        for widget in _shown(_layer()):
            if isinstance(widget, TextInput) and widget.focus:
                return widget
        focused = self.ring.on
        return focused if focused is not None and _is_reachable(focused) else None

    def _pressed(
        self, _window: object, code: int, _scan: int, text: str | None, modifiers: list[str]
    ) -> bool:
        keys = set(modifiers)
        if code == TAB and not keys & {"ctrl", "alt", "meta"}:
            self._go_round(-1 if "shift" in keys else 1)
            return True
        if code == LETTER_F and "ctrl" in keys:
            self._search()
            return True
        current = self.current
        if keys & {"ctrl", "alt", "meta"}:
            return False
        is_arrow = code in VERTICAL or (current is None and code in (*BEFORE, *AFTER))
        if is_arrow and self._enter_grid(current):
            return True
        is_repeat = code in self._down
        if code in (*ENTER, SPACE):
            self._down.add(code)
        if isinstance(current, TextInput):
            return False
        return is_repeat or self._type_number(code, text) or self._act_on(current, code)

    def _released(self, _window: object, code: int, _scan: int) -> None:
        self._down.discard(code)

    def _act_on(self, current: Widget | None, code: int) -> bool:
        if current is None:
            return False
        if code in (*ENTER, SPACE):
            current.trigger_action(0)
            return True
        if code in (*BEFORE, *AFTER):
            columns = getattr(current.parent, "cols", None) if code in VERTICAL else None
            self._walk(current, (columns or 1) * (1 if code in AFTER else -1))
            return True
        return False

    def _enter_grid(self, current: Widget | None) -> bool:
        """Focus the start day of an open date sheet at an arrow key, from nothing or from a number input."""
        start = getattr(_layer(), "arrow_start", None)
        if start is None or not (current is None or isinstance(current, TextInput)):
            return False
        if current is not None:
            current.focus = False
        self._hold(start)
        return True

    def _type_number(self, code: int, text: str | None) -> bool:
        """Send digits to an open number pad; Enter is its OK unless a key of the pad has the focus."""
        pad = _layer()
        if not (hasattr(pad, "type") and hasattr(pad, "accept")):
            return False
        if text and text in "0123456789":
            pad.type(text)
        elif code == BACKSPACE:
            pad.back()
        elif code in ENTER and self.ring.on is None:
            pad.accept()
        else:
            return False
        return True

    def _go_round(self, step: int) -> None:
        stops = _stops(_layer())
        if not stops:
            return
        current = self.current
        if current is None:
            was = self._was.get(_layer())
            current = was() if was is not None else None
            if current in stops:
                self._hold(current)
                return
        if isinstance(current, TextInput):
            current.focus = False
        place = stops.index(current) + step if current in stops else min(step, 0)
        self._hold(stops[place % len(stops)])

    def _walk(self, current: Widget, step: int, may_scroll: bool = True) -> None:
        group = _neighbours(current)
        place = group.index(current) + step if current in group else -1
        beyond = getattr(current.parent.parent, "walk_beyond", None) if current.parent else None
        if 0 <= place < len(group):
            self._hold(group[place])
        elif beyond is not None:
            self._hold(beyond(current, step))
        elif may_scroll and (pane := _list_of(current)) is not None:
            # Rows beyond the edge are drawn in the frame after they are scrolled to.
            pane.scroll_y = min(1, max(0, pane.scroll_y - step * hidden_share(pane, current.height)))
            Clock.schedule_once(lambda _dt: self._walk(current, step, may_scroll=False), 0)

    def _search(self) -> None:
        if _search_of(_layer()) is None:
            self._on_search()
        if (entry := _search_of(_layer())) is not None:
            self._hold(entry)

    def _hold(self, widget: Widget) -> None:
        self._was[_layer()] = ref(widget)
        self.ring.take_off()
        bring_into_sight(widget)
        if isinstance(widget, TextInput):
            widget.focus = True
        else:
            self.ring.put(widget)

    def _touched(self, *_args: object) -> None:
        self.ring.take_off()


def _layer() -> Widget:
    """Return the active layer: the topmost sheet, else the root."""
    overlays = [child for child in Window.children if isinstance(child, Overlay)]
    return overlays[0] if overlays else Window.children[-1]


def _shown(root: Widget) -> Iterator[Widget]:
    """Yield the visible widgets below a root in reading order."""
    if root.opacity == 0 or root.disabled or not (root.width and root.height):
        return
    yield root
    children = list(reversed(root.children))
    if _is_rows(root):
        children.sort(key=lambda row: -row.y)
    for child in children:
        yield from _shown(child)


def _stops(layer: Widget) -> list[Widget]:
    """Return the widgets where Tab stops: every button and text, but one row of a list."""
    stops: list[Widget] = []
    lists: set[Widget] = set()
    for widget in _shown(layer):
        if not _can_hold(widget):
            continue
        rows = widget.parent if _is_rows(widget.parent) else None
        if rows in lists:
            continue
        if rows is not None:
            lists.add(rows)
            widget = _row_of(rows)
        stops.append(widget)
    return stops


def _row_of(rows: Widget) -> Widget:
    """Return the row of a list that Tab focuses: the chosen row, else the first visible row."""
    drawn = sorted(rows.children, key=lambda row: -row.y)
    return next((row for row in drawn if getattr(row, "selected", False)), drawn[0])


def _neighbours(widget: Widget) -> list[Widget]:
    """Return the pressable widgets with the same parent, in reading order."""
    if widget.parent is None:
        return [widget]
    group = [child for child in reversed(widget.parent.children) if _can_hold(child) and child.opacity]
    return sorted(group, key=lambda row: -row.y) if _is_rows(widget.parent) else group


def _can_hold(widget: Widget) -> bool:
    return not widget.disabled and (hasattr(widget, "trigger_action") or isinstance(widget, TextInput))


def _is_rows(widget: Widget | None) -> bool:
    return widget is not None and isinstance(widget.parent, RecycleView)


def _list_of(row: Widget) -> RecycleView | None:
    return row.parent.parent if _is_rows(row.parent) else None


def _is_reachable(widget: Widget) -> bool:
    return any(widget is shown for shown in _shown(_layer()))


def _search_of(layer: Widget) -> Widget | None:
    for widget in _shown(layer):
        if isinstance(widget, SearchField):
            entry: Widget = widget.ids.entry.__self__
            return entry
    return None


class FocusRing:
    """Drawn over one widget at a time. put(widget), take_off()."""

    def __init__(self) -> None:
        self.on: Widget | None = None
        self._box: Widget | None = None
        self._outer, self._inner = Line(width=dp(1.6)), Line(width=dp(1.6))
        self._dark, self._light = Color(), Color()
        self._drawn = InstructionGroup()
        for part in (self._dark, self._outer, self._light, self._inner):
            self._drawn.add(part)

    def put(self, widget: Widget) -> None:
        """Draw it around a widget, wherever that moves."""
        self.take_off()
        # A labelled control names the box below its label.
        self.on, self._box = widget, getattr(widget, "focus_box", None) or widget
        widget.canvas.after.add(self._drawn)
        self._box.bind(pos=self._follow, size=self._follow)
        theme.bind(mode=self._follow)
        self._follow()

    def take_off(self) -> None:
        """Remove the focus ring."""
        if self.on is None or self._box is None:
            return
        theme.unbind(mode=self._follow)
        self._box.unbind(pos=self._follow, size=self._follow)
        self.on.canvas.after.remove(self._drawn)
        self.on = self._box = None

    def _follow(self, *_args: object) -> None:
        box = self._box
        if box is None:
            return
        self._dark.rgba, self._light.rgba = theme.text, theme.surface
        for line, inset in ((self._outer, dp(RING_GAP_DP)), (self._inner, dp(RING_GAP_DP * 2.5))):
            width, height = box.width - 2 * inset, box.height - 2 * inset
            radius = max(1, min(dp(RING_RADIUS_DP), width / 2, height / 2))
            line.rounded_rectangle = (box.x + inset, box.y + inset, width, height, radius)

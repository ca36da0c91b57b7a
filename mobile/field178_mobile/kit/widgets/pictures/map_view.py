"""Map widget: tiles of an offline file if there is one, communes and pins above."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from kivy.clock import Clock
from kivy.graphics import Color, Rectangle, ScissorPop, ScissorPush
from kivy.input.motionevent import MotionEvent
from kivy.metrics import dp
from kivy.uix.widget import Widget

from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.theme import theme
from field178_mobile.kit.widgets.pictures.map_marks import (
    CLUSTER_DP,
    URGENCY,
    draw_cluster,
    draw_commune,
    draw_here,
    draw_pin,
    mark_px,
    name_px,
)
from field178_mobile.kit.widgets.pictures.map_tiles import TileLayer
from field178_mobile.kit.widgets.press import IconBtn
from field178_mobile.maps.clusters import Cluster, clusters_of
from field178_mobile.maps.labels import Box, label_places
from field178_mobile.maps.map_state import MapPin, MapState
from field178_mobile.maps.mercator import TILE_PX, MapPoint, MapWindow, view_of

CELL_DP, REACH_DP, STILL_DP = 54, 28, 10
FARTHEST, CLOSEST = 8.0, 19.0
# Communes' names would cover each other when the whole province is in sight.
NAMES_FROM = 10.5
CLOSE_UP = 15.0


class MapTool(IconBtn):
    """Button on the map, with the properties of IconBtn."""


@dispatches("on_choose")
class MapView(Widget):
    """Shows a MapState; show(state), fit(), zoom_by(levels), go_here(). Event on_choose(id), "" for none."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.tiles: TileLayer | None = None
        self._state: MapState | None = None
        self._view: MapWindow | None = None
        self._touches: dict[str, tuple[float, float]] = {}
        self._moved = 0.0
        # Until the user moves the map it shows all pins, also after the window is resized.
        self._shows_all = True
        self._marks: tuple[int, list[Cluster]] = (-1, [])
        self._names: tuple[float, list[tuple[str, MapPoint]]] = (-1, [])
        # Before the frame that its place was set for: a frame later the map would be empty in the first one.
        self._draw_soon = Clock.create_trigger(self._draw, -1)
        self._load_more = Clock.create_trigger(self._draw)
        self.fbind("pos", self._draw_soon)
        self.fbind("size", self._resized)
        theme.bind(mode=self._draw_soon)

    @property
    def view(self) -> MapWindow | None:
        """The present map window."""
        return self._view

    def show(self, state: MapState) -> None:
        """Draw another state; the window of the map stays."""
        self._state, self._marks, self._names = state, (-1, []), (-1, [])
        if self._shows_all:
            self.fit()
        self._draw_soon()

    def fit(self) -> None:
        """Show all pins and communes."""
        if self._state is None or self.width <= TILE_PX / 2:
            return
        places = [pin.place for pin in self._state.pins] or [
            commune.place for commune in self._state.communes
        ]
        margin = dp(80)
        self._view = view_of(places, self.width - margin, self.height - margin, (FARTHEST, CLOSEST))
        self._shows_all = True
        self._draw_soon()

    def zoom_by(self, levels: float, right_px: float = 0.0, down_px: float = 0.0) -> None:
        """Zoom in or out; the point at an offset from the middle keeps its place."""
        if self._view is not None:
            zoom = min(max(self._view.zoom + levels, FARTHEST), CLOSEST)
            self._view, self._shows_all = self._view.zoomed(zoom, right_px, down_px), False
            self._draw_soon()

    def go_here(self) -> None:
        """Put the tablet's own place in the middle."""
        if self._state is not None and self._state.here is not None and self._view is not None:
            self._view, self._shows_all = MapWindow(self._state.here, max(self._view.zoom, CLOSE_UP)), False
            self._draw_soon()

    def go_to(self, place: MapPoint) -> None:
        """Put a place in the middle, close up."""
        self._view, self._shows_all = MapWindow(place, CLOSE_UP), False
        self._draw_soon()

    def on_touch_down(self, touch: MotionEvent) -> bool:
        """Start a move, pinch or tap gesture."""
        if not self.collide_point(*touch.pos) or self._view is None:
            return False
        if getattr(touch, "is_mouse_scrolling", False):
            self.zoom_by(0.5 if touch.button == "scrolldown" else -0.5, *self._offset(touch))
            return True
        touch.grab(self)
        if not self._touches:
            self._moved = 0.0
        self._touches[touch.uid] = touch.pos
        return True

    def on_touch_move(self, touch: MotionEvent) -> bool:
        """Move the map with one finger, zoom with two."""
        if touch.grab_current is not self or self._view is None or touch.uid not in self._touches:
            return False
        before = dict(self._touches)
        self._touches[touch.uid] = touch.pos
        if len(before) == 1:
            right, up = touch.x - before[touch.uid][0], touch.y - before[touch.uid][1]
            self._moved += math.hypot(right, up)
            self._view, self._shows_all = self._view.moved(-right, up), False
        else:
            self._moved = math.inf
            self._pinch(list(before.values())[:2], list(self._touches.values())[:2])
        self._draw_soon()
        return True

    def on_touch_up(self, touch: MotionEvent) -> bool:
        """End the gesture; without movement it was a tap."""
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        self._touches.pop(touch.uid, None)
        if not self._touches and self._moved < dp(STILL_DP):
            self._tapped(touch)
        return True

    def _resized(self, *_: object) -> None:
        if self._shows_all:
            self.fit()
        self._draw_soon()

    def _pinch(self, before: list[tuple[float, float]], now: list[tuple[float, float]]) -> None:
        was, is_ = math.dist(*before), math.dist(*now)
        if was > 0 and is_ > 0 and self._view is not None:
            middle = ((now[0][0] + now[1][0]) / 2, (now[0][1] + now[1][1]) / 2)
            right, down = middle[0] - self.center_x, self.center_y - middle[1]
            self.zoom_by(math.log2(is_ / was), right, down)

    def _tapped(self, touch: MotionEvent) -> None:
        right, down = self._offset(touch)
        nearest = min(
            self._clusters(), key=lambda cluster: self._distance(cluster, right, down), default=None
        )
        if nearest is None or self._distance(nearest, right, down) > dp(REACH_DP):
            if touch.is_double_tap:
                self.zoom_by(1, right, down)
            self.dispatch("on_choose", "")
        elif len(nearest.pins) == 1 or self._is_closest():
            pin = nearest.pins[0]
            assert isinstance(pin, MapPin)
            self.dispatch("on_choose", pin.id)
        else:
            self.zoom_by(1.5, right, down)

    def _is_closest(self) -> bool:
        return self._view is not None and self._view.zoom >= CLOSEST

    def _distance(self, cluster: Cluster, right: float, down: float) -> float:
        assert self._view is not None
        x, y = self._view.offset_of(cluster.place)
        return math.hypot(x - right, y - down)

    def _offset(self, touch: MotionEvent) -> tuple[float, float]:
        return touch.x - self.center_x, self.center_y - touch.y

    def _clusters(self) -> list[Cluster]:
        if self._view is None or self._state is None:
            return []
        level = math.floor(self._view.zoom)
        if self._marks[0] != level:
            self._marks = (level, clusters_of(self._state.pins, level, dp(CELL_DP)))
        return self._marks[1]

    def names(self) -> list[tuple[str, MapPoint]]:
        """Return the commune names that fit, with their middles; always the same at one zoom."""
        state, view = self._state, self._view
        if state is None or view is None or view.zoom < NAMES_FROM:
            return []
        if self._names[0] != view.zoom:
            scale = view.scale
            labels = [
                Box(commune.place.x * scale, commune.place.y * scale, *name_px(commune.name))
                for commune in state.communes
            ]
            places = label_places(labels, self.marks(), dp(CLUSTER_DP) / 2 + dp(4))
            named = zip(state.communes, places, strict=True)
            self._names = (
                view.zoom,
                [
                    (commune.name, MapPoint(box.x / scale, box.y / scale))
                    for commune, box in named
                    if box is not None
                ],
            )
        return self._names[1]

    def marks(self) -> list[Box]:
        """Return the boxes of the marks, in pixels of the world."""
        scale = self._view.scale if self._view is not None else 0.0
        sides = [(cluster.place, mark_px(len(cluster.pins))) for cluster in self._clusters()]
        return [Box(place.x * scale, place.y * scale, side, side) for place, side in sides]

    def _draw(self, *_: object) -> None:
        if self._view is None:
            self.fit()
        self.canvas.clear()
        state, view = self._state, self._view
        if state is None or view is None:
            return
        left, bottom = (int(v) for v in self.to_window(*self.pos))
        with self.canvas:
            ScissorPush(x=left, y=bottom, width=int(self.width), height=int(self.height))
            Color(*theme.sunken)
            Rectangle(pos=self.pos, size=self.size)
            if self.tiles is not None and self.tiles.draw(view, self.center, self.size):
                self._load_more()
            for name, place in self.names():
                self._at(view, place, partial(draw_commune, name))
            for cluster in self._clusters():
                self._draw_mark(view, cluster, state.card.id if state.card else "")
            if state.here is not None:
                self._at(view, state.here, draw_here)
            ScissorPop()

    def _draw_mark(self, view: MapWindow, cluster: Cluster, chosen: str) -> None:
        pins = [pin for pin in cluster.pins if isinstance(pin, MapPin)]
        kind = min((pin.kind for pin in pins), key=URGENCY.index)
        if len(pins) == 1:
            self._at(view, cluster.place, partial(draw_pin, kind, is_chosen=pins[0].id == chosen))
        else:
            self._at(view, cluster.place, partial(draw_cluster, len(pins), kind))

    def _at(self, view: MapWindow, place: MapPoint, draw: Callable[..., None]) -> None:
        right, down = view.offset_of(place)
        margin = dp(48)
        if abs(right) < self.width / 2 + margin and abs(down) < self.height / 2 + margin:
            draw(x=self.center_x + right, y=self.center_y - down)


load_beside(__file__)

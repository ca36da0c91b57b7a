"""Repeated widgets for a sequence of states; widgets are reused and only updated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from kivy.uix.widget import Widget

State = TypeVar("State")
State_contra = TypeVar("State_contra", contravariant=True)


class Drawn(Protocol[State_contra]):
    """A widget that can be drawn from one state."""

    def show(self, state: State_contra) -> None:
        """Draw this state."""
        ...


class Repeat(Generic[State]):
    """The children of a box, one for each state, in order."""

    def __init__(self, box: Widget, make: Callable[[], Widget]) -> None:
        self._box = box
        self._make = make
        self._widgets: list[Widget] = []
        self._shown: list[State] = []

    def show(self, states: Sequence[State]) -> None:
        """Draw these states."""
        while len(self._widgets) < len(states):
            self._widgets.append(self._make())
        for place, state in enumerate(states):
            if place >= len(self._shown):
                self._box.add_widget(self._widgets[place])
                self._widgets[place].show(state)
            elif self._shown[place] != state:
                self._widgets[place].show(state)
        for widget in self._widgets[len(states) : len(self._shown)]:
            self._box.remove_widget(widget)
        self._shown = list(states)

    def at(self, place: int) -> Widget:
        """Return the widget of one state."""
        return self._widgets[place]

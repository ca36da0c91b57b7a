"""Events of widgets."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

WidgetClass = TypeVar("WidgetClass", bound=type)


def dispatches(*events: str) -> Callable[[WidgetClass], WidgetClass]:
    """Declare the events of a widget class; a default handler that it does not define does nothing."""

    def declare(widget_class: WidgetClass) -> WidgetClass:
        widget_class.__events__ = events  # type: ignore[attr-defined]
        for event in events:
            if not hasattr(widget_class, event):
                setattr(widget_class, event, _ignore)
        return widget_class

    return declare


def _ignore(_widget: object, *_arguments: object) -> None:
    """Handle an event by doing nothing."""

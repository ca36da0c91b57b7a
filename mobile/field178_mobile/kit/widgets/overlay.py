"""Overlays: Sheet (side or bottom), FullPage, Dialog (a question)."""

from __future__ import annotations

from collections.abc import Callable

from kivy.animation import Animation
from kivy.core.window import Window
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, OptionProperty, StringProperty
from kivy.uix.modalview import ModalView
from kivy.uix.widget import Widget

from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.theme import theme
from field178_mobile.kit.widgets import panes, press, surface, tablet_status_line, text
from field178_mobile.kit.widgets.toast import Toast

BACK_KEY = 27  # Escape, and the code of Android's back key


__all__ = ["Dialog", "FullPage", "Overlay", "Sheet", "close_all", "confirm"]
_REQUIRED = (panes.PaneHead, press.Btn, surface.ScrollPane, tablet_status_line.DemoBanner, text.Txt)
MOTION_S = 0.2


class Overlay(ModalView):
    """Layer over the screen with one child; a tap outside or the back key closes it.

    open(), dismiss(), on_dismiss.
    """

    @property
    def is_unkept(self) -> bool:
        """Return whether the layer has unsaved content, which a lock discards."""
        return False

    def open(self, *_args: object, **_kwargs: object) -> None:
        """Show the layer above all other widgets."""
        super().open(animation=False)

    def dismiss(self, *_args: object, **_kwargs: object) -> None:
        """Close the layer."""
        super().dismiss(animation=False)

    def vanish(self) -> None:
        """Remove the layer without dispatching `on_dismiss`; the back key no longer reaches it."""
        self._real_remove_widget()


class Sheet(Overlay):
    """A panel with a heading: at the right side in landscape, from the bottom in portrait.

    title; sub; width_dp (landscape width, default 440); children go into its scrolling column;
    footer (a row of buttons: sheet.footer.add_widget(Btn(…))). open(), dismiss(), event on_dismiss.
    """

    title = StringProperty("")
    sub = StringProperty("")
    width_dp = NumericProperty(440)
    slide = NumericProperty(0)
    content = ObjectProperty(None)
    footer = ObjectProperty(None)
    is_built = BooleanProperty(False)

    def apply_class_lang_rules(self, *args: object, **kwargs: object) -> None:
        """Build the panel; widgets added later belong to its column."""
        super().apply_class_lang_rules(*args, **kwargs)
        self.content = self.ids.content.__self__
        self.footer = self.ids.footer.__self__
        self.is_built = True

    def add_widget(self, widget: Widget, *args: object, **kwargs: object) -> None:
        """Add to the column of the sheet."""
        if self.is_built:
            self.content.add_widget(widget, *args, **kwargs)
        else:
            super().add_widget(widget, *args, **kwargs)

    def clear(self) -> None:
        """Remove all widgets from the column."""
        self.content.clear()

    def open(self, *_args: object, **_kwargs: object) -> None:
        """Slide the panel in."""
        super().open()
        if theme.has_motion:
            self.slide = 1
            Animation(slide=0, d=MOTION_S, t="out_cubic").start(self)


class FullPage(Overlay):
    """Full-window page with a head, a back button and the status line; one child fills it.

    title; sub; event on_back (the arrow, Escape or Android's back key): closes it, subclasses may ask first.
    """

    title = StringProperty("")
    sub = StringProperty("")
    is_built = BooleanProperty(False)
    __events__ = ("on_back",)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(auto_dismiss=False, **kwargs)

    def apply_class_lang_rules(self, *args: object, **kwargs: object) -> None:
        """Build the head; widgets added later form the page."""
        super().apply_class_lang_rules(*args, **kwargs)
        self.is_built = True

    def add_widget(self, widget: Widget, *args: object, **kwargs: object) -> None:
        """Add to the page."""
        if self.is_built:
            self.ids.body.add_widget(widget, *args, **kwargs)
        else:
            super().add_widget(widget, *args, **kwargs)

    def on_back(self) -> None:
        """Close the page."""
        self.dismiss()

    def _handle_keyboard(self, _window: object, key: int, *_args: object) -> bool:
        if key != BACK_KEY:
            return False
        self.dispatch("on_back")
        return True


@dispatches("on_confirm")
class Dialog(Overlay):
    """One question with two buttons.

    title; text; yes; no ("" = one button only); kind (primary, danger). Event on_confirm.
    """

    title = StringProperty("")
    text = StringProperty("")
    yes = StringProperty("")
    no = StringProperty("")
    kind = OptionProperty("primary", options=("primary", "danger"))

    def accept(self) -> None:
        """Close the dialog and dispatch the confirmation."""
        self.dismiss()
        self.dispatch("on_confirm")


def close_all() -> None:
    """Remove all layers and toasts above the screen, whose data may no longer exist."""
    for widget in list(Window.children):
        if isinstance(widget, Overlay):
            widget.vanish()
        elif isinstance(widget, Toast):
            Window.remove_widget(widget)


def confirm(
    title: str, text: str, yes: str, no: str, on_confirm: Callable[[], None], kind: str = "primary"
) -> Dialog:
    """Open a dialog with a question; call back on confirmation."""
    dialog = Dialog(title=title, text=text, yes=yes, no=no, kind=kind)
    dialog.bind(on_confirm=lambda _dialog: on_confirm())
    dialog.open()
    return dialog


load_beside(__file__)

"""The office's words at a field, and the way to answer them."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from kivy.properties import StringProperty

from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside

_REQUIRED = (kit.Txt, kit.Ic)


@runtime_checkable
class CommentsHost(Protocol):
    """The pane around a note, which opens the threads of its record."""

    def open_comments(self, at: str) -> None:
        """Open the threads at a place of the form."""
        ...


class CommentNote(kit.Press):
    """The office's words; a press opens their threads. text; at (the field, or @ and a tab)."""

    text = StringProperty("")
    at = StringProperty("")

    def on_release(self) -> None:
        """Open the threads at this place."""
        widget = self.parent
        while widget is not None and not isinstance(widget, CommentsHost):
            widget = widget.parent if widget.parent is not widget else None
        if widget is not None:
            widget.open_comments(self.at)


load_beside(__file__)

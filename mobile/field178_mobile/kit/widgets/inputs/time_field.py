"""A time of day as hh:mm, given by two numbers."""

from __future__ import annotations

from collections.abc import Callable

from kivy.properties import StringProperty

from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language as _
from field178_mobile.kit.widgets import surface, text
from field178_mobile.kit.widgets.inputs import field
from field178_mobile.kit.widgets.inputs.sheet_field import SheetField
from field178_mobile.kit.widgets.overlay import Sheet
from field178_mobile.kit.widgets.press import Btn

__all__ = ["TimeField"]
_REQUIRED = (field.Field, text.Txt)


@dispatches("on_commit")
class TimeField(SheetField):
    """A time of day. label; value ("19:30" or ""); error.

    A tap opens a sheet with hour and minute. Event on_commit(time), "" when cleared. The field does not
    change by itself.
    """

    value = StringProperty("")

    def on_release(self) -> None:
        """Open the sheet."""
        TimeSheet(self.value, self._commit, title=self.label).open()

    def _commit(self, value: str) -> None:
        self.dispatch("on_commit", value)


class TimeSheet(Sheet):
    """Hour and minute as numbers."""

    def __init__(self, value: str, on_time: Callable[[str], None], **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._on_time = on_time
        self._body = TimeBody()
        self._body.bind(on_accept=lambda _body: self._accept())
        self._body.hour, _colon, self._body.minute = value.partition(":")
        self.add_widget(self._body)
        clear = Btn(text=_("Clear"), kind="outline")
        clear.bind(on_release=lambda _btn: self._give(""))
        done = Btn(text=_("OK"), icon="check", size_hint_x=1)
        done.bind(on_release=lambda _btn: self._accept())
        self.footer.add_widget(clear)
        self.footer.add_widget(done)

    def open(self, *_args: object, **_kwargs: object) -> None:
        """Slide in, ready for the first number."""
        super().open()
        self._body.ids.hour.overtype()

    def _accept(self) -> None:
        entered = [self._body.ids[name].ids.entry.text for name in ("hour", "minute")]
        time = time_of_day(*entered)
        if time is None:
            self._body.error = _("Not a valid time.")
        else:
            self._give(time)

    def _give(self, time: str) -> None:
        self.dismiss()
        self._on_time(time)


@dispatches("on_accept")
class TimeBody(surface.Column):
    """The two numbers. Event on_accept: Enter in the last one."""

    hour = StringProperty("")
    minute = StringProperty("")
    error = StringProperty("")


def time_of_day(hour: str, minute: str) -> str | None:
    """Return "hh:mm" of two typed numbers (no minute: full hour); None for an invalid time."""
    if not hour.isdecimal() or not (minute or "0").isdecimal():
        return None
    hours, minutes = int(hour), int(minute or "0")
    return f"{hours:02d}:{minutes:02d}" if hours < 24 and minutes < 60 else None


load_beside(__file__)

"""A date as dd/mm/yyyy, given by three numbers or one tap."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from kivy.properties import StringProperty

from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language as _
from field178_mobile.kit.widgets import field, surface, text
from field178_mobile.kit.widgets.overlay import Sheet
from field178_mobile.kit.widgets.press import Btn, Chip, Press

__all__ = ["DateField"]
_REQUIRED = (field.Field, surface.Flow, text.Txt)


class DateField(Press):
    """A date. label; value (ISO "2026-11-24" or ""); error; warning; suggestions (list of (text, ISO date)).

    weekday: its name, where it matters, before the date.

    A tap opens a sheet with day, month, year. Event on_commit(iso), "" when cleared. The field does not
    change by itself.
    """

    label = StringProperty("")
    value = StringProperty("")
    shown = StringProperty("")
    weekday = StringProperty("")
    error = StringProperty("")
    warning = StringProperty("")
    __events__ = ("on_commit",)

    def __init__(self, **kwargs: object) -> None:
        self.suggestions: Sequence[tuple[str, str]] = ()
        super().__init__(**kwargs)

    def on_value(self, _widget: object, value: str) -> None:
        """Write the date as dd/mm/yyyy."""
        day = "/".join(reversed(value.split("-")))
        self.shown = f"{self.weekday}, {day}" if self.weekday and day else day

    def on_weekday(self, _widget: object, _weekday: str) -> None:
        """Write the date with its weekday."""
        self.on_value(self, self.value)

    def on_release(self) -> None:
        """Open the sheet."""
        DateSheet(self.value, self._commit, self.suggestions, title=self.label).open()

    def on_commit(self, value: str) -> None:
        """Overridden by bind."""

    def _commit(self, value: str) -> None:
        self.dispatch("on_commit", value)


class DateSheet(Sheet):
    """Day, month and year as numbers; one tap for the suggested dates."""

    def __init__(
        self,
        value: str,
        on_date: Callable[[str], None],
        suggestions: Sequence[tuple[str, str]],
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        self._on_date = on_date
        self._body = DateBody()
        self._body.bind(on_accept=lambda _body: self._accept())
        year, month, day = value.split("-") if value else ("", "", "")
        self._body.day, self._body.month, self._body.year = day, month, year
        for words, iso in suggestions:
            chip = Chip(text=words)
            chip.bind(on_release=lambda _chip, iso=iso: self._give(iso))
            self._body.ids.suggestions.add_widget(chip)
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
        self._body.ids.day.overtype()

    def _accept(self) -> None:
        entered = [self._body.ids[name].ids.entry.text for name in ("year", "month", "day")]
        iso = iso_date(*entered)
        if iso is None:
            self._body.error = _("Not a valid date.")
        else:
            self._give(iso)

    def _give(self, iso: str) -> None:
        self.dismiss()
        self._on_date(iso)


class DateBody(surface.Column):
    """The three numbers. Event on_accept: Enter in the last one."""

    day = StringProperty("")
    month = StringProperty("")
    year = StringProperty("")
    error = StringProperty("")
    __events__ = ("on_accept",)

    def on_accept(self) -> None:
        """Overridden by bind."""


def iso_date(year: str, month: str, day: str) -> str | None:
    """Return the ISO date of three numbers as typed ("26" means 2026), or None when there is no such day."""
    try:
        full_year = int(year) + (2000 if len(year) <= 2 else 0)
        return date(full_year, int(month), int(day)).isoformat()
    except ValueError:
        return None


load_beside(__file__)

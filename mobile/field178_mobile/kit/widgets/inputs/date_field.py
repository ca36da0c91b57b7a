"""A date as dd/mm/yyyy, given by a tap in the grid of a month, or by three numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.label import Label
from kivy.uix.widget import Widget
from kivy.utils import platform

from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language as _
from field178_mobile.kit.today import today
from field178_mobile.kit.widgets import surface, text
from field178_mobile.kit.widgets.inputs import field
from field178_mobile.kit.widgets.inputs.sheet_field import SheetField
from field178_mobile.kit.widgets.overlay import Sheet
from field178_mobile.kit.widgets.press import Btn, Chip, IconBtn, Pressable
from field178_shared.text.formats import weekday_short

__all__ = ["DateField"]
_REQUIRED = (IconBtn, field.Field, surface.Flow, text.Txt)
DAYS_OF_WEEK, MONTHS_OF_YEAR = 7, 12


@dispatches("on_commit")
class DateField(SheetField):
    """A date. label; value (ISO "2026-11-24" or ""); error; warning; suggestions (list of (text, ISO date)).

    weekday: its name, shown before the date if set.

    A tap opens a sheet with the month and day, month, year. Event on_commit(iso), "" when cleared. The field
    does not change by itself.
    """

    value = StringProperty("")
    weekday = StringProperty("")

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

    def _commit(self, value: str) -> None:
        self.dispatch("on_commit", value)


class DateSheet(Sheet):
    """Date sheet: month grid, numbers for day, month and year, and suggested dates (today, yesterday).

    `arrow_start`: the day that the first arrow key focuses.
    """

    def __init__(
        self,
        value: str,
        on_date: Callable[[str], None],
        suggestions: Sequence[tuple[str, str]],
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        self._on_date = on_date
        self._body = DateBody(value)
        self._body.bind(on_accept=lambda _body: self._accept(), on_pick=lambda _body, iso: self._give(iso))
        for words, iso in suggestions or _near_days():
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

    @property
    def arrow_start(self) -> Widget:
        """Day to focus: the chosen day, else today if shown, else the first day."""
        keys = self._body.keys()
        return next((key for key in keys if key.active), None) or next(
            (key for key in keys if key.is_today), keys[0]
        )

    def open(self, *_args: object, **_kwargs: object) -> None:
        """Open the sheet, focused on the first number if a keyboard is attached."""
        super().open()
        if platform != "android":
            self._body.ids.day.overtype()

    def _accept(self) -> None:
        iso = self._body.typed()
        if iso is None:
            self._body.error = _("Not a valid date.")
        else:
            self._give(iso)

    def _give(self, iso: str) -> None:
        self.dismiss()
        self._on_date(iso)


class WeekdayName(Label):
    """The head of a column of the grid."""


class DayKey(Pressable, Label):
    """One day of the grid. iso; active (the chosen day); is_today. Event on_release."""

    iso = StringProperty("")
    active = BooleanProperty(False)
    is_today = BooleanProperty(False)


@dispatches("on_accept", "on_pick")
class DateBody(surface.Column):
    """The grid of a month and the three numbers. Events on_pick(iso); on_accept: Enter in the last number."""

    day = StringProperty("")
    month = StringProperty("")
    year = StringProperty("")
    error = StringProperty("")
    title = StringProperty("")

    def __init__(self, value: str, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.year, self.month, self.day = value.split("-") if value else ("", "", "")
        self._chosen = value
        self._first = (date.fromisoformat(value) if value else today()).replace(day=1)
        monday = self._first - timedelta(days=self._first.weekday())
        for number in range(DAYS_OF_WEEK):
            name = weekday_short(monday + timedelta(days=number), _.code)
            self.ids.weekdays.add_widget(WeekdayName(text=name))
        self._draw()

    def keys(self) -> list[DayKey]:
        """Return the days of the month that is shown."""
        return [child for child in reversed(self.ids.days.children) if isinstance(child, DayKey)]

    def turn(self, months: int) -> None:
        """Show the month a number of months later."""
        count = self._first.year * MONTHS_OF_YEAR + self._first.month - 1 + months
        if date.min.year < count // MONTHS_OF_YEAR < date.max.year:
            self._first = date(count // MONTHS_OF_YEAR, count % MONTHS_OF_YEAR + 1, 1)
            self._draw()

    def walk_beyond(self, key: DayKey, days: int) -> DayKey:
        """Return the day a number of days later, in another month, which is then shown."""
        day = date.fromisoformat(key.iso) + timedelta(days=days)
        self.turn(1 if days > 0 else -1)
        return next(each for each in self.keys() if each.iso == day.isoformat())

    def typed(self) -> str | None:
        """Return the date of the three numbers, None if there is no such day."""
        return iso_date(*[self.ids[name].ids.entry.text for name in ("year", "month", "day")])

    def follow_numbers(self) -> None:
        """Show the day of the three numbers in the month, no day if they give none."""
        iso = self.typed()
        if iso is None:
            self._chosen = ""
            self._draw()
        elif len(self.ids.year.ids.entry.text) == len(iso.split("-")[0]):
            self._chosen, self._first = iso, date.fromisoformat(iso).replace(day=1)
            self._draw()

    def _draw(self) -> None:
        self.title = _("{month}/{year}").format(month=self._first.month, year=self._first.year)
        grid = self.ids.days
        grid.clear_widgets()
        for _blank in range(self._first.weekday()):
            grid.add_widget(Widget(size_hint_y=None, height=0))
        day, now = self._first, today()
        while day.month == self._first.month:
            key = DayKey(
                text=str(day.day),
                iso=day.isoformat(),
                active=day.isoformat() == self._chosen,
                is_today=day == now,
            )
            key.bind(on_release=lambda key: self.dispatch("on_pick", key.iso))
            grid.add_widget(key)
            day += timedelta(days=1)


def _near_days() -> tuple[tuple[str, str], ...]:
    now = today()
    return (_("Today"), now.isoformat()), (_("Yesterday"), (now - timedelta(days=1)).isoformat())


def iso_date(year: str, month: str, day: str) -> str | None:
    """Return the ISO date of three typed numbers ("26" means 2026), or None if there is no such day."""
    try:
        full_year = int(year) + (2000 if len(year) <= 2 else 0)
        return date(full_year, int(month), int(day)).isoformat()
    except ValueError:
        return None


load_beside(__file__)

"""Settings as a sheet: mode, letters, language, officers, lock."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language as _
from field178_mobile.kit.preferences import Preferences
from field178_mobile.kit.text_input import KEYBOARD

__all__ = ["SettingsSheet"]


class SettingsBody(kit.Column):
    """The rows of the sheet."""


class SettingsSheet(kit.Sheet):
    """Settings sheet. SettingsSheet(preferences, actions, open_again).open(); actions: by button.

    open_again: reopens the sheet in another language.
    """

    def __init__(
        self,
        preferences: Preferences,
        actions: Mapping[str, Callable[[], None]],
        open_again: Callable[[], None],
        **kwargs: object,
    ) -> None:
        super().__init__(title=_("Settings"), **kwargs)
        self._preferences, self._open_again = preferences, open_again
        self._body = SettingsBody()
        self.add_widget(self._body)
        self._offer("modes", "mode", (("light", _("Light")), ("dark", _("Dark")), ("night", _("Night"))))
        self._offer("scales", "font_scale", ((1.0, _("Normal")), (1.15, _("Large")), (1.3, _("Very large"))))
        ways = ((KEYBOARD, _("The tablet's keyboard")), ("telex", "Telex"), ("vni", "VNI"))
        self._offer("typing", "typing", ways)
        self._offer("languages", "language", (("vi", "Tiếng Việt"), ("en", "English")))
        for button, act in actions.items():
            self._body.ids[button].bind(on_release=lambda _btn, act=act: self._leave(act))

    def _offer(self, holder: str, member: str, choices: tuple[tuple[str | float, str], ...]) -> None:
        chips = self._body.ids[holder]
        current = getattr(self._preferences.values, member)
        for value, text in choices:
            chip = kit.Chip(text=text, active=value == current)
            chip.bind(on_release=lambda chip, value=value: self._choose(member, value, chip))
            chips.add_widget(chip)

    def _choose(self, member: str, value: str | float, chosen: kit.Chip) -> None:
        self._preferences.change(**{member: value})
        if member == "language":
            self.dismiss()
            self._open_again()
            return
        for chip in chosen.parent.children:
            chip.active = chip is chosen

    def _leave(self, act: Callable[[], None]) -> None:
        self.dismiss()
        act()


load_beside(__file__)

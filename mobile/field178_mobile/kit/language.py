"""The language on the screen: `_` of the kv files, switchable while the tablet runs."""

from __future__ import annotations

from field178_shared.text.i18n import DEFAULT_LANGUAGE, translator


class Language:
    """Translates the tablet's texts; screens are built again after a switch."""

    def __init__(self) -> None:
        self.code = DEFAULT_LANGUAGE

    def switch(self, code: str) -> None:
        """Use another language from now on."""
        self.code = code

    def __call__(self, msgid: str) -> str:
        """Return the text of the current language."""
        return translator(self.code, "tablet")(msgid)


language = Language()

"""Loader of kv files, with the fonts, `theme`, `icon`, `_` and `field_words`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kivy.core.text import LabelBase
from kivy.lang import Builder, global_idmap

from field178_mobile.kit import measured_words
from field178_mobile.kit.icons import icon
from field178_mobile.kit.language import language
from field178_mobile.kit.theme import theme

if TYPE_CHECKING:
    from field178_shared.schemas.fields.catalogue import FieldWords

_REQUIRED = (measured_words,)
ASSETS = Path(__file__).resolve().parent.parent / "assets"


def register_fonts() -> None:
    """Register the shipped fonts: UI (Inter 400, bold = 600), UIMed (Inter 500), Icons."""
    LabelBase.register("UI", str(ASSETS / "Inter-Regular.ttf"), None, str(ASSETS / "Inter-SemiBold.ttf"))
    LabelBase.register("UIMed", str(ASSETS / "Inter-Medium.ttf"))
    LabelBase.register("Icons", str(ASSETS / "icons.ttf"))


def field_words(record_type: str, path: str) -> FieldWords:
    """Return the label and hint of a field in the language of the screen."""
    # Late: the first frame is drawn before the code lists are read.
    from field178_shared.schemas.fields.catalogue import words_at

    return words_at(record_type, path, language.code)


register_fonts()
global_idmap.update(theme=theme, icon=icon, _=language, field_words=field_words)


def load_beside(module_file: str) -> None:
    """Load the kv file with the name of a module; a second call does nothing."""
    path = str(Path(module_file).with_suffix(".kv"))
    if path not in Builder.files:
        Builder.load_file(path, encoding="utf-8")

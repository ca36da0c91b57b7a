"""Registers the shipped fonts: UI (Inter 400, bold = 600), UIMed (Inter 500), Icons."""

from __future__ import annotations

from pathlib import Path

from kivy.core.text import LabelBase

ASSETS = Path(__file__).resolve().parent.parent / "assets"


def register_fonts() -> None:
    """Make the font names UI, UIMed and Icons known to every label."""
    LabelBase.register("UI", str(ASSETS / "Inter-Regular.ttf"), None, str(ASSETS / "Inter-SemiBold.ttf"))
    LabelBase.register("UIMed", str(ASSETS / "Inter-Medium.ttf"))
    LabelBase.register("Icons", str(ASSETS / "icons.ttf"))

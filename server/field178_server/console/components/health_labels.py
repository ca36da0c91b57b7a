"""Labels and places of the checks of the system: never colour alone."""

from __future__ import annotations

from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel
from field178_server.health.checks import Check, Level
from field178_server.health.wording import LEVELS

_TONES_AND_ICONS = {
    Level.OK: ("ok", "check-circle"),
    Level.UNKNOWN: ("", "info"),
    Level.ATTENTION: ("warn", "alert"),
    Level.FAULT: ("bad", "alert"),
}


def anchor_of(check: Check) -> str:
    """Return the id of the check's row on the page."""
    return f"check-{check.name.value}"


def level_label(level: Level, localizer: Localizer) -> StateLabel:
    """Return the label of a level."""
    return StateLabel(localizer.say(LEVELS[level]), *_TONES_AND_ICONS[level])

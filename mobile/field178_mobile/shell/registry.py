"""Registry of the tablet's screens: names, titles and icons; modules are imported when first shown."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from kivy.uix.widget import Widget

from field178_mobile.components.services.services import Services
from field178_shared.text.i18n import N_


@dataclass(frozen=True, slots=True)
class ScreenSpec:
    """A place of the rail; `module` has build(services) -> Widget, and its open(**place) shows a place.

    A screen that can be reopened after a lock has place() -> arguments of its open.
    """

    name: str
    title: str
    icon: str
    module: str
    is_low: bool = False  # at the foot of the rail

    def build(self, services: Services) -> Widget:
        """Import the screen's module and build the screen."""
        widget: Widget = self.load().build(services)
        return widget

    def load(self) -> ModuleType:
        """Import the screen's module."""
        return import_module(f"field178_mobile.features.{self.module}")


SCREENS = (
    ScreenSpec("inspection", N_("Inspection"), "clipboard-check-outline", "workspace.screens.establishments"),
    ScreenSpec("outreach", N_("Outreach"), "bullhorn-outline", "outreach.screens.outreach"),
    ScreenSpec("map", N_("Map"), "map-outline", "register.screens.map"),
    ScreenSpec("plan", N_("Plan"), "calendar-check-outline", "plan.screens.plan"),
    ScreenSpec("indicators", N_("Targets"), "target", "indicators.screens.indicators"),
    ScreenSpec("inbox", N_("Inbox"), "inbox-outline", "inbox.screens.inbox"),
    ScreenSpec("sync", N_("Sync"), "sync", "sync_status.screens.sync", is_low=True),
)

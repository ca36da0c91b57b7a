"""Services that exist whether the store is unlocked or not."""

from __future__ import annotations

from dataclasses import dataclass

from field178_mobile.kit.threads import KivyThread
from field178_mobile.platform.api import Platform
from field178_mobile.tablet import Tablet


@dataclass(frozen=True, slots=True)
class SharedServices:
    """Services of one tablet: its data, its device, its UI thread; whether its clock is a demo clock."""

    tablet: Tablet
    platform: Platform
    ui_thread: KivyThread
    has_demo_clock: bool = False

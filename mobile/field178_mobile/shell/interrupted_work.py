"""Offer to continue a draft that was interrupted by a crash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kivy.core.window import Window

from field178_mobile.kit.language import language

if TYPE_CHECKING:
    from field178_mobile.components.services.services import Services


def offer_interrupted_work(services: Services) -> None:
    """Offer to open the draft that was open at a crash; do nothing while a page is open."""
    from field178_mobile.features.workspace.drafts import DraftsPresenter
    from field178_mobile.kit import kit
    from field178_mobile.kit.widgets.overlay import Overlay

    if any(isinstance(child, Overlay) for child in Window.children):
        return
    row = DraftsPresenter(services.store, services.clock, services.words(), services.user).interrupted()
    if row is None or not row.screen:
        return
    kit.confirm(
        language("Go on where you were interrupted?"),
        "\n".join((row.title, row.detail, row.saved)),
        language("Go on"),
        language("Later"),
        lambda: services.navigate(row.screen, record_id=row.record_id),
    )

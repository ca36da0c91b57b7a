"""Planned visits that the open visit may complete: offered, and linked only by the officer."""

from __future__ import annotations

from field178_mobile.features.inspection.visit_scene import VisitScene
from field178_mobile.presentation.wording import Option, Wording
from field178_shared.records.plan import PlanItem
from field178_shared.text.formats import date_text


def plan_options(scene: VisitScene) -> tuple[Option, ...]:
    """Return the offered planned visits, with the linked visit chosen; only that one if locked."""
    linked = scene.reading.data.get("plan_item_id")
    return tuple(
        Option(item.id, _label(item, scene.words), item.id == linked)
        for item in scene.planned
        if not scene.is_locked or item.id == linked
    )


def _label(item: PlanItem, words: Wording) -> str:
    first, last = (date_text(day, words.language) for day in (item.window_from, item.window_to))
    kind = words.choice("inspection_kind", item.kind)
    return f"{kind} · {first if first == last else f'{first} – {last}'}"

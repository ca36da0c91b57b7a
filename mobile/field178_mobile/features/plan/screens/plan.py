"""The plan of the team as a list; a tap opens the establishment, where its visit begins."""

from __future__ import annotations

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from field178_mobile.components.services.services import Services
from field178_mobile.features.plan.plan import PlanPresenter, PlanRow, PlanScreenState
from field178_mobile.kit import kit
from field178_mobile.kit.establishment_icons import icon_of
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language as _
from field178_mobile.kit.widgets.inputs import chips
from field178_mobile.presentation.location import GeoPoint
from field178_mobile.store import StoreChange

_INKS = {"bad": "bad", "warn": "warn", "primary": "primary", "ok": "ok", "plain": "faint"}
_REQUIRED = (chips.ChipLine, chips.ChipScroll)


class PlanScreen(kit.Panel):
    """Screen of PlanScreenState. presenter; navigate (opens another screen)."""

    presenter = ObjectProperty(None)
    navigate = ObjectProperty(None)
    summary = StringProperty("")
    is_empty = BooleanProperty(False)
    is_bare = BooleanProperty(False)

    def show(self, state: PlanScreenState) -> None:
        """Draw the state."""
        self.summary, self.is_bare, self.is_empty = state.summary, state.is_bare, not state.rows
        self.ids.chips.show(state.chips)
        self.ids.rows.show([_row(row) for row in state.rows])

    def go_to(self, item_id: str) -> None:
        """Open the establishment of a planned visit."""
        place = self.presenter.establishment_of(item_id)
        if place:
            self.navigate("inspection", establishment_id=place)
        else:
            sentence = _("Its establishment is not on this tablet yet.")
            kit.toast(sentence, icon="alert-circle", tone="bad")

    def open(self, **_place: str) -> None:
        """Refresh when the screen is opened from elsewhere."""
        self.presenter.refresh()


def _row(row: PlanRow) -> kit.Row:
    return kit.Row(
        key=row.id,
        title=row.title,
        sub=row.detail,
        icon=icon_of(row.kind),
        tone=row.tone,
        meta=row.distance,
        word=row.word,
        word_tone=_INKS[row.tone],
    )


def build(services: Services) -> PlanScreen:
    """Build the screen; it follows the store from then on."""
    screen = PlanScreen(navigate=services.navigate)
    presenter = PlanPresenter(services.store, services.clock, services.words(), services.user, screen.show)
    screen.presenter = presenter

    def changed(change: StoreChange) -> None:
        services.ui_thread.post(lambda: presenter.store_changed(change))

    services.store.subscribe(changed)
    presenter.refresh()
    services.ask_fix(lambda fix: presenter.stand_at(GeoPoint(fix.lat, fix.lon) if fix else None))
    return screen


load_beside(__file__)

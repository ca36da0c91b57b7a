"""Screen of the area's targets: figures with their time, target and unsent part."""

from __future__ import annotations

from collections.abc import Mapping

from kivy.properties import ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from field178_mobile.components.services.services import Services
from field178_mobile.features.indicators.indicators import (
    AreaCard,
    FigureRow,
    IndicatorsPresenter,
    IndicatorsState,
)
from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.widgets.optional import Optional
from field178_mobile.kit.widgets.repeat import Repeat
from field178_mobile.store import StoreChange
from field178_shared.indicators.verdicts import Verdict

TONES: Mapping[str, str] = {Verdict.MET: "ok", Verdict.NOT_MET: "warn"}


class AskedFigure(BoxLayout):
    """A figure with a target. show(row)."""

    label = StringProperty("")
    value = StringProperty("")
    detail = StringProperty("")
    word = StringProperty("")
    tone = StringProperty("plain")
    unsent = StringProperty("")

    def show(self, row: FigureRow) -> None:
        """Draw the figure."""
        self.label, self.value, self.detail, self.unsent = row.label, row.value, row.detail, row.unsent
        self.word, self.tone = row.word, TONES.get(row.state, "plain")


class OtherFigure(BoxLayout):
    """A figure without a target, with fewer widgets because there are many. show(row)."""

    label = StringProperty("")
    value = StringProperty("")
    detail = StringProperty("")

    def show(self, row: FigureRow) -> None:
        """Draw the figure."""
        self.label, self.value = row.label, row.value
        self.detail = " · ".join(part for part in (row.detail, row.unsent) if part)


class AreaBox(kit.Column):
    """The figures of one team. show(area)."""

    team = StringProperty("")
    as_of = StringProperty("")
    plan = StringProperty("")
    left_out = StringProperty("")

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._targets: Repeat[FigureRow] = Repeat(self.ids.targets, AskedFigure)
        self._others: Repeat[FigureRow] = Repeat(self.ids.others, OtherFigure)
        self._optional = Optional(self)
        self._beside_targets = Optional(self.ids.targets_card)

    def show(self, area: AreaCard) -> None:
        """Draw the figures."""
        self.team, self.as_of, self.plan = area.team, area.as_of, area.plan
        self._targets.show(area.targets)
        self._others.show(area.others)
        self._optional.show(self.ids.others_card, bool(area.others))
        self.left_out = area.left_out
        self._beside_targets.show(self.ids.left_out, bool(area.left_out))


class IndicatorsScreen(kit.Panel):
    """Draws IndicatorsState. presenter."""

    presenter = ObjectProperty(None)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._areas: Repeat[AreaCard] = Repeat(self.ids.areas, AreaBox)
        self._optional = Optional(self)
        self._scrolled = Optional(self.ids.scroll.column)

    def show(self, state: IndicatorsState) -> None:
        """Draw the state."""
        self._areas.show(state.areas)
        self._scrolled.show(self.ids.missing, state.missing)
        self._optional.show(self.ids.scroll, bool(state.areas))
        self._optional.show(self.ids.empty, not state.areas)

    def open(self, **_place: str) -> None:
        """Refresh when the screen is opened from elsewhere."""
        self.presenter.show()


def build(services: Services) -> IndicatorsScreen:
    """Build the screen; it follows the store from then on."""
    screen = IndicatorsScreen()
    presenter = IndicatorsPresenter(services.store, services.clock, services.words(), screen.show)
    screen.presenter = presenter

    def changed(change: StoreChange) -> None:
        # Drafts do not count, only filed and received records.
        if change.everything or change.records:
            services.ui_thread.post(presenter.show)

    services.store.subscribe(changed)
    presenter.show()
    return screen


load_beside(__file__)

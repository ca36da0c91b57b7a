"""The violations that each measure of a visit answers, below the measures."""

from __future__ import annotations

from collections.abc import Sequence

from kivy.properties import ObjectProperty, StringProperty

from field178_mobile.features.inspection.measure_answers import AnsweringMeasure
from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.widgets.repeat import Repeat


class AnsweringMeasureBox(kit.Column):
    """One measure with the violations of the visit. show(measure); visit (the presenter)."""

    key = StringProperty("")
    title = StringProperty("")
    hint = StringProperty("")
    visit = ObjectProperty(None)

    def show(self, measure: AnsweringMeasure) -> None:
        """Draw the measure and which violations it answers."""
        self.key, self.hint = measure.key, measure.hint
        self.title = measure.title
        self.ids.violations.show(
            [kit.Choice(offer.id, offer.label) for offer in measure.violations],
            [offer.id for offer in measure.violations if offer.is_chosen],
        )


class AnsweringMeasures(kit.Column):
    """All measures that end a matter. show(measures); visit (the presenter)."""

    visit = ObjectProperty(None)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._boxes: Repeat[AnsweringMeasure] = Repeat(self, self._make)

    def show(self, measures: Sequence[AnsweringMeasure]) -> None:
        """Draw the measures."""
        self._boxes.show(measures)

    def _make(self) -> AnsweringMeasureBox:
        return AnsweringMeasureBox(visit=self.visit)


load_beside(__file__)

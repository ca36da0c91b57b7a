"""The worker census that is open in its form."""

from __future__ import annotations

from collections.abc import Callable

from field178_mobile.components.forms.entry_form import FactForm, OpenEntry
from field178_mobile.features.census.census_data import repeat_counts
from field178_mobile.features.census.census_state import CensusScene, CensusState, census_state
from field178_mobile.features.census.worker_counts import WorkerCount
from field178_mobile.presentation.wording import Wording
from field178_mobile.store import Store
from field178_shared.ids import IdSource
from field178_shared.records.reading import text_of
from field178_shared.time.clock import Clock


class CensusForm(FactForm):
    """Presenter of a census draft; `counts`: the other counts of the place, newest first."""

    def __init__(
        self,
        store: Store,
        around: tuple[Clock, IdSource, Wording],
        opened: OpenEntry,
        counts: tuple[WorkerCount, ...],
        render: Callable[[CensusState], None],
        closed: Callable[[], None],
    ) -> None:
        super().__init__(store, around, opened, closed)
        self._counts = counts
        self._render = render

    @property
    def establishment_id(self) -> str:
        """The establishment whose workers are counted."""
        return text_of(self.data, "establishment_id")

    def repeat_last(self) -> None:
        """Copy the numbers of the last count."""
        if (last := self._last()) is not None:
            self._change(repeat_counts(last.numbers), self._words.translate("As last time"))

    def _last(self) -> WorkerCount | None:
        """Return the newest count up to the day of this census."""
        day = text_of(self.data, "counted_on")
        return next((count for count in self._counts if count.day.isoformat() <= day), None)

    def _draw(self) -> None:
        scene = CensusScene(
            data=self.data,
            words=self._words,
            establishment="".join(self._opened.known_names),
            last=self._last(),
            word=self._word,
            is_new=self._opened.is_new,
            pins=self._pins(),
            establishment_type=self._opened.establishment_type,
            returned=self._opened.returned,
        )
        self._render(census_state(scene, self._checked, self._feedback, self._focus))

"""The establishment that is open in its form: every keystroke is durable, a likely double is a soft hint."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from field178_mobile.components.check_in.check_in import CheckIn, CheckInState
from field178_mobile.components.forms.form_presenter import FormPresenter
from field178_mobile.features.register.establishment_data import (
    add_certificate,
    drop_certificate,
    finished,
    number_certificate,
    scope_of,
    toggle,
)
from field178_mobile.features.register.establishment_form_state import (
    EstablishmentFormScene,
    EstablishmentFormState,
    form_state,
)
from field178_mobile.features.register.map import MapPresenter
from field178_mobile.features.register.register_index import MOST, RegisterIndex, alike_row
from field178_mobile.features.register.register_point import RegisterPoint
from field178_mobile.maps.map_state import MapState
from field178_mobile.presentation.draft_session import Changes, Data
from field178_mobile.presentation.location import GeoPoint, Whereabouts
from field178_mobile.presentation.wording import Wording
from field178_mobile.store import Draft, Store
from field178_shared import rules
from field178_shared.merge import equal, read_path, write_path
from field178_shared.record_type import RecordType
from field178_shared.records.reading import text_of
from field178_shared.text.i18n import N_
from field178_shared.time.clock import Clock, local_date

POSITION = N_("Position")
UNSURE = "warn"


@dataclass(frozen=True, slots=True)
class OpenEstablishment:
    """Context of the form. `is_new`: the server has never accepted the record; its commune is open.

    `marked`: messages at refused values, by path.
    """

    draft: Draft
    user: str
    is_new: bool
    unit_ids: tuple[str, ...]
    word: str = ""
    marked: Mapping[str, str] = field(default_factory=dict)


class EstablishmentForm(FormPresenter):
    """Presenter of an establishment draft; `filed` is called with whether a visit is to begin."""

    def __init__(
        self,
        store: Store,
        around: tuple[Clock, Wording, Whereabouts],
        opened: OpenEstablishment,
        render: Callable[[EstablishmentFormState], None],
        filed: Callable[[bool], None],
    ) -> None:
        clock, words, self._places = around
        super().__init__(store, clock, words, opened.draft, opened.word)
        self._opened = opened
        self._render = render
        self._filed = filed
        self._register = RegisterIndex(store.establishments())
        self._deferred: Changes = {}
        self._is_closed = False
        self._marks = rules.FreeTextMarks(RecordType.ESTABLISHMENT, self._words.language)
        point = RegisterPoint(self._data, self._point_taken)
        self.place = CheckIn(
            self._places, point.draft(), (self._clock, self._words), None, lambda: self.show(self._focus)
        )

    @property
    def map_folder(self) -> Path | None:
        """Folder of the maps on which the place can be chosen."""
        return self._places.map_folder

    def show_area(self, render: Callable[[MapState], None]) -> None:
        """Draw the map of the area once, for setting a pin."""
        MapPresenter(self._store, self._clock, self._words, render).refresh()

    def _draw(self) -> None:
        if not self._is_closed:
            self._render(form_state(self._scene(), self._checked, self._feedback, self._focus))

    def close(self) -> None:
        """Close the form; a later measurement is ignored."""
        self._is_closed = True

    def choose_kind(self, type_id: str) -> None:
        """Set the kind of establishment."""
        self._change(
            {"establishment_type_id": type_id},
            self._words.field(RecordType.ESTABLISHMENT, "establishment_type_id"),
        )

    def choose_unit(self, unit_id: str) -> None:
        """Record the commune of an establishment that the server has not taken yet."""
        if self._opened.is_new:
            self._change({"unit_id": unit_id}, self._words.field(RecordType.ESTABLISHMENT, "unit_id"))

    def choose_status(self, status: str) -> None:
        """Set the operating status."""
        self._change(
            {"operating_status_id": status},
            self._words.field(RecordType.ESTABLISHMENT, "operating_status_id"),
        )

    def choose_registration(self, form: str) -> None:
        """Set the form of registration; choosing it again removes it."""
        changes = toggle(self._session.data, "registration_form_id", form)
        self._change(changes, self._words.field(RecordType.ESTABLISHMENT, "registration_form_id"))

    def count_rooms(self, rooms: int | None) -> None:
        """Set the number of rooms."""
        self._change({"rooms_total": rooms}, self._words.field(RecordType.ESTABLISHMENT, "rooms_total"))

    def add_certificate(self, kind: str) -> None:
        """Add a paper."""
        self._change(add_certificate(kind), self._words.field(RecordType.ESTABLISHMENT, "certificates"))

    def drop_certificate(self, kind: str) -> None:
        """Remove a certificate."""
        self._change(
            drop_certificate(self._session.data, kind),
            self._words.field(RecordType.ESTABLISHMENT, "certificates"),
        )

    def state_certificate(self, kind: str, status: str) -> None:
        """Record whether a paper is valid."""
        self._change(
            {f"certificates.{kind}.status": status},
            self._words.field(RecordType.ESTABLISHMENT, "certificates"),
        )

    def number_certificate(self, kind: str, number: str) -> None:
        """Set the number of a certificate as typed."""
        self._change(number_certificate(kind, number))

    def end_certificate(self, kind: str, iso: str) -> None:
        """Set the last day of a certificate, or remove it."""
        self._change(
            {f"certificates.{kind}.expires_on": iso or None},
            self._words.field(RecordType.ESTABLISHMENT, "certificates"),
        )

    def complete(self, inspect: bool = False) -> None:
        """File the record if it has no problems; with `inspect` a visit begins next."""
        self.check()
        if self._checked.problems:
            return
        data = finished(self._data())
        draft = replace(self._session.draft, data=data, title=text_of(data, "name"))
        if self._opened.is_new:
            draft = replace(draft, scope=scope_of(data))
        is_filed = self._submit(lambda: self._store.file(draft, self._opened.user))
        self.show()
        if is_filed:
            self._filed(inspect)

    def _data(self) -> dict[str, object]:
        data = self._session.data
        for path, value in self._deferred.items():
            data = write_path(data, path, value)
        return data

    def _point_taken(self, changes: Changes, label: str) -> None:
        """Store a point; an automatic point creates no draft in an unedited form."""
        if self._is_closed:
            return
        if label or self.has_draft:
            announcement = self._words.translate(POSITION) if label else ""
            self._change(changes, announcement)
        else:
            self._deferred = changes
        self.show(self._focus)

    def _store_change(self, changes: Changes, label: str) -> bool:
        data = self._session.data
        if all(equal(read_path(data, path), value) for path, value in changes.items()):
            return False
        if self._deferred:
            self._session.change(self._deferred)
            self._deferred = {}
        return self._session.change(changes, label)

    def _submitted_data(self) -> Data:
        return finished(self._data())

    def _where(self, path: str) -> str:
        return self._words.entry(RecordType.ESTABLISHMENT, path) or super()._where(path)

    def _scene(self) -> EstablishmentFormScene:
        data, words = self._data(), self._words
        alike = self._register.alike(data, self.record_id)[:MOST]
        return EstablishmentFormScene(
            data=data,
            words=words,
            today=local_date(self._clock.now()),
            record_id=self.record_id,
            is_new=self._opened.is_new,
            unit_ids=self._opened.unit_ids,
            word=self._word,
            place=self._place_state(data),
            alike=tuple(alike_row(duplicate, data, self._here(), words) for duplicate in alike),
            marked=self._refused_values(self._opened.marked),
            lint=self._marks.of(data, (text_of(data, "name"),)),
        )

    def _place_state(self, data: Data) -> CheckInState:
        """Return the point in words; a registered one was exact enough."""
        state = self.place.state()
        if state.tone != UNSURE or "lat" not in data:
            return state
        return replace(state, tone="ok", icon="map-marker-check-outline")

    def _here(self) -> GeoPoint | None:
        last = self._places.last()
        return None if last is None else GeoPoint(last.lat, last.lon)

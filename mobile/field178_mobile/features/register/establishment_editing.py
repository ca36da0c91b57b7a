"""Opener of the establishment form: for a new establishment, a correction, or a draft."""

from __future__ import annotations

from collections.abc import Callable

from field178_mobile.components.forms.record_drafts import RecordDrafts, refused_fields
from field178_mobile.components.services.record_services import RecordServices
from field178_mobile.features.register.establishment_data import new_establishment
from field178_mobile.features.register.establishment_form import EstablishmentForm, OpenEstablishment
from field178_mobile.features.register.establishment_form_state import EstablishmentFormState
from field178_mobile.presentation.location import Whereabouts
from field178_mobile.store import Draft, MergedRecord
from field178_shared.record_type import RecordType
from field178_shared.time.clock import local_date


class EstablishmentEditing:
    """Opens the establishment form."""

    def __init__(
        self,
        services: RecordServices,
        places: Whereabouts,
        render: Callable[[EstablishmentFormState | None], None],
        filed: Callable[[str, bool], None],
    ) -> None:
        self._services = services
        self._drafts = RecordDrafts(services, RecordType.ESTABLISHMENT)
        self._places = places
        self._render = render
        self._filed = filed
        self.form: EstablishmentForm | None = None

    @property
    def open_records(self) -> frozenset[str]:
        """The id of the open record, if any."""
        return frozenset() if self.form is None else frozenset({self.form.record_id})

    def begin(self, name: str = "") -> None:
        """Begin an establishment that is not in the register; its position is measured meanwhile."""
        data = new_establishment(name, self._unit_ids(), local_date(self._services.clock.now()))
        form = self._open(self._drafts.new("", data))
        form.place.start()

    def open(self, record_id: str, focus_path: str = "") -> bool:
        """Open the draft of an establishment, or a correction of it; False if neither is on the tablet."""
        draft = self._drafts.draft_of(record_id)
        if draft is not None:
            self._open(draft, focus_path)
        return draft is not None

    def holds(self, record_id: str) -> bool:
        """Return whether a record can be opened."""
        return self._drafts.draft_of(record_id) is not None

    def has_draft(self, record_id: str) -> bool:
        """Return whether an establishment has a draft."""
        return self._drafts.stored(record_id) is not None

    def discard(self) -> None:
        """Delete the open draft; filed records stay."""
        if self.form is not None:
            self._services.store.drafts.discard(self.form.draft_id)
            self.close()

    def close(self) -> None:
        """Close the form; its draft stays as it is."""
        if self.form is not None:
            self.form.close()
            self.form = None
            self._render(None)

    def _open(self, draft: Draft, focus_path: str = "") -> EstablishmentForm:
        services, store = self._services, self._services.store
        view = self._view(draft.record_id)
        is_known = view is not None or store.drafts.get(draft.id) is not None
        opened = OpenEstablishment(
            draft=draft,
            user=services.user,
            # A refused create left no record behind: it may still go to another commune.
            is_new=view is None or (view.rev == 0 and view.attention is not None),
            unit_ids=self._unit_ids(draft.data.get("unit_id")),
            word=store.shown_state(draft.record_id).word if is_known else "",
            marked=refused_fields(store, draft.record_id, services.words.language),
        )
        if self.form is not None:
            self.form.close()
        around = (services.clock, services.words, self._places)
        record_id = draft.record_id
        self.form = EstablishmentForm(
            store, around, opened, self._render, lambda inspect: self._filed(record_id, inspect)
        )
        self.form.show(focus_path)
        return self.form

    def _view(self, record_id: str) -> MergedRecord | None:
        view = self._services.store.view(record_id)
        return (
            view if view is not None and view.type == RecordType.ESTABLISHMENT and not view.deleted else None
        )

    def _unit_ids(self, kept: object = None) -> tuple[str, ...]:
        """Return the communes of this tablet that exist today, by name, and the current one."""
        services = self._services
        today = local_date(services.clock.now())
        unit_ids = services.store.unit_ids()
        valid = {unit for unit in unit_ids if services.words.lists.unit_valid_on(unit, today)}
        return tuple(sorted(valid | ({kept} if isinstance(kept, str) else set()), key=services.words.unit))

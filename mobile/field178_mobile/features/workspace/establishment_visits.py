"""Visits of one establishment on this tablet: filed visits, drafts, and the inputs of a visit."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from field178_mobile.components.comments.comments import AnsweredRecord, RecordComments
from field178_mobile.components.forms.record_drafts import RecordDrafts
from field178_mobile.components.services.record_services import RecordServices
from field178_mobile.components.shift.shift_data import Shift
from field178_mobile.features.inspection.visit import VisitedEstablishment, new_visit, plan_visit
from field178_mobile.features.inspection.visit_scene import OpenVisit
from field178_mobile.features.plan.planned import PlannedVisits, requested_first
from field178_mobile.features.register.visits import Visit, followed, last_inspected, left_open, visits_of
from field178_mobile.presentation.location import GeoPoint, Whereabouts
from field178_mobile.store import Draft, MergedRecord
from field178_shared.record_type import RecordType
from field178_shared.records.follow_ups import OpenFollowUp
from field178_shared.records.reading import instant_of, text_of
from field178_shared.records.repeat_violations import earlier_violations
from field178_shared.time.clock import local_date

# Within this time a tap on the establishment opens its filed visit.
NIGHT = timedelta(hours=12)


class EstablishmentVisits:
    """Reads the visits of establishments from the store, and prepares a visit for its presenter."""

    def __init__(self, services: RecordServices, places: Whereabouts) -> None:
        self._services = services
        self._store = services.store
        self._places = places
        self.drafts = RecordDrafts(services, RecordType.INSPECTION)

    def draft_at(self, establishment_id: str) -> Draft | None:
        """Return the visit draft of an establishment, or None."""
        return next(
            (draft for draft in self.drafts.begun() if establishment_of(draft) == establishment_id), None
        )

    def draft_of(self, record_id: str) -> Draft | None:
        """Return the stored draft of a visit, or a correcting draft; None if neither is on the tablet."""
        draft = self.drafts.draft_of(record_id)
        establishment = None if draft is None else self._store.view(establishment_of(draft))
        if draft is None or draft.title or establishment is None:
            return draft
        return replace(draft, title=text_of(establishment.data, "name"))

    def filed_tonight(self, establishment_id: str) -> str:
        """Return the id of the newest visit of this night to an establishment, "" if there is none."""
        newest = next(iter(self._store.visits().get(establishment_id, ())), None)
        if newest is None or newest.started_at is None:
            return ""
        return newest.id if self._services.clock.now() - newest.started_at < NIGHT else ""

    def establishment(self, establishment_id: str) -> VisitedEstablishment | None:
        """Return the establishment with the values that a visit reads, None if it is not on this tablet."""
        view = self._store.view(establishment_id)
        if view is None:
            return None
        return VisitedEstablishment(
            id=view.id,
            name=text_of(view.data, "name"),
            type_id=text_of(view.data, "establishment_type_id"),
            unit_id=text_of(view.data, "unit_id"),
            address=text_of(view.data, "address_line"),
            point=_point(view),
        )

    def counted(self, visits: tuple[Visit, ...]) -> tuple[Visit, ...]:
        """Return the visits that the office has not voided."""
        void = self._store.void_visits()
        return tuple(visit for visit in visits if visit.record_id not in void)

    def open_follow_ups(
        self, establishment_id: str, visits: tuple[Visit, ...], before: datetime | None = None
    ) -> tuple[OpenFollowUp, ...]:
        """Return the open corrections of visits; those with a planned re-inspection come first."""
        follow_ups = left_open(visits, self._store.closed_follow_ups(), before)
        return requested_first(follow_ups, self._store, establishment_id) if follow_ups else ()

    def new_draft(self, establishment: VisitedEstablishment, shift: Shift) -> Draft:
        """Return the draft of a visit that begins now."""
        services = self._services
        data = new_visit(establishment, shift, services.clock.now(), services.words.lists.version)
        return self.drafts.new(f"team:{shift.team_id}", data, establishment.name)

    def opened(self, establishment: VisitedEstablishment, draft: Draft, *, is_to_read: bool) -> OpenVisit:
        """Return the inputs of the presenter of a visit."""
        services = self._services
        visits = self.counted(visits_of(self._store.visits_to(establishment.id)))
        started_at = instant_of(draft.data, "started_at")
        last = last_inspected(visits, before=started_at)
        comments = self._comments_of(draft, establishment.name)
        planned = plan_visit(establishment, draft)
        return OpenVisit(
            establishment=establishment,
            draft=draft,
            user=services.user,
            last=last.data if last else {},
            follow_ups=self.open_follow_ups(establishment.id, visits, started_at),
            planned=PlannedVisits(self._store).offered(planned, local_date(services.clock.now())),
            earlier_violations=earlier_violations(followed(visits, self._store.views), started_at),
            comments=comments.texts if comments else {},
            answering=comments,
            word=self._store.shown_state(draft.record_id).word if draft.seen is not None else "",
            tools=services.tools,
            places=self._places,
            is_to_read=is_to_read,
        )

    def _comments_of(self, draft: Draft, name: str) -> RecordComments | None:
        """Return the comments on a filed visit, None for a new visit."""
        if draft.seen is None:
            return None
        return RecordComments(self._services, AnsweredRecord(draft.record_id, (name,)))


def establishment_of(draft: Draft) -> str:
    """Return the id of the establishment that a draft is about."""
    return text_of(draft.data, "establishment_id")


def _point(view: MergedRecord) -> GeoPoint | None:
    lat, lon = view.data.get("lat"), view.data.get("lon")
    return GeoPoint(lat, lon) if isinstance(lat, int) and isinstance(lon, int) else None

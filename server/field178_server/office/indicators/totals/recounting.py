"""Counting anew of the subjects that changed records touch, beside what they counted before."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from field178_server.database.engine import among, bound_values
from field178_server.database.models import IndicatorSubject, Record
from field178_server.office.indicators.source.links import (
    LOCATED,
    MERGED,
    PLAN,
    PLANNED_AT,
    RECORD,
    Links,
    Subject,
    asked_subjects,
    linked_records,
    links_of,
    stored_links,
)
from field178_server.office.indicators.source.merges import ends_of, merge_steps
from field178_server.office.indicators.source.plans import ItemsOfPlans, Plans, plan_of_place
from field178_server.office.indicators.source.records import (
    PLAIN_TYPES,
    TENANT,
    answering_visits,
    records_as_written,
    records_to_count,
    replacing_plans,
)
from field178_server.office.indicators.totals.basis import aggregates_in_force
from field178_server.office.indicators.totals.counts import Codec, Totals, add_to
from field178_server.records.find_record import FILED_TYPES
from field178_shared.codelists import CodeLists
from field178_shared.formulas.sources import ENTITIES
from field178_shared.indicators.buckets import EntityBucket
from field178_shared.indicators.entities import CountedEntity
from field178_shared.indicators.events import CountedRecord, Event, approved_only, events_of
from field178_shared.indicators.facts import EventsAndEntities
from field178_shared.indicators.periods import Period
from field178_shared.indicators.planned import events_of_plan
from field178_shared.indicators.subjects import (
    ESTABLISHMENT,
    EVENT_KINDS,
    RECORD_KINDS,
    Contribution,
    Counted,
    count_of_entity,
    count_of_events,
    difference,
    entity_of_denominators,
    entity_of_events,
    entity_of_lists,
    entity_of_record,
    events_by_source,
)
from field178_shared.record_type import RecordType
from field178_shared.records.sanctions import OFFICE_TYPES

# Records beside a filed one, by which it counts otherwise.
_BESIDE = frozenset({RecordType.REVIEW, *OFFICE_TYPES})
OF_EVENTS = PLAIN_TYPES.union(FILED_TYPES) - RECORD_KINDS - {RecordType.PLAN_ITEM, RecordType.DENOMINATOR}
ENTITY_KINDS = frozenset(ENTITIES)
# Links that are subjects as they stand: of establishments the end of their merges is one.
_OWN_SUBJECTS = (ENTITY_KINDS - {ESTABLISHMENT}) | {PLAN}
_NONE: frozenset[Subject] = frozenset()
_CHANGED = select(Record.record_id, Record.type, Record.subject_id).where(
    Record.tenant_id == TENANT, among(Record.record_id, bindparam("ids"))
)
_STORED = select(
    IndicatorSubject.kind, IndicatorSubject.subject_id, IndicatorSubject.part, IndicatorSubject.counts
).where(
    IndicatorSubject.tenant_id == TENANT,
    among(IndicatorSubject.kind, bindparam("kinds")),
    among(IndicatorSubject.subject_id, bindparam("ids")),
)
# Kind, id, and period of an entity's counts ("" for events).
SubjectPart = tuple[str, str, str]


def part_of(period: Period) -> str:
    """Return the name of a period beside the counts of a subject."""
    return f"{period.first}/{period.end}"


@dataclass(slots=True)
class SubjectChange:
    """What subjects count now and counted before, with the links of the records that changed."""

    links_before: Links = field(default_factory=dict)
    links: Links = field(default_factory=dict)
    before: dict[SubjectPart, Counted] = field(default_factory=dict)
    after: dict[SubjectPart, Counted] = field(default_factory=dict)

    def totals(self) -> Totals:
        """Return what has to be added to the totals."""
        found: Totals = {}
        for one in self.before.values():
            add_to(found, one, -1)
        for one in self.after.values():
            add_to(found, one)
        return found


@dataclass(frozen=True, slots=True)
class _SubjectsRead:
    """What was read for subjects: filed records, plans, the records of each entity, and planned visits."""

    filed: set[str]
    plans: set[str]
    linked: Mapping[Subject, set[str]]
    planned: ItemsOfPlans


class Recounting:
    """Counts subjects from the store as it is now, in the periods that are kept."""

    def __init__(
        self, session: Session, tenant_id: str, lists: CodeLists, periods: Collection[Period], today: date
    ) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._lists = lists
        self._today = today
        self.aggregates = aggregates_in_force(lists)
        self.codec = Codec(self.aggregates.all)
        buckets = {part_of(one): self.aggregates.buckets(one, today) for one in periods}
        self._buckets = {kind: _of_kind(buckets, kind) for kind in ENTITIES}
        self._plans = Plans(session, tenant_id)
        self._steps = merge_steps(session, tenant_id)
        self._ends = ends_of(self._steps)
        self._merged: dict[str, set[str]] = {}
        for one, end in self._ends.items():
            self._merged.setdefault(end, set()).add(one)
        # Planned visits with the visits that may have made them done, and merged establishments.
        self._beside: set[str] = set()
        self._beside_places: set[str] = set()
        self._records: dict[str, CountedRecord | None] = {}
        self._events: dict[str, tuple[Event, ...]] = {}

    def of_changes(self, record_ids: Collection[str]) -> SubjectChange:
        """Return what changes with these records, and with what is beside them."""
        types = self._changed_types(record_ids)
        if not types:
            return SubjectChange()
        change = SubjectChange(stored_links(self._session, self._tenant_id, types), self._links(types))
        asked = {
            one
            for links in (change.links_before, change.links)
            for subjects in links.values()
            for kind, one in subjects
            if kind == RECORD
        } - types.keys()
        # What a visit answers is closed or open again in the visit that asked for it.
        if more := self._changed_types(asked):
            change.links_before = {
                **change.links_before,
                **stored_links(self._session, self._tenant_id, more),
            }
            change.links = {**change.links, **self._links(more)}
            types = {**types, **more}
        subjects = self._subjects(types, change)
        change.before = self._stored(subjects)
        change.after = dict(self._counted(subjects, change))
        self._link_beside(change, {one for kind, one in subjects if kind == RECORD}, types)
        return change

    def _link_beside(self, change: SubjectChange, filed: set[str], types: Mapping[str, str]) -> None:
        """Add the links of the records that were read beside those that are counted.

        Such a record may have changed since it was counted itself, and change again before it is: what was
        counted by it as it is now is found by these links, and counted again.
        """
        at, records = (self._session, self._tenant_id), self._records_among(filed)
        visits = {one.record_id for one in records if one.type == RecordType.INSPECTION}
        plans = {one.record_id for one in records if one.type == RecordType.COMMUNE_PLAN}
        others = set(self._beside)
        others |= answering_visits(*at, visits) if visits else set()
        others |= replacing_plans(*at, plans) if plans else set()
        kinds = dict.fromkeys(others, RecordType.INSPECTION) | dict.fromkeys(
            self._beside_places, ESTABLISHMENT
        )
        beside = {one: kind for one, kind in kinds.items() if one not in types}
        if beside:
            stored = stored_links(self._session, self._tenant_id, beside)
            change.links_before = {**change.links_before, **stored}
            change.links = {**change.links, **self._links(beside)}

    def of_entities(
        self, subjects: Collection[Subject], change: SubjectChange | None = None
    ) -> SubjectChange:
        """Return what entities change in the totals when they are counted now."""
        found = SubjectChange()
        found.before = self._stored(subjects)
        found.after = dict(self._counted(subjects, change or found))
        return found

    def _changed_types(self, record_ids: Collection[str]) -> dict[str, str]:
        """Return the types of the records that changed, or that something beside them changed."""
        if not record_ids:
            return {}
        asked = bound_values(self._session, tenant_id=self._tenant_id, ids=sorted(record_ids))
        rows = self._session.execute(_CHANGED, asked).all()
        types = {one: kind for one, kind, _ in rows if kind in PLAIN_TYPES.union(FILED_TYPES)}
        # Visit or session makes no difference here.
        beside = {one: RecordType.INSPECTION for _, kind, one in rows if kind in _BESIDE and one}
        return {**beside, **types}

    def _links(self, types: Mapping[str, str]) -> dict[str, frozenset[Subject]]:
        """Return the links of records as they are now."""
        records = records_as_written(self._session, self._tenant_id, types)
        found = {one.record_id: set(links_of(one, self._lists)) for one in records}
        places = {one for one, kind in types.items() if kind == ESTABLISHMENT}
        there = places & found.keys()
        for one, plan in self._plans.of_places(there).items():
            found.setdefault(one, set()).add((PLAN, plan))
        for one in places & self._steps.keys():
            found.setdefault(one, set()).add((MERGED, self._steps[one]))
        return {one: frozenset(links) for one, links in found.items()}

    def _subjects(self, types: Mapping[str, str], change: SubjectChange) -> set[Subject]:
        found = {(RECORD, one) for one, kind in types.items() if kind in OF_EVENTS}
        found |= {(kind, one) for one, kind in types.items() if kind in RECORD_KINDS}
        # Establishments whose events changed, and those whose visits a plan may count.
        touched = {one for one, kind in types.items() if kind == ESTABLISHMENT}
        visited, opened = set(touched), set[str]()
        for one in types:
            for name, subject_id in change.links_before.get(one, _NONE) | change.links.get(one, _NONE):
                if name in (ESTABLISHMENT, MERGED):
                    touched.add(subject_id)
                if name in (ESTABLISHMENT, PLANNED_AT):
                    visited.add(subject_id)
                if name in _OWN_SUBJECTS:
                    found.add((name, subject_id))
                if name == PLAN and types[one] == RecordType.PLAN_ITEM:
                    opened.add(subject_id)
        found |= {(ESTABLISHMENT, one) for one in touched}
        found |= {(ESTABLISHMENT, self._ends.get(one, one)) for one in touched}
        found |= {(RECORD, one) for one in self._located(types, change)}
        plans = {*self._plans.of_places(visited).values(), *map(plan_of_place, visited)}
        return found | {(PLAN, one) for one in plans | self._plans.beside(opened)}

    def _located(self, types: Mapping[str, str], change: SubjectChange) -> set[str]:
        """Return the visits in divided communes whose unit is told by establishments that changed."""
        places = {one for one, kind in types.items() if kind == ESTABLISHMENT}
        places |= {
            target
            for one in places
            for kind, target in change.links_before.get(one, _NONE) | change.links.get(one, _NONE)
            if kind == MERGED
        }
        places |= {self._ends.get(one, one) for one in places}
        places = places.union(*(self._merged.get(one, ()) for one in places))
        named = {(LOCATED, one) for one in places}
        return set().union(*linked_records(self._session, self._tenant_id, named).values())

    def _stored(self, subjects: Collection[Subject]) -> dict[SubjectPart, Counted]:
        parts = {part for buckets in self._buckets.values() for part, _ in buckets} | {""}
        found: dict[SubjectPart, Counted] = {}
        if not subjects:
            return found
        asked = bound_values(self._session, **asked_subjects(self._tenant_id, subjects))
        for kind, subject_id, part, counts in self._session.execute(_STORED, asked):
            if (kind, subject_id) in subjects and part in parts:
                found[kind, subject_id, part] = self.codec.read(counts)
        return found

    def approved_facts(self, subjects: Collection[Subject], change: SubjectChange) -> EventsAndEntities:
        """Return the approved events of records and plans, and entities with theirs, for any period."""
        entities = [one for one in subjects if one[0] in ENTITY_KINDS]
        read = self._read_for(subjects, entities, change)
        events = self._approved_events(self._records_among(sorted(read.filed)))
        by_plan = self._by_plan(
            read.planned, [one for one in self._of_items(read.planned) if one.is_approved]
        )
        events += [event for plan in sorted(read.plans) for event in by_plan.get(plan, ())]
        seen = self._with_events(entities, read.linked)
        with_events = [(entity, events_by_source(approved)) for _, entity, _, approved in seen]
        return EventsAndEntities(self._today, events, with_events)

    def events_of_plans(self, plans: Collection[str], *, with_waiting: bool) -> list[Event]:
        """Return the events of the planned visits of plans, by approved visits or by all that wait too."""
        planned = self._read_for({(PLAN, one) for one in plans}, (), SubjectChange()).planned
        records = [one for one in self._of_items(planned) if with_waiting or one.is_approved]
        by_plan = self._by_plan(planned, records)
        return [event for plan in sorted(plans) for event in by_plan.get(plan, ())]

    def _counted(
        self, subjects: Collection[Subject], change: SubjectChange
    ) -> Iterator[tuple[SubjectPart, Counted]]:
        entities = [one for one in subjects if one[0] in ENTITY_KINDS and self._buckets[one[0]]]
        read = self._read_for(subjects, entities, change)
        for one in read.filed:
            yield (RECORD, one, ""), self._of_record(one)
        yield from self._of_entities(entities, read.linked)
        yield from self._of_plans(read.plans, read.planned)

    def _read_for(
        self, subjects: Collection[Subject], entities: Collection[Subject], change: SubjectChange
    ) -> _SubjectsRead:
        """Read the records that subjects are counted by, with what stands beside visits, at once."""
        filed = {one for kind, one in subjects if kind == RECORD}
        plans = {one for kind, one in subjects if kind == PLAN}
        read = _SubjectsRead(filed, plans, self._records_of(entities, change), self._plans.read(plans))
        self._beside.update(read.planned.plans, read.planned.visits)
        for kind, one in entities:
            if kind == ESTABLISHMENT:
                self._beside_places |= self._merged.get(one, set())
        self._read(
            filed.union(
                (one for kind, one in entities if kind in RECORD_KINDS),
                *read.linked.values(),
                read.planned.plans,
                read.planned.visits,
            )
        )
        return read

    def _of_record(self, record_id: str) -> Counted:
        record = self._record(record_id)
        if record is None:
            return Counted()
        found = count_of_events(self.aggregates.of_events, self._events_of(record_id))
        if not record.is_approved:
            return Counted(waiting=found)
        approved = count_of_events(self.aggregates.of_events, self._approved_events([record]))
        return Counted(approved, difference(found, approved))

    def _of_entities(
        self, entities: Iterable[Subject], records: Mapping[Subject, set[str]]
    ) -> Iterator[tuple[SubjectPart, Counted]]:
        for (kind, one), entity, events, approved in self._with_events(entities, records):
            for part, buckets in self._buckets[kind]:
                counted = count_of_entity(buckets, entity, approved)
                waiting: Contribution = {}
                if approved != events:
                    every = count_of_entity(buckets, entity, events)
                    waiting = difference(every, counted)
                yield (kind, one, part), Counted(counted, waiting)

    def _with_events(
        self, entities: Iterable[Subject], records: Mapping[Subject, set[str]]
    ) -> Iterator[tuple[Subject, CountedEntity, list[Event], list[Event]]]:
        """Yield the entities of these subjects that exist, each with all its events and the approved ones."""
        for kind, one in entities:
            linked = self._records_among(sorted(records.get((kind, one), ())))
            events, approved = (
                [event for event in found if self._owner(kind, event) == one]
                for found in (
                    [event for record in linked for event in self._events_of(record.record_id)],
                    self._approved_events(linked),
                )
            )
            if (entity := self._entity(kind, one, linked, events)) is not None:
                yield (kind, one), entity, events, approved

    def _entity(
        self, kind: str, entity_id: str, linked: Sequence[CountedRecord], events: Sequence[Event]
    ) -> CountedEntity | None:
        if kind in RECORD_KINDS:
            record = self._record(entity_id)
            return None if record is None else entity_of_record(record, self._lists)
        if kind == RecordType.DENOMINATOR:
            return entity_of_denominators(entity_id, linked, self._lists)
        if kind in EVENT_KINDS:
            return entity_of_events(kind, events, self._lists)
        return entity_of_lists(kind, entity_id, self._lists)

    def _owner(self, kind: str, event: Event) -> str:
        owner = event.entities.get(kind, "")
        return self._ends.get(owner, owner) if kind == ESTABLISHMENT else owner

    def _records_of(self, subjects: Iterable[Subject], change: SubjectChange) -> dict[Subject, set[str]]:
        """Return the records with events of entities: those counted last, and those that changed since."""
        # The events of a merged establishment are those of the one at the end of its merges.
        named = {
            (kind, name): (kind, one)
            for kind, one in subjects
            if kind != ESTABLISHMENT or one not in self._ends
            for name in ({one} | self._merged.get(one, set()) if kind == ESTABLISHMENT else {one})
        }
        found: dict[Subject, set[str]] = {}
        for name, record_ids in linked_records(self._session, self._tenant_id, named).items():
            found.setdefault(named[name], set()).update(record_ids)
        for record_id, links in change.links.items():
            for name in links & named.keys():
                found.setdefault(named[name], set()).add(record_id)
        return found

    def _of_plans(self, plans: Iterable[str], planned: ItemsOfPlans) -> Iterator[tuple[SubjectPart, Counted]]:
        """Yield what planned visits count, by the visits that may have made them done."""
        records = self._of_items(planned)
        by_plan = [
            self._by_plan(planned, chosen)
            for chosen in ([one for one in records if one.is_approved], records)
        ]
        for plan in plans:
            approved, every = (
                count_of_events(self.aggregates.of_events, events.get(plan, ())) for events in by_plan
            )
            yield (PLAN, plan, ""), Counted(approved, difference(every, approved))

    def _of_items(self, planned: ItemsOfPlans) -> list[CountedRecord]:
        """Return the planned visits and the visits that may have made them done."""
        return self._records_among((*sorted(planned.plans), *sorted(planned.visits)))

    def _by_plan(self, planned: ItemsOfPlans, records: Sequence[CountedRecord]) -> dict[str, list[Event]]:
        found: dict[str, list[Event]] = {}
        for event in events_of_plan(records, planned.register, self._today):
            found.setdefault(planned.plans[event.record_id], []).append(event)
        return found

    def _read(self, record_ids: Iterable[str]) -> None:
        wanted = set(record_ids) - self._records.keys()
        if not wanted:
            return
        self._records.update(dict.fromkeys(wanted))
        for record in records_to_count(self._session, self._tenant_id, self._lists, wanted):
            self._records[record.record_id] = record

    def _records_among(self, record_ids: Iterable[str]) -> list[CountedRecord]:
        return [record for one in record_ids if (record := self._record(one)) is not None]

    def _record(self, record_id: str) -> CountedRecord | None:
        if record_id not in self._records:
            self._read([record_id])
        return self._records[record_id]

    def _events_of(self, record_id: str) -> tuple[Event, ...]:
        if record_id not in self._events:
            record = self._record(record_id)
            self._events[record_id] = () if record is None else tuple(events_of(record, self._lists))
        return self._events[record_id]

    def _approved_events(self, records: Iterable[CountedRecord]) -> list[Event]:
        """Return the events of those that are approved, as they are without what waits."""
        return [
            event
            for one in approved_only(records)
            for event in (
                self._events_of(one.record_id)
                if one.closed_by_approved is None
                else events_of(one, self._lists)
            )
        ]


def _of_kind(
    buckets: Mapping[str, Sequence[EntityBucket]], kind: str
) -> list[tuple[str, list[EntityBucket]]]:
    """Return the buckets by period in which entities of a kind count anything."""
    found = ((part, [one for one in inside if kind in one.kinds]) for part, inside in buckets.items())
    return [(part, inside) for part, inside in found if inside]

"""Recounting of the subjects of changed records, with their stored counts for comparison."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from field178_server.database.engine import among
from field178_server.database.fast.prepared import Prepared
from field178_server.database.models import IndicatorSubject, Record
from field178_server.office.indicators.source.links import (
    LOCATED,
    MERGED,
    PLAN,
    PLANNED_AT,
    RECORD,
    Links,
    Subject,
    linked_records,
    links_of,
    stored_links,
    subject_parameters,
)
from field178_server.office.indicators.source.merges import ends_of, merge_steps
from field178_server.office.indicators.source.plans import ItemsOfPlans, Plans, plan_of_place
from field178_server.office.indicators.source.records import (
    PLAIN_TYPES,
    TENANT,
    answering_visits,
    records_as_written,
    replacing_plans,
    with_companions,
)
from field178_server.office.indicators.totals.basis import aggregates_in_force
from field178_server.office.indicators.totals.counts import Codec, Totals, add_difference
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

# Types of companion records that change the counts of a filed record.
_BESIDE = frozenset({RecordType.REVIEW, *OFFICE_TYPES})
_TYPES = PLAIN_TYPES.union(FILED_TYPES)
OF_EVENTS = _TYPES - RECORD_KINDS - {RecordType.PLAN_ITEM, RecordType.DENOMINATOR}
ENTITY_KINDS = frozenset(ENTITIES)
# Kinds of links that are subjects themselves. An establishment is replaced by its merge target.
_OWN_SUBJECTS = (ENTITY_KINDS - {ESTABLISHMENT}) | {PLAN}
_NONE: frozenset[Subject] = frozenset()
_UNCOUNTED = Counted()
_CHANGED = Prepared(
    select(Record.record_id, Record.type, Record.subject_id).where(
        Record.tenant_id == TENANT, among(Record.record_id, bindparam("ids"))
    )
)
_STORED = Prepared(
    select(
        IndicatorSubject.kind, IndicatorSubject.subject_id, IndicatorSubject.part, IndicatorSubject.counts
    ).where(
        IndicatorSubject.tenant_id == TENANT,
        among(IndicatorSubject.kind, bindparam("kinds")),
        among(IndicatorSubject.subject_id, bindparam("ids")),
    )
)
# Subject kind, subject id, and period of an entity's counts ("" for events).
SubjectPart = tuple[str, str, str]


def part_of(period: Period) -> str:
    """Return the name of a period in the key of a subject's counts."""
    return f"{period.first}/{period.end}"


@dataclass(slots=True)
class SubjectChange:
    """Counts of subjects before and after a change, with the links of the changed records."""

    links_before: Links = field(default_factory=dict)
    links: Links = field(default_factory=dict)
    before: dict[SubjectPart, Counted] = field(default_factory=dict)
    after: dict[SubjectPart, Counted] = field(default_factory=dict)

    def totals(self) -> Totals:
        """Return the totals to add: counts after the change minus counts before."""
        totals: Totals = {}
        for part in self.before.keys() | self.after.keys():
            add_difference(totals, self.before.get(part, _UNCOUNTED), self.after.get(part, _UNCOUNTED))
        return totals


@dataclass(frozen=True, slots=True)
class _SubjectsRead:
    """Ids read for subjects: records with events, plans, records of each entity, and planned visits."""

    filed: set[str]
    plans: set[str]
    linked: Mapping[Subject, set[str]]
    planned: ItemsOfPlans


class Recounting:
    """Counter of subjects by the current records, in the given periods."""

    def __init__(
        self, session: Session, tenant_id: str, lists: CodeLists, periods: Collection[Period], today: date
    ) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._lists = lists
        self._today = today
        self.aggregates = aggregates_in_force(lists)
        self.codec = Codec(self.aggregates.all)
        buckets = {part_of(period): self.aggregates.buckets(period, today) for period in periods}
        self._buckets = {kind: _of_kind(buckets, kind) for kind in ENTITIES}
        self._plans = Plans(session, tenant_id)
        self._steps = merge_steps(session, tenant_id)
        self._ends = ends_of(self._steps)
        self._merged: dict[str, set[str]] = {}
        for record_id, end in self._ends.items():
            self._merged.setdefault(end, set()).add(record_id)
        # Ids of planned visits, of visits that may fulfil them, and of merged establishments, read so far.
        self._beside: set[str] = set()
        self._beside_places: set[str] = set()
        self._written: dict[str, CountedRecord | None] = {}
        self._records: dict[str, CountedRecord | None] = {}
        self._events: dict[str, tuple[Event, ...]] = {}

    def of_changes(self, record_ids: Collection[str]) -> SubjectChange:
        """Return the changed counts of all subjects that depend on these records."""
        types = self._changed_types(record_ids)
        if not types:
            return SubjectChange()
        change = SubjectChange(stored_links(self._session, self._tenant_id, types), self._links(types))
        answered_ids = {
            subject_id
            for links in (change.links_before, change.links)
            for subjects in links.values()
            for kind, subject_id in subjects
            if kind == RECORD
        } - types.keys()
        # A changed answer closes or reopens corrections of an earlier visit, which is recounted too.
        if more := self._changed_types(answered_ids):
            change.links_before = {
                **change.links_before,
                **stored_links(self._session, self._tenant_id, more),
            }
            change.links = {**change.links, **self._links(more)}
            types = {**types, **more}
        subjects = self._subjects(types, change)
        change.before = self._stored(subjects)
        change.after = dict(self._counted(subjects, change))
        self._link_beside(change, {subject_id for kind, subject_id in subjects if kind == RECORD}, types)
        return change

    def _link_beside(self, change: SubjectChange, filed: set[str], types: Mapping[str, str]) -> None:
        """Add to a change the links of companion records that were read for the counts.

        A companion record may have unsettled changes, and change again before they are settled. Its current
        links are stored, so that the subjects of these counts are then recounted.
        """
        at, records = (self._session, self._tenant_id), self._records_among(filed)
        visits = {record.record_id for record in records if record.type == RecordType.INSPECTION}
        plans = {record.record_id for record in records if record.type == RecordType.COMMUNE_PLAN}
        others = set(self._beside)
        others |= answering_visits(*at, visits) if visits else set()
        others |= replacing_plans(*at, plans) if plans else set()
        kinds = dict.fromkeys(others, RecordType.INSPECTION) | dict.fromkeys(
            self._beside_places, ESTABLISHMENT
        )
        beside = {record_id: kind for record_id, kind in kinds.items() if record_id not in types}
        if beside:
            stored = stored_links(self._session, self._tenant_id, beside)
            change.links_before = {**change.links_before, **stored}
            change.links = {**change.links, **self._links(beside)}

    def of_entities(
        self, subjects: Collection[Subject], change: SubjectChange | None = None
    ) -> SubjectChange:
        """Return the changed counts of entities."""
        own = SubjectChange()
        own.before = self._stored(subjects)
        own.after = dict(self._counted(subjects, change or own))
        return own

    def _changed_types(self, record_ids: Collection[str]) -> dict[str, str]:
        """Return the types of changed records and of records with changed companion records, by id."""
        if not record_ids:
            return {}
        rows = _CHANGED.rows(self._session, {"tenant_id": self._tenant_id, "ids": sorted(record_ids)})
        types = {record_id: kind for record_id, kind, _ in rows if kind in _TYPES}
        # The type may be visit or session; both are treated alike.
        beside = {
            subject_id: RecordType.INSPECTION
            for _, kind, subject_id in rows
            if kind in _BESIDE and subject_id
        }
        return {**beside, **types}

    def _links(self, types: Mapping[str, str]) -> dict[str, frozenset[Subject]]:
        """Return the links of the current records."""
        records = self._as_written(types)
        links_by_record = {record.record_id: links_of(record, self._lists) for record in records}
        places = {record_id for record_id, kind in types.items() if kind == ESTABLISHMENT}
        there = places & links_by_record.keys()
        for establishment_id, plan in self._plans.of_places(there).items():
            links_by_record[establishment_id] |= {(PLAN, plan)}
        for establishment_id in places & self._steps.keys():
            merged = frozenset({(MERGED, self._steps[establishment_id])})
            links_by_record[establishment_id] = links_by_record.get(establishment_id, _NONE) | merged
        return links_by_record

    def _subjects(self, types: Mapping[str, str], change: SubjectChange) -> set[Subject]:
        subjects = {(RECORD, record_id) for record_id, kind in types.items() if kind in OF_EVENTS}
        subjects |= {(kind, record_id) for record_id, kind in types.items() if kind in RECORD_KINDS}
        # `touched`: establishments with changed events. `visited`: those whose visits a plan may count.
        touched = {record_id for record_id, kind in types.items() if kind == ESTABLISHMENT}
        visited, opened = set(touched), set[str]()
        for changed_id in types:
            for name, subject_id in change.links_before.get(changed_id, _NONE) | change.links.get(
                changed_id, _NONE
            ):
                if name in (ESTABLISHMENT, MERGED):
                    touched.add(subject_id)
                if name in (ESTABLISHMENT, PLANNED_AT):
                    visited.add(subject_id)
                if name in _OWN_SUBJECTS:
                    subjects.add((name, subject_id))
                if name == PLAN and types[changed_id] == RecordType.PLAN_ITEM:
                    opened.add(subject_id)
        subjects |= {(ESTABLISHMENT, establishment_id) for establishment_id in touched}
        subjects |= {
            (ESTABLISHMENT, self._ends.get(establishment_id, establishment_id))
            for establishment_id in touched
        }
        subjects |= {(RECORD, visit_id) for visit_id in self._located(types, change)}
        plans = {*self._plans.of_places(visited).values(), *map(plan_of_place, visited)}
        return subjects | {(PLAN, plan) for plan in plans | self._plans.establishment_plans(opened)}

    def _located(self, types: Mapping[str, str], change: SubjectChange) -> set[str]:
        """Return the ids of visits in divided communes whose unit depends on changed establishments."""
        places = {record_id for record_id, kind in types.items() if kind == ESTABLISHMENT}
        places |= {
            target
            for establishment_id in places
            for kind, target in change.links_before.get(establishment_id, _NONE)
            | change.links.get(establishment_id, _NONE)
            if kind == MERGED
        }
        places |= {self._ends.get(establishment_id, establishment_id) for establishment_id in places}
        places = places.union(*(self._merged.get(establishment_id, ()) for establishment_id in places))
        named = {(LOCATED, establishment_id) for establishment_id in places}
        return set().union(*linked_records(self._session, self._tenant_id, named).values())

    def _stored(self, subjects: Collection[Subject]) -> dict[SubjectPart, Counted]:
        parts = {part for buckets in self._buckets.values() for part, _ in buckets} | {""}
        stored: dict[SubjectPart, Counted] = {}
        if not subjects:
            return stored
        values = subject_parameters(self._tenant_id, subjects)
        for kind, subject_id, part, counts in _STORED.rows(self._session, values):
            if (kind, subject_id) in subjects and part in parts:
                stored[kind, subject_id, part] = self.codec.read(counts)
        return stored

    def approved_facts(self, subjects: Collection[Subject], change: SubjectChange) -> EventsAndEntities:
        """Return the approved events of records and plans, and entities with their events, for any period."""
        entities = [subject for subject in subjects if subject[0] in ENTITY_KINDS]
        read = self._read_for(subjects, entities, change)
        events = self._approved_events(self._records_among(sorted(read.filed)))
        by_plan = self._by_plan(
            read.planned, [record for record in self._of_items(read.planned) if record.is_approved]
        )
        events += [event for plan in sorted(read.plans) for event in by_plan.get(plan, ())]
        seen = self._with_events(entities, read.linked)
        with_events = [(entity, events_by_source(approved)) for _, entity, _, approved in seen]
        return EventsAndEntities(self._today, events, with_events)

    def events_of_plans(self, plans: Collection[str], *, with_waiting: bool) -> list[Event]:
        """Return the events of planned visits of plans. `with_waiting`: visits in review fulfil them too."""
        planned = self._read_for({(PLAN, plan) for plan in plans}, (), SubjectChange()).planned
        records = [record for record in self._of_items(planned) if with_waiting or record.is_approved]
        by_plan = self._by_plan(planned, records)
        return [event for plan in sorted(plans) for event in by_plan.get(plan, ())]

    def _counted(
        self, subjects: Collection[Subject], change: SubjectChange
    ) -> Iterator[tuple[SubjectPart, Counted]]:
        entities = [
            subject for subject in subjects if subject[0] in ENTITY_KINDS and self._buckets[subject[0]]
        ]
        read = self._read_for(subjects, entities, change)
        for record_id in read.filed:
            yield (RECORD, record_id, ""), self._of_record(record_id)
        yield from self._of_entities(entities, read.linked)
        yield from self._of_plans(read.plans, read.planned)

    def _read_for(
        self, subjects: Collection[Subject], entities: Collection[Subject], change: SubjectChange
    ) -> _SubjectsRead:
        """Read all records that subjects are counted by, in one batch."""
        filed = {subject_id for kind, subject_id in subjects if kind == RECORD}
        plans = {subject_id for kind, subject_id in subjects if kind == PLAN}
        read = _SubjectsRead(filed, plans, self._records_of(entities, change), self._plans.read(plans))
        self._beside.update(read.planned.plans, read.planned.visits)
        for kind, entity_id in entities:
            if kind == ESTABLISHMENT:
                self._beside_places |= self._merged.get(entity_id, set())
        self._read(
            filed.union(
                (entity_id for kind, entity_id in entities if kind in RECORD_KINDS),
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
        counts = count_of_events(self.aggregates.of_events, self._events_of(record_id))
        if not record.is_approved:
            return Counted(waiting=counts)
        if record.closed_by_approved is None:
            return Counted(counts)
        approved = count_of_events(self.aggregates.of_events, self._approved_events([record]))
        return Counted(approved, difference(counts, approved))

    def _of_entities(
        self, entities: Iterable[Subject], records: Mapping[Subject, set[str]]
    ) -> Iterator[tuple[SubjectPart, Counted]]:
        for (kind, entity_id), entity, events, approved in self._with_events(entities, records):
            for part, buckets in self._buckets[kind]:
                # Later events count in no bucket of the period.
                own, own_approved = (
                    [event for event in given if event.day < buckets[0].of.end]
                    for given in (events, approved)
                )
                counted = count_of_entity(buckets, entity, own_approved)
                waiting: Contribution = {}
                if own_approved != own:
                    waiting = difference(count_of_entity(buckets, entity, own), counted)
                yield (kind, entity_id, part), Counted(counted, waiting)

    def _with_events(
        self, entities: Iterable[Subject], records: Mapping[Subject, set[str]]
    ) -> Iterator[tuple[Subject, CountedEntity, list[Event], list[Event]]]:
        """Yield the existing entities of subjects, each with all events and with approved events."""
        for kind, entity_id in entities:
            linked = self._records_among(sorted(records.get((kind, entity_id), ())))
            events, approved = (
                [event for event in all_events if self._owner(kind, event) == entity_id]
                for all_events in (
                    [event for record in linked for event in self._events_of(record.record_id)],
                    self._approved_events(linked),
                )
            )
            if (entity := self._entity(kind, entity_id, linked, events)) is not None:
                yield (kind, entity_id), entity, events, approved

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
        """Return the ids of records with events of entities, by stored links and by changed records."""
        # The events of a merged establishment belong to its merge target.
        named = {
            (kind, name): (kind, entity_id)
            for kind, entity_id in subjects
            if kind != ESTABLISHMENT or entity_id not in self._ends
            for name in (
                {entity_id} | self._merged.get(entity_id, set()) if kind == ESTABLISHMENT else {entity_id}
            )
        }
        records: dict[Subject, set[str]] = {}
        for name, record_ids in linked_records(self._session, self._tenant_id, named).items():
            records.setdefault(named[name], set()).update(record_ids)
        for record_id, links in change.links.items():
            for name in links & named.keys():
                records.setdefault(named[name], set()).add(record_id)
        return records

    def _of_plans(self, plans: Iterable[str], planned: ItemsOfPlans) -> Iterator[tuple[SubjectPart, Counted]]:
        """Yield the counts of plans, by the visits that may fulfil their planned visits."""
        records = self._of_items(planned)
        by_plan = [
            self._by_plan(planned, chosen)
            for chosen in ([record for record in records if record.is_approved], records)
        ]
        for plan in plans:
            if any(plan in events for events in by_plan):
                approved, every = (
                    count_of_events(self.aggregates.of_events, events.get(plan, ())) for events in by_plan
                )
                yield (PLAN, plan, ""), Counted(approved, difference(every, approved))

    def _of_items(self, planned: ItemsOfPlans) -> list[CountedRecord]:
        """Return the records of planned visits and of visits that may fulfil them."""
        return self._records_among((*sorted(planned.plans), *sorted(planned.visits)))

    def _by_plan(self, planned: ItemsOfPlans, records: Sequence[CountedRecord]) -> dict[str, list[Event]]:
        by_plan: dict[str, list[Event]] = {}
        for event in events_of_plan(records, planned.register, self._today):
            by_plan.setdefault(planned.plans[event.record_id], []).append(event)
        return by_plan

    def _read(self, record_ids: Iterable[str]) -> None:
        missing = set(record_ids) - self._records.keys()
        if not missing:
            return
        self._records.update(dict.fromkeys(missing))
        records = self._as_written(missing)
        for record in with_companions(self._session, self._tenant_id, self._lists, records):
            self._records[record.record_id] = record

    def _as_written(self, record_ids: Collection[str]) -> list[CountedRecord]:
        """Return records without companion data; each is read once."""
        if missing := set(record_ids) - self._written.keys():
            self._written.update(dict.fromkeys(missing))
            for record in records_as_written(self._session, self._tenant_id, missing):
                self._written[record.record_id] = record
        written = (self._written[record_id] for record_id in record_ids)
        return [record for record in written if record is not None]

    def _records_among(self, record_ids: Iterable[str]) -> list[CountedRecord]:
        return [record for record_id in record_ids if (record := self._record(record_id)) is not None]

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
        """Return the events of approved records, without corrections closed by visits in review."""
        return [
            event
            for record in approved_only(records)
            for event in (
                self._events_of(record.record_id)
                if record.closed_by_approved is None
                else events_of(record, self._lists)
            )
        ]


def _of_kind(
    buckets: Mapping[str, Sequence[EntityBucket]], kind: str
) -> list[tuple[str, list[EntityBucket]]]:
    """Return the buckets, by period name, in which entities of a kind are counted."""
    by_part = (
        (part, [bucket for bucket in inside if kind in bucket.kinds]) for part, inside in buckets.items()
    )
    return [(part, inside) for part, inside in by_part if inside]

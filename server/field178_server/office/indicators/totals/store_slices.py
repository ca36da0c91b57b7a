"""Slices of the approved records of a whole store, so that memory contains the records of one slice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from field178_server.office.indicators.source.links import PLAN, PLANNED_AT, RECORD, Subject, links_of
from field178_server.office.indicators.source.merges import ends_of, merge_steps
from field178_server.office.indicators.source.plans import plan_of_place
from field178_server.office.indicators.source.records import records_as_written
from field178_server.office.indicators.totals.recounting import (
    ENTITY_KINDS,
    OF_EVENTS,
    Recounting,
    SubjectChange,
)
from field178_server.office.indicators.totals.stored import entities_of_lists
from field178_shared.codelists import CodeLists
from field178_shared.indicators.events import CountedRecord
from field178_shared.indicators.facts import EventsAndEntities
from field178_shared.indicators.subjects import ESTABLISHMENT, RECORD_KINDS, RETURN_KINDS

# Most subjects of a slice, and records at which it ends: some 20 MB.
_SUBJECTS, _RECORDS = 500, 1_000


def slices_of_store(
    session: Session, tenant_id: str, lists: CodeLists, today: date
) -> Iterator[EventsAndEntities]:
    """Yield all approved events and all entities of a store in slices.

    Only records are read, so that the result is exact even if the totals are not counted.
    """
    subjects = _Subjects(ends_of(merge_steps(session, tenant_id)), entities_of_lists(lists))
    for record in records_as_written(session, tenant_id):
        subjects.add(record, lists)
    for part, links in subjects.slices():
        # One instance for each slice, because it keeps the records that it has read.
        recounting = Recounting(session, tenant_id, lists, (), today)
        yield recounting.approved_facts(part, SubjectChange(links=links))


@dataclass(slots=True)
class _Subjects:
    """Subjects of the records of a store, and the records of each entity.

    `ends`: the merge target of each merged establishment, which its records count for.
    """

    ends: Mapping[str, str]
    every: set[Subject]
    records: dict[Subject, list[str]] = field(default_factory=dict)

    def add(self, record: CountedRecord, lists: CodeLists) -> None:
        """Add the subjects in which a record counts."""
        if record.type in OF_EVENTS:
            self.every.add((RECORD, record.record_id))
        if record.type in RECORD_KINDS:
            self.every.add((record.type, record.record_id))
        for kind, subject_id in links_of(record, lists):
            if kind in (PLAN, PLANNED_AT):
                self.every.add((PLAN, subject_id if kind == PLAN else plan_of_place(subject_id)))
            elif kind in ENTITY_KINDS:
                owner = (kind, self.ends.get(subject_id, subject_id) if kind == ESTABLISHMENT else subject_id)
                self.records.setdefault(owner, []).append(record.record_id)
                if kind in RETURN_KINDS:
                    self.every.add(owner)

    def slices(self) -> Iterator[tuple[list[Subject], dict[str, frozenset[Subject]]]]:
        """Yield slices: subjects, and the links of records to the entities among them."""
        part: list[Subject] = []
        links: dict[str, set[Subject]] = {}
        for subject in sorted(self.every):
            part.append(subject)
            for record_id in self.records.get(subject, ()):
                links.setdefault(record_id, set()).add(subject)
            if len(part) == _SUBJECTS or len(links) >= _RECORDS:
                yield part, {record_id: frozenset(owners) for record_id, owners in links.items()}
                part, links = [], {}
        if part:
            yield part, {record_id: frozenset(owners) for record_id, owners in links.items()}

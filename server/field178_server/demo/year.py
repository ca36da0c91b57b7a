"""Simulation of the demo's year by time: pushes of tablets, weekly reviews, entries of the office."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from functools import partial

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor
from field178_server.database.unit_of_work import run_write
from field178_server.demo.decisions import DemoOfficeEntry, entries_after
from field178_server.demo.expand import DemoRecord
from field178_server.devices.context import load_devices
from field178_server.office.follow_ups import operations as follow_ups
from field178_server.office.reviews import operations as reviews
from field178_server.office.reviews.operations import Pin, Remarks
from field178_server.records.batch import Batch
from field178_server.replication.policy.record_validation import TypeRules
from field178_server.replication.push.push import push
from field178_shared.merge import Data
from field178_shared.record_type import RecordType
from field178_shared.time.clock import VIETNAM, Clock, to_wire
from field178_shared.wire.protocol import Change, Status

INCARNATION = "0197c3a8-178a-7000-8000-00000000d3d0"
_PUSH_SIZE = 100
# One of this many records arrives days later; one of this many is returned for a missing sentence.
_LATE_OF, _RETURNED_OF = 12, 29
_SENTENCES: Mapping[str, tuple[str, str]] = {
    RecordType.INSPECTION: ("recommendation", "Đề nghị cơ sở tiếp tục chấp hành các quy định."),
    RecordType.OUTREACH_SESSION: ("summary", "Phổ biến quy định mới, trả lời câu hỏi của người dự."),
}
_COMMENT = "Ghi thêm một câu kết luận."


@dataclass
class YearClock:
    """A clock with a settable instant, at most the current time of `base`."""

    base: Clock
    instant: datetime

    def now(self) -> datetime:
        """Return the set instant, at most the time of `base`."""
        return min(self.instant, self.base.now())


@dataclass(frozen=True, slots=True)
class DemoTablet:
    """A tablet of the year with its officer and change numbers."""

    device_id: str
    user: str
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))


Act = tuple[datetime, Callable[[], None]]


@dataclass
class OfficeYear:
    """Simulation that files and reviews the records of a year; `context` uses `clock`.

    `others`: the tablets of other scopes, by scope.
    """

    engine: Engine
    context: OperationContext
    clock: YearClock
    rules: TypeRules
    tablet: DemoTablet
    others: Mapping[str, DemoTablet] = field(default_factory=dict)

    def play(self, records: Sequence[DemoRecord], reviewer: str, waiting: int) -> int:
        """File all records and approve all but the last `waiting`; return the number of approved records."""
        register = [record for record in records if record.type not in reviews.REVIEWED_TYPES]
        filed = [record for record in records if record.type in reviews.REVIEWED_TYPES]
        reviewed = filed[: len(filed) - waiting]
        for first in range(0, len(register), _PUSH_SIZE):
            self._push(
                self.tablet, [self._created(record) for record in register[first : first + _PUSH_SIZE]]
            )
        office = replace(self.context, actor=Actor("officer", reviewer))
        today = self.clock.base.now()
        acts = [
            *self._arrivals(filed),
            *self._reviews(reviewed, office),
            *(self._entry(entry, office) for entry in entries_after(reviewed) if entry.at <= today),
        ]
        # Acts later than today run today, in the same order.
        for when, work in sorted(acts, key=lambda act: min(act[0], today)):
            self.clock.instant = when
            work()
        return len(reviewed)

    def play_newest(self, records: Sequence[DemoRecord], reviewer: str) -> None:
        """File the newest records: two approved, one returned, one returned and corrected, others waiting."""
        office = replace(self.context, actor=Actor("officer", reviewer))
        for when, work in sorted(self._arrivals(records), key=lambda act: act[0]):
            self.clock.instant = when
            work()
        self.clock.instant = self.clock.base.now()
        first, second, returned, mended, *_ = records
        self._approve(office, [first.id, second.id])
        for record in (returned, mended):
            self._return(office, record)
        self._mend(mended)

    def _arrivals(self, filed: Sequence[DemoRecord]) -> Iterator[Act]:
        for number, record in enumerate(filed):
            yield _arrival(number, record), partial(self._file, record)

    def _reviews(self, reviewed: Sequence[DemoRecord], office: OperationContext) -> Iterator[Act]:
        """Yield the weekly reviews; a returned record is corrected and approved a week later."""
        by_week: dict[datetime, list[str]] = {}
        again: dict[datetime, list[str]] = {}
        for number, record in enumerate(reviewed):
            monday = _monday_after(_arrival(number, record))
            if number % _RETURNED_OF:
                by_week.setdefault(monday, []).append(record.id)
                continue
            again.setdefault(monday + timedelta(days=7), []).append(record.id)
            yield monday, partial(self._return, office, record)
            yield monday + timedelta(days=2), partial(self._mend, record)
        for weeks in (by_week, again):
            for monday, record_ids in weeks.items():
                yield monday, partial(self._approve, office, record_ids)

    def _entry(self, entry: DemoOfficeEntry, office: OperationContext) -> Act:
        def work(batch: Batch) -> None:
            follow_ups.enter(batch, office, entry.visit_id, entry.entry)

        return entry.at, lambda: self._write(work)

    def _approve(self, office: OperationContext, record_ids: Sequence[str]) -> None:
        def work(batch: Batch) -> None:
            batch.load(record_ids)
            for record_id in record_ids:
                reviews.approve(batch, office.actor, reviews.revisions_of(batch, record_id))

        self._write(work)

    def _return(self, office: OperationContext, record: DemoRecord) -> None:
        remarks = Remarks(comments=(Pin(_SENTENCES[record.type][0], _COMMENT),))

        def work(batch: Batch) -> None:
            batch.load([record.id])
            seen = reviews.revisions_of(batch, record.id)
            reviews.return_for_fix(batch, office.actor, seen, remarks)

        self._write(work)

    def _file(self, record: DemoRecord) -> None:
        self._push(self._tablet_of(record), [self._created(record)])

    def _mend(self, record: DemoRecord) -> None:
        path, sentence = _SENTENCES[record.type]
        seen = {"base_rev": 1, "was": {}, "at": to_wire(self.clock.now())}
        self._push(self._tablet_of(record), [self._change(record, {path: sentence}, seen)])

    def _tablet_of(self, record: DemoRecord) -> DemoTablet:
        return self.others.get(record.scope, self.tablet)

    def _created(self, record: DemoRecord) -> Change:
        return self._change(record, record.data, {"create": True, "at": to_wire(record.at)})

    def _change(self, record: DemoRecord, values: Data, more: Mapping[str, object]) -> Change:
        tablet = self._tablet_of(record)
        return Change.from_wire(
            {
                "change_id": self.context.ids.time_ordered(),
                "n": next(tablet.numbers),
                "record_id": record.id,
                "type": record.type,
                "scope": record.scope,
                "op": "put",
                "user": tablet.user,
                "set": values,
                **more,
            }
        )

    def _push(self, tablet: DemoTablet, changes: Sequence[Change]) -> None:
        def work(batch: Batch) -> None:
            devices = load_devices(batch.session, batch.tenant_id, [tablet.device_id], lock=True)
            device = devices[tablet.device_id]
            for answer in push(batch, device, INCARNATION, changes, self.rules):
                # A change that is not applied is an error of the demo.
                assert answer.receipt.status is Status.APPLIED, answer.receipt

        self._write(work, flushes=False)

    def _write(self, work: Callable[[Batch], None], *, flushes: bool = True) -> None:
        def run(session: Session) -> None:
            batch = Batch(session, self.context.tenant_id, self.context.clock, self.context.ids)
            work(batch)
            if flushes:
                batch.flush()

        run_write(self.engine, run)


def _arrival(number: int, record: DemoRecord) -> datetime:
    """Return the time of a record's push: some hours after it was filed, or days later."""
    filed_at = datetime.fromisoformat(str(record.data["filed_at"]))
    return filed_at + timedelta(hours=60 if number % _LATE_OF == 7 else 1 + number % 9)


def _monday_after(instant: datetime) -> datetime:
    local = instant.astimezone(VIETNAM)
    days = 7 - local.weekday()
    return datetime.combine(local.date() + timedelta(days=days), time(9, 0), VIETNAM)

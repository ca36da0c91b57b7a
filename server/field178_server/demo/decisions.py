"""Entries of the demo's office beside visits with a violation: decisions, payments, closures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from field178_server.demo.expand import DemoRecord
from field178_server.office.follow_ups.operations import NewEntry, entry_id
from field178_shared.merge import Data
from field178_shared.record_type import RecordType
from field178_shared.records.reading import count_of, entries_of, entry_of, text_of
from field178_shared.records.sanctions import FINE, WARNING
from field178_shared.time.clock import VIETNAM, local_date

# Days from the visit to the closure of its correction (due after thirty days); None: not closed.
_CLOSED_AFTER = (20, 45, None, 28)


@dataclass(frozen=True, slots=True)
class DemoOfficeEntry:
    """An entry of the office beside a visit, with its day."""

    visit_id: str
    day: date
    entry: NewEntry

    @property
    def at(self) -> datetime:
        """The time of the entry: 15:00 on its day."""
        return datetime.combine(self.day, time(15, 0), VIETNAM)


def entries_after(visits: Iterable[DemoRecord]) -> Iterator[DemoOfficeEntry]:
    """Yield the office's entries beside visits with a violation; some visits have none yet."""
    with_violation = (visit for visit in visits if entries_of(visit.data, "findings"))
    for number, visit in enumerate(with_violation):
        visited_on = local_date(datetime.fromisoformat(str(visit.data["started_at"])))
        if number % 3 != 2:
            yield from _decided(visit, visited_on + timedelta(days=9), number)
        after = _CLOSED_AFTER[number % len(_CLOSED_AFTER)]
        if after is not None:
            closed_on = visited_on + timedelta(days=after)
            closure: Data = {
                "follow_up_id": "u1",
                "status": "fixed",
                "closed_on": closed_on.isoformat(),
                "note": "Đã xem lại tại chỗ, tồn tại đã được khắc phục.",
            }
            yield DemoOfficeEntry(visit.id, closed_on, NewEntry(RecordType.FOLLOW_UP_CLOSURE, closure))


def _decided(visit: DemoRecord, day: date, number: int) -> Iterator[DemoOfficeEntry]:
    """Yield a decision (a fine in the middle of its frame, or a warning) and mostly its payment."""
    (finding,) = entries_of(visit.data, "findings").values()
    frame = entry_of(finding, "frame")
    least, most = (count_of(frame, name) for name in ("min", "max"))
    amount = 0 if least is None or most is None else (least + most) // 2
    decision: Data = {
        "document_number": f"GL-{number + 1:02}/QĐ-XPHC",
        "document_date": day.isoformat(),
        "agency_id": "commune_people_committee",
        "violation_ids": [text_of(finding, "violation_id")],
        "sanction_id": FINE if amount else WARNING,
        **({"amount_vnd": amount} if amount else {}),
    }
    decided = NewEntry(RecordType.SANCTION_DECISION, decision)
    yield DemoOfficeEntry(visit.id, day, decided)
    if amount and number % 4 != 3:
        paid_on = day + timedelta(days=8)
        payment: Data = {
            "decision": entry_id(visit.id, decided),
            "document_number": f"BL-GL-{number + 1:03}",
            "paid_on": paid_on.isoformat(),
            "amount_vnd": amount,
        }
        yield DemoOfficeEntry(visit.id, paid_on, NewEntry(RecordType.PAYMENT, payment))

"""Events of webhooks: kinds, record types, and the message of an event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from field178_server.database.models import WebhookEvent
from field178_shared.record_type import RecordType
from field178_shared.records.commune import COMMUNE_TYPES
from field178_shared.records.returns import RETURN_TYPES
from field178_shared.records.sanctions import OFFICE_TYPES
from field178_shared.time.clock import to_wire
from field178_shared.wire.canonical import canonical

# Without officers, teams and lists (settings of the office), and without conflicts and answers (internal).
WEBHOOK_TYPES = frozenset(
    {
        RecordType.ESTABLISHMENT,
        RecordType.INSPECTION,
        RecordType.OUTREACH_SESSION,
        RecordType.INSPECTION_PLAN,
        RecordType.PLAN_ITEM,
        RecordType.REPORT,
        RecordType.REPORT_SUBMISSION,
        *COMMUNE_TYPES,
        *RETURN_TYPES,
        *OFFICE_TYPES,
    }
)


class EventKind(StrEnum):
    """Kind of an event, as in its message."""

    CREATED = "record.created"
    EDITED = "record.edited"
    REVIEWED = "record.reviewed"
    RETURNED = "record.returned"
    FROZEN = "report.frozen"


TEST = "webhook.test"


@dataclass(frozen=True, slots=True)
class EventMessage:
    """Message of an event; id and body are the same at each attempt."""

    event_no: int | None
    event_id: str
    kind: str
    body: bytes


def message_of(event: WebhookEvent) -> EventMessage:
    """Return the message of an event; it contains no officer and no content of the record."""
    data: dict[str, object] = {
        "number": event.event_no,
        "id": event.record_id,
        "record_type": event.record_type,
        "rev": event.rev,
        "deleted": event.is_deleted,
    }
    optional = {"about": event.subject_id, "unit_id": event.unit_id, "state": event.state}
    data |= {name: value for name, value in optional.items() if value is not None}
    return EventMessage(
        event.event_no, event.event_id, event.kind, _body(event.kind, event.happened_at, data)
    )


def test_message(event_id: str, now: datetime) -> EventMessage:
    """Return a test message."""
    return EventMessage(None, event_id, TEST, _body(TEST, now, {}))


def _body(kind: str, at: datetime, data: Mapping[str, object]) -> bytes:
    return canonical({"type": kind, "timestamp": to_wire(at), "data": dict(data)})

"""Typed records: frozen views of a record's data, never written back."""

from field178_shared.records.commune import CommunePlan, MediaPost
from field178_shared.records.conflict import ConflictingChange, ConflictPart
from field178_shared.records.establishment import Establishment, EstablishmentCertificate, Point
from field178_shared.records.inspection import (
    CheckedAnswer,
    FollowUp,
    Inspection,
    Measure,
    VisitFinding,
    VisitMember,
)
from field178_shared.records.outreach_session import Attendance, OutreachSession
from field178_shared.records.review import PinnedRemark, ReviewRecord

__all__ = [
    "Attendance",
    "CheckedAnswer",
    "CommunePlan",
    "ConflictPart",
    "ConflictingChange",
    "Establishment",
    "EstablishmentCertificate",
    "FollowUp",
    "Inspection",
    "Measure",
    "MediaPost",
    "OutreachSession",
    "PinnedRemark",
    "Point",
    "ReviewRecord",
    "VisitFinding",
    "VisitMember",
]

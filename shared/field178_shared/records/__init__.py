"""Records as code reads them: frozen, typed, made from a record's data and never written back."""

from field178_shared.records.conflict import Clash, Conflict
from field178_shared.records.establishment import Certificate, Establishment, Point
from field178_shared.records.inspection import Answer, Finding, FollowUp, Inspection, Measure, Member
from field178_shared.records.outreach_session import Attendance, OutreachSession
from field178_shared.records.review import Comment, Review

__all__ = [
    "Answer",
    "Attendance",
    "Certificate",
    "Clash",
    "Comment",
    "Conflict",
    "Establishment",
    "Finding",
    "FollowUp",
    "Inspection",
    "Measure",
    "Member",
    "OutreachSession",
    "Point",
    "Review",
]

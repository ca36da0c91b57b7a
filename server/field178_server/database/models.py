"""All tables of the store. Modules that a listing command imports take theirs from `database/tables`."""

from field178_server.database.declarative_base import Base
from field178_server.database.tables.access import AccessRequest
from field178_server.database.tables.account import (
    AttemptCount,
    Audit,
    ConsoleSession,
    HandOver,
    Officer,
    OfficerScope,
    SavedView,
)
from field178_server.database.tables.attachment import Attachment, Blob, Upload
from field178_server.database.tables.backup import BackupRun
from field178_server.database.tables.device import (
    Device,
    DeviceOfficer,
    DeviceOrder,
    DeviceScope,
    EnrolmentCode,
    NumberLease,
)
from field178_server.database.tables.establishment import DuplicateCandidate, DuplicateDismissal, DuplicateKey
from field178_server.database.tables.feed import FeedToken
from field178_server.database.tables.indicator import (
    IndicatorBasis,
    IndicatorCursor,
    IndicatorLink,
    IndicatorPeriod,
    IndicatorSubject,
    IndicatorTotal,
)
from field178_server.database.tables.job import Job
from field178_server.database.tables.mail import Mail
from field178_server.database.tables.notice import Notice, NoticeDelivery, NoticeReading
from field178_server.database.tables.passkey import Passkey, PasskeyChallenge
from field178_server.database.tables.plan import PlanCommitment, SealedVisit
from field178_server.database.tables.projection import (
    VISITS_INDEX,
    ConflictRow,
    EstablishmentProjection,
    FiledCount,
    FiledFacet,
    FiledRecord,
    FollowUpAnswerRow,
    FollowUpProjection,
    MergeProjection,
    PlanItemRow,
    ProjectionRun,
    SanctionRow,
)
from field178_server.database.tables.record import Erasure, Feed, Record
from field178_server.database.tables.register_import import (
    RegisterImport,
    RegisterImportChoice,
    RegisterImportRecord,
)
from field178_server.database.tables.replication import (
    AccessState,
    ChangeHistory,
    DivergentRecord,
    Quarantine,
    ReceiptCopy,
    Root,
    RootPart,
    StoredReceipt,
)
from field178_server.database.tables.report import FrozenReport, ReportTemplate, SignedReport
from field178_server.database.tables.retention import LegalHold, RetentionRun, TrailBase
from field178_server.database.tables.review import RecordView
from field178_server.database.tables.tenant import Scope, StoreCheck, Tenant
from field178_server.database.tables.webhook import (
    Webhook,
    WebhookAttempt,
    WebhookEvent,
    WebhookFeed,
    WebhookRecord,
    WebhookRefused,
)

__all__ = [
    "VISITS_INDEX",
    "AccessRequest",
    "AccessState",
    "Attachment",
    "AttemptCount",
    "Audit",
    "BackupRun",
    "Base",
    "Blob",
    "ChangeHistory",
    "ConflictRow",
    "ConsoleSession",
    "Device",
    "DeviceOfficer",
    "DeviceOrder",
    "DeviceScope",
    "DivergentRecord",
    "DuplicateCandidate",
    "DuplicateDismissal",
    "DuplicateKey",
    "EnrolmentCode",
    "Erasure",
    "EstablishmentProjection",
    "Feed",
    "FeedToken",
    "FiledCount",
    "FiledFacet",
    "FiledRecord",
    "FollowUpAnswerRow",
    "FollowUpProjection",
    "FrozenReport",
    "HandOver",
    "IndicatorBasis",
    "IndicatorCursor",
    "IndicatorLink",
    "IndicatorPeriod",
    "IndicatorSubject",
    "IndicatorTotal",
    "Job",
    "LegalHold",
    "Mail",
    "MergeProjection",
    "Notice",
    "NoticeDelivery",
    "NoticeReading",
    "NumberLease",
    "Officer",
    "OfficerScope",
    "Passkey",
    "PasskeyChallenge",
    "PlanCommitment",
    "PlanItemRow",
    "ProjectionRun",
    "Quarantine",
    "ReceiptCopy",
    "Record",
    "RecordView",
    "RegisterImport",
    "RegisterImportChoice",
    "RegisterImportRecord",
    "ReportTemplate",
    "RetentionRun",
    "Root",
    "RootPart",
    "SanctionRow",
    "SavedView",
    "Scope",
    "SealedVisit",
    "SignedReport",
    "StoreCheck",
    "StoredReceipt",
    "Tenant",
    "TrailBase",
    "Upload",
    "Webhook",
    "WebhookAttempt",
    "WebhookEvent",
    "WebhookFeed",
    "WebhookRecord",
    "WebhookRefused",
]

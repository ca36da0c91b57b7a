"""The tables of the store, one family a file."""

from field178_server.database.models.account import Attempt, Audit, ConsoleSession, Officer, OfficerScope
from field178_server.database.models.attachment import Attachment, Blob, Upload
from field178_server.database.models.base import Base
from field178_server.database.models.device import (
    Challenge,
    Device,
    DeviceOfficer,
    DeviceScope,
    DeviceSession,
    EnrolmentCode,
)
from field178_server.database.models.erasure import Purge
from field178_server.database.models.hash_chain import Root, RootPart
from field178_server.database.models.notice import Notice
from field178_server.database.models.number_block import NumberLease
from field178_server.database.models.projection import ConflictRow, EstablishmentRow, FiledCount, FiledRecord
from field178_server.database.models.record import Feed, Record
from field178_server.database.models.recovery import Salvage
from field178_server.database.models.replication import Change, Incarnation, Quarantine, Receipt
from field178_server.database.models.tenant import Scope, StoreCheck, Tenant

__all__ = [
    "Attachment",
    "Attempt",
    "Audit",
    "Base",
    "Blob",
    "Challenge",
    "Change",
    "ConflictRow",
    "ConsoleSession",
    "Device",
    "DeviceOfficer",
    "DeviceScope",
    "DeviceSession",
    "EnrolmentCode",
    "EstablishmentRow",
    "Feed",
    "FiledCount",
    "FiledRecord",
    "Incarnation",
    "Notice",
    "NumberLease",
    "Officer",
    "OfficerScope",
    "Purge",
    "Quarantine",
    "Receipt",
    "Record",
    "Root",
    "RootPart",
    "Salvage",
    "Scope",
    "StoreCheck",
    "Tenant",
    "Upload",
]

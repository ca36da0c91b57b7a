"""The tables of the store, one family a file."""

from field178_server.models.base import Base
from field178_server.models.change import Change, Incarnation, Quarantine, Receipt
from field178_server.models.device import (
    Challenge,
    Device,
    DeviceOfficer,
    DeviceScope,
    DeviceSession,
    EnrolmentCode,
)
from field178_server.models.file import Attachment, Blob, Upload
from field178_server.models.notice import Notice
from field178_server.models.number_lease import NumberLease
from field178_server.models.officer import Attempt, Audit, ConsoleSession, Officer, OfficerScope
from field178_server.models.projection import ConflictRow, EstablishmentRow, FiledCount, FiledRecord
from field178_server.models.purge import Purge
from field178_server.models.record import Feed, Record
from field178_server.models.root import Root, RootPart
from field178_server.models.salvage import Salvage
from field178_server.models.tenancy import Scope, StoreCheck, Tenant

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

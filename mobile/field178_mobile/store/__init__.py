"""The tablet's durable, encrypted store."""

from field178_mobile.store.model import (
    Draft,
    EstablishmentListing,
    InboxItem,
    InboxKind,
    MergedRecord,
    PendingRecord,
    RefusedValue,
    ReviewerComment,
    ShownState,
    StateWord,
    StoreChange,
    StoreStatus,
    VisitListing,
)
from field178_mobile.store.store import Store

__all__ = [
    "Draft",
    "EstablishmentListing",
    "InboxItem",
    "InboxKind",
    "MergedRecord",
    "PendingRecord",
    "RefusedValue",
    "ReviewerComment",
    "ShownState",
    "StateWord",
    "Store",
    "StoreChange",
    "StoreStatus",
    "VisitListing",
]

"""The tablet's durable, encrypted store."""

from field178_mobile.store.model import (
    Comment,
    Disagreement,
    Draft,
    EstablishmentEntry,
    InboxItem,
    InboxKind,
    RecordView,
    ShownState,
    StoreChange,
    StoreStatus,
    Word,
)
from field178_mobile.store.store import Store

__all__ = [
    "Comment",
    "Disagreement",
    "Draft",
    "EstablishmentEntry",
    "InboxItem",
    "InboxKind",
    "RecordView",
    "ShownState",
    "Store",
    "StoreChange",
    "StoreStatus",
    "Word",
]

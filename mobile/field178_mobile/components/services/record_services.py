"""Services of the presenters of records: store, clock, ids, words, position, papers, photos. No Kivy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from field178_mobile.components.documents.document_output import DocumentServices
from field178_mobile.components.photos.photo_tools import PhotoTools
from field178_mobile.presentation.location import AskFix, no_receiver
from field178_mobile.presentation.wording import Wording
from field178_mobile.store import Store
from field178_shared.ids import IdSource
from field178_shared.time.clock import Clock


@dataclass(frozen=True, slots=True)
class RecordServices:
    """Services for presenters of records: store, clock, ids, texts and device functions."""

    store: Store
    clock: Clock
    ids: IdSource
    words: Wording
    user: str
    ask_fix: AskFix = no_receiver
    papers: DocumentServices | None = None
    has_receiver: bool = True
    tools: PhotoTools | None = None
    map_folder: Path | None = None

"""What a visit is opened with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from field178_mobile.features.inbox.reviewed import CLOSED
from field178_mobile.features.inspection.visit import VisitedEstablishment
from field178_mobile.features.photos.photo_tools import PhotoTools
from field178_mobile.presentation.draft_session import Data
from field178_mobile.presentation.location import Whereabouts
from field178_mobile.presentation.shortcomings import Shortcoming
from field178_mobile.store import Draft


@dataclass(frozen=True, slots=True)
class OpenVisit:
    """The draft under work, its establishment, the visit before, and whether it is to be changed."""

    establishment: VisitedEstablishment
    draft: Draft
    user: str
    last: Data = field(default_factory=dict)
    shortcomings: tuple[Shortcoming, ...] = ()
    comments: Mapping[str, str] = field(default_factory=dict)
    word: str = ""
    tools: PhotoTools | None = None
    places: Whereabouts | None = None
    is_to_read: bool = False

    @property
    def is_locked(self) -> bool:
        """Tell whether the visit is to read: the office has reviewed it, or one only looks at it."""
        return self.word in CLOSED or self.is_to_read

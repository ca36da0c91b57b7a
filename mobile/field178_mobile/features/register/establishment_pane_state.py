"""State of the establishment pane: one establishment without its visit."""

from __future__ import annotations

from dataclasses import dataclass

from field178_mobile.features.register.record_view import CertificateLine
from field178_mobile.presentation.facts import DatedRow, Fact, ToFix
from field178_mobile.presentation.wording import Option


@dataclass(frozen=True, slots=True)
class EstablishmentPaneState:
    """State of the open establishment, without the visit."""

    id: str
    title: str
    subtitle: str
    state_word: str
    state: str
    facts: tuple[Fact, ...]
    certificates: tuple[CertificateLine, ...]
    to_fix: tuple[ToFix, ...]
    history: tuple[DatedRow, ...]
    shift: str
    has_shift: bool
    arrival: tuple[Option, ...]
    last_visit: str
    has_draft: bool
    shift_comment: str
    pane: str
    files: str = ""
    # The state of the establishment while it is not acknowledged, and whether its form holds unfinished work.
    register: str = ""
    register_word: str = ""
    is_being_mended: bool = False
    # Last worker counts; whether the newest is older than a year, and whether a census draft exists.
    counts: tuple[DatedRow, ...] = ()
    has_old_count: bool = False
    is_being_counted: bool = False
    # Whether earlier visits may still be loading.
    is_loading: bool = False

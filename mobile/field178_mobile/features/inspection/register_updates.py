"""Observations that differ from the register: shown in the conclusion, filed with the visit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from field178_mobile.presentation.draft_session import Data, superseding
from field178_mobile.presentation.value_words import value_text
from field178_mobile.presentation.wording import Option, Wording
from field178_mobile.store import Draft, MergedRecord
from field178_shared.merge import read_path, write_path
from field178_shared.record_type import RecordType
from field178_shared.rules.observations import observed_changes


def update_options(visit: Data, register: Data, kept: Collection[str], words: Wording) -> tuple[Option, ...]:
    """Return each difference as "Rooms: 8 → 12"; chosen differences are filed, those in `kept` are not."""
    options = []
    for path, value in observed_changes(visit, register).items():
        before = read_path(register, path)
        old = "…" if before is None else value_text(RecordType.ESTABLISHMENT, path, before, words)
        new = value_text(RecordType.ESTABLISHMENT, path, value, words)
        options.append(Option(path, f"{_name(path, words)}: {old} → {new}", path not in kept))
    return tuple(options)


def update_draft(visit: Draft, view: MergedRecord, kept: Collection[str]) -> Draft | None:
    """Return the establishment change filed with its visit; None if nothing differs."""
    draft = superseding(view, view.id, visit.user, visit.saved_at)
    data = dict(draft.data)
    for path, value in observed_changes(visit.data, view.data).items():
        if path not in kept:
            data = write_path(data, path, value)
    return None if data == draft.data else replace(draft, data=data)


def _name(path: str, words: Wording) -> str:
    kind = path.split(".")[1] if path.startswith("certificates.") else ""
    return words.choice("certificate_kind", kind) if kind else words.field(RecordType.ESTABLISHMENT, path)

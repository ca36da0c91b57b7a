"""The checklist item under which a path of a visit is shown."""

from __future__ import annotations

from field178_mobile.presentation.draft_session import Data
from field178_mobile.presentation.wording import Wording
from field178_shared.codelists import ChecklistItem
from field178_shared.merge import read_path


def item_at(path: str, data: Data, words: Wording) -> ChecklistItem | None:
    """Return the checklist item of a path of a visit, None for a path outside the checklist."""
    return words.lists.items.get(item_id_at(path, data))


def item_id_at(path: str, data: Data) -> str:
    """Return the id of the checklist item of a path: of an answer, or of a finding. "" for other paths."""
    head, _, rest = path.partition(".")
    key = rest.partition(".")[0]
    if head == "answers":
        return key
    if head == "findings":
        return str(read_path(data, f"findings.{key}.checklist_item_id") or "")
    return ""

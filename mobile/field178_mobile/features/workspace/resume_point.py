"""Where in the inspections an officer was when the tablet locked, and the way back there."""

from __future__ import annotations

from field178_mobile.features.workspace.workspace import Workspace


def place_of(workspace: Workspace) -> dict[str, str]:
    """Return what is open by ids alone, nothing when only the list is; `go_back` takes it again."""
    record, form = workspace.record, workspace.editing.form
    if form is not None:
        return {"form_id": form.record_id} if form.is_kept else {}
    if not record.establishment_id:
        return {}
    place = {"establishment_id": record.establishment_id, "tab": record.tab}
    if record.visit is not None and not record.visit.is_filed:
        sight = record.visit.sight
        place |= {"record_id": record.visit.record_id, "tab": sight.tab, "section": sight.section}
    return place


def go_back(
    workspace: Workspace, establishment_id: str, tab: str, record_id: str = "", section: str = ""
) -> None:
    """Open it again as far as it is still there: a draft by its establishment, a filed visit by itself."""
    record = workspace.record
    if not (record_id and record.open_to_read(record_id)):
        workspace.open(establishment_id)
    is_same = record.visit is not None and record.visit.record_id == record_id
    if not record_id or is_same:
        record.choose_tab(tab)
    if record.visit is not None and is_same and section:
        record.visit.open_section(section)

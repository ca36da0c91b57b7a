"""Observations of a visit that differ from the register: status, rooms and certificates."""

from __future__ import annotations

from collections.abc import Mapping

from field178_shared.merge import equal, read_path
from field178_shared.records.inspection import INSPECTED
from field178_shared.records.reading import Data, answers_of, text_of

STATUS, ROOMS = "operating_status_id", "rooms_total"
_ROOMS_ITEM = "lodging_rooms_total"
_OPERATING, _NOT_FOUND = "operating", "not_found"
# Checklist item → certificate of the item.
_PAPERS: Mapping[str, str] = {
    "biz_registration": "business_registration",
    "antt_certificate": "antt",
    "fd_food_certificate": "food_safety",
}
_LICENCE_ITEM = "kd_licence"
_LICENCES: Mapping[str, str] = {"karaoke": "karaoke_licence", "discotheque": "discotheque_licence"}
_VALID, _MISSING = "valid", "missing"
# States that an answer "yes" sets to valid. For an unknown certificate "yes" proves only that it exists.
_MENDED_BY_YES = frozenset({_MISSING, "not_shown"})


def observed_changes(visit: Data, establishment: Data) -> dict[str, object]:
    """Return the observed values that differ from the establishment: {path: value}.

    Only answers count as observations: a visit without entry observes nothing of the business.
    """
    seen = {**_status(visit, establishment), **_rooms(visit), **_papers(visit, establishment)}
    return {path: value for path, value in seen.items() if not equal(read_path(establishment, path), value)}


def _status(visit: Data, establishment: Data) -> dict[str, object]:
    access = visit.get("access_result")
    if access == _NOT_FOUND:
        return {STATUS: _NOT_FOUND}
    is_back = access == INSPECTED and text_of(establishment, STATUS) in ("paused", _NOT_FOUND)
    return {STATUS: _OPERATING} if is_back else {}


def _rooms(visit: Data) -> dict[str, object]:
    count = answers_of(visit).get(_ROOMS_ITEM)
    return {ROOMS: count} if isinstance(count, int) and visit.get("access_result") == INSPECTED else {}


def _papers(visit: Data, establishment: Data) -> dict[str, object]:
    if visit.get("access_result") != INSPECTED:
        return {}
    answers = answers_of(visit)
    licence = _LICENCES.get(text_of(establishment, "establishment_type_id"), "")
    papers = {**_PAPERS, **({_LICENCE_ITEM: licence} if licence else {})}
    updates: dict[str, object] = {}
    for item_id, kind in papers.items():
        path = f"certificates.{kind}.status"
        status = str(read_path(establishment, path) or "")
        if answers.get(item_id) == "no":
            updates[path] = _MISSING
        elif answers.get(item_id) == "yes" and status in _MENDED_BY_YES:
            updates[path] = _VALID
    return updates

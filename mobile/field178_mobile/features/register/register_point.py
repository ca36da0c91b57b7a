"""Point of an establishment, set like the position of a visit: measured, pinned, or none.

The point is used for years, so only a current measurement precise enough for a street is accepted. The form
shows the precision; the register stores the point and its source.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from field178_mobile.components.check_in.check_in import (
    CHECK_IN,
    FIX,
    LAST_FIX,
    PIN,
    REGISTERED,
    VAGUE_M,
    CheckInDraft,
)
from field178_mobile.presentation.draft_session import Changes, Data
from field178_shared.records.reading import count_of, text_of

_SOURCES = {FIX: "gps", PIN: "map", REGISTERED: "manual"}
_PROVIDERS = {source: provider for provider, source in _SOURCES.items()}
_NOT_GOOD = {"no_point_reason": "no_fix"}


class RegisterPoint:
    """Reads and writes lat, lon and point_source of an establishment in the form of a check-in."""

    def __init__(self, read: Callable[[], Data], change: Callable[[Changes, str], None]) -> None:
        self._read = read
        self._change = change
        self._taken: Mapping[str, object] = {}

    def draft(self) -> CheckInDraft:
        """Return the draft interface for the check-in."""
        return CheckInDraft(self._point, self._take)

    def _point(self) -> Data:
        data = self._read()
        lat, lon = count_of(data, "lat"), count_of(data, "lon")
        if lat is None or lon is None:
            reason = "lat" not in self._taken and self._taken
            return {CHECK_IN: self._taken} if reason else {}
        if (lat, lon) == (self._taken.get("lat"), self._taken.get("lon")):
            return {CHECK_IN: self._taken}
        provider = _PROVIDERS.get(text_of(data, "point_source"), REGISTERED)
        return {CHECK_IN: {"lat": lat, "lon": lon, "provider": provider}}

    def _take(self, changes: Changes, label: str) -> None:
        point = changes[CHECK_IN]
        taken = point if isinstance(point, Mapping) else {}
        if not _is_good(taken):
            self._taken = _NOT_GOOD
            self._change({}, "")  # an existing point is better than this one
            return
        self._taken = taken
        source = _SOURCES[text_of(taken, "provider")] if "lat" in taken else None
        self._change({"lat": taken.get("lat"), "lon": taken.get("lon"), "point_source": source}, label)


def _is_good(point: Mapping[str, object]) -> bool:
    """Return whether a point, or the decision for no point, may be registered."""
    if point.get("no_point_reason") == "no_fix" or point.get("provider") == LAST_FIX:
        return False
    return (count_of(point, "accuracy_m") or 0) <= VAGUE_M

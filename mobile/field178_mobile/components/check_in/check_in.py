"""Position of the beginning of a visit: measured, else an earlier fix, the registered point, or a pin.

The form never waits for a measurement. The record stores the source of the position, so that a pin never
counts as a measurement.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from field178_mobile.platform.api import Fix
from field178_mobile.presentation.draft_session import Changes, Data
from field178_mobile.presentation.location import GeoPoint, Whereabouts, metres_between
from field178_mobile.presentation.wording import Option, Wording
from field178_shared.record_type import RecordType
from field178_shared.records.reading import count_of, text_of
from field178_shared.text.formats import number_text, time_text
from field178_shared.text.i18n import N_
from field178_shared.time.clock import Clock, from_wire, to_wire

CHECK_IN = "check_in"
FIX, LAST_FIX, REGISTERED, PIN = "fix", "last_fix", "registered_point", "map_pin"
MEASURE, NO_POINT = "measure", "refused"
# Indoors, a phone that reports 50 m may be in the wrong street.
VAGUE_M = 100


@dataclass(frozen=True, slots=True)
class CheckInDraft:
    """Draft of the point: read, change (with or without an undo label), closed or open."""

    read: Callable[[], Data]
    change: Callable[[Changes, str], None]
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class CheckInState:
    """State of the position of a visit as text. `options`: its possible actions."""

    text: str = ""
    detail: str = ""
    tone: str = "muted"
    icon: str = "map-marker-outline"
    options: tuple[Option, ...] = ()
    here: GeoPoint | None = None


class CheckIn:
    """Position of one visit; `changed` is called when a measurement begins, or ends without a point."""

    def __init__(
        self,
        places: Whereabouts,
        draft: CheckInDraft,
        around: tuple[Clock, Wording],
        registered: GeoPoint | None,
        changed: Callable[[], None],
    ) -> None:
        self._places = places
        self._draft = draft
        self._clock, self._words = around
        self._registered = registered
        self._changed = changed
        self._request_number = 0
        self._is_measuring = False

    def start(self) -> None:
        """Measure the position of a new visit; the form does not wait for it."""
        if CHECK_IN not in self._draft.read() and not self._draft.is_closed:
            self._ask("")

    def choose(self, option: str) -> None:
        """Run one of the options; a pin is set by `pin`."""
        if self._draft.is_closed:
            return
        label = self._words.field(RecordType.INSPECTION, CHECK_IN)
        if option == MEASURE:
            self._ask(label)
        elif option == REGISTERED and self._registered is not None:
            self._take(_point(self._registered, REGISTERED, self._clock.now()), label)
        elif option == NO_POINT:
            self._take({"no_point_reason": NO_POINT}, label)

    def pin(self, position: GeoPoint) -> None:
        """Set the point that a person chose on the map."""
        if not self._draft.is_closed:
            self._take(
                _point(position, PIN, self._clock.now()), self._words.field(RecordType.INSPECTION, CHECK_IN)
            )

    def state(self) -> CheckInState:
        """Return the state of the position as text."""
        point = self._draft.read().get(CHECK_IN)
        stored = point if isinstance(point, Mapping) else {}
        text, tone, icon = self._source_text(stored)
        return CheckInState(
            text=text,
            detail=self._detail(stored),
            tone=tone,
            icon=icon,
            options=() if self._draft.is_closed else self._options(),
            here=_position(stored) or self._registered,
        )

    def _ask(self, label: str) -> None:
        self._request_number += 1
        mine, self._is_measuring = self._request_number, self._places.has_receiver
        if self._is_measuring:
            self._changed()
        self._places.ask(lambda fix: self._measured(mine, fix, label))

    def _measured(self, request_number: int, fix: Fix | None, label: str) -> None:
        if request_number != self._request_number:
            return  # the officer has chosen another option or measured again meanwhile
        self._is_measuring = False
        is_known = CHECK_IN in self._draft.read()
        last = self._places.last() if fix is None else None
        if fix is not None:
            self._take(_measurement(fix, FIX, self._clock.now()), label)
        elif is_known:
            self._changed()  # an earlier position is better than none
        elif last is not None:
            self._take(_measurement(last, LAST_FIX, self._clock.now()), label)
        else:
            self._take({"no_point_reason": "no_fix"}, label)

    def _take(self, point: Mapping[str, object], label: str) -> None:
        self._request_number += 1
        self._is_measuring = False
        self._draft.change({CHECK_IN: dict(point)}, label)

    def _source_text(self, point: Mapping[str, object]) -> tuple[str, str, str]:
        """Return the words, their tone and their icon."""
        if self._is_measuring:
            sentence = N_("Measuring the position; go on, nothing waits for it.")
            return self._words.translate(sentence), "primary", "crosshairs-gps"
        if _position(point) is None:
            return self._reason(text_of(point, "no_point_reason")), "muted", "map-marker-outline"
        accuracy, provider = count_of(point, "accuracy_m"), text_of(point, "provider") or FIX
        sentence = self._words.choice("point_provider", provider)
        if accuracy is not None:
            metres = number_text(accuracy, self._words.language)
            sentence = self._words.say("{source}, within {metres} m", source=sentence, metres=metres)
        if provider == FIX and accuracy is not None and accuracy <= VAGUE_M:
            return sentence, "ok", "map-marker-check-outline"
        return sentence, "warn", "map-marker-alert-outline"

    def _reason(self, reason: str) -> str:
        if reason == "no_fix" and not self._places.has_receiver:
            return self._words.translate("This device cannot measure its position.")
        return self._words.choice("no_point_reason", reason) or self._words.translate("No position yet")

    def _detail(self, point: Mapping[str, object]) -> str:
        """Return the time of the measurement and the distance from the registered point."""
        position, at = _position(point), from_wire(text_of(point, "captured_at"))
        parts = []
        if position is not None and at is not None:
            parts.append(self._words.say("at {time}", time=time_text(at, self._words.language)))
        if position is not None and self._registered is not None and point.get("provider") != REGISTERED:
            metres = number_text(metres_between(position, self._registered), self._words.language)
            parts.append(self._words.say("{metres} m from the registered point", metres=metres))
        return " · ".join(parts)

    def _options(self) -> tuple[Option, ...]:
        _ = self._words.translate
        offered = []
        if self._places.has_receiver and not self._is_measuring:
            offered.append(Option(MEASURE, _("Measure again")))
        if self._registered is not None:
            offered.append(Option(REGISTERED, _("Take the registered point")))
        offered.append(Option(PIN, _("Set a pin on the map")))
        offered.append(Option(NO_POINT, _("Record no position")))
        return tuple(offered)


def _measurement(fix: Fix, provider: str, now: datetime) -> dict[str, object]:
    age = max(0, int((now - fix.captured_at).total_seconds()))
    point = _point(GeoPoint(fix.lat, fix.lon), provider, fix.captured_at)
    return {**point, "accuracy_m": fix.accuracy_m, "fix_age_s": age}


def _point(position: GeoPoint, provider: str, at: datetime) -> dict[str, object]:
    return {"lat": position.lat, "lon": position.lon, "provider": provider, "captured_at": to_wire(at)}


def _position(point: Mapping[str, object]) -> GeoPoint | None:
    lat, lon = point.get("lat"), point.get("lon")
    return GeoPoint(lat, lon) if isinstance(lat, int) and isinstance(lon, int) else None

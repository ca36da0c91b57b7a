"""Single measurement of the position: the first from satellites or network, else a recent last position."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from threading import Lock, Timer

from field178_mobile.platform.android.java import Java, attempt, java_class, service
from field178_mobile.platform.api import Fix

FINE = "android.permission.ACCESS_FINE_LOCATION"
COARSE = "android.permission.ACCESS_COARSE_LOCATION"
WAIT_S = 20.0
# With the question for the permission before it.
ASKING_S = 50.0
# A position of the last minutes is of this address; an older one may be of another.
FRESH_NS = 5 * 60 * 1_000_000_000

Answer = Callable[[Fix | None], None]


def ask_fix(answer: Answer) -> None:
    """Measure the position once, after requesting the permission if needed. None without a position."""
    from android.permissions import check_permission, request_permissions

    is_allowed = check_permission(FINE) or check_permission(COARSE)
    measurement = Measurement(answer, WAIT_S if is_allowed else ASKING_S)

    def measure(*_results: object) -> None:
        measurement.begin(_providers(check_permission(FINE), check_permission(COARSE)))

    if is_allowed:
        measure()
    else:
        request_permissions([FINE, COARSE], measure)


def _providers(is_fine: bool, is_coarse: bool) -> list[str]:
    return [*(["gps"] if is_fine else []), *(["network"] if is_fine or is_coarse else [])]


class Measurement:
    """A request to the receivers, answered exactly once."""

    def __init__(self, answer: Answer, wait_s: float) -> None:
        self._answer: Answer | None = answer
        self._lock = Lock()
        self._listener = _listener(self._came)
        self._providers: list[str] = []
        self._timer = Timer(wait_s, self._give_up)
        self._timer.daemon = True
        self._timer.start()

    def begin(self, providers: list[str]) -> None:
        """Request the position from every enabled receiver; without one answer the last position, or None."""
        if self._answer is None:
            return
        self._providers = providers
        if not any([attempt("measure", partial(self._ask, name)) for name in self._on()]):
            self._give_up()

    def _on(self) -> list[str]:
        manager = _manager()
        return [name for name in self._providers if manager.isProviderEnabled(name)]

    def _ask(self, provider: str) -> None:
        looper = java_class("android.os.Looper").getMainLooper()
        _manager().requestSingleUpdate(provider, self._listener, looper)

    def _came(self, location: Java) -> None:
        if (fix := fix_of(location)) is not None:
            self._finish(fix)

    def _give_up(self) -> None:
        fresh = [fix for name in self._providers if (fix := _last(name)) is not None]
        self._finish(min(fresh, key=lambda fix: fix.accuracy_m, default=None))

    def _finish(self, fix: Fix | None) -> None:
        with self._lock:
            answer, self._answer = self._answer, None
        if answer is not None:
            self._timer.cancel()
            attempt("stop", lambda: _manager().removeUpdates(self._listener))
            answer(fix)


def fix_of(location: Java) -> Fix | None:
    """Convert a Java location into a fix; None for a location without accuracy."""
    if not location.hasAccuracy():
        return None
    return Fix(
        lat=round(float(location.getLatitude()) * 1e7),
        lon=round(float(location.getLongitude()) * 1e7),
        accuracy_m=max(1, math.ceil(float(location.getAccuracy()))),
        captured_at=datetime.fromtimestamp(int(location.getTime()) / 1000, UTC),
    )


def _last(provider: str) -> Fix | None:
    locations: list[Java | None] = []
    attempt("last", lambda: locations.append(_manager().getLastKnownLocation(provider)))
    location = locations[0] if locations else None
    if location is None:
        return None
    now = int(java_class("android.os.SystemClock").elapsedRealtimeNanos())
    return fix_of(location) if now - int(location.getElapsedRealtimeNanos()) <= FRESH_NS else None


def _manager() -> Java:
    return service("location", "android.location.LocationManager")


def _listener(came: Callable[[Java], None]) -> object:
    from jnius import PythonJavaClass, java_method

    class LocationCallbacks(PythonJavaClass):  # type: ignore[misc]
        """Every method the interface has on any Android: one that is missing stops the application."""

        __javainterfaces__ = ("android/location/LocationListener",)

        @java_method("(Landroid/location/Location;)V")
        def onLocationChanged(self, location: Java) -> None:
            came(location)

        # Called by Android 12 and later; a Java interface implemented in Python does not inherit the default
        # method.
        @java_method("(Ljava/util/List;)V", name="onLocationChanged")
        def locations_changed(self, locations: Java) -> None:
            came(locations.get(int(locations.size()) - 1))

        @java_method("(Ljava/lang/String;)V")
        def onProviderEnabled(self, _provider: str) -> None:
            return

        @java_method("(Ljava/lang/String;)V")
        def onProviderDisabled(self, _provider: str) -> None:
            return

        @java_method("(Ljava/lang/String;ILandroid/os/Bundle;)V")
        def onStatusChanged(self, _provider: str, _status: int, _extras: object) -> None:
            return

        @java_method("(I)V")
        def onFlushComplete(self, _code: int) -> None:
            return

    return LocationCallbacks()

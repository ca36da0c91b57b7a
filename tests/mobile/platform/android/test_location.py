"""One position a question: permission, receivers, the wait and the last known one; exactly one answer."""

from __future__ import annotations

from datetime import UTC, datetime
from queue import Queue

import pytest
from tests.mobile.platform.android.fake_java import FakeJava, JavaException, JavaObject, hear

from field178_mobile.platform.android import location
from field178_mobile.platform.android.device import AndroidPlatform
from field178_mobile.platform.api import Fix

MANAGER = "android.location.LocationManager"
PLACE = "android.location.Location"
AT = datetime(2026, 3, 5, 15, 4, 5, tzinfo=UTC)
SECOND_NS = 1_000_000_000
FIX = Fix(lat=208_123_457, lon=1_066_789_012, accuracy_m=13, captured_at=AT)
ONE, MANY = "(Landroid/location/Location;)V", "(Ljava/util/List;)V"


@pytest.fixture
def here(java: FakeJava) -> FakeJava:
    java.granted = {location.FINE, location.COARSE}
    java.answers |= {
        f"{MANAGER}.isProviderEnabled": True,
        f"{MANAGER}.getLastKnownLocation": None,
        f"{PLACE}.hasAccuracy": True,
        f"{PLACE}.getAccuracy": 12.4,
        f"{PLACE}.getLatitude": 20.81234567,
        f"{PLACE}.getLongitude": 106.67890123,
        f"{PLACE}.getTime": int(AT.timestamp() * 1000),
        f"{PLACE}.getElapsedRealtimeNanos": 1000 * SECOND_NS,
        "android.os.SystemClock.elapsedRealtimeNanos": 1060 * SECOND_NS,
    }
    return java


@pytest.fixture(autouse=True)
def short_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    # Longer than any test run: what is still waiting at the end of a test must not speak in the next one.
    monkeypatch.setattr(location, "WAIT_S", 36_000.0)
    monkeypatch.setattr(location, "ASKING_S", 36_000.0)


def listener(java: FakeJava) -> object:
    return java.named("LocationManager.requestSingleUpdate")[0][1]


def place(java: FakeJava) -> JavaObject:
    return java.object(PLACE)


@pytest.mark.parametrize("signature", [ONE, MANY])
def test_first_position_answers_once_whichever_way_android_tells_it(
    device: AndroidPlatform, here: FakeJava, signature: str
) -> None:
    answers: list[Fix | None] = []
    device.ask_fix(answers.append)
    assert [call[0] for call in here.named("LocationManager.requestSingleUpdate")] == ["gps", "network"]
    here.answers |= {"java.util.List.size": 2, "java.util.List.get": lambda _nth: place(here)}
    argument = place(here) if signature == ONE else here.object("java.util.List")
    hear(listener(here), "onLocationChanged", signature, argument)
    hear(listener(here), "onLocationChanged", ONE, place(here))
    assert answers == [FIX]
    assert here.named("LocationManager.removeUpdates") == [(listener(here),)]


def test_every_method_of_the_listener_is_there(device: AndroidPlatform, here: FakeJava) -> None:
    device.ask_fix(lambda _fix: None)
    hear(listener(here), "onProviderEnabled", "(Ljava/lang/String;)V", "gps")
    hear(listener(here), "onProviderDisabled", "(Ljava/lang/String;)V", "gps")
    hear(listener(here), "onStatusChanged", "(Ljava/lang/String;ILandroid/os/Bundle;)V", "gps", 2, None)
    hear(listener(here), "onFlushComplete", "(I)V", 1)


def test_permission_is_asked_for_and_then_it_is_measured(device: AndroidPlatform, here: FakeJava) -> None:
    here.granted = set()
    device.ask_fix(lambda _fix: None)
    assert here.named("request_permissions") == [(location.FINE, location.COARSE)]
    assert here.named("LocationManager.requestSingleUpdate") == []
    here.granted = {location.COARSE}
    assert here.granting is not None
    here.granting()
    assert [call[0] for call in here.named("LocationManager.requestSingleUpdate")] == ["network"]


def test_permission_refused_is_no_position(device: AndroidPlatform, here: FakeJava) -> None:
    here.granted = set()
    answers: list[Fix | None] = []
    device.ask_fix(answers.append)
    assert here.granting is not None
    here.granting()
    assert answers == [None]


def test_receivers_switched_off_give_a_fresh_last_position_at_once(
    device: AndroidPlatform, here: FakeJava
) -> None:
    here.answers[f"{MANAGER}.isProviderEnabled"] = False
    here.answers[f"{MANAGER}.getLastKnownLocation"] = lambda _name: place(here)
    answers: list[Fix | None] = []
    device.ask_fix(answers.append)
    assert answers == [FIX]


def test_last_position_of_another_hour_is_none(device: AndroidPlatform, here: FakeJava) -> None:
    here.answers[f"{MANAGER}.isProviderEnabled"] = False
    here.answers[f"{MANAGER}.getLastKnownLocation"] = lambda _name: place(here)
    here.answers["android.os.SystemClock.elapsedRealtimeNanos"] = 5000 * SECOND_NS
    answers: list[Fix | None] = []
    device.ask_fix(answers.append)
    assert answers == [None]


def test_receiver_that_refuses_is_left_out(device: AndroidPlatform, here: FakeJava) -> None:
    here.answers[f"{MANAGER}.requestSingleUpdate"] = JavaException("java.lang.SecurityException")
    answers: list[Fix | None] = []
    device.ask_fix(answers.append)
    assert answers == [None]


def test_nothing_within_the_wait_is_no_position(
    device: AndroidPlatform, here: FakeJava, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(location, "WAIT_S", 0.01)
    answers: Queue[Fix | None] = Queue()
    device.ask_fix(answers.put)
    assert answers.get(timeout=10) is None
    hear(listener(here), "onLocationChanged", ONE, place(here))
    assert answers.empty()


def test_permission_that_nobody_answers_does_not_hold_the_form(
    device: AndroidPlatform, here: FakeJava, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(location, "ASKING_S", 0.01)
    here.granted = set()
    answers: Queue[Fix | None] = Queue()
    device.ask_fix(answers.put)
    assert answers.get(timeout=10) is None
    here.granted = {location.FINE}
    assert here.granting is not None
    here.granting()
    assert here.named("LocationManager.requestSingleUpdate") == []
    assert answers.empty()


def test_position_of_unknown_accuracy_is_not_taken(device: AndroidPlatform, here: FakeJava) -> None:
    here.answers[f"{PLACE}.hasAccuracy"] = False
    answers: list[Fix | None] = []
    device.ask_fix(answers.append)
    hear(listener(here), "onLocationChanged", ONE, place(here))
    assert answers == []

"""Where a visit began: one measurement, never waited for; what was taken instead is called what it is."""

from __future__ import annotations

import pytest
from tests.mobile.inspection_world import words
from tests.mobile.support import FrozenClock

from field178_mobile.components.check_in.check_in import CheckIn, CheckInDraft
from field178_mobile.platform.api import Fix
from field178_mobile.presentation.location import GeoPoint, Whereabouts

REGISTERED = GeoPoint(208_200_000, 1_065_500_000)


class Bench:
    """A draft in memory, and a receiver whose answers a test gives."""

    def __init__(self, clock: FrozenClock, has_receiver: bool = True, is_closed: bool = False) -> None:
        self.clock, self.data, self.labels = clock, dict[str, object](), list[str]()
        self.waiting = []
        self.places = Whereabouts(self.waiting.append, clock, has_receiver)
        draft = CheckInDraft(lambda: self.data, self.change, is_closed)
        self.place = CheckIn(self.places, draft, (clock, words()), REGISTERED, lambda: None)

    def change(self, changes, label: str) -> None:
        self.data.update(changes)
        self.labels.append(label)

    def answer(self, fix: Fix | None) -> None:
        self.waiting.pop(0)(fix)

    def fix(self, accuracy_m: int = 12) -> Fix:
        return Fix(208_201_000, 1_065_500_000, accuracy_m, self.clock.now())

    @property
    def point(self):
        return self.data["check_in"]


@pytest.fixture
def bench(clock: FrozenClock) -> Bench:
    return Bench(clock)


def test_a_measurement_is_taken_with_its_accuracy_and_age(bench: Bench):
    bench.place.start()
    fix = bench.fix()
    assert bench.place.state().text.startswith("Đang đo vị trí")
    assert "check_in" not in bench.data
    bench.clock.tick(seconds=5)
    bench.answer(fix)
    assert bench.point == {
        "lat": 208_201_000,
        "lon": 1_065_500_000,
        "provider": "fix",
        "accuracy_m": 12,
        "fix_age_s": 5,
        "captured_at": "2026-11-24T15:00:00Z",
    }
    state = bench.place.state()
    assert (state.text, state.tone) == ("Đo tại chỗ, sai số 12 m", "ok")
    assert state.detail == "lúc 22:00 · cách điểm đã đăng ký 11 m"
    assert bench.labels == [""]


def test_check_in_with_a_reason_starts_no_measurement(bench: Bench):
    bench.data["check_in"] = {"no_point_reason": "indoor"}
    bench.place.start()
    assert bench.waiting == []


def test_a_vague_measurement_is_shown_as_one(bench: Bench):
    bench.place.start()
    bench.answer(bench.fix(accuracy_m=2500))
    assert bench.place.state().text == "Đo tại chỗ, sai số 2.500 m"
    assert bench.place.state().tone == "warn"


def test_without_a_fix_an_earlier_one_of_this_half_hour_is_taken_and_called_so(bench: Bench):
    bench.places.ask(lambda fix: None)
    bench.answer(bench.fix())
    bench.clock.tick(minutes=10)
    bench.place.start()
    bench.answer(None)
    assert (bench.point["provider"], bench.point["fix_age_s"]) == ("last_fix", 600)
    assert bench.place.state().tone == "warn"


def test_an_old_measurement_is_of_another_place(bench: Bench):
    bench.places.ask(lambda fix: None)
    bench.answer(bench.fix())
    bench.clock.tick(minutes=31)
    bench.place.start()
    bench.answer(None)
    assert bench.point == {"no_point_reason": "no_fix"}


def test_registered_point_and_pin_are_taken_by_a_tap_and_never_called_measured(bench: Bench):
    bench.place.choose("registered_point")
    assert (bench.point["lat"], bench.point["provider"]) == (REGISTERED.lat, "registered_point")
    assert "accuracy_m" not in bench.point
    bench.place.pin(GeoPoint(1, 2))
    assert (bench.point["lat"], bench.point["lon"], bench.point["provider"]) == (1, 2, "map_pin")
    assert bench.labels == ["Vị trí lúc đến"] * 2


def test_a_measurement_that_comes_after_a_choice_does_not_undo_it(bench: Bench):
    bench.place.start()
    bench.place.pin(GeoPoint(1, 2))
    bench.answer(bench.fix())
    assert bench.point["provider"] == "map_pin"


def test_measuring_again_without_a_fix_keeps_the_earlier_point(bench: Bench):
    bench.place.start()
    bench.answer(bench.fix())
    bench.place.choose("measure")
    bench.answer(None)
    assert bench.point["provider"] == "fix"
    assert not bench.place.state().text.startswith("Đang đo")


def test_an_officer_may_record_no_position(bench: Bench):
    bench.place.choose("refused")
    assert bench.point == {"no_point_reason": "refused"}
    assert bench.place.state().text == "Cán bộ không ghi vị trí"


def test_a_device_without_receiver_says_so_and_offers_the_rest(clock: FrozenClock):
    bench = Bench(clock, has_receiver=False)
    bench.place.start()
    bench.answer(None)
    state = bench.place.state()
    assert state.text == "Máy này không đo được vị trí."
    assert [option.id for option in state.options] == ["registered_point", "map_pin", "refused"]


def test_a_closed_record_only_shows(clock: FrozenClock):
    bench = Bench(clock, is_closed=True)
    bench.place.start()
    bench.place.choose("registered_point")
    bench.place.pin(GeoPoint(1, 2))
    assert (bench.data, bench.waiting, bench.place.state().options) == ({}, [], ())

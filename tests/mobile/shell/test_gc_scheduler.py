"""Garbage is looked for while nobody touches the tablet."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from field178_mobile.shell import gc_scheduler
from field178_mobile.shell.gc_scheduler import AGAIN_AFTER_S, QUIET_S, QuietMoments


class Knot:
    """An object that refers to itself: only a garbage collection removes it."""

    def __init__(self) -> None:
        self.itself = self


class Seconds:
    """A clock that is moved by hand."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def moments(seconds: Seconds) -> Iterator[QuietMoments]:
    gc.disable()  # nothing but the moments may take a knot away
    yield QuietMoments(seconds)
    gc.enable()


def dropped_knot() -> weakref.ref[Knot]:
    return weakref.ref(Knot())


def test_nothing_is_looked_for_under_a_finger(moments: QuietMoments, seconds: Seconds) -> None:
    knot = dropped_knot()
    moments.change_hands()
    for _ in range(10):
        seconds.now += QUIET_S * 0.9
        moments.use()
        moments.touch()
    assert knot() is not None


def test_closed_session_is_collected_in_the_first_quiet_moment(
    moments: QuietMoments, seconds: Seconds
) -> None:
    gc.freeze()
    knot = dropped_knot()
    gc.freeze()  # it was part of the open notebook
    moments.change_hands()
    seconds.now += QUIET_S
    moments.use()
    assert knot() is None
    assert gc.get_freeze_count() > 0


def test_a_tablet_that_lies_still_is_looked_through_now_and_then(
    moments: QuietMoments, seconds: Seconds
) -> None:
    seconds.now += AGAIN_AFTER_S
    moments.use()
    knot = dropped_knot()
    seconds.now += AGAIN_AFTER_S * 0.9
    moments.use()
    assert knot() is not None
    seconds.now += AGAIN_AFTER_S * 0.1
    moments.use()
    assert knot() is None


def test_python_alone_looks_through_new_things_only() -> None:
    before = gc.get_threshold()
    try:
        gc_scheduler.begin()
        young, middle, everything = gc.get_threshold()
        assert (young, middle) == before[:2]
        assert everything > 1_000_000
    finally:
        gc.set_threshold(*before)

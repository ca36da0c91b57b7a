"""A tablet that nobody touches says so, then locks."""

from __future__ import annotations

import pytest

from field178_mobile.features.access.idle import LOCK_AFTER_S, WARN_BEFORE_S, Idle


class Seconds:
    """A clock that is moved by hand."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def seconds():
    return Seconds()


@pytest.fixture
def idle(seconds):
    return Idle(seconds)


def test_lock_is_told_before_it_comes(idle, seconds):
    seconds.now += LOCK_AFTER_S - WARN_BEFORE_S - 1
    assert (idle.warns_s, idle.is_over) == (0, False)
    seconds.now += 1
    assert (idle.warns_s, idle.is_over) == (20, False)
    seconds.now += 19.5
    assert (idle.warns_s, idle.is_over) == (1, False)
    seconds.now += 1
    assert (idle.warns_s, idle.is_over) == (0, True)


def test_touch_in_time_begins_the_count_again(idle, seconds):
    seconds.now += LOCK_AFTER_S - 1
    idle.touch()
    assert idle.warns_s == 0
    seconds.now += LOCK_AFTER_S - 1
    assert not idle.is_over


def test_touch_that_wakes_a_sleeping_tablet_does_not_keep_it_open(idle, seconds):
    seconds.now += LOCK_AFTER_S + 1
    idle.touch()
    assert idle.is_over
    idle.begin()
    assert not idle.is_over

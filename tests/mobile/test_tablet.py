"""The notebook opens by PIN and takes one more officer."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.mobile.screens.fakes import CHEAP, HA, HUNG, PIN, StillRunner, enrolment
from tests.mobile.support import SystemKeyStore, draft_of

from field178_mobile.replication.events import WakeReason
from field178_mobile.tablet import AnotherOfficer, FirstEnrolment, PinUnlock, Tablet
from field178_shared.errors import AppError, ErrorCode
from field178_shared.time.clock import SystemClock

RECORD = "0197bbbb-0000-4000-8000-000000000001"


def tablet_in(folder: Path) -> Tablet:
    made = Tablet(folder, SystemClock(), "tablet", CHEAP, lambda _store, _enrolment, _key: StillRunner())
    made.key_store = SystemKeyStore
    return made


@pytest.fixture
def tablet(tmp_path: Path) -> Tablet:
    made = tablet_in(tmp_path)
    made.vault.create(HUNG, PIN, enrolment(), made.vault.pending_device_key())
    return made


def test_right_pin_opens_store_and_sync(tablet):
    opened = PinUnlock(tablet).open(HUNG.id, PIN)
    assert opened.store.is_unlocked
    opened.store.settings.put("a", 1)
    opened.close()
    assert not opened.store.is_unlocked
    assert opened.runner.is_stopped
    again = PinUnlock(tablet).open(HUNG.id, PIN)
    assert again.store.settings.get("a") == 1
    again.close()


def test_each_filed_change_wakes_sync_and_a_draft_does_not(tablet):
    opened = PinUnlock(tablet).open(HUNG.id, PIN)
    store, wakes = opened.store, opened.runner.wakes
    store.drafts.save(draft_of(store, RECORD, tablet.clock.now(), name="một"))
    assert wakes == []
    for name, expected in (("một", 1), ("hai", 2), ("hai", 2)):
        store.file(draft_of(store, RECORD, tablet.clock.now(), name=name), HUNG.id)
        assert wakes == [WakeReason.SAVE] * expected
    store.delete(RECORD, HUNG.id)
    assert wakes == [WakeReason.SAVE] * 3
    opened.close()


def test_wrong_pin_opens_nothing(tablet):
    with pytest.raises(AppError) as refused:
        PinUnlock(tablet).open(HUNG.id, "999999")
    assert refused.value.code is ErrorCode.PIN_WRONG
    assert refused.value.details["tries_left"] == 4


def test_one_more_officer_opens_the_same_notebook(tablet):
    opened = PinUnlock(tablet).open(HUNG.id, PIN)
    opened.store.settings.put("a", 1)
    assert AnotherOfficer(tablet, opened).set_up(HA, "902837") is opened
    opened.close()
    other = PinUnlock(tablet).open(HA.id, "902837")
    assert other.store.settings.get("a") == 1
    other.close()


def test_a_registration_outlasts_the_application(tmp_path):
    made = tablet_in(tmp_path)
    assert FirstEnrolment(made).enrolment is None
    kept = enrolment()
    made.vault.keep_pending(kept)
    again = tablet_in(tmp_path)
    way = FirstEnrolment(again)
    assert (way.enrolment, again.vault.is_set_up) == (kept, False)
    way.set_up(HUNG, PIN).close()
    assert again.vault.locked_enrolment() == kept
    assert way.enrolment is None
    assert sorted(tmp_path.glob("enrol*")) == []


def test_pin_is_not_set_before_the_device_is_registered(tmp_path):
    bare = Tablet(tmp_path, SystemClock(), "tablet", CHEAP)
    with pytest.raises(LookupError):
        FirstEnrolment(bare).set_up(HUNG, PIN)

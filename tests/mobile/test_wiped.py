"""Everything on a tablet is deleted by an order, whatever moment its process ends in."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.mobile.canary_process import CANARY
from tests.mobile.screens.fakes import HUNG, PIN, enrolment
from tests.mobile.support import Crash, CrashAt, SystemKeyStore
from tests.mobile.test_tablet import tablet_in

from field178_mobile.store import Store
from field178_mobile.store.replication.orders import StoredOrder
from field178_mobile.tablet import PinUnlock, Tablet
from field178_mobile.wiped import WipedFolder
from field178_shared.device_orders import OrderKind, OrderOutcome, OrderReceipt
from field178_shared.errors import AppError, ErrorCode

ORDER = StoredOrder(7, OrderKind.FULL_WIPE, "Mất ở bến xe", "2026-11-24T15:00:00Z")
RECEIPT = OrderReceipt(enrolment().device, 7, OrderOutcome.DONE, "2026-11-24T16:00:00Z", 3, 2, 1, 1, "sig")
POINTS = ("wipe.begun", "wipe.vault", "wipe.secret", "wipe.file", "wipe.done")


@pytest.fixture
def worked_on(tmp_path: Path) -> Path:
    """The folder of a tablet with canaries in records, drafts, photos and papers, killed."""
    command = [sys.executable, "-m", "tests.mobile.canary_process", str(tmp_path / "data")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    return tmp_path / "data"


def wipe(tablet: Tablet) -> None:
    opened = PinUnlock(tablet).open(HUNG.id, PIN)
    tablet.empty(opened.store, enrolment(), ORDER, RECEIPT)
    opened.close()


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def is_empty(folder: Path) -> bool:
    contents = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    return left_in(folder) == ["wiped.json"] and all(CANARY not in content for content in contents)


def test_nothing_but_the_note_is_left(worked_on: Path) -> None:
    tablet = tablet_in(worked_on)
    wipe(tablet)
    assert is_empty(worked_on)
    note = tablet.wiped.note
    assert note is not None
    assert (note.reason, note.url, note.lost) == ("Mất ở bến xe", "https://office.invalid", 4)
    assert note.receipt == RECEIPT.to_wire()
    assert not tablet.vault.is_set_up


@pytest.mark.parametrize("point", POINTS)
def test_a_start_goes_on_with_a_wipe_that_was_killed(worked_on: Path, point: str) -> None:
    tablet = tablet_in(worked_on)
    tablet.wiped = WipedFolder(worked_on, lambda: tablet.vault.key_store, CrashAt(point))
    with pytest.raises(Crash):
        wipe(tablet)
    again = tablet_in(worked_on)
    again.wiped.finish()
    assert is_empty(worked_on)
    assert again.wiped.note is not None
    assert not again.vault.is_set_up


@pytest.mark.parametrize("point", POINTS[1:])
def test_no_pin_opens_a_tablet_whose_wipe_was_killed(worked_on: Path, point: str) -> None:
    tablet = tablet_in(worked_on)
    tablet.wiped = WipedFolder(worked_on, lambda: tablet.vault.key_store, CrashAt(point))
    with pytest.raises(Crash):
        wipe(tablet)
    with pytest.raises(AppError) as caught:
        PinUnlock(tablet_in(worked_on)).open(HUNG.id, PIN)
    assert caught.value.code is ErrorCode.NOT_FOUND


def test_the_secret_of_the_device_is_deleted(tmp_path: Path) -> None:
    tablet = tablet_in(tmp_path)
    tablet.vault.create(HUNG, PIN, enrolment(), tablet.vault.pending_device_key())
    assert SystemKeyStore(tmp_path).load() is not None
    wipe(tablet)
    assert SystemKeyStore(tmp_path).load() is None


def test_a_tablet_that_is_not_wiped_starts_as_ever(tmp_path: Path) -> None:
    tablet = tablet_in(tmp_path)
    tablet.vault.create(HUNG, PIN, enrolment(), tablet.vault.pending_device_key())
    tablet.wiped.finish()
    assert (tablet.wiped.note, tablet.vault.is_set_up) == (None, True)
    opened = PinUnlock(tablet).open(HUNG.id, PIN)
    assert isinstance(opened.store, Store)
    opened.close()


def test_answered_note_is_kept_until_another_enrolment(tmp_path: Path) -> None:
    tablet = tablet_in(tmp_path)
    tablet.vault.create(HUNG, PIN, enrolment(), tablet.vault.pending_device_key())
    wipe(tablet)
    tablet.wiped.note_answered()
    note = tablet.wiped.note
    assert note is not None
    assert note.receipt is None
    tablet.wiped.forget()
    assert tablet.wiped.note is None

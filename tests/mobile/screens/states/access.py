"""States of before a tablet is open: PIN, enrolment, what was interrupted."""

from __future__ import annotations

from dataclasses import replace

from tests.mobile.screens.fakes import PIN, DirectBackground
from tests.mobile.screens.posing import OFFICERS, Pose
from tests.mobile.screens.scene import find, find_all, until
from tests.mobile.screens.states.registry import state

from field178_mobile.replication.events import Closed, Phase, SyncState
from field178_mobile.store.replication.orders import accept_order
from field178_mobile.wiped import WipeNote
from field178_shared.device_orders import OrderKind, SignedOrder
from field178_shared.errors import AppError, ErrorCode

PHRASE = "cánh diều, hạt dẻ, phố núi, ống nhòm"


@state(is_open=False)
def unlock(pose: Pose) -> None:
    for digit in "28":
        find("UnlockScreen").press(digit)


@state(is_open=False)
def unlock_wrong(pose: Pose) -> None:
    pose.type_pin("999999")


@state(is_open=False)
def unlock_waits(pose: Pose) -> None:
    for _time in range(5):
        pose.type_pin("999999")


@state(is_open=False)
def unlock_officers(pose: Pose) -> None:
    find("UnlockScreen").dispatch("on_switch")


@state(is_open=False)
def forgotten(pose: Pose) -> None:
    find("UnlockScreen").dispatch("on_forgot")


@state(is_open=False)
def interrupted_work(pose: Pose) -> None:
    # What a process that died leaves: a store whose closing is not written down.
    (pose.platform.data_folder() / "store" / "records" / "closed").unlink()
    pose.unlock()


@state("new", is_open=False)
def enrol_code(pose: Pose) -> None:
    find("EnrolScreen").presenter.submit_code("vanphong", "abc")


@state("new", is_open=False)
def enrol_sign_in(pose: Pose) -> None:
    find("EnrolScreen").presenter.resume("gl01")


@state(is_shared=False)
def sign_in_again(pose: Pose) -> None:
    pose.door.session_view.services.sign_in()


@state("new", is_open=False)
def enrol_pin(pose: Pose) -> None:
    _enrol(pose, "pin")


@state("new", is_open=False)
def enrol_pin_again(pose: Pose) -> None:
    _enrol(pose, "pin_again")


@state("new", is_open=False)
def enrol_passphrase(pose: Pose) -> None:
    pose.lose_key_store()
    _enrol(pose, "passphrase")
    find("EnrolScreen").presenter.propose()


@state("new", is_open=False)
def enrol_passphrase_again(pose: Pose) -> None:
    _enrol(pose, "passphrase_again")
    find("EnrolScreen").presenter.submit_passphrase("bốn từ khác")


@state(is_open=False)
def unlock_passphrase(pose: Pose) -> None:
    pose.lose_key_store()
    vault = pose.door._shared.tablet.vault
    vault.replace_pin(OFFICERS[0], PHRASE, vault.unlock(OFFICERS[0], PIN))
    pose.door.ask_pin()
    find("UnlockScreen").presenter.submit("cánh diêù, hạt dẻo")


@state(is_open=False)
def lease_over(pose: Pose) -> None:
    pose.unlock()
    pose.door.lock()
    pose.clock.turn(days=9)
    tablet = pose.door._shared.tablet
    officer = tablet.vault.officers()[0]
    pose.door.opened(officer, tablet.open(tablet.vault.unlock(officer.id, PIN)))


@state(is_open=False)
def order_lock(pose: Pose) -> None:
    _ordered(pose, OrderKind.LOCK)


@state(is_open=False)
def order_read_wipe(pose: Pose) -> None:
    _ordered(pose, OrderKind.READ_WIPE)
    find("OrderScreen").presenter.follow(SyncState(phase=Phase.WAITING, closed=Closed.ORDERED))


@state(is_open=False)
def order_full_wipe(pose: Pose) -> None:
    _ordered(pose, OrderKind.FULL_WIPE)
    find("OrderScreen").presenter.press()


@state(is_open=False)
def wiped_not_reported(pose: Pose) -> None:
    _wiped(pose, lost=3, error=AppError(ErrorCode.NO_NETWORK))


@state(is_open=False)
def wiped(pose: Pose) -> None:
    _wiped(pose, lost=0)


@state(is_shared=False)
def change_passphrase(pose: Pose) -> None:
    from field178_mobile.shell.account_sheets import change_pin

    pose.lose_key_store()
    tablet = pose.door._shared.tablet
    tablet.vault.replace_pin(OFFICERS[0], PHRASE, tablet.vault.unlock(OFFICERS[0], PIN))
    change_pin(tablet, OFFICERS[0], DirectBackground())
    find("ChangePinSheet").presenter.submit(PHRASE)


def _enrol(pose: Pose, step: str) -> None:
    from field178_mobile.features.access.enrol import EnrolmentStep

    find("EnrolScreen").presenter.start(EnrolmentStep(step))


REASON = "Máy để quên trên xe khách tối 23/11, chưa tìm thấy. Ai nhặt được xin gọi 0225 3 123 456."


def _ordered(pose: Pose, kind: OrderKind) -> None:
    pose.unlock()
    opened = pose.door.session_view.opened
    order = SignedOrder(1, kind, REASON, "2026-11-24T01:30:00Z")
    opened.store.write(lambda unlocked: accept_order(unlocked.context, order) or ())
    pose.runner.say(replace(pose.runner.shown, closed=Closed.ORDERED))
    until(lambda: find_all("OrderScreen"))


def _wiped(pose: Pose, lost: int, error: AppError | None = None) -> None:
    note = WipeNote(REASON, "2026-11-24T01:30:00Z", "https://office.invalid", "", lost, {} if error else None)

    def answer() -> None:
        if error is not None:
            raise error

    from field178_mobile.features.access.screens.order import OrderScreen

    screen = OrderScreen()
    screen.begin_wiped(note, answer, DirectBackground(), lambda: None)
    pose.door.put(screen)

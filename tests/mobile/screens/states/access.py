"""States of before a tablet is open: PIN, enrolment, what was interrupted."""

from __future__ import annotations

from tests.mobile.screens.fakes import PIN, DirectBackground
from tests.mobile.screens.posing import OFFICERS, Pose
from tests.mobile.screens.scene import find
from tests.mobile.screens.states.registry import state

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

"""Changing a PIN decides without a screen."""

from __future__ import annotations

from tests.mobile.features.access.test_unlock import SPEECH, Direct, Held, enter

from field178_mobile.features.access.change_pin import ChangePinPresenter, ChangePinState
from field178_shared.errors import AppError, ErrorCode

OLD, FRESH = "280917", "730158"
PHRASE, OTHER_PHRASE = "cánh diều, hạt dẻ, phố núi, ống nhòm", "giúp đỡ, cái giếng, mứt sen, cổ tích"


class Keeper:
    """A vault with one PIN and five free tries."""

    def __init__(self):
        self.pin = OLD
        self.failures = 0
        self.waits = 0

    def wait_s(self):
        return self.waits

    def uses_passphrase(self):
        return not self.pin.isdigit()

    def propose_passphrase(self):
        return "" if self.pin.isdigit() else OTHER_PHRASE

    def check(self, pin):
        if self.waits:
            raise AppError(ErrorCode.PIN_LOCKED, wait_s=self.waits)
        if pin != self.pin:
            self.failures += 1
            self.waits = 60 if self.failures == 5 else 0
            raise AppError(ErrorCode.PIN_WRONG, tries_left=5 - self.failures, wait_s=self.waits)

    def change(self, pin, fresh_pin):
        self.check(pin)
        self.pin = fresh_pin


def changing(background=None):
    keeper, states = Keeper(), list[ChangePinState]()
    presenter = ChangePinPresenter(keeper, background or Direct(), SPEECH, states.append)
    presenter.start()
    return presenter, keeper, states


def test_the_old_pin_then_the_new_one_twice():
    presenter, keeper, states = changing()
    assert (states[-1].number, states[-1].title) == (1, "Your PIN until now")
    enter(presenter, OLD)
    assert (states[-1].number, states[-1].title, states[-1].is_error) == (2, "Choose a PIN", False)
    enter(presenter, FRESH)
    assert states[-1].number == 3
    assert keeper.pin == OLD
    enter(presenter, FRESH)
    assert states[-1].is_done
    assert keeper.pin == FRESH


def test_a_wrong_old_pin_is_counted_and_the_fifth_waits():
    presenter, keeper, states = changing()
    enter(presenter, "111119")
    assert (states[-1].number, states[-1].digits, states[-1].is_error) == (1, 0, True)
    assert "wait: 4." in states[-1].text
    for _ in range(4):
        enter(presenter, "111119")
    assert "1:00" in states[-1].text
    presenter.type("2")
    assert states[-1].digits == 0
    keeper.waits = 59
    presenter.tick()
    assert "0:59" in states[-1].text
    keeper.waits = 0
    presenter.tick()
    enter(presenter, OLD)
    assert states[-1].number == 2


def test_a_wait_of_the_unlocking_holds_here_too():
    keeper, states = Keeper(), list[ChangePinState]()
    keeper.waits = 61
    presenter = ChangePinPresenter(keeper, Direct(), SPEECH, states.append)
    presenter.start()
    assert "1:01" in states[-1].text
    assert not states[-1].can_type


def test_easy_same_and_unlike_new_pins_are_chosen_again():
    presenter, keeper, states = changing()
    enter(presenter, OLD)
    enter(presenter, "123456")
    assert (states[-1].number, states[-1].is_error) == (2, True)
    enter(presenter, OLD)
    assert states[-1].text == "This is your PIN already. Choose another one."
    enter(presenter, FRESH)
    enter(presenter, "730159")
    assert (states[-1].number, states[-1].text) == (2, "The two PINs differ. Choose again.")
    assert keeper.pin == OLD


def test_digits_are_taken_back_and_none_is_taken_while_checking():
    held = Held()
    presenter, _keeper, states = changing(held)
    enter(presenter, "28")
    presenter.back()
    assert states[-1].digits == 1
    enter(presenter, "80917" + "3")
    assert states[-1].is_busy
    held.waiting.pop()()
    assert (states[-1].number, states[-1].digits) == (2, 0)


def test_passphrase_is_replaced_by_one_that_is_shown():
    presenter, keeper, states = changing()
    keeper.pin = PHRASE
    presenter.start()
    assert (states[-1].title, states[-1].is_passphrase) == ("Your passphrase until now", True)
    presenter.submit("canh dieu hat dee pho nui ong nhom")
    assert states[-1].text == "“hat dee” is no word of the list."
    presenter.submit(OTHER_PHRASE)
    assert (keeper.failures, states[-1].text) == (1, "Wrong passphrase. Tries left before a wait: 4.")
    presenter.submit(PHRASE)
    assert (states[-1].number, states[-1].phrase) == (2, OTHER_PHRASE)
    presenter.propose()
    presenter.take()
    assert (states[-1].number, states[-1].phrase) == (3, "")
    presenter.submit(PHRASE)
    assert (states[-1].number, states[-1].is_error) == (2, True)
    presenter.take()
    presenter.submit("giup do cai gieng mut sen co tich")
    assert states[-1].is_done
    assert keeper.pin == OTHER_PHRASE

"""Unlocking and enrolment decide without a screen."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from field178_mobile.features.access.enrol import (
    EnrolmentStep,
    EnrolPresenter,
    EnrolState,
    read_code,
)
from field178_mobile.features.access.unlock import UnlockPresenter, UnlockState, UnlockWording
from field178_mobile.replication.enrolment import EnrolLink, read_address
from field178_mobile.vault.model import TabletOfficer
from field178_shared.errors import AppError, ErrorCode

HUNG, HA = TabletOfficer("a", "Nguyễn Văn Hùng"), TabletOfficer("b", "Phạm Thị Hà")
SPEECH = UnlockWording(lambda text: text, "en")
PHRASE = "cánh diều, hạt dẻ, phố núi, ống nhòm"
CODE = "ABCD0123EFGH4567"


class Direct:
    """Runs slow work at once."""

    def run(self, work, done, failed):
        try:
            result = work()
        except AppError as error:
            failed(error)
        else:
            done(result)


class Held:
    """A background that keeps its work until a test runs it."""

    def __init__(self):
        self.waiting = []

    def run(self, work, done, failed):
        self.waiting.append(lambda: Direct().run(work, done, failed))


@dataclass
class Door:
    """A door with one PIN and an answer for the others."""

    refusal: AppError = field(default_factory=lambda: AppError(ErrorCode.PIN_WRONG, tries_left=3, wait_s=0))
    waits: int = 0
    passphrases: set = field(default_factory=set)
    secret: str = "280917"
    tried: list = field(default_factory=list)

    def uses_passphrase(self, officer_id):
        return officer_id in self.passphrases

    def officers(self):
        return (HUNG, HA)

    def wait_s(self, _officer_id):
        return self.waits

    def open(self, officer_id, pin):
        self.tried.append((officer_id, pin))
        if pin != self.secret:
            raise self.refusal
        return "opened"


def unlocking(door, background=None, on_helped=None):
    states: list[UnlockState] = []
    opened = []
    presenter = UnlockPresenter(
        door,
        background or Direct(),
        SPEECH,
        states.append,
        lambda *arguments: opened.append(arguments),
        on_helped,
    )
    return presenter, states, opened


def enter(presenter, pin):
    for digit in pin:
        presenter.type(digit)


def test_sixth_digit_opens_for_the_officer_of_last_time():
    presenter, _states, opened = unlocking(Door())
    presenter.start("b")
    enter(presenter, "280917")
    assert opened == [(HA, "opened")]


def test_wrong_pin_empties_the_dots_and_counts_the_tries():
    presenter, states, opened = unlocking(Door())
    presenter.start()
    enter(presenter, "111119")
    assert opened == []
    assert (states[-1].digits, states[-1].is_error) == (0, True)
    assert "wait: 3." in states[-1].text


def test_no_digit_is_taken_while_opening():
    held, door = Held(), Door()
    presenter, states, _opened = unlocking(door, held)
    presenter.start()
    enter(presenter, "2809171")
    assert states[-1].is_busy
    assert states[-1].digits == 6
    held.waiting.pop()()
    assert door.tried == [("a", "280917")]


def test_delay_is_counted_down_and_takes_no_digit():
    door = Door(waits=61)
    presenter, states, _opened = unlocking(door)
    presenter.start()
    assert "1:01" in states[-1].text
    presenter.type("1")
    assert states[-1].digits == 0
    door.waits = 0
    presenter.tick()
    presenter.type("1")
    assert states[-1].digits == 1


def test_changing_the_officer_forgets_the_digits():
    door = Door()
    presenter, states, _opened = unlocking(door)
    presenter.start()
    enter(presenter, "28091")
    presenter.choose("b")
    assert states[-1].digits == 0
    enter(presenter, "280917")
    assert door.tried == [("b", "280917")]


def test_agencies_are_shown_by_name_and_handed_on_by_id():
    states, opened = [], []
    door = Door()
    door.officers = lambda: (TabletOfficer("a", "Nguyễn Văn Hùng", "commune_police"),)
    wording = UnlockWording(lambda text: text, "en", {"commune_police": "Commune police"}.__getitem__)
    presenter = UnlockPresenter(
        door, Direct(), wording, states.append, lambda *arguments: opened.append(arguments)
    )
    presenter.start()
    assert states[-1].chosen.agency == "Commune police"
    enter(presenter, "280917")
    assert opened[0][0].agency == "commune_police"


def test_another_opens_for_who_forgot_the_pin():
    helped = []
    door = Door()
    presenter, states, opened = unlocking(door, on_helped=lambda *arguments: helped.append(arguments))
    presenter.start("a")
    assert states[-1].others == (HA,)
    presenter.help("b")
    assert states[-1].text == "PIN of Phạm Thị Hà: Nguyễn Văn Hùng then signs in and chooses a new PIN."
    enter(presenter, "280917")
    assert door.tried == [("b", "280917")]
    assert (helped, opened) == ([(HUNG, "opened")], [])


def test_helper_who_turns_away_leaves_an_ordinary_door():
    helped = []
    presenter, states, opened = unlocking(Door(), on_helped=lambda *arguments: helped.append(arguments))
    presenter.start("a")
    presenter.help("b")
    presenter.choose("b")
    assert states[-1].text == "Enter your 6-digit PIN"
    enter(presenter, "280917")
    assert (helped, opened) == ([], [(HA, "opened")])


def test_passphrase_is_typed_as_a_text_and_a_slip_costs_no_try():
    door = Door(passphrases={"b"}, secret=PHRASE)
    presenter, states, opened = unlocking(door)
    presenter.start("b")
    assert (states[-1].is_passphrase, states[-1].text) == (True, "Enter your passphrase")
    for text in ("", "canh dieu", "canh dieu hat dee pho nui ong nhom"):
        presenter.submit(text)
    assert states[-1].text == "“hat dee” is no word of the list."
    assert door.tried == []
    presenter.submit("canh dieu, hat de, pho nui, co tich")
    assert (states[-1].text, states[-1].is_error) == ("Wrong passphrase. Tries left before a wait: 3.", True)
    presenter.submit(PHRASE)
    assert opened == [(HA, "opened")]
    presenter.choose("a")
    assert (states[-1].is_passphrase, states[-1].text) == (False, "Enter your 6-digit PIN")


class Desk:
    """An office that takes one login."""

    def __init__(self):
        self.links: list[EnrolLink] = []
        self.kept = []
        self.codes = []
        self.phrases = []
        self.refusal: AppError | None = None

    def register(self, link):
        if self.refusal:
            raise self.refusal
        self.links.append(link)
        return "hung"

    def propose_passphrase(self):
        return self.phrases.pop(0) if self.phrases else ""

    def sign_in(self, login, password, one_time_code):
        self.codes.append(one_time_code)
        if password != "right":
            raise AppError(ErrorCode.SIGN_IN_REFUSED)
        return HUNG

    def set_up(self, officer, pin):
        self.kept.append((officer, pin))
        return "opened"


@pytest.fixture
def enrolling():
    port, states, done = Desk(), list[EnrolState](), []
    presenter = EnrolPresenter(
        port, Direct(), SPEECH, states.append, lambda *arguments: done.append(arguments)
    )
    presenter.start()
    return presenter, port, states, done


def test_enrolment_goes_from_code_to_pin(enrolling):
    presenter, port, states, done = enrolling
    presenter.submit_code(" office.example/ ", "abcd-0123-efgh-4567")
    assert port.links == [EnrolLink("https://office.example", CODE)]
    presenter.submit_sign_in("hung", "right")
    assert (states[-1].step, states[-1].officer) == (EnrolmentStep.PIN, HUNG.name)
    enter(presenter, "280917")
    assert states[-1].step is EnrolmentStep.PIN_AGAIN
    enter(presenter, "280917")
    assert port.kept == [(HUNG, "280917")]
    assert done == [(HUNG, "opened")]


def test_tablet_without_key_store_is_set_up_with_a_passphrase_that_it_proposes(enrolling):
    presenter, port, states, done = enrolling
    port.phrases = ["một", "hai", PHRASE]
    presenter.start(EnrolmentStep.SIGN_IN)
    presenter.submit_sign_in("hung", "right")
    assert (states[-1].step, states[-1].phrase, states[-1].number) == (EnrolmentStep.PASSPHRASE, "một", 3)
    assert "no key store of the system" in states[-1].hint
    presenter.propose()
    presenter.propose()
    presenter.take()
    assert (states[-1].step, states[-1].phrase) == (EnrolmentStep.PASSPHRASE_AGAIN, "")
    presenter.submit_passphrase("hai")
    assert "not the passphrase that was shown" in states[-1].error
    presenter.go_back()
    assert states[-1].phrase == PHRASE
    presenter.take()
    presenter.submit_passphrase("canh dieu hat de pho nui ong nhom")
    assert port.kept == [(HUNG, PHRASE)]
    assert done == [(HUNG, "opened")]


def test_pin_that_is_not_enough_is_replaced_without_a_sign_in(enrolling):
    presenter, port, states, _done = enrolling
    port.phrases = [PHRASE]
    presenter.replace_pin(HA)
    assert (states[-1].step, states[-1].phrase, states[-1].number) == (EnrolmentStep.PASSPHRASE, PHRASE, 0)
    assert not states[-1].way_back
    presenter.take()
    presenter.submit_passphrase(PHRASE)
    assert port.kept == [(HA, PHRASE)]


def test_the_login_of_the_code_is_filled_in_and_the_code_can_be_changed(enrolling):
    presenter, _desk, states, _done = enrolling
    assert not states[-1].login
    presenter.submit_code("office.example", CODE)
    assert states[-1].login == "hung"
    presenter.submit_sign_in("hung", "wrong")
    assert (states[-1].step, states[-1].login) == (EnrolmentStep.SIGN_IN, "hung")
    presenter.go_back()
    assert (states[-1].step, states[-1].error) == (EnrolmentStep.CODE, "")
    assert states[-1].address == "https://office.example"


def test_every_step_but_the_first_has_a_way_back(enrolling):
    presenter, port, states, done = enrolling
    assert not states[-1].way_back
    presenter.submit_code("office.example", CODE)
    presenter.submit_sign_in("hung", "right")
    enter(presenter, "280917")
    walked = []
    while states[-1].way_back:
        walked.append((states[-1].step, states[-1].way_back))
        presenter.go_back()
    assert walked == [
        (EnrolmentStep.PIN_AGAIN, "Choose another PIN"),
        (EnrolmentStep.PIN, "Back to the sign-in"),
        (EnrolmentStep.SIGN_IN, "Use another enrolment code"),
    ]
    presenter.submit_code("office.example", CODE)
    presenter.submit_sign_in("hung", "right")
    for _time in range(2):
        enter(presenter, "280917")
    assert (port.kept, done) == ([(HUNG, "280917")], [(HUNG, "opened")])


def test_running_enrolment_is_neither_left_nor_started_again():
    held, port, states = Held(), Desk(), list[EnrolState]()
    presenter = EnrolPresenter(port, held, SPEECH, states.append, print)
    presenter.start(EnrolmentStep.SIGN_IN)
    presenter.submit_sign_in("hung", "right")
    presenter.submit_sign_in("hung", "right")
    assert len(held.waiting) == 1
    presenter.resume("hung")
    presenter.submit_sign_in("hung", "right")
    presenter.go_back()
    assert states[-1].step is EnrolmentStep.SIGN_IN
    presenter.start()
    for _time in range(2):
        presenter.submit_code("office.example", CODE)
        presenter.submit_link(f"field178:enrol?u=https%3A%2F%2Foffice.example&c={CODE}&p=pp&k=kk")
    assert len(held.waiting) == 3


def test_an_error_goes_as_its_field_is_corrected(enrolling):
    presenter, port, states, _done = enrolling
    presenter.submit_code("", "")
    presenter.mend("address_error")
    assert (states[-1].address_error, bool(states[-1].code_error)) == ("", True)
    presenter.mend("code_error")
    assert not states[-1].code_error
    presenter.submit_link("")
    presenter.mend("link_error")
    assert not states[-1].link_error
    port.refusal = AppError(ErrorCode.ENROLMENT_REFUSED)
    presenter.submit_code("office.example", CODE)
    presenter.mend("code_error")
    assert not states[-1].error
    seen = len(states)
    presenter.mend("code_error")
    assert len(states) == seen


def test_a_tablet_whose_code_was_taken_goes_on_at_the_sign_in(enrolling):
    presenter, port, states, _done = enrolling
    presenter.resume("hung")
    assert (states[-1].step, states[-1].login) == (EnrolmentStep.SIGN_IN, "hung")
    assert states[-1].way_back
    presenter.submit_sign_in("hung", "right")
    assert (states[-1].step, port.links) == (EnrolmentStep.PIN, [])


def test_officer_who_signs_in_again_keeps_the_pin():
    port, states, signed_in, done = Desk(), list[EnrolState](), [], []
    presenter = EnrolPresenter(
        port, Direct(), SPEECH, states.append, lambda *arguments: done.append(arguments), signed_in.append
    )
    presenter.start(EnrolmentStep.SIGN_IN, HUNG)
    assert (states[-1].title, states[-1].number) == ("Sign in again to go on receiving data", 0)
    assert not states[-1].way_back
    presenter.submit_sign_in("hung", "right")
    assert (signed_in, done, port.kept) == ([HUNG], [], [])
    presenter.start(EnrolmentStep.SIGN_IN, HA)
    presenter.submit_sign_in("hung", "right")
    assert signed_in == [HUNG]
    assert "Phạm Thị Hà" in states[-1].error


def test_whole_link_carries_pin_and_receipt_key(enrolling):
    presenter, port, states, _done = enrolling
    presenter.submit_link(f"field178:enrol?u=https%3A%2F%2Foffice.example&c={CODE}&p=pp&k=kk")
    assert port.links == [EnrolLink("https://office.example", CODE, "pp", "kk")]
    assert states[-1].step is EnrolmentStep.SIGN_IN


@pytest.mark.parametrize("text", ["", "https://office.example", "field178:enrol?u=https%3A%2F%2Fx"])
def test_other_text_is_no_link(enrolling, text):
    presenter, port, states, _done = enrolling
    presenter.submit_link(text)
    assert states[-1].link_error
    assert port.links == []


def test_refused_code_stays_on_the_step_with_the_reason(enrolling):
    presenter, port, states, _done = enrolling
    port.refusal = AppError(ErrorCode.ENROLMENT_REFUSED)
    presenter.submit_code("office.example", CODE)
    assert states[-1].step is EnrolmentStep.CODE
    assert states[-1].error
    assert not states[-1].is_busy


def test_without_a_network_nothing_is_promised_to_be_sent(enrolling):
    presenter, port, states, _done = enrolling
    port.refusal = AppError(ErrorCode.NO_NETWORK)
    presenter.submit_code("office.example", CODE)
    assert states[-1].error.endswith("Check network and address, then try again.")


def test_wrong_password_stays_on_the_step(enrolling):
    presenter, _desk, states, _done = enrolling
    presenter.submit_code("office.example", CODE)
    presenter.submit_sign_in("hung", "wrong")
    assert (states[-1].step, bool(states[-1].error)) == (EnrolmentStep.SIGN_IN, True)
    presenter.submit_sign_in("hung", "")
    assert states[-1].error == "Enter login and password."


def test_easy_pin_and_differing_pins_begin_again(enrolling):
    presenter, port, states, _done = enrolling
    presenter.start(EnrolmentStep.SIGN_IN)
    presenter.submit_sign_in("hung", "right")
    enter(presenter, "123456")
    assert (states[-1].step, bool(states[-1].error)) == (EnrolmentStep.PIN, True)
    enter(presenter, "280917")
    enter(presenter, "280918")
    assert states[-1].step is EnrolmentStep.PIN
    assert "differ" in states[-1].error
    assert port.kept == []


def test_code_forgives_blanks_and_look_alikes():
    assert read_code("ABCD OI23-efgh 4567") == "ABCD0123EFGH4567"
    assert read_code("ABCD") is None
    assert read_code("ABCDU123EFGH4567") is None


def test_address_needs_a_host():
    assert read_address("http://10.0.0.5:8178/") == "http://10.0.0.5:8178"
    assert read_address("office.example") == "https://office.example"
    assert read_address("ftp://office.example") is None
    assert read_address("   ") is None
    assert read_address("https://[::") is None
    assert read_address("office.example:8443x") is None


def test_new_pin_is_only_for_who_forgot_it(enrolling):
    presenter, port, states, done = enrolling
    presenter.start(EnrolmentStep.SIGN_IN, HA)
    assert states[-1].title == "Sign in for a new PIN"
    presenter.submit_sign_in("hung", "right")
    assert (states[-1].step, done) == (EnrolmentStep.SIGN_IN, [])
    assert "Phạm Thị Hà" in states[-1].error
    presenter.start(EnrolmentStep.SIGN_IN, HUNG)
    presenter.submit_sign_in("hung", "right")
    for _time in range(2):
        enter(presenter, "274905")
    assert (port.kept, done) == ([(HUNG, "274905")], [(HUNG, "opened")])


def test_one_time_code_goes_along_without_blanks(enrolling):
    presenter, port, _states, _done = enrolling
    presenter.start(EnrolmentStep.SIGN_IN)
    presenter.submit_sign_in("hung", "right", " 123 456 ")
    assert port.codes == ["123456"]


def test_with_a_code_of_the_office_the_forgetful_begins_at_the_code(enrolling):
    presenter, port, states, done = enrolling
    presenter.start(EnrolmentStep.CODE, HUNG, "https://office.example")
    assert states[-1].address == "https://office.example"
    assert states[-1].title == "Ask the office for an enrolment code"
    presenter.submit_code("office.example", CODE)
    presenter.submit_sign_in("hung", "right")
    for _time in range(2):
        enter(presenter, "274905")
    assert [link.code for link in port.links] == [CODE]
    assert done == [(HUNG, "opened")]

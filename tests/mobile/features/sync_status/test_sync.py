"""The sync screen and the line of truth decide without a screen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.mobile.support import FrozenClock

from field178_mobile.features.sync_status.status import StatusPresenter, StatusSources
from field178_mobile.features.sync_status.sync import SHOWN_ROWS, SyncPresenter
from field178_mobile.features.sync_status.sync_facts import ScopeFact, SyncFacts, UnsentRecord
from field178_mobile.features.sync_status.sync_words import HEADLINES, HISTORIES, MARKS, OUTCOMES, REMEDIES
from field178_mobile.presentation.wording import Wording
from field178_mobile.replication.engine import MESSAGES
from field178_mobile.replication.events import FailureKind, Phase, SyncMessage, SyncState
from field178_mobile.store.model import InboxItem, InboxKind, StoreStatus
from field178_mobile.store.photos.photo_store import ServerFileCount
from field178_mobile.store.replication.mass_deletion_guard import WithheldDeletions
from field178_shared.codelists import load
from field178_shared.wire.hash_chain import RootAlarm

CLOCK = FrozenClock()
QUIET = StoreStatus(0, 0, CLOCK.now() - timedelta(minutes=19), None, 0, 0, 0, True)
FACTS = SyncFacts((), (ScopeFact("ref", "", 32), ScopeFact("team:t", "Đội 178", 9)))


class Runner:
    """A sync runner that shows one state and counts its wakes."""

    def __init__(self, state: SyncState) -> None:
        self.shown = state
        self.wakes = 0

    def wake(self):
        self.wakes += 1

    def state(self):
        return self.shown


class Shelf:
    """Controls that keep the calls of the screen."""

    def __init__(self) -> None:
        self.calls: list[object] = []

    def answer(self, *, allow):
        self.calls.append(allow)

    def bring_back(self):
        self.calls.append("back")

    def keep_wifi_only(self, wifi_only):
        self.calls.append(f"wifi only: {wifi_only}")


def shown(sync: SyncState, status: StoreStatus = QUIET, facts: SyncFacts = FACTS):
    states = []
    runner = Runner(sync)
    words = Wording(load(), "en", lambda text: text)
    presenter = SyncPresenter(lambda: (status, facts), runner, CLOCK, words, states.append, Shelf())
    presenter.refresh()
    return presenter, runner, states


@pytest.mark.parametrize("message", list(SyncMessage))
def test_every_state_of_sync_has_words(message):
    assert message in HEADLINES
    assert message in MARKS
    assert message in OUTCOMES or message is SyncMessage.NEVER


def test_every_trouble_has_a_remedy():
    assert {message for message in SyncMessage if MARKS[message][1] == "bad"} <= set(REMEDIES)


def test_no_network_says_that_all_is_kept_and_when_it_tries_again():
    _presenter, _runner, states = shown(SyncState(Phase.WAITING, SyncMessage.NO_NETWORK, retry_in_s=300))
    state = states[-1]
    assert state.headline == "No network"
    assert state.outcome == "Nothing was sent; everything is kept on this tablet. Tries again in 5 min."
    assert state.remedy
    assert state.last_success == "Last success: 21:41"


def test_button_is_answered_at_once_and_again_when_it_is_over():
    presenter, runner, states = shown(SyncState(Phase.IDLE, SyncMessage.IN_SYNC, True, pushed=2, received=5))
    presenter.sync_now()
    assert states[-1].is_working
    assert runner.wakes == 1
    runner.shown = replace(runner.shown, phase=Phase.EXCHANGING, message=SyncMessage.WORKING)
    presenter.refresh()
    assert states[-1].is_working
    runner.shown = replace(runner.shown, phase=Phase.IDLE, message=SyncMessage.IN_SYNC, ended=1)
    presenter.refresh()
    assert not states[-1].is_working
    assert states[-1].outcome == "Last time: changes sent 2, records received 5."


LOADING = SyncState(Phase.EXCHANGING, SyncMessage.WORKING, stored=12_000, total=50_000)


def test_load_of_many_pages_shows_its_share_on_both_places():
    _presenter, _runner, states = shown(LOADING)
    assert states[-1].headline == "Loading records: 12,000 of 50,000"
    away = replace(LOADING, outcome=SyncMessage.NO_NETWORK)
    state = line(replace(QUIET, last_success_at=None), sync=away)
    assert state.text.startswith("Loading records: 12.000 of 50.000 · ")
    assert (state.icon, state.tone) == MARKS[SyncMessage.WORKING]


@pytest.mark.parametrize("state", [replace(LOADING, stored=50_000), replace(LOADING, total=0)])
def test_no_share_is_shown_without_records_to_come(state):
    assert "Loading" not in line(QUIET, sync=state).text


def test_equal_counts_are_claimed_only_in_agreement():
    _presenter, _runner, states = shown(SyncState())
    assert states[-1].scopes_summary == "tablet 41 = server 41"
    assert [row.text for row in states[-1].scopes] == ["tablet 32 = server 32", "tablet 9 = server 9"]
    assert [row.name for row in states[-1].scopes] == ["Common lists", "Đội 178"]
    _presenter, _runner, states = shown(SyncState(), replace(QUIET, in_sync=False))
    assert states[-1].scopes_summary == "tablet 41 · not compared yet"
    assert not states[-1].scopes[0].is_equal


def test_large_counts_are_grouped_as_in_the_list():
    facts = replace(FACTS, scopes=(ScopeFact("ref", "", 11_403),))
    _presenter, _runner, states = shown(SyncState(message=SyncMessage.IN_SYNC), facts=facts)
    assert states[-1].scopes_summary == states[-1].scopes[0].text == "tablet 11,403 = server 11,403"


def test_photos_that_wait_are_never_shown_as_agreement():
    status = replace(QUIET, in_sync=False, records_agree=True, unsent_photos=5, unsent_photo_bytes=8_000_000)
    _presenter, _runner, states = shown(SyncState(Phase.IDLE, SyncMessage.IN_SYNC, True), status)
    assert states[-1].tone == "warn"
    assert states[-1].headline == "The office has every record; photos not sent: 5"
    assert states[-1].scopes_summary == "tablet 41 = server 41"


def test_record_filed_since_the_last_exchange_is_not_shown_as_agreement():
    status = replace(QUIET, in_sync=False, unsent_records=1, unsent_changes=1)
    _presenter, _runner, states = shown(SyncState(Phase.IDLE, SyncMessage.IN_SYNC, True), status)
    assert (states[-1].headline, states[-1].tone) == ("Records not sent yet: 1", "warn")


def test_the_choice_of_network_is_kept_and_photos_look_again():
    shelf, runner = Shelf(), Runner(SyncState())
    words = Wording(load(), "en", lambda text: text)
    presenter = SyncPresenter(lambda: (QUIET, FACTS), runner, CLOCK, words, lambda _state: None, shelf)
    presenter.send_photos(wifi_only=True)
    assert shelf.calls == ["wifi only: True"]
    assert runner.wakes == 1


def test_a_waiting_record_says_how_many_of_its_photos_are_up():
    unsent = UnsentRecord("r0", "inspection", "Karaoke", "", False, ServerFileCount(2, 4))
    _presenter, _runner, states = shown(SyncState(), facts=replace(FACTS, unsent=(unsent,)))
    assert states[-1].unsent[0].sub == "Inspection visit · Photos 2/4"


def test_waiting_records_are_named_and_the_rest_counted():
    unsent = [UnsentRecord("r0", "inspection", "Karaoke", "", True)]
    unsent += [UnsentRecord(f"r{n}", "outreach_session", "", "", False) for n in range(1, SHOWN_ROWS + 3)]
    _presenter, _runner, states = shown(SyncState(), facts=replace(FACTS, unsent=tuple(unsent)))
    rows = states[-1].unsent
    assert (rows[0].title, rows[0].word, rows[0].tone) == ("Karaoke", "Needs a look", "bad")
    assert (rows[1].title, rows[1].word) == ("Outreach session", "Not sent")
    assert len(rows) == SHOWN_ROWS
    assert states[-1].more == "and 3 more"


def test_quarantined_records_are_counted_as_not_accepted():
    _presenter, _runner, states = shown(SyncState(), replace(QUIET, quarantined=2))
    assert states[-1].can_sign_out
    assert "has not accepted too, 2" in states[-1].sign_out


@pytest.mark.parametrize(
    ("status", "allowed"),
    [
        (QUIET, True),
        (replace(QUIET, unsent_records=1, unsent_changes=1), False),
        (replace(QUIET, drafts=1), False),
        (replace(QUIET, unsent_photos=1, unsent_photo_bytes=9), False),
        (replace(QUIET, undeliverable_photos=1), True),
    ],
)
def test_signing_out_is_offered_only_when_nothing_would_stay_behind(status, allowed):
    _presenter, _runner, states = shown(SyncState(), status)
    assert states[-1].can_sign_out is allowed
    assert states[-1].sign_out


@pytest.mark.parametrize(
    ("offset_ms", "words", "is_off"),
    [
        (0, "Clock: right", False),
        (-4_400, "Clock: right", False),
        (-12_000, "Clock: 12 s behind", False),
        (65_000, "1 min 5 s ahead", False),
        (300_000, "5 min 0 s ahead", False),
        (-300_001, "5 min 0 s behind", True),
        (-3_600_000, "1 h 0 min behind", True),
        (365 * 86_400_000, "365 days 0 h ahead", True),
    ],
)
def test_clock_difference_is_told(offset_ms, words, is_off):
    _presenter, _runner, states = shown(SyncState(), status=replace(QUIET, clock_offset_ms=offset_ms))
    assert words in states[-1].clock
    assert states[-1].is_clock_off is is_off


def test_revoked_tablet_is_reported_in_every_sync_state():
    _presenter, _runner, states = shown(SyncState(), replace(QUIET, is_revoked=True))
    assert states[-1].headline == HEADLINES[SyncMessage.REVOKED]


def test_a_tablet_without_an_officer_offers_the_sign_in_even_without_a_network():
    facts = replace(FACTS, needs_sign_in=True)
    _presenter, _runner, states = shown(SyncState(Phase.IDLE, SyncMessage.SIGN_IN), facts=facts)
    assert (states[-1].headline, states[-1].can_sign_in) == (HEADLINES[SyncMessage.SIGN_IN], True)
    _presenter, _runner, states = shown(SyncState(Phase.WAITING, SyncMessage.NO_NETWORK), facts=facts)
    assert (states[-1].headline, states[-1].can_sign_in) == (HEADLINES[SyncMessage.NO_NETWORK], True)
    _presenter, _runner, states = shown(SyncState(), replace(QUIET, is_revoked=True), facts)
    assert not states[-1].can_sign_in


@pytest.mark.parametrize("alarm", list(RootAlarm))
def test_an_alarm_about_the_history_is_told_and_never_green(alarm):
    facts = replace(FACTS, root_alarm=alarm)
    _presenter, _runner, states = shown(SyncState(Phase.IDLE, SyncMessage.IN_SYNC, True), facts=facts)
    assert states[-1].history == HISTORIES[alarm]
    assert (states[-1].headline, states[-1].tone) == (
        "The records agree; the server's history does not",
        "bad",
    )
    _presenter, _runner, states = shown(SyncState(Phase.WAITING, SyncMessage.NO_NETWORK), facts=facts)
    assert states[-1].history
    assert states[-1].headline == "No network"


def test_mass_removal_asks_and_either_answer_goes_on():
    facts = replace(FACTS, withheld=WithheldDeletions(64, is_kept=False))
    presenter, runner, states = shown(SyncState(Phase.IDLE, SyncMessage.MASS_REMOVAL), facts=facts)
    assert "64 records" in states[-1].withheld
    assert states[-1].can_keep
    presenter.answer(allow=False)
    presenter.answer(allow=True)
    assert presenter._controls.calls == [False, True]
    assert runner.wakes == 2


def test_kept_records_can_still_be_let_go():
    facts = replace(FACTS, withheld=WithheldDeletions(64, is_kept=True))
    _presenter, _runner, states = shown(SyncState(), facts=facts)
    assert "64 records stay here" in states[-1].withheld
    assert not states[-1].can_keep


@pytest.mark.parametrize(
    ("tombstones", "lost", "words", "can_bring_back"),
    [
        (0, 0, "", False),
        (3, 0, "Records gone: 3", True),
        (0, 2, "being offered to the office: 2", False),
    ],
)
def test_removed_records_are_counted_and_can_be_offered(tombstones, lost, words, can_bring_back):
    facts = replace(FACTS, tombstones=tombstones, lost=lost)
    presenter, _runner, states = shown(SyncState(), facts=facts)
    assert words in states[-1].tombstones
    assert bool(states[-1].tombstones) is bool(words)
    assert states[-1].can_bring_back is can_bring_back
    presenter.bring_back()
    assert presenter._controls.calls == ["back"]


class Line:
    """A store that knows its line."""

    def __init__(self, status: StoreStatus, inbox=()) -> None:
        self.shown = status
        self.items = list(inbox)

    def status(self):
        return self.shown

    def inbox(self):
        return self.items


def line(status: StoreStatus, inbox=(), has_demo_clock: bool = False, sync: SyncState | None = None, read=()):
    states = []
    around = StatusSources(has_demo_clock, lambda: read)
    arguments = (lambda: sync or SyncState(), CLOCK, lambda text: text, states.append, around)
    StatusPresenter(Line(status, inbox), *arguments).refresh()
    return states[-1]


@pytest.mark.parametrize("phase", list(Phase))
def test_line_shows_the_problem_until_the_office_answers_again(phase):
    away = SyncState(phase, SyncMessage.WORKING, outcome=SyncMessage.NO_NETWORK)
    waits = line(replace(QUIET, unsent_records=3), sync=away)
    assert waits.text.startswith("No network · Records not sent: 3")
    assert (waits.icon, waits.tone) == ("wifi-off", "warn")
    calm = line(QUIET, sync=away)
    assert calm.text.startswith("No network · Everything sent")
    assert calm.tone == "muted"


@pytest.mark.parametrize("kind", list(FailureKind))
def test_line_says_why_nothing_goes_in_the_words_of_the_sync_screen(kind):
    trouble = MESSAGES[kind]
    state = line(replace(QUIET, unsent_records=3), sync=SyncState(outcome=trouble))
    assert state.text.startswith(f"{HEADLINES[trouble]} · Records not sent: 3")
    assert (state.icon, state.tone) == MARKS[trouble]
    assert "No network" not in state.text or kind is FailureKind.NO_NETWORK
    assert trouble in REMEDIES


def test_each_kind_of_trouble_has_words_of_its_own():
    headlines = {HEADLINES[MESSAGES[kind]] for kind in FailureKind}
    assert {
        "No network",
        "The office's server cannot be reached",
        "The office's server is busy or in maintenance",
        "This network asks for a sign-in",
        "The office no longer accepts this tablet",
    } <= headlines


@pytest.mark.parametrize(("offset_ms", "is_off"), [(300_000, False), (300_001, True), (-300_001, True)])
def test_line_tells_a_clock_that_is_off_by_more_than_five_minutes(offset_ms, is_off):
    state = line(replace(QUIET, clock_offset_ms=offset_ms))
    assert ("Clock wrong" in state.text) is is_off
    assert (state.icon == "clock-alert-outline") is is_off


def test_line_counts_waiting_records_and_names_the_last_success():
    state = line(replace(QUIET, unsent_records=3, unsent_changes=4))
    assert (state.text, state.tone) == ("Records not sent: 3 · last success 21:41", "warn")
    assert state.unsent == 3


def test_line_counts_photos_beside_the_records_and_alone():
    photos = replace(QUIET, in_sync=False, unsent_photos=5, unsent_photo_bytes=8_000_000)
    both = line(replace(photos, unsent_records=3, unsent_changes=4))
    assert both.text == "Records not sent: 3 · photos: 5 (8 MB) · last success 21:41"
    alone = line(photos)
    assert (alone.text, alone.tone) == ("Photos not sent: 5 (8 MB) · last success 21:41", "warn")


@pytest.mark.parametrize("sync", [SyncState(), SyncState(outcome=SyncMessage.NO_NETWORK)])
def test_line_of_a_revoked_tablet_names_revocation_and_unsent_records(sync):
    revoked = replace(QUIET, is_revoked=True)
    state = line(revoked, sync=sync)
    assert state.text == "This tablet was revoked · Nothing waits · last success 21:41"
    assert (state.icon, state.tone) == ("lock-outline", "bad")
    held = line(replace(revoked, unsent_records=3, quarantined=3), sync=sync)
    assert held.text == "This tablet was revoked · Records not sent: 3 · last success 21:41"
    assert (held.icon, held.tone) == ("lock-outline", "bad")


def test_line_of_another_day_carries_the_date():
    yesterday = replace(QUIET, last_success_at=CLOCK.now() - timedelta(days=1))
    assert line(yesterday).text == "Everything sent · last success 23/11 22:00"


def test_line_never_claims_a_success_that_was_not():
    assert line(replace(QUIET, last_success_at=None)).text == "Nothing waits · never sent yet"


def test_trouble_colours_the_line():
    assert line(replace(QUIET, quarantined=1)).tone == "bad"


def test_a_message_is_counted_until_it_is_opened():
    notice = InboxItem(InboxKind.NOTICE, "", "plan", "", "plan", notice_id="n1")
    demo = InboxItem(InboxKind.NOTICE, "", "demo", "", "demo", notice_id="n2")
    returned = InboxItem(InboxKind.RETURNED, "r", "inspection", "", "")
    assert line(QUIET, [notice, demo, returned]).inbox == 2
    assert line(QUIET, [notice, demo, returned], read={"n1"}).inbox == 1


def test_demo_is_announced_by_the_servers_notice_or_the_clock():
    demo = InboxItem(InboxKind.NOTICE, "", "demo", "", "demo")
    assert line(QUIET, [demo]).is_demo
    assert line(QUIET, has_demo_clock=True).is_demo
    assert not line(QUIET).is_demo

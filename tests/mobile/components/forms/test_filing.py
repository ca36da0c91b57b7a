from __future__ import annotations

from dataclasses import replace

import pytest
from tests.mobile.support import draft_of

from field178_mobile.components.forms.filing import Filing
from field178_mobile.presentation.checks import Checked, FilingWarning, ProblemRow
from field178_mobile.presentation.wording import Wording
from field178_mobile.store.replication.server_state import note_clock
from field178_mobile.store.replication.sync_store import SyncStore
from field178_shared.codelists import load

RECORD = "0197bbbb-0000-4000-8000-000000000001"
FIRST, SECOND = ProblemRow("a", "A", "…"), ProblemRow("b", "B", "…")
WARNED = Checked(warnings=(FIRST,))


@pytest.fixture
def filing(store):
    return Filing(store, Wording(load(), "en", lambda text: text))


@pytest.fixture
def may_file(store, clock, filing):
    draft = draft_of(store, RECORD, clock.now(), name="một")

    def ask(checked, *, with_warnings=False, with_clock_off=False, seen=None):
        return filing.may_file(
            replace(draft, seen=seen),
            checked,
            lambda: tuple(map(FilingWarning, checked.warnings)),
            with_warnings=with_warnings,
            with_clock_off=with_clock_off,
        )

    return ask


def test_problems_block_filing_and_are_led_to_in_turn(filing, may_file):
    checked = Checked(problems=(FIRST, SECOND), warnings=(FIRST,))
    assert not may_file(checked, with_warnings=True, with_clock_off=True)
    assert filing.warnings == ()
    assert [filing.next_problem(checked) for _ in range(3)] == ["a", "b", "a"]


def test_each_check_leads_to_the_first_problem_again(filing, may_file):
    checked = Checked(problems=(FIRST, SECOND))
    for _ in range(2):
        may_file(checked)
        assert filing.next_problem(checked) == "a"


def test_warnings_are_asked_about_before_the_clock(store, filing, may_file):
    SyncStore(store).write(note_clock, 725_000)
    assert not may_file(WARNED)
    assert (filing.warnings, filing.clock_question) == ((FilingWarning(FIRST),), "")
    assert not may_file(WARNED, with_warnings=True)
    assert filing.warnings == ()
    assert "12 min 5 s" in filing.clock_question
    assert may_file(WARNED, with_warnings=True, with_clock_off=True)
    assert filing.clock_question == ""


def test_correction_of_a_filed_record_asks_nothing_about_the_clock(store, may_file):
    SyncStore(store).write(note_clock, 725_000)
    assert may_file(Checked(), seen={"name": "một"})


def test_draft_without_questions_may_be_filed(may_file):
    assert may_file(Checked())

"""Protection protocols open by an answer or by hand, and need a referral."""

from __future__ import annotations

from dataclasses import replace

from tests.mobile.inspection_world import (
    words,
)

from field178_mobile.features.inspection.inspection import InspectionPresenter


def test_child_worker_opens_the_protocol_and_needs_a_referral(bench):
    bench.answer_all()
    bench.visit.count("workers_under18", 1)
    (protocol,) = bench.state.protocols
    assert protocol.id == "child_protection"
    bench.visit.complete()
    assert [row.path for row in bench.state.checked.problems] == ["protocols"]
    bench.visit.refer("child_protection", "hotline_111")
    bench.visit.complete()
    assert bench.state.feedback.filed


def test_protocol_is_opened_by_hand_where_no_answer_asks_for_it(bench):
    assert [offer.id for offer in bench.state.help] == [
        "child_protection",
        "trafficking_sign",
        "violence",
        "medical",
    ]
    bench.visit.open_protocol("violence")
    (protocol,) = bench.state.protocols
    assert (protocol.id, len(protocol.steps), protocol.is_referred) == ("violence", 3, False)
    assert "violence" not in [offer.id for offer in bench.state.help]
    assert bench.saved("protocols") is None
    bench.visit.refer("violence", "hotline_113")
    assert bench.saved("protocols.violence.referred_to") == "hotline_113"


def test_a_protocol_opened_by_hand_can_be_put_away_until_it_was_followed(bench):
    bench.visit.open_protocol("violence")
    assert [each.can_close for each in bench.state.protocols] == [True]
    bench.visit.close_protocol("violence")
    assert bench.state.protocols == ()
    assert bench.saved("protocols") is None
    bench.visit.open_protocol("violence")
    bench.visit.refer("violence", "hotline_113")
    assert [each.can_close for each in bench.state.protocols] == [False]


def test_a_protocol_that_an_answer_opened_stays_open(bench):
    bench.visit.count("workers_under18", 1)
    bench.visit.open_protocol("child_protection")
    assert [each.can_close for each in bench.state.protocols] == [False]


def test_referral_made_before_a_restart_is_still_shown(bench):
    bench.visit.refer("medical", "hotline_115")
    draft = bench.store.drafts.get("draft-1")
    opened = replace(bench.visit._opened, draft=draft)
    InspectionPresenter(bench.store, bench.clock, words(), opened, bench.states.append).show()
    assert [(each.id, each.is_referred) for each in bench.state.protocols] == [("medical", True)]


def test_protocol_is_at_hand_at_a_closed_door_too(bench):
    bench.visit.arrive("refused")
    bench.visit.open_protocol("violence")
    assert [each.id for each in bench.state.protocols] == ["violence"]

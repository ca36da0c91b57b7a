"""The engine against a line, a server and a history that fail."""

from __future__ import annotations

import json

import pytest
from tests.mobile.replication.tablet import Tablet, cut_after, failing, lost_answer, record
from tests.mobile.support import UNIT

from field178_mobile.replication.events import Failure, FailureKind, Phase, SyncMessage, WakeReason
from field178_mobile.store import StateWord
from field178_mobile.store.replication.checkpoint import read_checkpoint
from field178_shared.errors import ErrorCode


def test_state_shows_the_next_attempt_and_counts_ended_changes(tablet: Tablet) -> None:
    tablet.faults = [failing(FailureKind.BUSY, retry_after_s=40)]
    tablet.sync()
    assert tablet.engine.state.retry_in_s == tablet.waits[-1] >= 40
    assert (tablet.engine.state.ended, tablet.engine.state.outcome) == (1, SyncMessage.SERVER_BUSY)
    tablet.sync()
    assert (tablet.engine.state.ended, tablet.engine.state.retry_in_s) == (2, None)


def test_a_lost_answer_stores_the_change_once(tablet: Tablet) -> None:
    tablet.file(1, name="một")
    tablet.faults = [lost_answer]
    tablet.sync()
    assert tablet.engine.state.message is SyncMessage.NO_NETWORK
    assert tablet.store.shown_state(record(1)).word is StateWord.UNSENT
    incarnation = tablet.store.read(read_checkpoint).incarnation
    tablet.sync()
    assert tablet.store.status().in_sync
    assert tablet.server.world.records[record(1)].rev == 1
    assert tablet.store.read(read_checkpoint).incarnation == incarnation


@pytest.mark.parametrize("lines", [1, 4, 7])
def test_cut_answer_keeps_committed_parts_and_continues(tablet: Tablet, lines: int) -> None:
    for number in range(2, 6):
        tablet.server.office_put(record(number), UNIT, name=f"cơ sở {number}")
    tablet.file(1, name="một")
    tablet.faults = [cut_after(lines)]
    tablet.sync()
    assert not tablet.store.status().in_sync
    tablet.sync()
    assert tablet.store.status().in_sync
    assert tablet.agrees()
    assert tablet.mismatches() == 0


def test_a_malformed_change_is_isolated_and_the_rest_is_sent(tablet: Tablet) -> None:
    tablet.file(1, name="một")
    bad = tablet.file(2, name="hai")
    tablet.file(3, name="ba")

    def refuse(server, request):
        if any(change["change_id"] == bad for change in request.get("push", [])):
            return Failure(FailureKind.REFUSED, ErrorCode.MALFORMED, change_id=bad)
        return server.answer(request)

    tablet.faults = [refuse, refuse]
    tablet.sync()
    assert set(tablet.server.world.records) == {record(1), record(3)}
    assert tablet.store.shown_state(record(2)).attention == "malformed"
    assert tablet.engine.state.message is SyncMessage.NEEDS_FIX
    assert not tablet.store.status().in_sync
    [item] = tablet.store.inbox()
    assert (item.record_id, item.reason) == (record(2), "malformed")


def test_an_unexpected_status_parks_no_change(tablet: Tablet) -> None:
    tablet.file(1, name="một")
    tablet.faults = [failing(FailureKind.UNEXPECTED)] * 3
    while tablet.faults:
        tablet.sync()
        assert tablet.engine.state.phase is Phase.WAITING
        assert 0 <= tablet.waits[-1] < 3600
    assert tablet.store.shown_state(record(1)).attention is None
    tablet.sync()
    assert tablet.store.status().in_sync


def test_correction_of_an_isolated_create_creates(tablet: Tablet) -> None:
    bad = tablet.file(2, name="hai")
    tablet.faults = [failing(FailureKind.REFUSED, code=ErrorCode.MALFORMED, change_id=bad)]
    tablet.sync()
    tablet.file(2, name="hai sửa")
    tablet.sync()
    assert tablet.server.world.records[record(2)].data == {"name": "hai sửa"}
    assert tablet.store.status().in_sync


def test_a_body_too_large_is_halved_until_it_fits(tablet: Tablet) -> None:
    for number in range(8):
        tablet.file(number, name=f"cơ sở {number}")

    def at_most_two(server, request):
        if len(request.get("push", [])) > 2:
            return Failure(FailureKind.TOO_LARGE)
        return server.answer(request)

    tablet.faults = [at_most_two] * 20
    tablet.sync()
    assert len(tablet.server.world.records) == 8


def test_one_change_that_fails_the_server_delays_no_other(tablet: Tablet) -> None:
    ids = [tablet.file(number, name=f"cơ sở {number}") for number in range(6)]

    def poisoned(server, request):
        if any(change["change_id"] == ids[2] for change in request.get("push", [])):
            return Failure(FailureKind.SERVER_ERROR)
        return server.answer(request)

    tablet.faults = [poisoned] * 40
    for _ in range(3):
        tablet.sync(WakeReason.TIMER)
    assert set(tablet.server.world.records) == {record(n) for n in range(6) if n != 2}
    assert tablet.store.shown_state(record(2)).word is StateWord.UNSENT
    tablet.faults = []
    tablet.sync()
    assert tablet.store.status().in_sync


def test_a_server_that_is_down_sets_nothing_aside(tablet: Tablet) -> None:
    for number in range(4):
        tablet.file(number, name=f"cơ sở {number}")
    tablet.faults = [failing(FailureKind.SERVER_ERROR)] * 9
    while tablet.faults:
        tablet.sync(WakeReason.TIMER)
    assert tablet.engine.state.message is SyncMessage.SERVER_ERROR
    tablet.sync(WakeReason.TIMER)
    assert tablet.store.status().in_sync


def test_a_lost_session_costs_one_sign_in_and_no_data(tablet: Tablet) -> None:
    tablet.file(1, name="một")
    tablet.faults = [failing(FailureKind.SESSION)]
    tablet.sync()
    assert tablet.store.status().in_sync


def test_a_session_refused_twice_means_that_the_tablet_is_no_longer_accepted(tablet: Tablet) -> None:
    tablet.file(1, name="một")
    tablet.faults = [failing(FailureKind.SESSION)] * 3
    tablet.sync()
    assert tablet.engine.state.message is SyncMessage.REFUSED
    assert tablet.store.shown_state(record(1)).word is StateWord.UNSENT


def test_a_line_that_broke_is_no_missing_network(tablet: Tablet) -> None:
    tablet.file(1, name="một")
    tablet.faults = [cut_after(1)]
    tablet.sync()
    assert tablet.engine.state.message is SyncMessage.UNREACHABLE


def test_the_server_is_given_the_time_it_asks_for(tablet: Tablet) -> None:
    tablet.file(1, name="một")
    tablet.faults = [failing(FailureKind.BUSY, retry_after_s=40)]
    tablet.sync()
    assert 40 <= tablet.waits[-1] <= 42
    tablet.sync(WakeReason.SAVE)
    assert len(tablet.server.requests) == 0


def test_a_page_in_the_servers_place_is_no_answer(tablet: Tablet) -> None:
    tablet.file(1, name="một")
    tablet.faults = [lambda server, request: [b"<html>Wi-Fi</html>"]]
    tablet.sync()
    assert tablet.engine.state.message in (SyncMessage.UNREACHABLE, SyncMessage.NOT_OUR_SERVER)
    assert tablet.store.shown_state(record(1)).word is StateWord.UNSENT


def test_a_record_whose_hash_is_wrong_is_never_committed(tablet: Tablet) -> None:
    tablet.server.office_put(record(1), UNIT, name="một")

    def tampered(server, request):
        return [line.replace(json.dumps("một").encode(), b'"hai"') for line in server.answer(request)]

    tablet.faults = [tampered]
    tablet.sync()
    assert tablet.data(1) is None
    tablet.sync()
    assert tablet.data(1) == {"name": "một"}


def test_a_digest_that_does_not_meet_reads_the_scope_again(tablet: Tablet) -> None:
    tablet.server.office_put(record(1), UNIT, name="một")
    tablet.server.office_put(record(2), UNIT, name="hai")
    tablet.sync()
    del tablet.server.world.records[record(2)]
    tablet.server.office_put(record(3), UNIT, name="ba")
    tablet.sync()
    assert tablet.mismatches() == 1
    assert tablet.data(2) is None
    assert tablet.agrees()
    assert tablet.store.status().in_sync


def test_a_digest_that_never_meets_does_not_hammer_the_server(tablet: Tablet) -> None:
    tablet.server.office_put(record(1), UNIT, name="một")
    tablet.server.break_digest = 10_000
    tablet.sync()
    assert len(tablet.server.requests) < 20
    assert tablet.engine.state.phase is Phase.IDLE
    assert not tablet.store.status().in_sync


def test_an_old_protocol_is_told_to_upgrade_and_loses_nothing(tablet: Tablet) -> None:
    tablet.server.office_put(record(1), UNIT, name="một")
    tablet.sync()
    tablet.file(2, name="hai")
    tablet.faults = [failing(FailureKind.UPGRADE)]
    tablet.sync()
    assert tablet.engine.state.message is SyncMessage.UPGRADE_NEEDED
    assert tablet.waits[-1] == 3600
    assert tablet.data(1) == {"name": "một"}
    assert tablet.store.shown_state(record(2)).word is StateWord.UNSENT


HOUR_KINDS = {FailureKind.UPGRADE, FailureKind.FORBIDDEN, FailureKind.REFUSED}


# A session that has ended is followed by a sign-in at once.
@pytest.mark.parametrize("kind", [kind for kind in FailureKind if kind is not FailureKind.SESSION])
def test_next_try_after_a_lasting_refusal_and_no_other_is_an_hour_away(
    tablet: Tablet, kind: FailureKind
) -> None:
    tablet.faults = [failing(kind)]
    tablet.sync()
    assert tablet.engine.state.phase is Phase.WAITING
    assert (tablet.waits[-1] == 3600) == (kind in HOUR_KINDS)
    assert tablet.waits[-1] <= 3600


@pytest.mark.parametrize("has_scopes", [True, False])
def test_a_refused_pull_takes_the_changes_and_no_row_away(tablet: Tablet, has_scopes: bool) -> None:
    tablet.server.office_put(record(1), UNIT, name="một")
    tablet.sync()
    tablet.file(2, name="hai")

    def refuses(server, request):
        frames = [json.loads(line) for line in server.answer(request)]
        hello = {**frames[0], "pull": "refused", "scopes": []}
        if not has_scopes:
            del hello["scopes"]
        kept = [hello, *(frame for frame in frames if frame["frame"] == "res")]
        end = {"frame": "end", "frames": len(kept) + 1, "more": False}
        return [json.dumps(frame).encode() for frame in (*kept, end)]

    tablet.faults = [refuses] * 3
    tablet.sync()
    assert tablet.engine.state.message is SyncMessage.UPGRADE_NEEDED
    assert tablet.data(1) == {"name": "một"}
    assert tablet.store.shown_state(record(2)).word is StateWord.RECEIVED
    assert not tablet.store.status().in_sync


def test_a_hello_without_scopes_is_not_taken_for_a_lost_area(tablet: Tablet) -> None:
    tablet.server.office_put(record(1), UNIT, name="một")
    tablet.sync()
    tablet.file(1, name="hai")

    def forgets(server, request):
        hello, *rest = [json.loads(line) for line in server.answer(request)]
        del hello["scopes"]
        return [json.dumps(frame).encode() for frame in (hello, *rest)]

    tablet.faults = [forgets]
    tablet.sync()
    assert tablet.engine.state.message is SyncMessage.NOT_OUR_SERVER
    assert tablet.data(1) == {"name": "hai"}


def test_a_sign_in_page_is_told_apart(tablet: Tablet) -> None:
    tablet.faults = [failing(FailureKind.PORTAL)]
    tablet.sync()
    assert tablet.engine.state.message is SyncMessage.PORTAL

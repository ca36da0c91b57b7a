"""A scope that comes packed: resumed, proven, committed in pages, and never in the way of anything."""

from __future__ import annotations

import gzip
import hashlib
import json

import pytest
from tests.mobile.support import UNIT
from tests.mobile.sync.tablet import Tablet, record

from field178_mobile.store.meta import get_number
from field178_mobile.sync import pack_queue
from field178_mobile.sync.events import Failure, FailureKind

OTHER = "unit:c11632_v1"


@pytest.fixture
def packed(tablet: Tablet, monkeypatch: pytest.MonkeyPatch) -> Tablet:
    """A tablet before a scope of nine records, with pieces and pages so small that there are several."""
    monkeypatch.setattr(pack_queue, "PIECE_BYTES", 100)
    monkeypatch.setattr(pack_queue, "ROWS_A_PAGE", 2)
    tablet.server.packs_from = 3
    for number in range(9):
        tablet.server.office_put(record(number), UNIT, name=f"cơ sở {number}")
    return tablet


def rows_sent(tablet: Tablet) -> int:
    return sum(frame["frame"] == "rec" for frame in tablet.server.frames)


def asked(tablet: Tablet) -> list[bool]:
    return [request.get("snapshots", False) for request in tablet.server.requests]


def agrees(tablet: Tablet) -> bool:
    return tablet.agrees() and tablet.store.status().in_sync and tablet.mismatches() == 0


def mend(packed: Tablet, change) -> None:
    """Let the server offer something else than it packed."""
    honest_offer = packed.server._offer

    def offer(scope: str) -> dict:
        return change(honest_offer(scope))

    packed.server._offer = offer  # type: ignore[method-assign]


def test_a_packed_scope_is_taken_over_and_the_pull_goes_on_behind_it(packed: Tablet) -> None:
    def changed_meanwhile(piece: bytes) -> bytes:
        packed.server.office_put(record(0), UNIT, name="đổi tên")
        packed.server.office_delete(record(1))
        return piece

    packed.fetch_faults = [changed_meanwhile]
    packed.sync()
    assert agrees(packed)
    assert packed.data(0) == {"name": "đổi tên"}
    assert rows_sent(packed) == 2
    assert len(packed.fetches) > 1


def test_a_break_costs_only_what_had_not_come(packed: Tablet) -> None:
    packed.fetch_faults = [bytes, lambda piece: piece[:7], lambda piece: Failure(FailureKind.CUT)]
    packed.sync()
    assert not packed.store.status().in_sync
    packed.sync()
    assert agrees(packed)
    assert [one.first for one in packed.fetches[:5]] == [0, 100, 107, 107, 207]


def test_own_changes_do_not_wait_for_the_whole_pack(packed: Tablet) -> None:
    def save(piece: bytes) -> bytes:
        packed.file(40, name="của tôi")
        return piece

    packed.fetch_faults = [save]
    packed.sync()
    assert agrees(packed)
    pushes = [len(request.get("push", [])) for request in packed.server.requests]
    assert pushes[:2] == [0, 1]
    assert len(packed.fetches) > 2


@pytest.mark.parametrize(
    "kind", [FailureKind.FORBIDDEN, FailureKind.REFUSED, FailureKind.SERVER_ERROR, FailureKind.TOO_LARGE]
)
def test_a_pack_that_is_refused_is_not_asked_for_again(packed: Tablet, kind: FailureKind) -> None:
    packed.fetch_faults = [lambda piece: Failure(kind)]
    packed.sync()
    assert agrees(packed)
    assert asked(packed)[:2] == [True, False]


def test_a_pack_that_never_comes_does_not_keep_the_rows_away(packed: Tablet) -> None:
    packed.fetch_faults = [lambda piece: Failure(FailureKind.CUT)] * 99
    for _ in range(pack_queue.MOST_FAILURES):
        packed.sync()
    assert agrees(packed)


def test_a_session_that_ends_under_a_pack_is_renewed(packed: Tablet) -> None:
    packed.fetch_faults = [bytes, lambda piece: Failure(FailureKind.SESSION)]
    packed.sync()
    assert agrees(packed)
    assert [one.first for one in packed.fetches[:3]] == [0, 100, 100]


def test_sessions_that_end_at_every_piece_do_not_turn_in_a_circle(packed: Tablet) -> None:
    packed.fetch_faults = [lambda piece: Failure(FailureKind.SESSION)] * 99
    packed.sync()
    assert agrees(packed)


def test_bytes_that_were_altered_on_the_way_bring_no_row(packed: Tablet) -> None:
    packed.fetch_faults = [lambda piece: piece[:-1] + bytes([piece[-1] ^ 1])]
    packed.sync()
    assert agrees(packed)
    assert asked(packed)[-1] is False


def test_a_row_whose_hash_is_wrong_ends_the_pack_and_the_scope_is_compared(packed: Tablet) -> None:
    rows = [row for _, row in packed.server._rows(UNIT, 0)]
    rows[5]["h"] = "0" * 32
    spoiled = gzip.compress(b"".join(json.dumps(row).encode() + b"\n" for row in rows))
    packed.server.packs_from = 3

    def other_content(frame: dict) -> dict:
        packed.server.packs[frame["url"]] = spoiled
        return {**frame, "bytes": len(spoiled), "sha256": hashlib.sha256(spoiled).hexdigest()}

    mend(packed, other_content)
    packed.sync()
    assert agrees(packed)
    assert [set(request["repair"]) for request in packed.server.requests if request.get("repair")] == [{UNIT}]


@pytest.mark.parametrize(
    "url", ["https://elsewhere.example/pack", "//elsewhere.example/pack", "@elsewhere/x"]
)
def test_no_other_server_is_asked(packed: Tablet, url: str) -> None:
    mend(packed, lambda frame: {**frame, "url": url})
    packed.sync()
    assert packed.fetches == []
    assert not packed.store.status().in_sync


def test_a_pack_too_large_for_a_tablet_is_left_alone(packed: Tablet) -> None:
    mend(packed, lambda frame: {**frame, "bytes": pack_queue.LARGEST_PACK + 1})
    packed.sync()
    assert packed.fetches == []
    assert agrees(packed)


def test_what_left_between_a_power_cut_and_the_next_exchange_does_not_stay(packed: Tablet) -> None:
    commit, pages = packed.sync_store.commit_pack_page, []

    def cut_after_two(page):
        if len(pages) == 2:
            raise KeyboardInterrupt
        pages.append(page)
        return commit(page)

    packed.sync_store.commit_pack_page = cut_after_two  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        packed.sync()
    left = pages[0].rows[0].id
    assert packed.store.read(lambda room: get_number(room, "mismatches")) == 0
    packed.server.world.seqs[OTHER] = 0
    packed.server.office_move(left, OTHER)
    again = Tablet(packed.store, packed.clock, packed.server)
    again.sync()
    assert agrees(again)
    assert again.sync_store.base(left) is None
    assert again.fetches == []


def test_a_record_that_moved_here_and_on_keeps_its_newer_place(packed: Tablet) -> None:
    packed.server.granted.add(OTHER)
    packed.server.world.seqs[OTHER] = 0

    def moved_on(piece: bytes) -> bytes:
        packed.server.office_move(record(3), OTHER)
        packed.file(40, name="của tôi")
        return piece

    # The exchange between two pieces brings the record's new place before its old one is committed.
    packed.fetch_faults = [moved_on]
    same = packed.server._offer(UNIT)
    mend(packed, lambda frame: same if frame["scope"] == UNIT else frame)
    packed.sync()
    assert agrees(packed)
    found = packed.sync_store.base(record(3))
    assert found is not None
    assert found.scope == OTHER


def test_an_own_record_that_is_not_in_the_pack_any_more_is_not_shown(packed: Tablet) -> None:
    packed.file(40, name="của tôi")
    packed.fetch_faults = [lambda piece: Failure(FailureKind.CUT)]
    packed.sync()
    assert packed.data(40) == {"name": "của tôi"}
    packed.server.office_delete(record(40))
    packed.sync()
    assert agrees(packed)
    assert packed.store.view(record(40)) is None
    assert record(40) not in {one.id for one in packed.store.establishments()}

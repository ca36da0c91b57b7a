"""Quarantine operations of the office: run again, correct, set aside, put back; the payload is never lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.world import ESTABLISHMENT, OFFICER, SESSION, UNIT, Json, Tablet, World

from field178_server.audit.trail import Actor
from field178_server.database.models import (
    Audit,
    ChangeHistory,
    ConflictRow,
    DeviceOfficer,
    Officer,
    Quarantine,
)
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.quarantine import operations as quarantine
from field178_server.office.quarantine.operations import Correction, QuarantineKey
from field178_server.records.batch import Batch
from field178_server.records.history import history_of
from field178_server.replication.policy.record_validation import declared_types
from field178_shared.errors import AppError, ErrorCode
from field178_shared.wire.canonical import canonical

REVIEWER = Actor("officer", OFFICER)


def do(world: World, work: Callable[[Batch], object]) -> None:
    run_write(world.engine, lambda session: work(world.batch(session)))


def correct(world: World, change: Json, values: Json, *left_out: str) -> None:
    mending = Correction(values, frozenset(left_out))
    do(world, lambda b: quarantine.correct(b, declared_types(), REVIEWER, key_of(world, change), mending))


def refusal(world: World, work: Callable[[], None]) -> AppError:
    with pytest.raises(AppError) as refused:
        work()
    return refused.value


def key_of(world: World, change: Json) -> QuarantineKey:
    (row,) = world.rows(Quarantine, Quarantine.change_id == change["change_id"])
    return QuarantineKey(row.change_id, row.payload_hash)


def held(tablet: Tablet, set_: Json, **more: Any) -> Json:
    change = tablet.create(set_, **more)
    assert tablet.push(change)[0]["status"] == "quarantined"
    return change


def test_a_corrected_create_is_the_office_s_own_and_the_tablet_hears_of_it(world: World) -> None:
    tablet = world.tablet()
    bad = held(tablet, {**ESTABLISHMENT, "rooms_total": -1})
    correct(world, bad, {"rooms_total": 12})
    tablet.pull()
    record = tablet.base[bad["record_id"]]
    assert (record["rev"], record["data"]) == (1, {**ESTABLISHMENT, "rooms_total": 12})
    receipt = tablet.receipts[bad["change_id"]]
    assert (receipt["status"], receipt["reason"], receipt["rev"]) == (
        "unchanged",
        "replaced",
        1,
    )
    (row,) = world.rows(Quarantine)
    assert (row.state, row.payload.encode()) == ("replaced", canonical(bad))
    (written,) = world.rows(ChangeHistory, ChangeHistory.record_id == bad["record_id"])
    assert (written.device_id, written.user_id, written.rev) == (None, OFFICER, 1)
    with snapshot(world.engine) as session:
        history = history_of(session, world.tenant_id, bad["record_id"], "establishment", record["data"])
    assert history.is_complete
    assert tablet.push(bad) == [{**receipt, "frame": "res"}]


def test_a_value_inside_an_object_is_corrected_and_another_left_out(world: World) -> None:
    tablet = world.tablet()
    audiences = {"general_public": {"attendance_count": 40, "first_time_count": "ba"}, "pupils": {}}
    bad = held(tablet, {**SESSION, "audiences": audiences}, type="outreach_session")
    correct(world, bad, {"audiences.general_public.first_time_count": 3}, "audiences.pupils")
    tablet.pull()
    assert tablet.base[bad["record_id"]]["data"]["audiences"] == {
        "general_public": {"attendance_count": 40, "first_time_count": 3}
    }


def test_wrong_correction_is_refused_with_its_fields(world: World) -> None:
    tablet = world.tablet()
    bad = held(tablet, {**ESTABLISHMENT, "rooms_total": -1, "village": 7})
    error = refusal(world, lambda: correct(world, bad, {"rooms_total": 12}))
    assert (error.code, error.details["problems"]) == (ErrorCode.SCHEMA, {"village": ["wrong_type"]})
    assert [row.state for row in world.rows(Quarantine)] == ["open"]
    assert world.stored(bad["record_id"]) is None


def test_a_corrected_edit_still_overwrites_nothing_unseen(world: World) -> None:
    tablet, other = world.tablet(), world.tablet()
    record_id = tablet.created({**ESTABLISHMENT, "village": "Thôn 1"})
    other.pull()
    late = other.change(record_id, {"village": "Thôn 2", "rooms_total": -1}, was={"village": "Thôn 1"})
    other.push(late)
    tablet.push(tablet.change(record_id, {"village": "Thôn 3"}, was={"village": "Thôn 1"}))
    correct(world, late, {"rooms_total": 4})
    other.pull()
    assert other.base[record_id]["data"] == {**ESTABLISHMENT, "village": "Thôn 3", "rooms_total": 4}
    assert [(row.path, row.state, row.device_id) for row in world.rows(ConflictRow)] == [
        ("village", "open", other.device)
    ]


def test_changes_of_the_record_follow_its_corrected_create(world: World) -> None:
    tablet = world.tablet()
    bad = held(tablet, {**ESTABLISHMENT, "rooms_total": -1})
    tablet.push(tablet.change(bad["record_id"], {"village": "Thôn 3"}))
    correct(world, bad, {"rooms_total": 12})
    tablet.pull()
    assert tablet.base[bad["record_id"]]["data"]["village"] == "Thôn 3"
    waited = sorted(world.rows(Quarantine), key=lambda row: int(row.n))
    assert [row.state for row in waited] == ["replaced", "applied"]


def test_change_corrected_by_its_author_is_not_corrected_again(world: World) -> None:
    tablet = world.tablet()
    bad = held(tablet, {**ESTABLISHMENT, "rooms_total": -1})
    worse = tablet.change(
        bad["record_id"],
        {**ESTABLISHMENT, "rooms_total": -2},
        create=True,
        replaces=[bad["change_id"]],
    )
    tablet.push(worse)
    assert refusal(world, lambda: correct(world, bad, {"rooms_total": 1})).code is ErrorCode.REPLACED
    correct(world, worse, {"rooms_total": 2})
    assert {row.state for row in world.rows(Quarantine)} == {"replaced"}
    again = refusal(world, lambda: correct(world, worse, {"rooms_total": 3}))
    assert again.code is ErrorCode.REVISION_CHANGED


def test_only_a_fault_of_content_is_corrected(world: World) -> None:
    tablet = world.tablet()
    orphan = tablet.change(world.ids.random(), {"village": "Thôn 3"})
    tablet.push(orphan)
    error = refusal(world, lambda: correct(world, orphan, {"village": "Thôn 4"}))
    assert error.code is ErrorCode.REVISION_CHANGED


def test_running_again_takes_all_that_waits_for_the_record(world: World) -> None:
    tablet = world.tablet()
    stranger = world.ids.random()
    create = tablet.create(user=stranger)
    edit = tablet.change(create["record_id"], {"village": "Thôn 3"}, user=stranger)
    tablet.push(create, edit)

    def bind(session: Any) -> None:
        session.add(
            Officer(
                tenant_id=world.tenant_id,
                officer_id=stranger,
                login="b",
                name="B",
                agency="police",
                role="inspector",
                created_at=world.clock.now(),
            )
        )
        session.flush()
        session.add(
            DeviceOfficer(
                tenant_id=world.tenant_id,
                device_id=tablet.device,
                officer_id=stranger,
                bound_at=world.clock.now(),
            )
        )

    run_write(world.engine, bind)
    do(world, lambda b: quarantine.run_again(b, declared_types(), REVIEWER, key_of(world, edit)))
    tablet.pull()
    assert tablet.base[create["record_id"]]["data"]["village"] == "Thôn 3"
    (noted,) = world.rows(Audit, Audit.action == "quarantine_run_again")
    assert (noted.actor_id, noted.details) == (OFFICER, '{"changed": 2}')


def test_rejected_change_is_stored_and_not_applied_until_it_is_put_back(world: World) -> None:
    tablet = world.tablet(UNIT, "ref")
    create = tablet.create()
    orphan = tablet.change(create["record_id"], {"village": "Thôn 3"})
    tablet.push(orphan)
    key = key_of(world, orphan)
    do(world, lambda b: quarantine.reject(b, REVIEWER, key, "Gửi nhầm"))
    tablet.push(create)
    (row,) = world.rows(Quarantine)
    assert (row.state, row.settled_by, row.settled_reason) == ("discarded", OFFICER, "Gửi nhầm")
    assert tablet.base[create["record_id"]]["rev"] == 1
    do(world, lambda b: quarantine.put_back(b, REVIEWER, key))
    (row,) = world.rows(Quarantine)
    assert (row.state, row.settled_by, row.settled_reason, row.settled_at) == ("open", None, None, None)
    do(world, lambda b: quarantine.run_again(b, declared_types(), REVIEWER, key))
    tablet.pull()
    assert tablet.base[create["record_id"]]["data"]["village"] == "Thôn 3"
    assert [entry.action for entry in world.rows(Audit) if entry.actor_id == OFFICER] == [
        "quarantine_set_aside",
        "quarantine_put_back",
        "quarantine_run_again",
    ]


def test_rejected_change_may_be_replaced_by_its_author(world: World) -> None:
    tablet = world.tablet()
    bad = held(tablet, {**ESTABLISHMENT, "rooms_total": -1})
    do(world, lambda b: quarantine.reject(b, REVIEWER, key_of(world, bad), "Gửi nhầm"))
    mended = tablet.change(bad["record_id"], ESTABLISHMENT, create=True, replaces=[bad["change_id"]])
    assert tablet.push(mended)[0]["status"] == "applied"
    assert tablet.receipts[bad["change_id"]]["reason"] == "replaced"
    assert [row.state for row in world.rows(Quarantine)] == ["replaced"]


@pytest.mark.parametrize(("reason", "code"), [("", ErrorCode.REQUIRED), ("x" * 501, ErrorCode.TOO_LONG)])
def test_setting_aside_asks_why(world: World, reason: str, code: ErrorCode) -> None:
    bad = held(world.tablet(), {**ESTABLISHMENT, "rooms_total": -1})
    key = key_of(world, bad)
    error = refusal(world, lambda: do(world, lambda b: quarantine.reject(b, REVIEWER, key, reason)))
    assert error.code is code


def test_of_two_officers_at_once_one_sets_aside(world: World) -> None:
    key = key_of(world, held(world.tablet(), {**ESTABLISHMENT, "rooms_total": -1}))
    do(world, lambda b: quarantine.reject(b, REVIEWER, key, "Gửi nhầm"))
    late = refusal(world, lambda: do(world, lambda b: quarantine.reject(b, REVIEWER, key, "Trùng")))
    assert late.code is ErrorCode.REVISION_CHANGED
    unknown = QuarantineKey(world.ids.random(), "0" * 64)
    absent = refusal(
        world, lambda: do(world, lambda b: quarantine.run_again(b, declared_types(), REVIEWER, unknown))
    )
    assert absent.code is ErrorCode.NOT_FOUND

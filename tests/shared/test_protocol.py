import pytest

from field178_shared.errors import AppError, ErrorCode
from field178_shared.protocol import Change, Receipt, Status, SyncRequest

CHANGE = {
    "change_id": "0197c3a8-0000-7000-8000-000000000001",
    "n": 1,
    "record_id": "0197c3a8-0000-7000-8000-0000000000a1",
    "type": "establishment",
    "scope": "unit:c11629_v1",
    "op": "put",
    "set": {"name": "x"},
    "later_member": [1],
}
REQUEST = {"device": "d", "incarnation": "i"}


def test_only_device_and_incarnation_are_required() -> None:
    request = SyncRequest.from_wire({**REQUEST, "cursors": None, "unknown": 1})
    assert (request.push, request.epoch, request.verdicts, request.max_records) == ((), None, 0, 500)
    for name in REQUEST:
        with pytest.raises(AppError) as caught:
            SyncRequest.from_wire({**REQUEST, name: None})
        assert caught.value.details == {"pointer": f"/{name}"}


def test_members_of_a_later_version_stay_in_the_hashed_body() -> None:
    change = Change.from_wire(CHANGE)
    assert b"later_member" in change.body
    assert (change.create, change.base_rev, change.was) == (False, 0, {})


@pytest.mark.parametrize(
    ("name", "value"),
    [("n", 0), ("n", True), ("record_id", "X"), ("set", []), ("create", 1), ("op", ""), ("base_rev", "1")],
)
def test_a_faulty_change_is_pointed_at_and_named(name: str, value: object) -> None:
    with pytest.raises(AppError) as caught:
        SyncRequest.from_wire({**REQUEST, "push": [CHANGE, {**CHANGE, name: value}]})
    assert caught.value.code is ErrorCode.BAD_REQUEST
    assert caught.value.details == {"pointer": f"/push/1/{name}", "change_id": CHANGE["change_id"]}


def test_more_changes_than_the_limit_are_too_large() -> None:
    with pytest.raises(AppError) as caught:
        SyncRequest.from_wire({**REQUEST, "push": [CHANGE] * 501})
    assert (caught.value.code, caught.value.details["limit"]) == (ErrorCode.TOO_LARGE, 500)


def test_a_receipt_survives_the_wire() -> None:
    receipt = Receipt(
        "c", Status.QUARANTINED, "schema", {"a": ["required"]}, "ref", 0, None, None, "t", "i", 3
    )
    assert Receipt.from_wire(receipt.to_wire()) == receipt

import pytest

from field178_shared.errors import AppError, ErrorCode
from field178_shared.wire.protocol import MAX_SCOPES, Change, Receipt, Status, SyncRequest

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
REQUEST = {"device": "d", "incarnation": "0197a000-0000-4000-8000-000000000001"}


def test_only_device_and_incarnation_are_required() -> None:
    request = SyncRequest.from_wire({**REQUEST, "cursors": None, "unknown": 1})
    assert (request.push, request.epoch, request.max_records) == ((), None, 500)
    for name in REQUEST:
        with pytest.raises(AppError) as caught:
            SyncRequest.from_wire({**REQUEST, name: None})
        assert caught.value.details == {"pointer": f"/{name}"}


@pytest.mark.parametrize("life", ["i", REQUEST["incarnation"].upper(), "", 7])
def test_an_incarnation_is_a_lower_case_uuid(life: object) -> None:
    with pytest.raises(AppError) as caught:
        SyncRequest.from_wire({**REQUEST, "incarnation": life})
    assert caught.value.details == {"pointer": "/incarnation"}


@pytest.mark.parametrize("name", ["cursors", "repair"])
def test_a_request_names_no_more_scopes_than_a_device_reads(name: str) -> None:
    most = MAX_SCOPES + 1
    values: dict[str, object] = {f"unit:c{n}": {} if name == "repair" else 1 for n in range(most)}
    SyncRequest.from_wire({**REQUEST, name: values})
    with pytest.raises(AppError) as caught:
        SyncRequest.from_wire({**REQUEST, name: {**values, "ref": values["unit:c0"]}})
    assert caught.value.details == {"limit": most, "unit": "scopes", "pointer": f"/{name}"}


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
    receipt = Receipt("c", Status.QUARANTINED, "schema", {"a": ["required"]}, "ref", 0, None, "t", "i")
    assert Receipt.from_wire(receipt.to_wire()) == receipt

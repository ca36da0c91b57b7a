from __future__ import annotations

import pytest

from field178_shared.device_status import MAX_COUNT, DeviceStatus, KeyProtection
from field178_shared.wire.protocol import SyncRequest

RECORD = "01900000-0000-7000-8000-00000000dead"


def test_status_is_read_back_from_the_wire() -> None:
    status = DeviceStatus(3, 5, 2048, 2, (RECORD,), KeyProtection.PASSPHRASE)
    assert status.to_wire() == {
        "unsent": 3,
        "unsent_files": 5,
        "free_mb": 2048,
        "key_store": "passphrase",
        "mismatches": {"count": 2, "records": [RECORD]},
    }
    assert DeviceStatus.from_wire(status.to_wire()) == status
    assert DeviceStatus(unsent=0).to_wire() == {"unsent": 0}


@pytest.mark.parametrize("value", [None, [], "x", 7, True])
def test_value_that_is_no_object_gives_no_status(value: object) -> None:
    assert DeviceStatus.from_wire(value) is None


@pytest.mark.parametrize("value", [-1, True, "3", None, [], MAX_COUNT + 1])
def test_a_member_that_cannot_be_read_costs_nothing_else(value: object) -> None:
    status = DeviceStatus.from_wire({"unsent": value, "free_mb": 7, "mismatches": value})
    assert status == DeviceStatus(free_mb=7)
    mismatches = {"count": value, "records": value if isinstance(value, list) else [value, RECORD, "x"]}
    again = DeviceStatus.from_wire({"mismatches": mismatches})
    assert again == DeviceStatus(mismatched=() if isinstance(value, list) else (RECORD,))


def test_at_most_ten_records_are_named() -> None:
    records = [f"01900000-0000-7000-8000-{number:012x}" for number in range(12)]
    status = DeviceStatus.from_wire({"mismatches": {"count": 12, "records": records}})
    assert status == DeviceStatus(mismatches=12, mismatched=tuple(records[:10]))


def test_request_without_a_status_gives_none() -> None:
    wire = {"device": RECORD, "incarnation": RECORD}
    assert SyncRequest.from_wire(wire).device_status is None
    assert SyncRequest.from_wire({**wire, "about": {"unsent": 2}}).device_status == DeviceStatus(unsent=2)

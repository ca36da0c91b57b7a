"""What the tablet works out itself of a record that it changed with this request."""

from __future__ import annotations

import pytest
from tests.mobile.store.test_views import BASE, acknowledged

from field178_mobile.sync.own_result import own_result
from field178_shared.canonical import record_hash
from field178_shared.protocol import Op, Reader, Receipt, Status

RECORD = "01a20b11-1a80-723b-b1b6-b76c11e9a1ad"


def receipt(rev: int) -> Receipt:
    return Receipt("c", Status.APPLIED, None, {}, "u", rev, 1, "", "", "i", 1)


@pytest.mark.parametrize("resolved_first", [True, False])
def test_a_deleted_record_of_which_a_disagreement_is_settled_stays_deleted(resolved_first: bool) -> None:
    deletion = (acknowledged({}, Status.APPLIED, op=Op.DELETE), receipt(4))
    settling = (acknowledged({}, Status.APPLIED, op=Op.RESOLVE), receipt(3 if resolved_first else 4))
    h = record_hash(RECORD, "establishment", 4, True, BASE.data)
    stub = Reader({"id": RECORD, "scope": "u", "rev": 4, "h": h, "stub": True})
    row = own_result(BASE, [settling, deletion] if resolved_first else [deletion, settling], stub)
    assert row is not None
    assert (row.rev, row.deleted) == (4, True)


def test_what_settles_with_a_value_is_worked_out() -> None:
    settling = (acknowledged({"name": "mới"}, Status.APPLIED, op=Op.RESOLVE), receipt(4))
    data = {**BASE.data, "name": "mới"}
    stub = Reader(
        {"id": RECORD, "scope": "u", "rev": 4, "h": record_hash(RECORD, "establishment", 4, False, data)}
    )
    row = own_result(BASE, [settling], stub)
    assert row is not None
    assert row.data == data

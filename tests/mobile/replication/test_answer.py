"""What the tablet works out itself of a record that it changed with this request."""

from __future__ import annotations

from dataclasses import replace

from tests.mobile.store.replica.test_merged_view import BASE, acknowledged

from field178_mobile.replication.answer import own_result
from field178_shared.wire.canonical import record_hash
from field178_shared.wire.protocol import Op, Receipt, Status

RECORD = "01a20b11-1a80-723b-b1b6-b76c11e9a1ad"
EDIT = replace(acknowledged({"name": "mới"}, Status.APPLIED), record_id=RECORD)


def receipt(rev: int) -> Receipt:
    return Receipt("c", Status.APPLIED, None, {}, "u", rev, 1, "", "i")


def test_an_edit_is_made_on_the_row_that_is_held() -> None:
    row = own_result(BASE, EDIT, receipt(4))
    assert row is not None
    assert (row.id, row.scope, row.rev, row.data["name"]) == (RECORD, "u", 4, "mới")
    assert row.h == record_hash(RECORD, "establishment", 4, False, {**BASE.data, "name": "mới"})


def test_a_create_needs_no_row() -> None:
    row = own_result(None, EDIT, receipt(1))
    assert row is not None
    assert row.rev == 1


def test_a_deletion_keeps_the_content() -> None:
    row = own_result(BASE, replace(EDIT, op=Op.DELETE, set={}), receipt(4))
    assert row is not None
    assert (row.deleted, row.data) == (True, BASE.data)


def test_a_change_said_again_that_the_row_holds_already_is_not_made_twice() -> None:
    assert own_result(replace(BASE, rev=4), EDIT, receipt(4)) is None

"""Deletion of records and resolution of conflicts, with the server's answer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.mobile.replication.tablet import Tablet, record
from tests.mobile.support import UNIT, USER, server_answers

from field178_mobile.store.outbox.changes import open_changes
from field178_shared.wire.protocol import Receipt, Status


def wire_of(tablet: Tablet) -> dict:
    [change] = tablet.sync_store.read(open_changes, 10)
    return change.wire


def test_a_deletion_names_the_content_that_was_seen(tablet: Tablet) -> None:
    tablet.server.office_put(record(1), UNIT, name="một")
    tablet.sync()
    assert tablet.store.delete(record(1), USER) is not None
    view = tablet.store.view(record(1))
    assert view is not None
    assert view.deleted
    assert tablet.store.establishments() == ()
    tablet.sync()
    assert tablet.server.world.records[record(1)].deleted
    assert tablet.store.status().in_sync
    assert tablet.store.delete(record(1), USER) is None


def test_a_deletion_of_unseen_content_is_not_done(tablet: Tablet) -> None:
    tablet.server.office_put(record(1), UNIT, name="một")
    tablet.sync()
    tablet.store.delete(record(1), USER)
    tablet.server.office_put(record(1), UNIT, name="hai")
    tablet.sync()
    assert tablet.data(1) == {"name": "hai"}
    assert tablet.store.status().in_sync


def test_conflict_is_resolved_with_the_chosen_value(tablet: Tablet) -> None:
    tablet.server.office_put(record(1), UNIT, name="một", village="x")
    tablet.sync()
    tablet.file(1, name="của máy")
    tablet.server.office_put(record(1), UNIT, name="của phòng", village="x")
    tablet.sync()
    [item] = tablet.store.inbox()
    conflict = item.refused_values[0].conflict_id
    shown = item.refused_values
    assert tablet.store.resolve(record(1), shown, {"name": "của máy", "village": "x"}, USER) is not None
    wire = wire_of(tablet)
    assert (wire["op"], wire["set"], wire["was"]) == ("resolve", {"name": "của máy"}, {"name": "của phòng"})
    assert wire["conflicts"] == {conflict: 1}
    assert tablet.data(1) == {"name": "của máy", "village": "x"}


@pytest.mark.parametrize("chosen", ["của máy", "sai"])
def test_refused_value_does_not_count_as_seen_when_a_conflict_is_resolved(
    tablet: Tablet, chosen: str
) -> None:
    tablet.server.office_put(record(1), UNIT, name="một")
    tablet.sync()
    tablet.file(1, name="của máy")
    tablet.server.office_put(record(1), UNIT, name="của phòng")
    tablet.sync()
    refused = tablet.file(1, name="sai")
    assert refused is not None
    verdict = Receipt(refused, Status.QUARANTINED, "rule", {}, UNIT, 0, None, "", "")
    server_answers(tablet.store, verdict)
    [item] = [item for item in tablet.store.inbox() if item.refused_values]
    tablet.store.resolve(record(1), item.refused_values, {"name": chosen}, USER)
    wire = wire_of(tablet)
    assert (wire["op"], wire["set"], wire["was"]) == ("resolve", {"name": chosen}, {"name": "của phòng"})


def test_record_without_a_conflict_is_not_resolved(tablet: Tablet) -> None:
    tablet.server.office_put(record(1), UNIT, name="một")
    tablet.sync()
    assert tablet.store.resolve(record(1), (), {"name": "hai"}, USER) is None


def test_conflict_that_was_not_shown_whole_is_not_resolved(tablet: Tablet) -> None:
    tablet.server.office_put(record(1), UNIT, name="một")
    tablet.sync()
    tablet.file(1, name="của máy")
    tablet.server.office_put(record(1), UNIT, name="của phòng")
    tablet.sync()
    [item] = tablet.store.inbox()
    another = replace(item.refused_values[0], mine="khác")
    assert tablet.store.resolve(record(1), (another,), {}, USER) is None
    assert tablet.store.inbox() == [item]


def test_a_conflict_that_is_being_resolved_is_off_the_list_at_once(tablet: Tablet) -> None:
    tablet.server.office_put(record(1), UNIT, name="một")
    tablet.sync()
    tablet.file(1, name="của máy")
    tablet.server.office_put(record(1), UNIT, name="của phòng")
    tablet.sync()
    [item] = tablet.store.inbox()
    assert tablet.store.resolve(record(1), item.refused_values, {}, USER) is not None
    assert tablet.store.inbox() == []

"""Moves and deletions as §5 promises them to every client, checked on a real server process."""

from __future__ import annotations

import hashlib

from tests.e2e.foreign_client import ForeignClient, canonical, enrolment_code
from tests.e2e.foreign_office import ESTABLISHMENT, UNIT, Enrol, created, enrol, new_id, server, verdict
from tests.e2e.server_process import ServerProcess

__all__ = ["enrol", "server"]

ELSEWHERE = "unit:c11632_v1"


def test_an_orphan_runs_when_the_office_moves_its_record_to_where_it_is_granted(
    server: ServerProcess, enrol: Enrol
) -> None:
    author, other = enrol(), ForeignClient(server.url)
    scopes = ("--scope", "ref", "--scope", UNIT)
    other.enrol(enrolment_code(server.command("enrol-code", "--user", "an", *scopes)))
    record_id, data = new_id(), {**ESTABLISHMENT, "unit_id": "c11632_v1"}
    create = author.change(record_id, "establishment", ELSEWHERE, data, create=True)
    assert verdict(author, create)["status"] == "applied"
    edit = other.change(record_id, "establishment", UNIT, {"village": "Thôn 2"})
    assert verdict(other, edit)["reason"] == "orphan"
    server.command("move", record_id, UNIT)
    other.pull_all()
    receipt = other.receipts[edit["change_id"]]
    assert (receipt["status"], receipt["scope"]) == ("applied", UNIT)
    assert other.base[record_id]["data"] == {**data, "village": "Thôn 2"}


def test_a_revision_that_never_was_undoes_no_deletion_unseen(enrol: Enrol) -> None:
    first, second = enrol(), enrol()
    record_id = created(first)
    second.pull_all()
    seen = hashlib.sha256(canonical(first.base[record_id]["data"])).hexdigest()[:16]
    gone = first.change(record_id, "establishment", UNIT, {}, op="delete", was={"_h": seen})
    assert verdict(first, gone)["status"] == "applied"
    edit = second.change(record_id, "establishment", UNIT, {"village": "Thôn 2"}, base_rev=9)
    result = verdict(second, edit)
    assert (result["status"], result["reason"]) == ("conflict", "deleted")

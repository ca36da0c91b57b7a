"""Who asks for an export, sees it, takes its file out and stops it; what the audit trail holds of that."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select, update
from tests.server.console.conftest import Browser
from tests.server.console.exports.test_pages import CITY, LEADER, PRIVACY, REVIEWER, Exports
from tests.server.office_scene import PASSWORD, Office

from field178_server.accounts import officers
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor
from field178_server.database.models import Audit, Officer, OfficerScope
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.jobs.job_files import JobFiles
from field178_server.jobs.queue import JobRow, JobState, add, find_job
from field178_server.office.exports.operations import request_export
from field178_shared.codelists import load
from field178_shared.errors import AppError

SignIn = Callable[[str], Browser]


@contextmanager
def role_of(office: Office, login: str, role: str) -> Iterator[None]:
    """Give an officer another role for a while."""

    def become(role: str) -> None:
        changed = update(Officer).where(Officer.login == login).values(role=role)
        run_write(office.engine, lambda session: session.execute(changed))

    become(role)
    yield
    become("reviewer")


def job_of(office: Office, job_id: str) -> JobRow:
    with snapshot(office.engine) as session:
        job = find_job(session, "main", job_id)
    assert job is not None
    return job


def audit_of(office: Office, action: str, job_id: str) -> list[Audit]:
    with snapshot(office.engine) as session:
        named = select(Audit).where(Audit.action == action, Audit.object_id == job_id)
        return list(session.scalars(named))


def test_overseer_cannot_download_files_of_others(reads_as: SignIn, district: Office) -> None:
    """A leader exports figures too: the kind of the file is no hindrance."""
    exports = Exports(reads_as(REVIEWER), district)
    exports.file("figures", "csv", year="2024")
    link, leader = exports.link(), reads_as(LEADER)
    leader.confirms()
    assert link.split("/")[2] in leader.text("/exports")
    assert leader.get(link).status_code == 404
    assert audit_of(district, "export_taken", link.split("/")[2])[1:] == []


def test_officer_without_oversight_sees_own_exports_alone(reads_as: SignIn, district: Office) -> None:
    exports, city = Exports(reads_as(REVIEWER), district), Exports(reads_as(CITY), district)
    exports.file("figures", "csv", year="2024")
    city.file("figures", "csv", year="2024")
    digests = [
        str(job_of(district, export.link().split("/")[2]).outcome["sha256"]) for export in (exports, city)
    ]
    # A line of somebody else has no address to see it by.
    assert [digest in city.page for digest in digests] == [False, True]
    for watching in (LEADER, PRIVACY):
        page = reads_as(watching).text("/exports")
        assert all(digest in page for digest in digests)


def test_file_is_not_handed_out_to_an_officer_who_may_export_it_no_more(
    reads_as: SignIn, district: Office
) -> None:
    exports = Exports(reads_as(REVIEWER), district)
    exports.file("visits", "csv", since="2024-01-01")
    link = exports.link()
    with role_of(district, REVIEWER, "leader_viewer"):
        assert exports.browser.get(link).status_code == 403
    with exports.browser.get(link) as answer:
        assert answer.status_code == 200


def test_export_fails_when_its_officer_may_export_it_no_more(reads_as: SignIn, district: Office) -> None:
    exports = Exports(reads_as(REVIEWER), district)
    exports.asks("visits", "csv", since="2024-01-01")
    (stop,) = re.findall(r'action="(/exports/[^"]+/stop)"', exports.page)
    job_id = stop.split("/")[2]
    with role_of(district, REVIEWER, "leader_viewer"):
        exports.runs()
    assert job_of(district, job_id).state is JobState.FAILED
    files = JobFiles(district.settings.data_dir, "main")
    assert not files.path_of(job_id).exists()
    assert not files.begin(job_id).exists()
    assert audit_of(district, "export_made", job_id) == []


def test_request_for_a_kind_of_another_role_is_refused_behind_the_page_too(district: Office) -> None:
    """The page refuses first; the operation holds where something else calls it."""
    with snapshot(district.engine) as session:
        row = session.scalars(select(Officer).where(Officer.login == LEADER)).one()
        actor = Actor("officer", row.officer_id)
    context = OperationContext("main", district.clock, district.runtime.ids, load(), actor)
    for arguments in ({"what": "visits", "format": "csv"}, {"what": "nothing", "format": "csv"}):
        with pytest.raises(AppError, match="forbidden"):
            run_write(
                district.engine,
                lambda session, given=arguments: request_export(
                    session, context, officers.context_of(session, row), given
                ),
            )


def test_job_that_is_no_export_is_not_stopped_or_read_as_an_export(
    reads_as: SignIn, district: Office
) -> None:
    job_id = run_write(district.engine, lambda session: add(session, district.context, "merge_places", {}))
    for login in (LEADER, PRIVACY, REVIEWER):
        browser = reads_as(login)
        for path in ("stop", "withdraw"):
            assert browser.post(f"/exports/{job_id}/{path}").status_code == 404, (login, path)
        assert browser.get(f"/exports/{job_id}/file").status_code == 404
        assert job_id not in browser.text("/exports")
    assert job_of(district, job_id).state is JobState.QUEUED
    assert not job_of(district, job_id).is_stop_wanted


def test_finished_export_is_audited_with_requester_and_content(reads_as: SignIn, district: Office) -> None:
    exports = Exports(reads_as(REVIEWER), district)
    data = exports.file("sessions", "csv", since="2024-01-01")
    job_id = exports.link().split("/")[2]
    (made,), outcome = audit_of(district, "export_made", job_id), job_of(district, job_id).outcome
    assert made.actor_id == job_of(district, job_id).queued_by == district.officer_id(REVIEWER)
    assert json.loads(made.details or "") == {
        "list": "sessions",
        "format": "csv",
        "records": outcome["records"],
        "sha256": outcome["sha256"],
    }
    assert outcome["records"] == data.count(b"\n") - 1 > 5
    assert outcome["sha256"] == hashlib.sha256(data).hexdigest()
    # Once more for each time that it is taken out.
    exports.browser.get(exports.link()).close()
    taken = audit_of(district, "export_taken", job_id)
    assert [(entry.actor_id, entry.details) for entry in taken] == [(made.actor_id, made.details)] * 2


def test_days_narrow_and_a_commune_that_the_form_does_not_offer_does_not(
    reads_as: SignIn, district: Office
) -> None:
    exports = Exports(reads_as(REVIEWER), district)
    days = {"since": "2024-03-01", "until": "2024-03-31"}
    fields = {"what": "visits", "format": "csv", "password": PASSWORD, "unit": "c00000_v1", **days}
    assert exports.browser.post("/exports", fields).status_code == 303
    exports.runs()
    arguments = job_of(district, exports.link().split("/")[2]).arguments
    assert arguments.items() >= days.items()
    assert "unit" not in arguments


def test_form_offers_a_reviewer_of_one_commune_that_commune_alone(reads_as: SignIn, district: Office) -> None:
    reviewer = reads_as(REVIEWER)
    every = set(re.findall(r'<option value="(c[0-9]+_v[0-9])"', reviewer.text("/exports?what=visits")))
    assert len(every) > 15
    scope = OfficerScope(tenant_id="main", officer_id=district.officer_id(REVIEWER), scope="unit:c11632_v1")
    run_write(district.engine, lambda session: session.add(scope))
    try:
        page = reviewer.text("/exports?what=visits")
        assert re.findall(r'<option value="(c[0-9]+_v[0-9])"', page) == ["c11632_v1"]
    finally:
        named = select(OfficerScope).where(OfficerScope.officer_id == district.officer_id(REVIEWER))
        run_write(district.engine, lambda session: session.delete(session.scalars(named).one()))

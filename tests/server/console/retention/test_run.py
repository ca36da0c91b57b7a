"""A retention run: counted, decided by two, removed step by step, proved; held records keep everything."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from tests.packed_frames import content_of
from tests.server.console.conftest import TEAM, Browser, FieldWork
from tests.server.office_scene import Office
from tests.server.pictures import jpeg, sha256
from tests.server.tus_sender import Sender

from field178_server.attachments.storage.file_store import file_store_of
from field178_server.backup.log import folders_before_erasures
from field178_server.database.models import (
    Audit,
    BackupRun,
    Blob,
    ChangeHistory,
    LegalHold,
    Officer,
    Record,
    RetentionRun,
    TrailBase,
)
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.job_kinds import JOB_KINDS
from field178_server.jobs.job_files import KEPT_FOR
from field178_server.jobs.worker import JobWorker
from field178_server.maintenance.integrity import faults_of_store
from field178_server.office.retention import operations as retention
from field178_server.office.retention.extent import read_extents
from field178_server.office.retention.reduction import REMOVED_TEXT
from field178_server.records.history import history_of
from field178_server.records.stored_record import data_of
from field178_shared.codelists import load
from field178_shared.errors import AppError, ErrorCode
from field178_shared.record_type import RecordType
from field178_shared.wire.protocol import REDUCED

SECRET = 'Bí mật GL-178, chị Hoa nói: "không"'
OTHER = "Câu của phiếu còn được giữ GL-179"
PICTURE = jpeg(320, 240)
EXACT = {"lat": 208_182_167, "lon": 1_065_467_189, "accuracy_m": 8, "provider": "fix"}

Json = dict[str, Any]


def attachment(data: bytes = PICTURE, kind: str = "photo_premises", caption: str = SECRET) -> Json:
    return {
        "sha256": sha256(data),
        "size": len(data),
        "content_type": "image/jpeg",
        "evidence_kind": kind,
        "caption": caption,
    }


def photographed(work: FieldWork, kind: str = "photo_premises", data: bytes = PICTURE, **over: Any) -> str:
    """File a visit with an exact place, a sentence and a photo whose bytes are on the server."""
    files = {"f1": attachment(data, kind)}
    visit = work.visit(recommendation=SECRET, check_in=EXACT, attachments=files, **over)
    sender = Sender(work.tablet, visit)
    answer = sender.patch(sender.begun(data), 0, data)
    assert answer.status_code == 204, answer.get_data(as_text=True)
    return visit


def approve(reviewer: Browser, visit: str, rev: int = 1) -> None:
    page = reviewer.decide(visit, "approve", rev).get_data(as_text=True)
    (flags,) = re.findall(r'name="confirmed" value="([^"]*)"', page)
    answer = reviewer.decide(visit, "approve", rev, confirmed=flags)
    assert answer.status_code == 303, answer.status


def run_jobs(office: Office) -> None:
    JobWorker(office.runtime, JOB_KINDS).run_waiting()


def acting(office: Office, work: Callable[[Session], Any]) -> Any:
    return run_write(office.engine, work)


def requested(office: Office, by: str = "privacy_officer") -> str:
    return str(acting(office, lambda session: retention.request(session, office.runtime, office.context, by)))


def confirmed(office: Office, run_id: str, by: str = "leader_viewer") -> None:
    def work(session: Session) -> None:
        seen = session.get_one(RetentionRun, (office.settings.tenant, run_id)).requested_at
        retention.confirm(session, office.context, run_id, by, seen)

    acting(office, work)


def done(office: Office) -> RetentionRun:
    run_id = requested(office)
    confirmed(office, run_id)
    run_jobs(office)
    with snapshot(office.engine) as session:
        run = session.get_one(RetentionRun, (office.settings.tenant, run_id))
        session.expunge(run)
    return run


def stored(office: Office, record_id: str) -> Json:
    with snapshot(office.engine) as session:
        return data_of(session.get_one(Record, (office.settings.tenant, record_id)).body)


def files_of(office: Office) -> bytes:
    folder = office.settings.data_dir
    return content_of([path for path in folder.rglob("*") if path.is_file()])


def exact_text(value: int) -> bytes:
    return str(value).encode()


@pytest.fixture
def visit(in_the_field: FieldWork, reviewer: Browser) -> str:
    """An approved visit with photo, sentence and exact place."""
    in_the_field.place()
    visit = photographed(in_the_field)
    approve(reviewer, visit)
    return visit


def aged(office: Office, days: int) -> None:
    office.clock.move(days=days)


def test_position_is_rounded_after_ninety_days_and_nothing_else_goes(office: Office, visit: str) -> None:
    aged(office, 91)
    run = done(office)
    data = stored(office, visit)
    assert (data["check_in"]["lat"], data["check_in"]["lon"]) == (208_180_000, 1_065_470_000)
    assert data["recommendation"] == SECRET
    assert list(data["attachments"]) == ["f1"]
    assert data[REDUCED] == {"rev": 2, "rows": {"officer_position": "2027-02-23"}}
    assert exact_text(EXACT["lat"]) not in files_of(office)
    assert set(read_extents(json.loads(run.extent))) >= {"officer_position"}


def test_photo_is_deleted_after_a_year_with_its_bytes_and_scans_of_papers_stay(
    office: Office, visit: str, in_the_field: FieldWork, reviewer: Browser
) -> None:
    paper = jpeg(200, 300)
    minutes = photographed(in_the_field, "scan_minutes_first_page", paper)
    approve(reviewer, minutes)
    aged(office, 366)
    done(office)
    assert stored(office, visit)["attachments"] == {}
    assert list(stored(office, minutes)["attachments"]) == ["f1"]
    with snapshot(office.engine) as session:
        assert session.scalars(select(Blob.sha256)).all() == [sha256(paper)]
    blobs = {blob.name.rpartition("/")[2] for blob in file_store_of(office.settings).list_blobs()}
    assert blobs == {sha256(paper)}


def test_sentences_go_after_two_years_from_record_history_review_and_files(
    office: Office, in_the_field: FieldWork, reviewer: Browser
) -> None:
    in_the_field.place()
    visit = photographed(in_the_field, follow_ups={"u1": {"text": SECRET, "status": "fixed"}})
    returned = reviewer.decide(visit, "return", comments={"recommendation": SECRET}, confirmed="texts")
    assert returned.status_code == 303
    edit = {"recommendation": f"{SECRET} 2"}
    in_the_field.send(visit, "inspection", TEAM, edit, was={"recommendation": SECRET})
    approve(reviewer, visit, 2)
    aged(office, 732)
    run = done(office)
    data = stored(office, visit)
    assert "recommendation" not in data
    assert data["follow_ups"]["u1"] == {"text": REMOVED_TEXT, "status": "fixed"}
    assert "lat" not in data["check_in"]
    assert "Hoa nói".encode() not in files_of(office)
    assert faults_of_store(office.engine, office.settings.tenant, office.runtime.keyring.receipt_key) == []
    proof = json.loads(run.result)["proof"]
    assert (proof["values_left"], proof["files_left"], proof["engine_searched"]) == (0, 0, 1)
    assert proof["values"] >= 2
    with snapshot(office.engine) as session:
        history = history_of(session, office.settings.tenant, visit, RecordType.INSPECTION, data)
    assert history.is_complete


def test_decision_of_the_office_stays_one_on_the_reduced_record(
    office: Office, visit: str, signed_in: Callable[[str], Browser]
) -> None:
    aged(office, 732)
    done(office)
    with snapshot(office.engine) as session:
        record = session.get_one(Record, (office.settings.tenant, visit))
        review = session.scalars(
            select(Record).where(Record.subject_id == visit, Record.type == RecordType.REVIEW)
        ).one()
        assert data_of(review.body)["record_rev"] == record.rev == 2
    page = signed_in("chi").text(f"/reviews/{visit}")
    assert "Đã duyệt" in page
    assert "hết thời hạn lưu giữ" in page


@pytest.mark.parametrize("reason", ["review", "follow_up", "by_office"])
def test_held_record_keeps_everything_and_is_counted(
    office: Office, in_the_field: FieldWork, reviewer: Browser, reason: str
) -> None:
    in_the_field.place()
    over: Json = {"follow_ups": {"u1": {"text": "Bổ sung bình chữa cháy", "due_on": "2026-12-24"}}}
    visit = photographed(in_the_field, **(over if reason == "follow_up" else {}))
    if reason != "review":
        approve(reviewer, visit)
    if reason == "by_office":
        acting(
            office,
            lambda session: retention.hold(session, office.context, visit, "privacy_officer", "complaint"),
        )
    before = stored(office, visit)
    aged(office, 1000)
    run = done(office)
    assert stored(office, visit) == before
    with snapshot(office.engine) as session:
        assert session.scalars(select(Blob.sha256)).all() == [sha256(PICTURE)]
    on_hold = read_extents(json.loads(run.result)["removed"])["photos"].on_hold
    assert on_hold == {reason: 1, "records": 1}


def test_released_hold_is_reduced_by_the_next_run(office: Office, visit: str) -> None:
    def hold(session: Session) -> None:
        retention.hold(session, office.context, visit, "privacy_officer", "complaint")

    acting(office, hold)
    aged(office, 1000)
    done(office)
    with snapshot(office.engine) as session:
        hold_id = session.scalars(select(LegalHold.hold_id)).one()
    own = lambda session: retention.release(session, office.context, hold_id, "privacy_officer")  # noqa: E731
    with pytest.raises(AppError) as refused:
        acting(office, own)
    assert refused.value.code is ErrorCode.SECOND_PERSON_NEEDED
    acting(office, lambda session: retention.release(session, office.context, hold_id, "leader_viewer"))
    done(office)
    assert "recommendation" not in stored(office, visit)


def test_nobody_runs_it_alone(office: Office, visit: str) -> None:
    aged(office, 1000)
    run_id = requested(office)
    with pytest.raises(AppError) as refused:
        confirmed(office, run_id, "privacy_officer")
    assert refused.value.code is ErrorCode.SECOND_PERSON_NEEDED
    with pytest.raises(AppError) as refused:
        confirmed(office, run_id, "chi")
    assert refused.value.code is ErrorCode.FORBIDDEN
    run_jobs(office)
    assert stored(office, visit)["recommendation"] == SECRET


def test_second_person_confirms_only_the_periods_that_were_shown(office: Office, visit: str) -> None:
    aged(office, 400)
    run_id = requested(office)
    row = next(row for row in load_rows() if row["id"] == "photos")
    office.publish_lists({"privacy_rules.retention": {"photos": {**row, "after_months": 60}}})
    with pytest.raises(AppError) as refused:
        confirmed(office, run_id)
    assert refused.value.code is ErrorCode.REVISION_CHANGED


def load_rows() -> list[Json]:
    from field178_shared.codelists.loading import released_files

    files: Any = released_files()
    return list(files["privacy_rules"]["retention"])


def test_period_of_the_office_is_the_one_applied(office: Office, visit: str) -> None:
    row = next(row for row in load_rows() if row["id"] == "photos")
    office.publish_lists({"privacy_rules.retention": {"photos": {**row, "after_months": 60}}})
    aged(office, 400)
    done(office)
    assert list(stored(office, visit)["attachments"]) == ["f1"]


def test_old_date_of_a_wrong_clock_deletes_nothing_early(
    office: Office, in_the_field: FieldWork, reviewer: Browser
) -> None:
    in_the_field.place()
    long_ago = {"started_at": "2019-01-05T13:00:00Z", "ended_at": "2019-01-05T14:00:00Z"}
    visit = photographed(in_the_field, **long_ago)
    approve(reviewer, visit)
    done(office)
    assert list(stored(office, visit)["attachments"]) == ["f1"]


def test_ended_account_keeps_its_name_and_loses_the_rest(office: Office) -> None:
    binh = office.officer_id("binh")
    values = {"disabled_at": office.clock.now(), "email": "binh@example.org", "totp_secret": "geheim"}
    acting(
        office, lambda session: session.execute(update(Officer).where(Officer.login == "binh").values(values))
    )
    aged(office, 800)
    done(office)
    with snapshot(office.engine) as session:
        row = session.get_one(Officer, (office.settings.tenant, binh))
        assert (row.name, row.login) == ("Cán bộ binh", f"ended-{binh}")
        assert (row.email, row.password_hash, row.totp_secret) == (None, None, None)
    assert b"binh@example.org" not in files_of(office)


def test_old_trail_is_thinned_to_a_root_and_the_rest_is_whole(office: Office, visit: str) -> None:
    from field178_server.audit import verify

    runtime = office.runtime
    verify.extend(runtime.engine, runtime.tenant_id, runtime.keyring.receipt, runtime.clock)
    aged(office, 800)
    run = done(office)
    with snapshot(office.engine) as session:
        assert session.scalars(select(TrailBase.chain_index)).all()
        first = session.scalars(select(Audit.at).order_by(Audit.at).limit(1)).one()
    assert office.clock.now() - first < timedelta(days=1)
    assert read_extents(json.loads(run.result)["removed"])["audit_log"].count > 0
    assert faults_of_store(office.engine, runtime.tenant_id, runtime.keyring.receipt_key) == []


def test_earlier_backups_are_those_that_the_next_proved_one_deletes(office: Office, visit: str) -> None:
    def backup(session: Session) -> None:
        now = office.clock.now()
        row = {"tenant_id": office.settings.tenant, "run_id": "r1", "state": "proved", "size": 1}
        session.add(BackupRun(**row, folder="/old", faults="[]", taken_at=now, ended_at=now))

    acting(office, backup)
    aged(office, 1000)
    done(office)
    aged(office, 1)
    with snapshot(office.engine) as session:
        folders = folders_before_erasures(session, office.settings.tenant, office.clock.now())
    assert folders == ["/old"]


def test_same_sentence_in_a_kept_record_is_no_fault(
    office: Office, visit: str, in_the_field: FieldWork
) -> None:
    aged(office, 1000)
    in_the_field.tablet.open_session()
    in_the_field.visit(recommendation=SECRET)
    run = done(office)
    proof = json.loads(run.result)["proof"]
    assert (proof["values_left"], proof["values_elsewhere"]) == (0, 1)


def test_killed_job_goes_on_and_removes_the_rest(
    office: Office, in_the_field: FieldWork, reviewer: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("field178_server.office.retention.due_records.STEP", 2)
    monkeypatch.setattr("field178_server.office.retention.removal.STEP", 2)
    in_the_field.place()
    visits = [photographed(in_the_field, data=jpeg(100 + n, 80)) for n in range(5)]
    for visit in visits:
        approve(reviewer, visit)
    aged(office, 1000)
    run_id = requested(office)
    confirmed(office, run_id)
    steps = []
    from field178_server.office.retention import job

    whole = job.remove_step

    def killed(*arguments: Any) -> Any:
        steps.append(1)
        if len(steps) == 2:
            raise SystemExit
        return whole(*arguments)

    monkeypatch.setattr(job, "remove_step", killed)
    with pytest.raises(SystemExit):
        run_jobs(office)
    worker = JobWorker(office.runtime, JOB_KINDS)
    worker.recover()
    worker.run_waiting()
    with snapshot(office.engine) as session:
        run = session.get_one(RetentionRun, (office.settings.tenant, run_id))
        assert run.proved_at is not None
        assert read_extents(json.loads(run.result)["removed"])["photos"].count == 5
        assert session.scalars(select(Blob.sha256)).all() == []
    assert list(file_store_of(office.settings).list_blobs()) == []


def test_dry_run_counts_what_the_run_removes(office: Office, visit: str) -> None:
    aged(office, 1000)
    with snapshot(office.engine) as session:
        dry = retention.dry_run(session, office.runtime, office.context)
    run = done(office)
    removed = read_extents(json.loads(run.result)["removed"])
    assert {name: extent.items for name, extent in dry.items() if name != "audit_log"} == {
        name: extent.items for name, extent in removed.items() if name != "audit_log"
    }
    assert dry["photos"].size == len(PICTURE)
    assert dry["photos"].units == {"c11629_v2": 1}
    with snapshot(office.engine) as session:
        again = retention.dry_run(session, office.runtime, office.context)
    assert again.keys() <= {"audit_log"}


def test_period_of_exports_is_that_of_their_files() -> None:
    assert timedelta(days=load().privacy.retention["exports"].after_days or 0) == KEPT_FOR


def test_history_of_the_run_names_the_second_person(office: Office, visit: str) -> None:
    aged(office, 100)
    done(office)
    with snapshot(office.engine) as session:
        change = session.scalars(
            select(ChangeHistory).where(ChangeHistory.record_id == visit, ChangeHistory.rev == 2)
        ).one()
        assert change.user_id == office.officer_id("leader_viewer")

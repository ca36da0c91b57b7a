"""A retention run on a real server reaches a real tablet store at its next exchange; unsent work stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.e2e.real_tablet import UNIT, RealTablet, enrolled
from tests.e2e.server_process import ServerProcess, running_server
from tests.e2e.test_tablet_photos import Photos, noisy_picture
from tests.packed_frames import content_of
from tests.server.office_scene import MovedClock, Office, settings_of
from tests.shared import builders

from field178_mobile.components.photos.photo_attaching import PhotoDetails
from field178_mobile.components.photos.picture import CONTENT_TYPE, prepare
from field178_mobile.replication.events import SyncMessage
from field178_mobile.store import Draft
from field178_mobile.store.outbox.changes import changes_of
from field178_server.database.models import RetentionRun
from field178_server.database.unit_of_work import run_write
from field178_server.job_kinds import JOB_KINDS
from field178_server.jobs.worker import JobWorker
from field178_server.office.retention import operations as retention
from field178_shared.time.clock import SystemClock

SECRET = "Câu riêng GL-178-BM: nhà có hai cháu nhỏ"
UNSENT = "Câu chưa gửi GL-178-CG"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    with running_server(tmp_path / "server") as server:
        for login, role in (("an", "team_lead"), ("dung", "privacy_officer"), ("lan", "leader_viewer")):
            team = ("--team", "Đội 178") if login == "an" else ()
            server.command("user", "add", login, "--role", role, *team, stdin=f"con-trau-gam-co-{login}-1\n")
        yield server


@pytest.fixture
def tablet(server: ServerProcess, tmp_path: Path) -> Iterator[RealTablet]:
    made = enrolled(server, "an", tmp_path / "tablet")
    made.sync()
    yield made
    made.close()


def file_session(tablet: RealTablet, record_id: str, **data: object) -> None:
    view = tablet.store.view(record_id)
    seen = None if view is None else view.data
    new = builders.outreach_session(
        unit_id="c11629_v1", outreach_form_id="conference", establishment_ids=None
    )
    draft = Draft(
        id=tablet.ids.random(),
        type="outreach_session",
        record_id=record_id,
        scope=UNIT,
        data={**(seen or new), **data},
        seen=seen,
        base_rev=0 if view is None else view.rev,
        user=tablet.enrolment.user.id,
        saved_at=SystemClock().now(),
    )
    tablet.store.drafts.save(draft)
    assert tablet.store.file(draft, draft.user) is not None


def run_retention(server: ServerProcess, days: int) -> None:
    office = Office(settings_of(server.folder), MovedClock(SystemClock().now() + timedelta(days=days)))
    try:
        run_id = run_write(
            office.engine,
            lambda session: retention.request(session, office.runtime, office.context, "dung"),
        )

        def confirm(session: object) -> None:
            run = session.get_one(RetentionRun, (office.settings.tenant, run_id))  # type: ignore[attr-defined]
            retention.confirm(session, office.context, run_id, "lan", run.requested_at)  # type: ignore[arg-type]

        run_write(office.engine, confirm)
        JobWorker(office.runtime, JOB_KINDS).run_waiting()
    finally:
        office.close()


def session_with_photo(server: ServerProcess, tablet: RealTablet) -> tuple[str, str]:
    record_id = tablet.ids.time_ordered()
    picture = prepare(noisy_picture(3, (400, 300)))
    entry = tablet.store.photos.add(record_id, picture, CONTENT_TYPE)
    details = PhotoDetails("photo_premises", None, "").wire()
    file_session(tablet, record_id, summary=SECRET, attachments={"f1": {**entry, **details}})
    assert tablet.sync() is SyncMessage.IN_SYNC
    Photos(tablet).run()
    server.command("review", record_id, "approve")
    assert tablet.sync() is SyncMessage.IN_SYNC
    return record_id, str(entry["sha256"])


def test_sentence_and_photo_leave_the_tablet_at_its_next_exchange(
    server: ServerProcess, tablet: RealTablet, tmp_path: Path
) -> None:
    record_id, sha256 = session_with_photo(server, tablet)
    assert tablet.store.photos.files.names() == [sha256]
    run_retention(server, 800)
    assert SECRET.encode() not in content_of(server.folder.rglob("field178.sqlite*"))
    assert tablet.sync() is SyncMessage.IN_SYNC
    view = tablet.store.view(record_id)
    assert view is not None
    assert "summary" not in view.data
    assert view.data["attachments"] == {}
    assert tablet.store.photos.files.names() == []
    assert not tablet.store.read(lambda context: changes_of(context, record_id))
    assert [path for path in (tmp_path / "tablet").rglob("*") if sha256 in path.name] == []


def test_unsent_edit_of_a_reduced_session_arrives_whole(
    server: ServerProcess, tablet: RealTablet, tmp_path: Path
) -> None:
    record_id, _ = session_with_photo(server, tablet)
    other = enrolled(server, "an", tmp_path / "other")
    other.sync()
    file_session(other, record_id, summary=UNSENT)
    run_retention(server, 800)
    other.sync()
    sent = other.store.read(lambda context: changes_of(context, record_id))
    assert [change.set["summary"] for change in sent] == [UNSENT]
    kept = content_of(server.folder.rglob("field178.sqlite*"))
    assert UNSENT.encode() in kept
    other.close()

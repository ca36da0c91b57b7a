"""The record of a filed session as a paper of the tablet: the server's bytes, opened, printed, kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.mobile.features.inspection.test_minutes import AtOnce
from tests.mobile.inspection_world import UNIT, services, settle, uid
from tests.mobile.support import FrozenClock, base_row, seeded_ids, server_commits

from field178_mobile.components.documents.document_files import PaperFolder
from field178_mobile.components.documents.document_output import DocumentServices
from field178_mobile.features.outreach.outreach_pane import OutreachPaneSessions
from field178_mobile.features.outreach.session_paper import SessionPaperState
from field178_mobile.platform.fake import FakePlatform
from field178_mobile.store import Store
from field178_shared.codelists import load
from field178_shared.documents.session_record_pdf import session_record_pdf
from field178_shared.documents.sources import SESSION_RECORD, SessionSource
from field178_shared.wire.canonical import record_hash

SESSION, SCOPE = uid("session"), f"unit:{UNIT}"
DATA: dict[str, object] = {
    "captured_at": "2026-11-20T02:00:00Z",
    "filed_at": "2026-11-20T02:10:00Z",
    "tz_offset": "+07:00",
    "outreach_form_id": "conference",
    "session_date": "2026-11-20",
    "unit_id": UNIT,
    "host_agency_id": "commune_people_committee",
    "audiences": {"general_public": {"attendance_count": 64, "first_time_count": 48}},
    "topic_ids": ["prostitution_law"],
}


class Bench:
    """The open session and the device that its paper goes to."""

    def __init__(self, store: Store, clock: FrozenClock, folder: Path) -> None:
        settle(store)
        self.device = FakePlatform(folder)
        papers = DocumentServices(self.device, PaperFolder(lambda: folder / "papers"), AtOnce(), AtOnce())
        at_work = replace(services(store, clock, seeded_ids(clock)), papers=papers)
        self.pane = OutreachPaneSessions(at_work, lambda _state: None, lambda _state: None)
        self.states: list[SessionPaperState] = []

    @property
    def state(self) -> SessionPaperState:
        return self.states[-1]

    def paper(self):
        assert self.pane.session is not None
        paper = self.pane.session.paper(self.states.append)
        if paper is not None:
            paper.show()
        return paper


def opened(store: Store, clock: FrozenClock, folder: Path) -> Bench:
    bench = Bench(store, clock, folder)
    server_commits(store, base_row(SESSION, 1, "outreach_session", SCOPE, **DATA))
    assert bench.pane.open(SESSION)
    return bench


def test_paper_has_the_bytes_that_the_server_makes(store, clock, tmp_path):
    bench = opened(store, clock, tmp_path)
    paper = bench.paper()
    paper.make(SESSION_RECORD)
    made = paper.output.made(SESSION_RECORD)
    source = SessionSource(SESSION, 1, record_hash(SESSION, "outreach_session", 1, False, DATA), DATA)
    assert made.content == session_record_pdf(source, load())
    assert made.name == source.file_name()
    paper.output.print(SESSION_RECORD)
    assert bench.state.paper.message == "Đã gửi đến máy in."


def test_session_that_was_never_filed_has_no_paper(store, clock, tmp_path):
    bench = Bench(store, clock, tmp_path)
    bench.pane.begin()
    assert bench.paper() is None
    bench.pane.session.choose_form("rally")
    assert bench.paper() is None


def test_unfiled_changes_are_not_on_the_paper(store, clock, tmp_path):
    bench = opened(store, clock, tmp_path)
    paper = bench.paper()
    assert bench.state.note == ""
    paper.make(SESSION_RECORD)
    session = bench.pane.session
    session.count("general_public", "attendance_count", 65)
    paper.show()
    assert "chưa có trên phiếu ghi nhận" in bench.state.note
    assert not bench.state.paper.is_old
    session.complete()
    paper.show()
    assert bench.state.paper.is_old
    paper.make(SESSION_RECORD)
    assert not bench.state.paper.is_old

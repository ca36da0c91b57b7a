"""A desk that imports registers: the office's own operations and the worker of jobs, without pages."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace

from sqlalchemy import select
from tests.server.office_scene import Office

from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor
from field178_server.database.models import EstablishmentProjection, Record, Scope
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.job_kinds import JOB_KINDS
from field178_server.jobs import queue
from field178_server.jobs.queue import JobRow
from field178_server.jobs.worker import JobWorker
from field178_server.office.register_import import drafts
from field178_server.office.register_import.checking import CheckedFile
from field178_server.office.register_import.jobs import IMPORT, IMPORT_ID, SEEN, UNDO
from field178_server.office.register_import.preview import Preview, check_preview, preview_of
from field178_server.office.register_import.reading.table_file import read_tables
from field178_server.office.register_import.spellings import Spellings
from field178_server.office.register_import.staging import StagingFolder
from field178_server.records.access import AccessFilter
from field178_shared.time.clock import local_date

HEAD = ("Tên cơ sở", "Loại hình", "Xã", "Địa chỉ", "Số phòng", "Ngày cấp GPKD", "Số GPKD", "Ghi chú")
GOOD = ("Karaoke Hoa Ban", "Karaoke", "Xã An Lão", "Thôn 3", "5", "01/02/2020", "GP-1", "")


def table(*rows: tuple[str, ...], head: tuple[str, ...] = HEAD) -> bytes:
    """Return rows as a text file with tabs."""
    return "\n".join("\t".join(row) for row in (head, *rows)).encode()


@dataclass(frozen=True)
class Desk:
    """An officer who imports."""

    office: Office
    login: str = "chi"

    @property
    def context(self) -> OperationContext:
        actor = Actor("officer", self.office.officer_id(self.login))
        return replace(self.office.context, actor=actor)

    @property
    def folder(self) -> StagingFolder:
        return StagingFolder(self.office.settings.data_dir, self.office.settings.tenant)

    def stage(self, data: bytes) -> str:
        """Upload a file and take what is proposed for its columns."""
        context, import_id = self.context, self.office.runtime.ids.time_ordered()
        spellings = Spellings(context.lists, local_date(context.now()))
        self.folder.stage(import_id, read_tables(io.BytesIO(data), "so"), spellings.title_path)
        run_write(self.office.engine, lambda session: drafts.add_draft(session, context, import_id, "so"))
        preview = self.preview(import_id)
        choices = replace(preview.choices, is_mapped=True)
        run_write(
            self.office.engine,
            lambda session: drafts.choose_columns(session, context, import_id, preview.table, choices),
        )
        return import_id

    def preview(self, import_id: str) -> Preview:
        with snapshot(self.office.engine) as session:
            row = drafts.find_import(session, self.context.tenant_id, import_id)
            return preview_of(session, self.context, self.folder, row, AccessFilter(None))

    def checked(self, import_id: str) -> CheckedFile:
        preview = self.preview(import_id)
        with snapshot(self.office.engine) as session:
            return check_preview(session, self.context.tenant_id, preview, lambda done: None)

    def queue(self, kind: str, import_id: str, seen: str = "") -> str:
        arguments = {IMPORT_ID: import_id} | ({SEEN: seen} if seen else {})
        context = self.context
        return run_write(self.office.engine, lambda session: queue.add(session, context, kind, arguments))

    def run(self, import_id: str) -> JobRow:
        """Import the rows of the preview."""
        return self.work(self.queue(IMPORT, import_id, self.checked(import_id).digest))

    def undo(self, import_id: str) -> JobRow:
        return self.work(self.queue(UNDO, import_id))

    def work(self, job_id: str) -> JobRow:
        """Run what waits, and return how this job ended."""
        worker = JobWorker(self.office.runtime, JOB_KINDS)
        worker.recover()
        worker.run_waiting()
        return self.job(job_id)

    def job(self, job_id: str) -> JobRow:
        with snapshot(self.office.engine) as session:
            job = queue.find_job(session, self.context.tenant_id, job_id)
        assert job is not None
        return job


def visible(office: Office) -> dict[str, tuple[int, str]]:
    """Return what tablets hold of each scope: how many records, and their digest."""
    with snapshot(office.engine) as session:
        rows = session.scalars(select(Scope).where(Scope.kind == "unit"))
        return {row.scope: (row.live_count, row.live_sum) for row in rows if row.live_count}


def register(office: Office) -> dict[str, tuple[object, ...]]:
    """Return everything that the office sees of its establishments, by id: content and projection."""
    row = EstablishmentProjection
    with snapshot(office.engine) as session:
        bodies = session.execute(
            select(Record.record_id, Record.rev, Record.h, Record.body).where(
                Record.type == "establishment", Record.deleted.is_(False)
            )
        )
        register: dict[str, tuple[object, ...]] = {body[0]: tuple(body) for body in bodies}
        columns = [column for column in row.__table__.columns if column.name != "tenant_id"]
        for values in session.execute(select(row.record_id, *columns)):
            register[values[0]] = (*register.get(values[0], ("no record",)), *values)
    return register

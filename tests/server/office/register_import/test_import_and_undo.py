"""An import and its undo leave the register unchanged, whatever the file contains."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session
from tests.server.office.register_import.scene import GOOD, HEAD, Desk, register, table, visible
from tests.server.office_scene import Office, copy_of

from field178_server.accounts import operations as accounts
from field178_server.accounts.officers import by_login_or_id
from field178_server.accounts.operations import AccountRequest
from field178_server.database.models import Notice, Record
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.jobs.queue import JobState, stop
from field178_server.maintenance.daily import run_maintenance
from field178_server.office.erasure import operations as erasure
from field178_server.office.register_import.jobs import IMPORT, MOST_UNANNOUNCED
from field178_server.replication.policy.record_validation import declared_types
from field178_shared.errors import AppError

_NAMES = ("Hoa Ban", "Karaoke Hoa Ban", "Nhà nghỉ Sao Mai", "sao mai", "Ba\u0302\u0301m Biển", "=1+1", "")
_KINDS = ("KS", "nhà nghỉ", "karaoke gia đình", "Mát-xa", "đua ngựa", "")
_UNITS = ("TT. An Lão", "xã An Lão", "X. Quốc Tuấn", "Xã Bát Trang, huyện An Lão", "Xã Không Có", "")
_PLACES = ("Thôn 3", "Số 5, đường Lê Lợi", "")
_ROOMS = ("5", "12 phòng", "vài phòng", "")
_DAYS = ("01/02/2020", "2020-02-31", "43862", "ngày 5 tháng 6 năm 2020", "1.2.19", "")
_NUMBERS = ("GP-1", "gp-1", "31K8000012", "")
_NOTES = ("", "Gọi 0912.345.678", "Chủ là Nguyễn Văn Bình", "\u202eđảo")

ROWS = st.lists(
    st.tuples(*map(st.sampled_from, (_NAMES, _KINDS, _UNITS, _PLACES, _ROOMS, _DAYS, _NUMBERS, _NOTES))),
    min_size=1,
    max_size=25,
)


@pytest.fixture(scope="module")
def desk(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Return a desk whose register holds one establishment already."""
    office = Office(copy_of(furnished, tmp_path_factory.mktemp("desk") / "data"))
    desk = Desk(office)
    desk.run(desk.stage(table(GOOD)))
    yield desk
    office.close()


# Deleted records do not change results: one store serves all examples.
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_an_import_and_its_undoing_leave_the_register_as_it_was(
    desk: Desk, rows: list[tuple[str, ...]]
) -> None:
    before, seen_before = register(desk.office), visible(desk.office)
    import_id = desk.stage(table(*rows, ("A", *GOOD[1:-2], "", "")))
    checked = desk.checked(import_id)
    assert len(checked.taken) + len(checked.refused) + len(checked.alike) == len(checked.rows)
    job = desk.run(import_id)
    assert job.state is JobState.DONE, job
    added = register(desk.office).keys() - before.keys()
    assert len(added) == len(checked.taken) == job.outcome["taken"]
    undone = desk.undo(import_id)
    assert undone.state is JobState.DONE, undone
    assert register(desk.office) == before
    assert visible(desk.office) == seen_before


def test_an_import_runs_once_and_is_undone_once(desk: Desk) -> None:
    import_id = desk.stage(table(("Quán Một Lần", *GOOD[1:-2], "", "")))
    seen = desk.checked(import_id).digest
    first, second = desk.queue(IMPORT, import_id, seen), desk.queue(IMPORT, import_id, seen)
    assert desk.work(second).state is JobState.FAILED
    assert desk.job(first).state is JobState.DONE
    assert desk.undo(import_id).state is JobState.DONE
    assert desk.undo(import_id).outcome["code"] == "revision_changed"
    assert desk.run(import_id).state is JobState.FAILED


def test_staged_rows_go_with_the_erasure_of_a_record_and_after_a_week(desk: Desk) -> None:
    """The rows are in clear text: an erased establishment would be readable in them."""
    office, name = desk.office, "Quán Cần Xóa"
    import_id, left = desk.stage(table((name, *GOOD[1:-2], "", ""))), desk.stage(table(GOOD))
    desk.run(import_id)
    run_maintenance(office.runtime)
    assert name in content_of(office.settings.data_dir / "register_imports")
    officers = ("bao_mat_1", "bao_mat_2")
    rules = declared_types()

    def erase(session: Session) -> None:
        for login in officers:
            request = AccountRequest(login, login, "privacy_officer", None, ())
            accounts.add(session, office.context, request, (), "not a hash")
        first, second = (by_login_or_id(session, "main", login).officer_id for login in officers)
        records = session.scalars(select(Record).where(Record.type == "establishment"))
        record_id = next(record.record_id for record in records if name in record.body)
        erasure.request(session, office.context, rules, record_id, first, "establishment_request")
        erasure.confirm(session, office.context, rules, record_id, second)

    run_write(office.engine, erase)
    run_maintenance(office.runtime)
    assert name not in content_of(office.settings.data_dir / "register_imports")
    assert desk.folder.tables(left)
    office.clock.move(days=8)
    run_maintenance(office.runtime)
    with pytest.raises(AppError, match="upload_gone"):
        desk.folder.tables(left)


def content_of(folder: Path) -> str:
    return "".join(path.read_text("utf-8") for path in folder.rglob("*.jsonl"))


def test_of_two_imports_of_one_file_at_once_the_second_writes_nothing(desk: Desk) -> None:
    rows = table(("Quán Song Song", *GOOD[1:-2], "", ""))
    first, second = desk.stage(rows), desk.stage(rows)
    jobs = [desk.queue(IMPORT, each, desk.checked(each).digest) for each in (first, second)]
    before = len(register(desk.office))
    assert desk.work(jobs[1]).outcome["code"] == "revision_changed"
    assert len(register(desk.office)) == before + 1
    desk.undo(first)


def test_a_stop_before_the_end_writes_nothing(desk: Desk) -> None:
    import_id = desk.stage(table(("Quán Dừng", *GOOD[1:-2], "", "")))
    before = register(desk.office)
    job_id = desk.queue(IMPORT, import_id, desk.checked(import_id).digest)
    run_write(desk.office.engine, lambda session: stop(session, desk.context, job_id))
    assert desk.work(job_id).state is JobState.STOPPED
    assert register(desk.office) == before


def test_undoing_of_many_rows_is_announced_to_tablets(desk: Desk) -> None:
    """A notice precedes more removals than a tablet makes without asking."""
    rows = [(f"Nhà nghỉ {n}", *GOOD[1:-2], f"HUY-{n}", "") for n in range(MOST_UNANNOUNCED + 1)]
    import_id = desk.stage(table(*rows))
    assert desk.run(import_id).outcome["taken"] == len(rows)
    assert desk.undo(import_id).state is JobState.DONE
    with snapshot(desk.office.engine) as session:
        (notice,) = session.scalars(select(Notice))
    assert notice.kind == "removal"


def test_officer_who_lost_the_right_meanwhile_imports_nothing(desk: Desk) -> None:
    import_id = desk.stage(table(("Quán Mất Quyền", *GOOD[1:-2], "", "")))
    before = register(desk.office)
    job_id = Desk(desk.office, "binh").queue(IMPORT, import_id, desk.checked(import_id).digest)
    assert desk.work(job_id).outcome["code"] == "forbidden"
    assert register(desk.office) == before


def test_a_file_of_one_name_over_and_over_is_checked_in_time(desk: Desk) -> None:
    rows = [("Nhà nghỉ Bình Minh", "nhà nghỉ", "Xã An Lão", f"Thôn {n}", *[""] * 4) for n in range(3000)]
    checked = desk.checked(desk.stage(table(*rows, head=HEAD)))
    assert len(checked.taken) == 1
    assert len(checked.alike) == 2999

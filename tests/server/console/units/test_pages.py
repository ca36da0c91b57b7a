"""Communes that ended on 1 July 2025: their establishments go on in those that followed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape

from sqlalchemy import select
from sqlalchemy.orm import Session
from tests.server.console.conftest import Browser
from tests.server.console.reviews.test_pages import words
from tests.server.office_scene import Office
from tests.shared import builders

from field178_server.accounts import teams
from field178_server.database.models import Notice, Record
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.job_kinds import JOB_KINDS
from field178_server.jobs.worker import JobWorker
from field178_server.records import scopes
from field178_server.records.batch import Batch, SourceChange
from field178_server.records.history import history_of
from field178_server.records.stored_record import new_record, next_revision
from field178_shared.codelists import load

# One joined Xã An Trường as a whole; the other was divided between Xã An Khánh and Xã An Lão.
WHOLE, HEIR = "c11635_v1", "c11635_v2"
DIVIDED, PARTS = "c11662_v1", ("c11668_v2", "c11629_v2")
NAMES = ("Hoa Sữa", "Ban Mai", "Sông Đa Độ")


def filed(office: Office, unit: str, count: int = 1, **more: object) -> list[str]:
    """File establishments in a unit, as they were before the reform."""
    ids = [office.runtime.ids.time_ordered() for _ in range(count)]

    def work(session: Session) -> None:
        scope = f"unit:{unit}"
        scopes.ensure(session, office.settings.tenant, [scope], load())
        batch = batch_of(office, session)
        batch.load(ids)
        for n, record_id in enumerate(ids):
            name, code = f"Nhà nghỉ {NAMES[n % 3]}", f"AL-{n:06d}"
            data = builders.establishment(unit_id=unit, name=name, record_code=code, **more)
            payload = json.dumps({"op": "put", "create": True, "set": data})
            source = SourceChange(office.runtime.ids.time_ordered(), None, None, None, payload)
            batch.put(new_record(record_id, "establishment", scope, data), source)
        batch.flush()

    run_write(office.engine, work)
    return ids


def batch_of(office: Office, session: Session) -> Batch:
    return Batch(session, office.settings.tenant, office.clock, office.runtime.ids)


def entry(office: Office, record_id: str) -> tuple[str, str, object]:
    """Return scope, unit and former units of an entry."""
    with snapshot(office.engine) as session:
        row = session.get(Record, (office.settings.tenant, record_id))
        assert row is not None
        data = json.loads(row.body)
        history = history_of(session, row.tenant_id, record_id, row.type, data)
        assert history.is_complete
    return row.scope, data["unit_id"], data.get("former_unit_ids")


def run_jobs(office: Office) -> int:
    return JobWorker(office.runtime, JOB_KINDS).run_waiting()


def reform_notices(office: Office) -> int:
    with snapshot(office.engine) as session:
        return len(session.scalars(select(Notice).where(Notice.kind == "reform")).all())


def page_text(browser: Browser, path: str) -> str:
    return words(unescape(browser.text(path)))


def test_page_without_ended_communes_is_empty(reviewer: Browser) -> None:
    assert "Mọi cơ sở đều ở xã hiện hành" in page_text(reviewer, "/units")


def test_commune_that_joined_as_a_whole_is_moved_by_one_act(
    office: Office, reviewer: Browser, signed_in: Callable[[str], Browser]
) -> None:
    ids = filed(office, WHOLE, 3)
    page = page_text(reviewer, "/units")
    assert "Trường Thọ" in page
    assert "Chuyển tất cả : Xã Trường Thọ → Xã An Trường" in page
    answer = reviewer.post(f"/units/{WHOLE}/move")
    assert answer.status_code == 303
    assert run_jobs(office) == 1
    assert "Số cơ sở đã chuyển: 3." in page_text(reviewer, answer.location)
    assert all(entry(office, record_id) == (f"unit:{HEIR}", HEIR, [WHOLE]) for record_id in ids)
    assert reform_notices(office) == 1
    assert "Sắp xếp đơn vị hành chính" in unescape(signed_in("an").text("/"))
    assert "Mọi cơ sở đều ở xã hiện hành" in page_text(reviewer, "/units")
    assert reviewer.post(f"/units/{WHOLE}/move").status_code == 404


def test_all_communes_that_joined_as_a_whole_are_moved_together(office: Office, reviewer: Browser) -> None:
    ids = [*filed(office, WHOLE), *filed(office, "c11638_v1")]
    left = filed(office, DIVIDED)
    assert reviewer.post("/units/move").status_code == 303
    assert "Đang chuyển cơ sở" in page_text(reviewer, "/units")
    assert run_jobs(office) == 2
    assert {entry(office, record_id)[1] for record_id in ids} == {HEIR}
    assert {entry(office, record_id)[1] for record_id in left} == {DIVIDED}


def test_divided_commune_waits_for_a_choice_of_each_establishment(office: Office, reviewer: Browser) -> None:
    first, other, left = filed(office, DIVIDED, 3)
    assert "Gán từng cơ sở" in page_text(reviewer, "/units")
    assert reviewer.post(f"/units/{DIVIDED}/move").status_code == 404
    page = reviewer.text(f"/units/{DIVIDED}")
    assert page.count("<select") == 3
    assert all(page.count(f'value="{part}"') == 3 for part in PARTS)
    answer = reviewer.post(
        f"/units/{DIVIDED}",
        {f"unit-of-{first}": PARTS[0], f"unit-of-{other}": PARTS[1], f"unit-of-{left}": ""},
    )
    assert answer.status_code == 303
    assert "Đã chuyển" in page_text(reviewer, answer.location)
    assert entry(office, first) == (f"unit:{PARTS[0]}", PARTS[0], [DIVIDED])
    assert entry(office, other) == (f"unit:{PARTS[1]}", PARTS[1], [DIVIDED])
    assert entry(office, left) == (f"unit:{DIVIDED}", DIVIDED, None)
    assert reviewer.text(f"/units/{DIVIDED}").count("<select") == 1


def test_point_suggests_the_commune(office: Office, reviewer: Browser) -> None:
    ids = [
        filed(office, DIVIDED, **{"lat": round(lat * 1e7), "lon": round(lon * 1e7)})[0]
        for lat, lon in ((20.7756, 106.599), (20.8159, 106.575), (20.70, 106.60))
    ]
    chosen = re.findall(r'name="unit-of-([^"]+)"((?:(?!</select>).)*)', reviewer.text(f"/units/{DIVIDED}"))
    suggested = {record_id: re.findall(r'value="([^"]*)" selected', options) for record_id, options in chosen}
    assert [suggested[record_id] for record_id in ids] == [[PARTS[0]], [PARTS[1]], []]


def test_form_without_a_choice_or_with_another_commune_is_refused(office: Office, reviewer: Browser) -> None:
    (record_id,) = filed(office, DIVIDED)
    answer = reviewer.post(f"/units/{DIVIDED}", {f"unit-of-{record_id}": ""})
    assert answer.status_code == 422
    assert "Chọn xã cho ít nhất một cơ sở" in unescape(answer.get_data(as_text=True))
    assert reviewer.post(f"/units/{DIVIDED}", {f"unit-of-{record_id}": HEIR}).status_code == 404
    assert entry(office, record_id)[1] == DIVIDED


def test_form_sent_twice_moves_once(office: Office, reviewer: Browser) -> None:
    record_id, _ = filed(office, DIVIDED, 2)
    for _ in range(2):
        assert reviewer.post(f"/units/{DIVIDED}", {f"unit-of-{record_id}": PARTS[0]}).status_code == 303
    assert entry(office, record_id) == (f"unit:{PARTS[0]}", PARTS[0], [DIVIDED])
    assert reform_notices(office) == 1


def test_entries_are_searched_by_name(office: Office, reviewer: Browser) -> None:
    filed(office, DIVIDED, 3)
    assert reviewer.text(f"/units/{DIVIDED}?q=hoa+sua").count("<select") == 1
    assert "Không có cơ sở nào với các từ này" in page_text(reviewer, f"/units/{DIVIDED}?q=xyzzy")


def test_team_that_lacks_the_new_commune_is_named(office: Office, reviewer: Browser) -> None:
    filed(office, WHOLE)
    page = unescape(reviewer.text("/units"))
    assert "Giao xã mới cho các đội này trước" in page
    assert re.search(r'href="/teams/[^"]+">[^<]+</a>: Xã An Lão, Xã An Trường', page)

    def give_new_communes(session: Session) -> None:
        (team,) = teams.everyone(session, office.settings.tenant)
        batch = batch_of(office, session)
        batch.load([team.id])
        record = batch.get(team.id)
        assert record is not None
        units = [*team.unit_ids, "c11629_v2", HEIR]
        batch.put(next_revision(record, data={**record.data, "unit_ids": units}))
        batch.flush()

    run_write(office.engine, give_new_communes)
    assert "Giao xã mới cho các đội này trước" not in page_text(reviewer, "/units")


def test_counts_of_days_after_the_end_are_listed_as_not_counted(
    office: Office, signed_in: Callable[[str], Browser]
) -> None:
    (place,) = filed(office, WHOLE)
    entry_id = office.runtime.ids.time_ordered()
    data = builders.worker_census(unit_id=WHOLE, establishment_id=place, counted_on="2025-08-01")

    def work(session: Session) -> None:
        batch = batch_of(office, session)
        batch.load([entry_id])
        payload = json.dumps({"op": "put", "create": True, "set": data})
        source = SourceChange(office.runtime.ids.time_ordered(), None, None, None, payload)
        batch.put(new_record(entry_id, "worker_census", f"unit:{WHOLE}", data), source)
        batch.flush()

    run_write(office.engine, work)
    page = signed_in("chi").text("/units")
    assert "Nhập cho ngày sau khi xã đã kết thúc: không tính (1)" in words(unescape(page))
    assert f"/commune/entries/{entry_id}" in page or entry_id in page

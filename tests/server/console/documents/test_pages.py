"""Papers at the office: the bytes of the record's revision, within reach only, and every taking is noted."""

from __future__ import annotations

import io
from collections.abc import Callable

from pypdf import PdfReader
from sqlalchemy import select
from tests.server.console.conftest import Browser, FieldWork
from tests.server.office_scene import Office

from field178_server.database.models import Audit, Record
from field178_server.database.unit_of_work import snapshot


def text_of(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def test_reviewer_takes_the_minutes_of_the_revision_on_the_page(
    reviewer: Browser, in_the_field: FieldWork, office: Office, signed_in: Callable[[str], Browser]
) -> None:
    in_the_field.place()
    visit = in_the_field.visit(minutes_number="07/BB-ĐKT178")
    path = f"/records/{visit}/papers/minutes"
    assert path in reviewer.text(f"/reviews/{visit}")
    answer = reviewer.get(path)
    content = answer.get_data()
    assert (answer.status_code, answer.content_type) == (200, "application/pdf")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "bien-ban-07-2026-11-20-ban-1.pdf" in answer.headers["Content-Disposition"]
    assert signed_in("admin").get(path).status_code == 404
    with snapshot(office.engine) as session:
        row = session.get_one(Record, (office.runtime.tenant_id, visit))
        (noted,) = session.scalars(select(Audit).where(Audit.action == "paper_taken"))
    assert (noted.object_id, noted.actor_kind) == (visit, "officer")
    code = " ".join(row.h[start : start + 4] for start in range(0, 32, 4))
    assert f"bản 1 Mã đối chiếu: {code}" in text_of(content)
    assert "Số: 07/BB-ĐKT178" in text_of(content)


def test_the_record_of_a_session_is_taken_from_its_page(reviewer: Browser, in_the_field: FieldWork) -> None:
    session = in_the_field.session()
    path = f"/records/{session}/papers/session_record"
    assert path in reviewer.text(f"/reviews/{session}")
    answer = reviewer.get(path)
    assert "phieu-tuyen-truyen-" in answer.headers["Content-Disposition"]
    assert "PHIẾU GHI NHẬN" in text_of(answer.get_data())
    assert reviewer.get(f"/records/{session}/papers/minutes").status_code == 404


def test_the_same_record_gives_the_same_bytes_each_time(reviewer: Browser, in_the_field: FieldWork) -> None:
    in_the_field.place()
    visit = in_the_field.visit()
    for kind in ("minutes", "commitment"):
        path = f"/records/{visit}/papers/{kind}"
        assert reviewer.get(path).get_data() == reviewer.get(path).get_data()


def test_unknown_visit_or_document_answers_404(reviewer: Browser, in_the_field: FieldWork) -> None:
    place = in_the_field.place()
    visit = in_the_field.visit()
    for path in (f"/records/{place}/papers/minutes", f"/records/{visit}/papers/violation_minutes"):
        assert reviewer.get(path).status_code == 404
    assert reviewer.get("/records/0197aaaa-0000-7000-8000-000000000001/papers/minutes").status_code == 404

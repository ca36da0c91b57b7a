from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from tests.server.console.conftest import TEAM, Browser, FieldWork
from tests.shared import builders
from werkzeug.test import TestResponse

from field178_server.database.models import FiledRecord
from field178_server.database.unit_of_work import snapshot


@pytest.fixture
def filed(in_the_field: FieldWork) -> list[str]:
    """Three visits to one establishment on three days: none has a flag."""
    in_the_field.place()
    days = ("2026-11-18", "2026-11-19", "2026-11-20")
    return [in_the_field.visit(started_at=f"{day}T07:00:00Z", ended_at=f"{day}T08:00:00Z") for day in days]


def look(reviewer: Browser, record_id: str, **fields: object) -> str:
    form = {"seen_rev": 1, "state": "waiting", "shown": 3} | fields
    answer = reviewer.post(f"/reviews/{record_id}/viewing", form)
    assert answer.status_code == 200
    return unescape(answer.get_data(as_text=True))


def approve(reviewer: Browser, records: list[str], rev: int = 1, **fields: object) -> TestResponse:
    return reviewer.post(
        "/reviews/approve", {"record": [f"{record_id}:{rev}:0" for record_id in records]} | fields
    )


def states(in_the_field: FieldWork, records: list[str]) -> list[str]:
    with snapshot(in_the_field.office.engine) as session:
        tenant = in_the_field.office.settings.tenant
        return [session.get_one(FiledRecord, (tenant, record_id)).review_state for record_id in records]


def offered(page: str) -> list[str]:
    """Return the records that the list lets choose."""
    return re.findall(r'<label class="pick"><input[^>]* value="([0-9a-f-]+):1:0"', page)


def test_several_opened_records_are_approved_after_one_confirmation(
    reviewer: Browser, in_the_field: FieldWork, filed: list[str]
) -> None:
    assert offered(reviewer.text("/reviews")) == []
    for record_id in filed[:2]:
        look(reviewer, record_id)
    assert offered(reviewer.text("/reviews")) == filed[:2]
    confirmation = unescape(approve(reviewer, filed[:2]).get_data(as_text=True))
    assert "Duyệt 2 phiếu này?" in confirmation
    assert states(in_the_field, filed) == ["waiting"] * 3
    answer = approve(reviewer, filed[:2], confirmed="several")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/reviews")
    assert "Đã duyệt: 2 phiếu." in unescape(reviewer.text("/reviews"))
    assert states(in_the_field, filed) == ["approved", "approved", "waiting"]


def test_record_not_opened_changed_or_flagged_is_refused_and_the_others_are_approved(
    reviewer: Browser, in_the_field: FieldWork, filed: list[str]
) -> None:
    answers = builders.answers() | {"workers_total": {"v": 480}, "workers_female": {"v": 478}}
    later = {"started_at": "2026-11-22T07:00:00Z", "ended_at": "2026-11-22T08:00:00Z"}
    flagged = in_the_field.visit(answers=answers, **later)
    odd = {"answers": builders.answers(), "overall_result": "minor_shortcomings"}
    short = in_the_field.visit(started_at="2026-11-24T07:00:00Z", ended_at="2026-11-24T08:00:00Z", **odd)
    for record_id in (filed[0], filed[1], flagged, short):
        look(reviewer, record_id)
    was = {"minutes_number": "07/BB-ĐKT178"}
    in_the_field.send(filed[1], "inspection", TEAM, {"minutes_number": "08/BB-ĐKT178"}, was=was)
    assert offered(reviewer.text("/reviews")) == [filed[0]]
    answer = approve(reviewer, [*filed, flagged, short], confirmed="several")
    page = unescape(answer.get_data(as_text=True))
    assert (answer.status_code, "Chưa duyệt được: 4" in page) == (422, True)
    assert states(in_the_field, [*filed, flagged, short]) == ["approved", *["waiting"] * 4]


def test_more_than_twenty_or_none_are_not_approved(
    reviewer: Browser, in_the_field: FieldWork, filed: list[str]
) -> None:
    for record_id in filed:
        look(reviewer, record_id)
    many = [*filed, *(builders.record_id(f"r{number}") for number in range(18))]
    for records in (many, []):
        assert approve(reviewer, records, confirmed="several").status_code == 422
    assert states(in_the_field, filed) == ["waiting"] * 3


def test_records_beyond_reach_are_not_looked_at_nor_approved(
    reviewer: Browser, signed_in: Callable[[str], Browser], filed: list[str]
) -> None:
    assert approve(signed_in("binh"), filed, confirmed="several").status_code == 404
    form = {"seen_rev": 1}
    assert signed_in("binh").post(f"/reviews/{filed[0]}/viewing", form).status_code == 404


def test_officers_see_other_viewers_new_records_and_later_decisions(
    reviewer: Browser, colleague: Browser, in_the_field: FieldWork, filed: list[str]
) -> None:
    assert look(reviewer, filed[0]).strip() == ""
    look(colleague, filed[0])
    assert "Đang xem: Cán bộ dung" in look(reviewer, filed[0])
    in_the_field.office.clock.move(seconds=timedelta(minutes=2).total_seconds())
    assert look(reviewer, filed[0]).strip() == ""
    in_the_field.session()
    assert "Phiếu mới chờ duyệt: 1" in look(reviewer, filed[0])
    reviewer.decide(filed[0], "return", reason="Thiếu")
    assert "Đã thay đổi hoặc đã quyết định" in look(reviewer, filed[0])


def test_record_that_a_colleague_decided_on_meanwhile_is_refused_with_who_and_when(
    reviewer: Browser, colleague: Browser, in_the_field: FieldWork, filed: list[str]
) -> None:
    for record_id in filed[:2]:
        look(reviewer, record_id)
    colleague.decide(filed[0], "return", reason="Thiếu số biên bản")
    answer = approve(reviewer, filed[:2], confirmed="several")
    page = unescape(answer.get_data(as_text=True))
    assert (answer.status_code, states(in_the_field, filed[:2])) == (422, ["returned", "approved"])
    assert "Phiếu đã được quyết định sau khi bạn mở. Trả lại: Cán bộ dung, 24/11/2026" in page


def test_page_of_a_review_that_was_changed_counts_as_not_looked_at(
    reviewer: Browser, colleague: Browser, in_the_field: FieldWork, filed: list[str]
) -> None:
    colleague.decide(filed[0], "approve")
    assert "Đã thay đổi hoặc đã quyết định" in look(reviewer, filed[0], state="approved")
    colleague.decide(filed[0], "reopen", reason="Nhầm")
    change = {"recommendation": "Bổ sung nội quy."}
    was = {"recommendation": "Tiếp tục duy trì việc chấp hành quy định."}
    in_the_field.send(filed[0], "inspection", TEAM, change, was=was)
    look(reviewer, filed[0], seen_rev=2, seen_review=1, state="corrected")
    seen = f"{filed[0]}:2:2"
    answer = reviewer.post("/reviews/approve", {"record": seen, "confirmed": "several"})
    assert (answer.status_code, states(in_the_field, filed[:1])) == (422, ["returned"])

"""Hand-over: open work of an officer is shown, given to another one, and taken back."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from sqlalchemy import select
from tests.server.console.conftest import TEAM, Browser, FieldWork
from tests.server.console.reviews.test_pages import words
from tests.server.office_scene import PASSWORD, Office
from tests.shared import builders

from field178_server.database.models import Audit, FiledRecord, OfficerScope
from field178_server.database.unit_of_work import run_write, snapshot

OLD = builders.inspection()["recommendation"]
HAND_OVER = re.compile(r'name="hand_over" value="([^"]+)"')


@pytest.fixture
def admin(signed_in: Callable[[str], Browser]) -> Browser:
    return signed_in("admin")


@pytest.fixture
def returned(office: Office, reviewer: Browser, in_the_field: FieldWork) -> list[str]:
    """Two visits of `an`, returned; `binh` works in the team too."""
    own = OfficerScope(tenant_id="main", officer_id=office.officer_id("binh"), scope=TEAM)
    run_write(office.engine, lambda session: session.add(own))
    visits = [in_the_field.visit() for _ in range(2)]
    for record_id in visits:
        reviewer.decide(record_id, "return", reason="Thiếu ảnh lối thoát nạn")
    return visits


def work(office: Office, login: str = "an") -> str:
    return f"/people/{office.officer_id(login)}/open-work"


def page_text(browser: Browser, path: str) -> str:
    return words(unescape(browser.text(path)))


def hand_over(browser: Browser, office: Office, to: str = "binh", login: str = "an") -> int:
    return browser.post(work(office, login), {"to": office.officer_id(to)}).status_code


def corrected(work: FieldWork, record_id: str) -> None:
    set_ = {"recommendation": "Đã bổ sung"}
    receipt = work.send(record_id, "inspection", TEAM, set_, was={"recommendation": OLD})
    assert receipt["status"] == "applied"


def handed_to(office: Office) -> set[str | None]:
    with snapshot(office.engine) as session:
        return set(session.scalars(select(FiledRecord.handed_to)))


def test_closing_an_account_leads_to_its_open_work(
    office: Office, admin: Browser, returned: list[str]
) -> None:
    answer = admin.post(f"/people/{office.officer_id('an')}/close", {"password": PASSWORD})
    assert answer.location == work(office)
    page = page_text(admin, work(office))
    assert "Phiếu trả lại, chưa sửa: 2" in page
    assert "Cán bộ binh" in page
    assert returned[0] not in admin.text(work(office)), "an administrator reads no visit"
    assert hand_over(admin, office) == 303
    assert handed_to(office) == {office.officer_id("binh")}
    assert "Phiếu trả lại, chưa sửa: 0" in page_text(admin, work(office))
    assert "Phiếu trả lại, chưa sửa: 2" in page_text(admin, work(office, "binh"))
    with snapshot(office.engine) as session:
        actions = set(session.scalars(select(Audit.action)))
    assert "work_handed_over" in actions


def test_hand_over_is_taken_back_while_nothing_came_after(
    office: Office, reviewer: Browser, returned: list[str], in_the_field: FieldWork
) -> None:
    assert hand_over(reviewer, office) == 303
    (first,) = HAND_OVER.findall(reviewer.text(work(office)))
    assert reviewer.post(f"{work(office)}/undo", {"hand_over": first}).status_code == 303
    assert handed_to(office) == {None}
    assert reviewer.post(f"{work(office)}/undo", {"hand_over": first}).status_code == 409
    assert hand_over(reviewer, office) == 303
    second = HAND_OVER.findall(reviewer.text(work(office)))[0]
    receipt = in_the_field.send(
        returned[0], "inspection", TEAM, {"recommendation": "Đã bổ sung"}, was={"recommendation": OLD}
    )
    assert receipt["status"] == "applied"
    assert HAND_OVER.findall(reviewer.text(work(office))) == []
    refused = reviewer.post(f"{work(office)}/undo", {"hand_over": second})
    assert (refused.status_code, "Không hoàn tác được nữa" in refused.get_data(as_text=True)) == (409, True)
    assert handed_to(office) == {office.officer_id("binh")}


def test_hand_over_decides_nothing_and_stays_with_a_later_return(
    office: Office, reviewer: Browser, returned: list[str], in_the_field: FieldWork
) -> None:
    def returned_at() -> set[object]:
        with snapshot(office.engine) as session:
            return set(session.scalars(select(FiledRecord.reviewed_at)))

    before = returned_at()
    office.clock.move(minutes=10)
    hand_over(reviewer, office)
    assert returned_at() == before, "the days without an answer go on counting"
    in_the_field.send(
        returned[0], "inspection", TEAM, {"recommendation": "Đã bổ sung"}, was={"recommendation": OLD}
    )
    assert reviewer.decide(returned[0], "return", seen_rev=2, reason="Còn thiếu").status_code == 303
    assert "Phiếu trả lại, chưa sửa: 2" in page_text(reviewer, work(office, "binh"))


def test_open_work_is_not_handed_to_officers_without_access(
    office: Office, reviewer: Browser, returned: list[str], signed_in: Callable[[str], Browser]
) -> None:
    assert reviewer.post(work(office), {"to": ""}).status_code == 422
    assert hand_over(reviewer, office, "chi") == 404
    assert hand_over(reviewer, office, "an") == 404
    assert handed_to(office) == {None}
    assert signed_in("binh").get(work(office)).status_code == 404
    assert hand_over(reviewer, office, "an", login="chi") == 409, "nothing waits for the reviewer"

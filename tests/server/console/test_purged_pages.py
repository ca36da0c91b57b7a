"""Console pages after a purge: the record's page says what happened, and no list names the record."""

from __future__ import annotations

from html import unescape

from sqlalchemy.orm import Session
from tests.server.console.conftest import PLACE, Browser, FieldWork
from tests.server.console.reviews.test_pages import words
from tests.server.office_scene import Office

from field178_server.accounts import operations as accounts
from field178_server.accounts.operations import AccountRequest
from field178_server.database.unit_of_work import run_write
from field178_server.office.erasure import operations as erasure
from field178_server.replication.policy.record_validation import declared_types

GONE = "Nội dung đã xóa vĩnh viễn"


def purged(office: Office, *record_ids: str) -> None:
    def decide(session: Session) -> None:
        for login in ("dung", "giang"):
            account = AccountRequest(login, login, "privacy_officer", None, ())
            accounts.add(session, office.context, account, (), "")
        for record_id in record_ids:
            erasure.request(
                session, office.context, declared_types(), record_id, "dung", "establishment_request"
            )
            erasure.confirm(session, office.context, declared_types(), record_id, "giang")

    run_write(office.engine, decide)


def test_purged_record_is_in_no_list_and_its_page_states_the_reason(
    office: Office, in_the_field: FieldWork, reviewer: Browser
) -> None:
    in_the_field.place()
    visit = in_the_field.visit()
    kept = in_the_field.visit()
    purged(office, PLACE, visit)
    page = words(unescape(reviewer.text(f"/reviews/{visit}")))
    assert f"{GONE}, 24/11/2026 15:00" in page
    assert "Trả lại cho máy tính bảng" not in page
    assert "Bạn đang quyết định" not in page
    assert GONE in unescape(reviewer.text(f"/establishments/{PLACE}"))
    assert visit not in reviewer.text("/reviews")
    assert PLACE not in reviewer.text("/establishments")
    assert reviewer.get(f"/reviews/{kept}").status_code == 200

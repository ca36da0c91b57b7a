"""Erasure pages of the console: the records are counted, two people decide, the progress is shown."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from html import unescape

import pytest
from sqlalchemy.orm import Session
from tests.server.console.conftest import TEAM, Browser, FieldWork
from tests.server.console.reviews.test_pages import words
from tests.server.office_scene import PASSWORD, Office
from werkzeug.test import TestResponse

from field178_server.accounts import operations as accounts
from field178_server.accounts.operations import AccountRequest
from field178_server.attachments.secure_delete import THREAD
from field178_server.console.shell.policy import may
from field178_server.database.models import Audit, Erasure
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.job_kinds import JOB_KINDS
from field178_server.jobs.job_files import JobFiles
from field178_server.jobs.queue import JobRow
from field178_server.jobs.worker import JobWorker
from field178_server.office.exports.queries import ExportFilter, exports_page
from field178_server.office.tablets import operations as tablets
from field178_server.records.keyset import PageStart
from field178_server.security.passwords import Passwords
from field178_shared.codelists import load

SECRET = "Bí mật GL-178"
PAGES = {
    "console.erasure.index",
    "console.erasure.new",
    "console.erasure.submit",
    "console.erasure.detail",
    "console.erasure.confirm",
    "console.erasure.refuse",
    "console.erasure.withdraw",
}
ASK = {"reason": "person_identified", "password": PASSWORD}
AGAIN = {"password": PASSWORD}
NOWHERE = "01900000-0000-7000-8000-00000000dead"


@pytest.fixture(autouse=True)
def erasures_end_before_their_store(office: Office) -> Iterator[None]:
    yield
    wait_until_erased()


@pytest.fixture
def first(signed_in: Callable[[str], Browser]) -> Browser:
    return signed_in("privacy_officer")


@pytest.fixture
def second(office: Office, signed_in: Callable[[str], Browser]) -> Browser:
    stored = Passwords("test").hash(PASSWORD)
    account = AccountRequest("giang", "Cán bộ giang", "privacy_officer", None, ())
    run_write(office.engine, lambda session: accounts.add(session, office.context, account, (), stored))
    return signed_in("giang")


def status_and_text(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, words(unescape(answer.get_data(as_text=True)))


def seen_on(browser: Browser, path: str) -> dict[str, str]:
    """Return what the form of a request says was seen."""
    return dict(re.findall(r'name="(requested_at|seen_rev)" value="([^"]*)"', browser.text(path)))


def decide(browser: Browser, path: str, decision: str, **seen: str) -> TestResponse:
    stale = {"requested_at": "2026-11-24T08:00:00Z", "seen_rev": "1"}
    return browser.post(f"{path}/{decision}", {**stale, **seen_on(browser, path), **seen, **AGAIN})


def page(browser: Browser, path: str) -> str:
    return words(unescape(browser.text(path)))


def request_purge(browser: Browser, record_id: str) -> str:
    """Ask for an erasure and return the address of its page."""
    answer = browser.post("/purges/ask", {"record": record_id, **ASK})
    assert answer.status_code == 303, status_and_text(answer)
    return str(answer.headers["Location"])


def wait_until_erased() -> None:
    for thread in [worker_thread for worker_thread in threading.enumerate() if worker_thread.name == THREAD]:
        thread.join()


def acts(office: Office) -> list[tuple[str, str | None]]:
    with snapshot(office.engine) as session:
        rows = session.query(Audit).filter(Audit.action.startswith("purge_")).order_by(Audit.audit_id)
        return [(row.action, row.actor_kind) for row in rows]


@pytest.mark.parametrize("role", sorted(load().roles))
def test_only_the_privacy_role_sees_and_decides_purges(role: str) -> None:
    assert {page_id for page_id in PAGES if may(role, page_id, load())} == (
        PAGES if role == "privacy_officer" else set()
    )


def test_privacy_officer_starts_at_erasures_and_sees_the_empty_list(first: Browser) -> None:
    assert 'href="/purges"' in first.text("/")
    assert "Chưa xóa nội dung nào" in page(first, "/purges")


def test_extent_is_counted_before_the_request_without_content(
    office: Office, first: Browser, in_the_field: FieldWork
) -> None:
    visit = in_the_field.visit(recommendation=SECRET)
    seen = {"was": {"recommendation": SECRET}}
    in_the_field.send(visit, "inspection", TEAM, {"recommendation": f"{SECRET} 2"}, **seen)
    run_write(office.engine, lambda session: tablets.mark_backed_up(session, office.context))
    shown = page(first, f"/purges/ask?record={visit}")
    assert SECRET not in shown
    for text in (
        "Thay đổi trong lịch sử 2",
        "Không có gì Giá trị bất đồng, lời nhận xét · Thay đổi bị giữ lại · Bản sao máy đã gửi lên",
        "Máy 1 đã gửi thay đổi của phiếu",
        "Bản sao lưu đã kiểm chứng từ khi phiếu được nộp: 1",
        "Lần sao lưu đã kiểm chứng kế tiếp xóa các bản cũ còn nội dung này.",
    ):
        assert text in shown
    assert acts(office) == []


def test_two_people_remove_it_and_everybody_sees_how_far_it_came(
    office: Office, first: Browser, second: Browser, reviewer: Browser, in_the_field: FieldWork
) -> None:
    visit = in_the_field.visit(recommendation=SECRET)
    path = request_purge(first, visit)
    assert "Chờ người thứ hai" in page(first, "/purges")
    assert SECRET in reviewer.text(f"/reviews/{visit}")
    office.clock.move(minutes=1)
    shown = page(second, path)
    assert ("Chờ người thứ hai" in shown, "Có thông tin nhận ra được một người" in shown) == (True, True)
    answer = decide(second, path, "confirm")
    assert answer.status_code == 303, status_and_text(answer)
    wait_until_erased()
    assert "Xong; 1 máy chưa đồng bộ lại" in page(first, path)
    office.clock.move(minutes=11)
    in_the_field.tablet.sync()
    shown = page(first, path)
    assert "Xong; mọi máy đã đồng bộ lại" in shown
    assert "Xác nhận: đã xóa nội dung Cán bộ giang" in shown
    assert SECRET not in reviewer.text(f"/reviews/{visit}")
    assert acts(office) == [("purge_requested", "officer"), ("purge_confirmed", "officer")]
    assert "Nội dung của phiếu này đã xóa rồi" in status_and_text(decide(first, path, "confirm"))[1]


def test_kept_exports_of_records_are_withdrawn_with_it(
    office: Office, first: Browser, second: Browser, reviewer: Browser, in_the_field: FieldWork
) -> None:
    visit = in_the_field.visit()
    path = request_purge(first, visit)
    for what in ("visits", "figures", "sessions"):
        fields = {"what": what, "format": "csv", "year": "2026", "password": PASSWORD}
        assert reviewer.post("/exports", fields).status_code == 303
    worker = JobWorker(office.runtime, JOB_KINDS)
    worker.run_waiting()
    reviewer.post("/exports", {"what": "follow_ups", "format": "csv", "password": PASSWORD})
    kept = JobFiles(office.settings.data_dir, office.settings.tenant)
    files = {export.arguments["what"]: kept.path_of(export.job_id) for export in exports_of(office)}
    assert sorted(what for what, file in files.items() if file.exists()) == ["figures", "sessions", "visits"]
    assert "Tệp xuất sẽ bị thu hồi 3" in page(second, path)
    decide(second, path, "confirm")
    wait_until_erased()
    # A queued export will not contain the record, but a running one has already read it.
    assert {export.arguments["what"]: export.state for export in exports_of(office)}[
        "follow_ups"
    ] == "stopped"
    worker.run_waiting()
    assert [what for what, file in files.items() if file.exists()] == ["figures"]
    assert page(reviewer, "/exports").count("Cán bộ giang đã thu hồi") == 2


def exports_of(office: Office) -> Sequence[JobRow]:
    with snapshot(office.engine) as session:
        filters = ExportFilter(office.settings.tenant)
        return exports_page(session, filters, PageStart()).rows


def test_the_state_between_removal_and_the_end_of_it_is_shown_and_asked_for_again(
    office: Office, first: Browser, second: Browser, in_the_field: FieldWork
) -> None:
    path = request_purge(first, in_the_field.visit())
    decide(second, path, "confirm")
    wait_until_erased()

    def unfinished(session: Session) -> None:
        session.query(Erasure).one().erased_at = None

    run_write(office.engine, unfinished)
    text = first.text(path)
    assert "đang dọn dấu vết" in unescape(text)
    assert 'hx-trigger="every 2s"' in text


def test_requester_cannot_confirm_the_own_request(
    office: Office, first: Browser, in_the_field: FieldWork
) -> None:
    visit = in_the_field.visit()
    path = request_purge(first, visit)
    shown = page(first, path)
    assert "Bạn là người đề nghị" in shown
    assert "Chưa có tài khoản nào khác có quyền này" in shown
    assert "/confirm" not in first.text(path)
    for decision in ("confirm", "refuse"):
        status, text = status_and_text(decide(first, path, decision))
        assert (status, "Chính bạn đã đề nghị" in text) == (403, True)
    assert [action for action, _ in acts(office)] == ["purge_requested"]


def test_the_second_person_may_refuse_and_the_trace_stays(
    office: Office, first: Browser, second: Browser, in_the_field: FieldWork
) -> None:
    visit = in_the_field.visit()
    path = request_purge(first, visit)
    assert decide(second, path, "refuse").headers["Location"] == path
    assert "Từ chối: giữ nội dung Cán bộ giang" in page(first, path)
    shown = page(first, "/purges")
    assert ("Đã từ chối hoặc rút lại trong 90 ngày qua" in shown, visit in shown) == (True, True)
    assert "Việc này đã được quyết định" in status_and_text(decide(second, path, "confirm"))[1]
    assert request_purge(second, visit) == path
    assert decide(second, path, "withdraw").status_code == 303
    assert [action for action, _ in acts(office)][1:] == [
        "purge_refused",
        "purge_requested",
        "purge_withdrawn",
    ]


@pytest.mark.parametrize("decision", ["confirm", "refuse"])
def test_another_request_than_the_one_that_was_seen_is_not_decided(
    office: Office, first: Browser, second: Browser, in_the_field: FieldWork, decision: str
) -> None:
    office.clock.move(microseconds=1234)
    visit = in_the_field.visit(recommendation=SECRET)
    path = request_purge(first, visit)
    opened = seen_on(second, path)
    decide(first, path, "withdraw")
    office.clock.move(minutes=1)
    request_purge(first, visit)
    status, text = status_and_text(decide(second, path, decision, **opened))
    assert (status, "Đề nghị hoặc phiếu đã thay đổi sau khi bạn mở trang" in text) == (409, True)
    assert "Cán bộ" in text
    assert decide(second, path, decision).status_code == 303


def test_record_corrected_after_the_page_was_opened_is_not_erased_unseen(
    first: Browser, second: Browser, reviewer: Browser, in_the_field: FieldWork
) -> None:
    visit = in_the_field.visit(recommendation=SECRET)
    path = request_purge(first, visit)
    opened = seen_on(second, path)
    in_the_field.send(
        visit, "inspection", TEAM, {"recommendation": "Không có."}, was={"recommendation": SECRET}
    )
    assert decide(second, path, "confirm", **opened).status_code == 409
    assert "Không có." in reviewer.text(f"/reviews/{visit}")


def test_nothing_is_done_without_the_password_a_reason_or_the_token(
    office: Office, first: Browser, in_the_field: FieldWork
) -> None:
    visit = in_the_field.visit()
    wrong = {"record": visit, "reason": "time_over", "password": "sai"}
    assert "Mật khẩu không đúng" in status_and_text(first.post("/purges/ask", wrong))[1]
    status, text = status_and_text(first.post("/purges/ask", {"record": visit, **AGAIN}))
    assert (status, "Hãy chọn lý do phải xóa" in text) == (422, True)
    assert first.client.post("/purges/ask", data={"record": visit, **ASK}).status_code == 403
    assert acts(office) == []
    request_purge(first, visit)
    status, text = status_and_text(first.get(f"/purges/ask?record={visit}"))
    assert (status, "đã có đề nghị xóa" in text) == (423, True)


def test_nobody_else_finds_a_trace_of_it(reviewer: Browser, first: Browser, in_the_field: FieldWork) -> None:
    path = request_purge(first, in_the_field.visit())
    assert [reviewer.get(address).status_code for address in ("/purges", path)] == [404, 404]
    assert reviewer.post(f"{path}/confirm", AGAIN).status_code == 404
    assert first.get(f"/purges/{NOWHERE}").status_code == 404
    assert re.search(r'href="/purges"', reviewer.text("/reviews")) is None


def test_later_visits_that_repeat_the_words_of_a_visit_are_listed(
    in_the_field: FieldWork, first: Browser
) -> None:
    """They stay: their minutes are signed. Who erases the visit must know that the words stand there too."""
    in_the_field.place()
    followed = {"exit": {"text": SECRET, "due_on": "2026-11-22", "status": "open"}}
    visit = in_the_field.visit(follow_ups=followed)
    answer = {"visit_id": visit, "follow_up_id": "exit", "text": SECRET, "status": "open"}
    in_the_field.visit(record_code="AL-T01-26-0009")
    assert "Các lượt sau nhắc lại" not in unescape(first.text(f"/purges/ask?record={visit}"))
    later = in_the_field.visit(record_code="AL-T01-26-0008", follow_up_answers={"a1": answer})
    page = unescape(first.text(f"/purges/ask?record={visit}"))
    assert "Các lượt sau nhắc lại" in page
    assert f'href="/purges/ask?record={later}"' in page
    assert SECRET not in page

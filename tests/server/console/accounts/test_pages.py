from __future__ import annotations

from tests.server.console.conftest import Browser, FieldWork
from tests.server.office_scene import PASSWORD, Office


def submit(browser: Browser, login: str = "chi", password: str = PASSWORD, **fields: str) -> object:
    return browser.client.post("/sign-in", data={"login": login, "password": password} | fields)


def test_right_password_opens_the_first_page(stranger: Browser) -> None:
    submit(stranger)
    assert "chờ duyệt" in stranger.text("/")


def test_wrong_password_shows_a_message_and_keeps_the_login(stranger: Browser) -> None:
    answer = stranger.client.post("/sign-in", data={"login": "chi", "password": "sai"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 403
    assert "Tên đăng nhập, mật khẩu hoặc mã xác thực không đúng." in text
    assert 'value="chi"' in text
    assert "sai" not in text.split("<form")[1].split("</form>")[0]
    # The field of the code opens again for who used it.
    assert '<details class="field" open>' not in text
    coded = stranger.client.post("/sign-in", data={"login": "chi", "password": "sai", "totp": "123456"})
    assert '<details class="field" open>' in coded.get_data(as_text=True)


def test_unknown_login_reads_like_a_wrong_password(stranger: Browser) -> None:
    page_of_officer, page_of_stranger = (
        stranger.client.post("/sign-in", data={"login": login, "password": "sai"}).get_data(as_text=True)
        for login in ("chi", "khong")
    )
    assert page_of_officer.replace("chi", "*") == page_of_stranger.replace("khong", "*").replace("chi", "*")


def test_too_many_attempts_ask_to_wait(office: Office, stranger: Browser) -> None:
    for _ in range(office.settings.sign_in_attempts_per_login):
        submit(stranger, password="sai")
    answer = stranger.client.post("/sign-in", data={"login": "chi", "password": PASSWORD})
    assert answer.status_code == 429
    assert "Chờ vài phút" in answer.get_data(as_text=True)


def test_sign_in_leads_to_the_page_that_was_asked_for_and_never_to_another_site(office: Office) -> None:
    refused = [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "reviews",
    ]
    for page in (*refused, "/\r\nX: y", "/attention"):
        fields = {"login": "chi", "password": PASSWORD, "next": page}
        answer = office.app.test_client().post("/sign-in", data=fields)
        assert answer.headers["Location"] == ("/attention" if page == "/attention" else "/"), page


def test_sign_out_ends_the_session(reviewer: Browser) -> None:
    assert reviewer.post("/sign-out").headers["Location"] == "/sign-in"
    assert reviewer.get("/reviews").status_code == 302


def test_forms_hold_the_token_of_their_session(reviewer: Browser) -> None:
    assert f'name="csrf_token" value="{reviewer.token()}"' in reviewer.text("/account")


def test_form_of_another_site_is_refused(reviewer: Browser) -> None:
    answer = reviewer.client.post(
        "/sign-out", data={"csrf_token": reviewer.token()}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
    assert reviewer.get("/account").status_code == 200


def test_form_without_token_is_refused_on_a_page_people_can_read(reviewer: Browser) -> None:
    answer = reviewer.client.post("/sign-out", data={})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 403
    assert "Biểu mẫu mở quá lâu" in page
    assert "Không gửi được biểu mẫu này" in page
    assert "không có quyền" not in page


def test_ended_session_is_said_and_leads_back_to_the_page(office: Office, reviewer: Browser) -> None:
    office.clock.move(minutes=31)
    answer = reviewer.get("/reviews?state=approved")
    assert answer.headers["Location"] == "/sign-in?next=/reviews?state%3Dapproved"
    assert "Phiên làm việc đã hết hạn." in reviewer.text(answer.headers["Location"])


def test_nobody_hears_of_an_ended_session_who_had_none(stranger: Browser, reviewer: Browser) -> None:
    assert "Phiên làm việc đã hết hạn." not in stranger.text("/sign-in?next=/reviews")
    reviewer.post("/sign-out")
    assert "Phiên làm việc đã hết hạn." not in reviewer.text("/sign-in")


def test_decision_after_the_session_ended_leads_back_to_its_record(
    office: Office, reviewer: Browser, in_the_field: FieldWork
) -> None:
    filed, token = in_the_field.visit(), reviewer.token()
    office.clock.move(minutes=31)
    fields = {"csrf_token": token, "seen_rev": 1, "view": "type=inspection"}
    answer = reviewer.client.post(f"/reviews/{filed}/approve", data=fields)
    assert answer.headers["Location"] == f"/sign-in?next=/reviews/{filed}?type%3Dinspection&unsent=yes"


def test_form_sent_after_the_session_ended_leads_back_to_its_page(stranger: Browser) -> None:
    for sent_to, page in (
        ("/attention/conflict/c1/resolve", "/attention/conflict/c1"),
        ("/attention/quarantine/c1.h1/set-aside", "/attention/quarantine/c1.h1"),
        ("/tablets/d1/revoke", "/tablets/d1/revoke"),
    ):
        answer = stranger.client.post(sent_to, data={"reason": "x"})
        assert answer.headers["Location"] == f"/sign-in?next={page}&unsent=yes"


def test_form_that_was_open_too_long_leads_back_to_its_page(reviewer: Browser) -> None:
    answer = reviewer.client.post("/attention/quarantine/c1.h1/mend", data={})
    text = answer.get_data(as_text=True)
    assert (answer.status_code, 'href="/attention/quarantine/c1.h1"' in text, "Về lại biểu mẫu" in text) == (
        403,
        True,
        True,
    )


def test_form_about_a_missing_record_links_to_the_first_page(reviewer: Browser) -> None:
    answer = reviewer.post("/attention/quarantine/c1.h1/run")
    assert (answer.status_code, "Về trang đầu" in answer.get_data(as_text=True)) == (404, True)


def test_list_fetched_after_the_session_ended_leads_back_too(office: Office, reviewer: Browser) -> None:
    office.clock.move(minutes=31)
    answer = reviewer.client.get("/reviews", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/sign-in?next=/reviews")

from __future__ import annotations

import pytest
from tests.server.office import PASSWORD, Office
from tests.server.web.conftest import Browser


def submit(browser: Browser, login: str = "chi", password: str = PASSWORD, **fields: str) -> object:
    return browser.client.post("/sign-in", data={"login": login, "password": password} | fields)


def test_right_password_opens_the_review_queue(stranger: Browser) -> None:
    submit(stranger)
    assert "Duyệt phiếu" in stranger.text("/")


def test_wrong_password_says_what_to_check_and_keeps_the_login(stranger: Browser) -> None:
    answer = stranger.client.post("/sign-in", data={"login": "chi", "password": "sai"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 403
    assert "Tên đăng nhập, mật khẩu hoặc mã xác thực không đúng." in text
    assert 'value="chi"' in text
    assert "sai" not in text.split("<form")[1].split("</form>")[0]


def test_unknown_login_reads_like_a_wrong_password(stranger: Browser) -> None:
    known, unknown = (
        stranger.client.post("/sign-in", data={"login": login, "password": "sai"}).get_data(as_text=True)
        for login in ("chi", "khong")
    )
    assert known.replace("chi", "*") == unknown.replace("khong", "*").replace("chi", "*")


def test_too_many_attempts_ask_to_wait(office: Office, stranger: Browser) -> None:
    for _ in range(office.settings.sign_in_attempts_per_login):
        submit(stranger, password="sai")
    answer = stranger.client.post("/sign-in", data={"login": "chi", "password": PASSWORD})
    assert answer.status_code == 429
    assert "Chờ vài phút" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "reviews",
        "/\r\nX: y",
    ],
)
def test_sign_in_never_leads_to_another_site(stranger: Browser, elsewhere: str) -> None:
    answer = stranger.client.post("/sign-in", data={"login": "chi", "password": PASSWORD, "next": elsewhere})
    assert answer.headers["Location"] == "/"


def test_sign_in_goes_on_to_the_page_that_was_asked_for(stranger: Browser) -> None:
    answer = stranger.client.post(
        "/sign-in", data={"login": "chi", "password": PASSWORD, "next": "/conflicts"}
    )
    assert answer.headers["Location"] == "/conflicts"


def test_sign_out_ends_the_session(reviewer: Browser) -> None:
    assert reviewer.post("/sign-out").headers["Location"] == "/sign-in"
    assert reviewer.get("/reviews").status_code == 302


def test_form_of_another_site_is_refused(reviewer: Browser) -> None:
    answer = reviewer.client.post(
        "/sign-out", data={"csrf_token": reviewer.token()}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
    assert reviewer.get("/account").status_code == 200


def test_form_without_token_is_refused_on_a_page_people_can_read(reviewer: Browser) -> None:
    answer = reviewer.client.post("/sign-out", data={})
    assert answer.status_code == 403
    assert "Biểu mẫu mở quá lâu" in answer.get_data(as_text=True)

"""Data tokens in the console: made, shown once, used, revoked; by an administrator alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select
from tests.server.console.conftest import Browser
from tests.server.office_scene import PASSWORD, Office
from tests.stores import Statements

from field178_server.accounts import operations as accounts
from field178_server.database.models import FeedToken
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.odata import queries

SignIn = Callable[[str], Browser]
SECRET = re.compile(r'id="token" readonly value="([^"]+)"')
LABEL = "Bảng theo dõi của UBND"


@pytest.fixture
def admin(signed_in: SignIn) -> Browser:
    return signed_in("admin")


def form(office: Office, **over: str) -> dict[str, str]:
    given = {"label": LABEL, "officer": office.officer_id("chi"), "days": "90", "password": PASSWORD}
    return given | over


def make(office: Office, admin: Browser, **over: str) -> str:
    """Make a token by the form; return its id."""
    answer = admin.post("/feeds/new", form(office, **over))
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.headers["Location"]).split("/")[2].partition("?")[0]


def tokens(office: Office) -> list[FeedToken]:
    with snapshot(office.engine) as session:
        return list(session.scalars(select(FeedToken)))


def accept(signed_in: SignIn, token_id: str, login: str = "chi") -> str:
    """Accept a token as its officer; return the secret that the next page shows."""
    officer = signed_in(login)
    answer = officer.post(f"/account/tokens/{token_id}", {"answer": "accept", "password": PASSWORD})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    page = officer.text(f"/account/tokens/{token_id}")
    (secret,) = SECRET.findall(page)
    assert "/odata/v4/" in page
    again = officer.text(f"/account/tokens/{token_id}")
    assert secret not in again
    assert "Mã đã được hiện rồi" in again
    return str(secret)


def read(office: Office, token: str) -> int:
    given = {"Authorization": f"Bearer {token}"}
    return office.app.test_client().get("/odata/v4/Visits", headers=given, buffered=True).status_code


def test_a_token_is_made_shown_once_read_with_and_revoked(
    office: Office, admin: Browser, signed_in: SignIn
) -> None:
    assert "Chưa có mã nào đang dùng" in admin.text("/feeds")
    token_id = make(office, admin)
    secret = accept(signed_in, token_id)
    assert read(office, secret) == 200
    shown = admin.text(f"/feeds/{token_id}")
    assert secret not in shown
    for part in (LABEL, "Cán bộ chi", "Đang dùng được", "IndicatorFigures, Indicators", "24/11/2026 15:00"):
        assert part in unescape(shown)
    listed = admin.text("/feeds")
    assert LABEL in listed
    assert "<b>1</b>" in listed
    answer = admin.post(f"/feeds/{token_id}/revoke", {"password": PASSWORD})
    assert answer.status_code == 303
    assert f"Đã thu hồi: {LABEL}" in admin.text(f"/feeds/{token_id}")
    assert "Thu hồi mã này" not in admin.text(f"/feeds/{token_id}")
    assert read(office, secret) == 401
    assert LABEL not in admin.text("/feeds")
    ended = admin.text("/feeds?tab=ended")
    assert LABEL in ended
    assert "24/11/2026 15:00" in ended


def test_an_administrator_alone_reads_nothing_by_a_token(
    office: Office, admin: Browser, signed_in: SignIn
) -> None:
    """The token is made at the acceptance: its officer alone sees it."""
    answer = admin.post("/feeds/new", form(office))
    token_id = str(answer.headers["Location"]).split("/")[2].partition("?")[0]
    assert "f178d_" not in str(answer.headers)
    assert not SECRET.findall(admin.text(answer.headers["Location"]))
    assert admin.get(f"/account/tokens/{token_id}").status_code == 404
    assert signed_in("chi").get(f"/account/tokens/{token_id}").status_code == 404
    assert "Chờ Cán bộ chi chấp nhận" in unescape(admin.text(f"/feeds/{token_id}"))
    for stranger in (admin, signed_in("an")):
        answer = stranger.post(f"/account/tokens/{token_id}", {"answer": "accept", "password": PASSWORD})
        assert answer.status_code == 404
    officer = signed_in("chi")
    assert "mã đọc dữ liệu" in unescape(officer.text("/"))
    office.clock.move(minutes=11)
    wrong = officer.post(f"/account/tokens/{token_id}", {"answer": "accept", "password": "sai"})
    assert wrong.status_code == 403
    secret = accept(signed_in, token_id)
    assert read(office, secret) == 200
    again = signed_in("chi").post(f"/account/tokens/{token_id}", {"answer": "accept", "password": PASSWORD})
    assert again.status_code == 404
    assert read(office, secret) == 200
    assert admin.get(f"/account/tokens/{token_id}").status_code == 404
    assert signed_in("chi").post(f"/account/tokens/{token_id}/end").status_code == 303
    assert read(office, secret) == 401


def test_a_refused_token_ends_without_a_password(office: Office, admin: Browser, signed_in: SignIn) -> None:
    token_id = make(office, admin)
    assert signed_in("chi").post(f"/account/tokens/{token_id}", {"answer": "refuse"}).status_code == 303
    (token,) = tokens(office)
    assert (token.revoked_by, token.accepted_at) == (office.officer_id("chi"), None)
    again = signed_in("chi").post(f"/account/tokens/{token_id}", {"answer": "accept", "password": PASSWORD})
    assert again.status_code == 404


def test_wrong_password_keeps_the_input(office: Office, admin: Browser) -> None:
    answer = admin.post("/feeds/new", form(office, password="sai"))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 403
    assert f'value="{LABEL}"' in page
    assert f'value="{office.officer_id("chi")}" selected' in page
    assert 'value="90" selected' in page
    assert tokens(office) == []
    token_id = make(office, admin)
    office.clock.move(minutes=11)
    refused = admin.post(f"/feeds/{token_id}/revoke", {"password": "sai"})
    assert refused.status_code == 403
    assert tokens(office)[0].revoked_at is None


def test_invalid_input_shows_a_field_error(office: Office, admin: Browser) -> None:
    for field, value, message in (
        ("label", "", "Cần điền mục này"),
        ("label", "x" * 121, "Nhiều nhất 120 ký tự"),
        ("officer", "", "Chọn cán bộ có dữ liệu"),
        ("officer", office.officer_id("admin"), "Chọn cán bộ có dữ liệu"),
        ("days", "", "Chọn thời hạn"),
        ("days", "3650", "Chọn thời hạn"),
    ):
        answer = admin.post("/feeds/new", form(office, **{field: value}))
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422, (field, value)
        (error,) = re.findall(rf'id="error-field-{field}">(.*?)</p>', page, re.DOTALL)
        assert message in error
        assert f'href="#field-{field}"' in page
        assert "<title>Lỗi:" in page
    assert tokens(office) == []


def test_officers_who_read_no_data_are_not_offered(office: Office, admin: Browser) -> None:
    page = admin.text("/feeds/new")
    offered = {
        login for login in ("an", "binh", "chi", "admin") if f'value="{office.officer_id(login)}"' in page
    }
    assert offered == {"an", "binh", "chi"}
    for login in ("leader_viewer", "city_viewer"):
        assert office.officer_id(login) in page
    for login in ("privacy_officer", "commune_reporter", "agency_reporter"):
        assert office.officer_id(login) not in page


def test_officer_sees_data_tokens_with_the_own_rights(
    office: Office, admin: Browser, signed_in: SignIn
) -> None:
    token_id = make(office, admin)
    chi, an = signed_in("chi"), signed_in("an")
    assert LABEL in chi.text("/account")
    assert "chương trình có mã thì đọc được mọi thứ bạn được đọc" in chi.text("/account")
    assert LABEL not in an.text("/account")
    admin.post(f"/feeds/{token_id}/revoke", {"password": PASSWORD})
    assert LABEL not in chi.text("/account")


def test_token_waits_again_after_the_account_of_its_officer(
    office: Office, admin: Browser, signed_in: SignIn
) -> None:
    """An account that opens again, with another person perhaps, has no token that somebody still holds."""
    token_id = make(office, admin)
    secret = accept(signed_in, token_id)
    assert read(office, secret) == 200
    run_write(office.engine, lambda session: accounts.disable(session, office.context, "chi"))
    assert "Không đọc được: cán bộ không có quyền" in admin.text("/feeds")
    run_write(
        office.engine,
        lambda session: accounts.open_account(
            session, office.context, office.officer_id("chi"), office.runtime.passwords.hash(PASSWORD)
        ),
    )
    assert read(office, secret) == 401
    assert accept(signed_in, token_id) != secret
    assert read(office, secret) == 401


def test_expired_token_is_listed_as_ended(office: Office, admin: Browser) -> None:
    make(office, admin, days="30")
    office.clock.instant += timedelta(days=31)
    admin.client.post("/sign-in", data={"login": "admin", "password": PASSWORD})
    assert LABEL not in admin.text("/feeds")
    assert "Đã hết hạn" in admin.text("/feeds?tab=ended")


def test_others_do_not_find_the_pages(office: Office, admin: Browser, signed_in: SignIn) -> None:
    token_id = make(office, admin)
    for login in ("chi", "an", "city_viewer"):
        other = signed_in(login)
        for path in ("/feeds", "/feeds/new", f"/feeds/{token_id}"):
            assert other.get(path).status_code == 404
        assert other.post(f"/feeds/{token_id}/revoke", {"password": PASSWORD}).status_code == 404
        assert other.post("/feeds/new", form(office)).status_code == 404
        assert "/feeds" not in other.text("/")
    assert admin.get("/feeds/none").status_code == 404
    assert admin.post("/feeds/none/revoke", {"password": PASSWORD}).status_code == 404
    assert len(tokens(office)) == 1
    assert tokens(office)[0].revoked_at is None


@pytest.mark.parametrize("login", ["leader_viewer", "privacy_officer"])
def test_overseer_is_notified_of_a_token_and_can_revoke_it(
    office: Office, admin: Browser, signed_in: SignIn, login: str
) -> None:
    token_id, watching = make(office, admin), signed_in(login)
    assert "Có mã đọc dữ liệu mới" in watching.text("/")
    assert LABEL in watching.text("/feeds")
    assert "/people/" not in watching.text(f"/feeds/{token_id}")
    assert watching.get("/feeds/new").status_code == 404
    assert watching.post(f"/feeds/{token_id}/revoke").status_code == 403
    assert watching.post(f"/feeds/{token_id}/revoke", {"password": PASSWORD}).status_code == 303
    assert tokens(office)[0].revoked_by == office.officer_id(login)


def test_a_long_list_comes_in_pages_with_a_fixed_number_of_statements(
    office: Office, admin: Browser, statements: Statements, monkeypatch: pytest.MonkeyPatch
) -> None:
    def count_queries() -> int:
        with statements(office.engine) as seen:
            admin.text("/feeds")
        return len(seen)

    make(office, admin, label="Mã 0")
    of_one = count_queries()
    for number in range(1, 8):
        make(office, admin, label=f"Mã {number}")
    assert count_queries() == of_one
    monkeypatch.setattr(queries, "PAGE_SIZE", 3)
    page = admin.text("/feeds")
    assert re.findall(r"<strong>(Mã \d)</strong>", page) == ["Mã 7", "Mã 6", "Mã 5"]
    (following,) = re.findall(r'rel="next" href="([^"]+)"', page)
    assert re.findall(r"<strong>(Mã \d)</strong>", admin.text(unescape(following))) == [
        "Mã 4",
        "Mã 3",
        "Mã 2",
    ]


def test_the_trail_names_the_token_and_its_officer(office: Office, admin: Browser, signed_in: SignIn) -> None:
    token_id = make(office, admin)
    secret = accept(signed_in, token_id)
    assert read(office, secret) == 200
    page = unescape(signed_in("privacy_officer").text("/audit"))
    assert "Tạo mã đọc dữ liệu" in page
    assert "Đọc một bảng bằng mã đọc dữ liệu" in page
    assert "Visits" in page
    assert secret not in page

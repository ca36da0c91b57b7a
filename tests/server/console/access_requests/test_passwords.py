"""A password that an administrator asks for works after its officer or a second person agreed."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from sqlalchemy import select, update
from tests.server.console.conftest import Browser
from tests.server.office_scene import PASSWORD, Office
from werkzeug.test import TestResponse

from field178_server.database.models import AccessRequest, Audit, Mail, Officer
from field178_server.database.unit_of_work import snapshot

LINK = re.compile(r"http://127\.0\.0\.1:8178(/choose-password/[^\s\"<]+)")
NEW = "ba con voi di qua cau"
DIGITS = re.compile(r"check-code\">(\d{3}) (\d{3})<")


@pytest.fixture
def admin(signed_in: Callable[[str], Browser]) -> Browser:
    return signed_in("admin")


@pytest.fixture
def privacy(signed_in: Callable[[str], Browser]) -> Browser:
    return signed_in("privacy_officer")


def ask(office: Office, admin: Browser, login: str = "binh") -> str:
    """Ask for another password of an officer; return the link."""
    answer = admin.post(f"/people/{office.officer_id(login)}/reset", {"password": PASSWORD})
    link = LINK.search(unescape(admin.text(answer.headers["Location"])))
    assert link is not None
    return link[1]


def choose(browser: Browser, link: str, present: str = "") -> TestResponse:
    return browser.client.post(link, data={"password": NEW, "again": NEW, "present": present})


def digits_of(browser: Browser, answer: TestResponse) -> str:
    """Return the digits that the page behind a chosen password shows once."""
    assert answer.status_code == 303
    digits = DIGITS.search(browser.text(answer.headers["Location"]))
    assert digits is not None
    return "".join(digits.groups())


def request_of(office: Office) -> AccessRequest:
    with snapshot(office.engine) as session:
        return session.scalars(select(AccessRequest).order_by(AccessRequest.request_id.desc())).first()


def path_of(office: Office, action: str) -> str:
    return f"/access-requests/{request_of(office).request_id}/{action}"


def signs_in(office: Office, login: str, password: str) -> bool:
    answer = office.app.test_client().post("/sign-in", data={"login": login, "password": password})
    return answer.status_code == 303


def actions(office: Office) -> list[str]:
    with snapshot(office.engine) as session:
        query = select(Audit.action).where(Audit.action.startswith("access_")).order_by(Audit.audit_id)
        return list(session.scalars(query))


def test_administrator_alone_gains_nothing_by_a_reset(
    office: Office, admin: Browser, stranger: Browser, signed_in: Callable[[str], Browser]
) -> None:
    own = signed_in("binh")
    link = ask(office, admin)
    answer = choose(stranger, link)
    assert not signs_in(office, "binh", NEW)
    assert signs_in(office, "binh", PASSWORD)
    assert own.get("/").status_code == 200
    # The digits help nobody who may not confirm.
    code = digits_of(stranger, answer)
    sent = {"check_code": code, "password": PASSWORD}
    assert admin.post(path_of(office, "confirm"), sent).status_code == 404
    assert own.post(path_of(office, "confirm"), sent).status_code == 404
    assert not signs_in(office, "binh", NEW)


def test_officer_accepts_with_the_present_password(
    office: Office, admin: Browser, stranger: Browser, signed_in: Callable[[str], Browser]
) -> None:
    own, link = signed_in("binh"), ask(office, admin)
    wrong = choose(stranger, link, "mat khau cua ai khac")
    assert wrong.status_code == 422
    assert not signs_in(office, "binh", NEW)
    assert choose(stranger, link, PASSWORD).headers["Location"] == "/sign-in"
    assert (signs_in(office, "binh", NEW), signs_in(office, "binh", PASSWORD)) == (True, False)
    assert own.get("/").status_code == 302
    assert actions(office) == ["access_requested", "access_accepted"]


def test_second_person_confirms_with_the_digits_of_the_officer(
    office: Office, admin: Browser, privacy: Browser, stranger: Browser, signed_in: Callable[[str], Browser]
) -> None:
    own, link = signed_in("binh"), ask(office, admin)
    assert "Chờ người thứ hai" in privacy.text("/")
    # Before a password was chosen there is nothing to confirm.
    early = privacy.post(path_of(office, "confirm"), {"check_code": "123456", "password": PASSWORD})
    assert early.status_code == 409
    answer = choose(stranger, link)
    code = digits_of(stranger, answer)
    # The page of the digits shows them once.
    assert DIGITS.search(stranger.text(answer.headers["Location"])) is None
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    assert privacy.post(path_of(office, "confirm"), {"check_code": wrong}).status_code == 403
    assert not signs_in(office, "binh", NEW)
    assert privacy.post(path_of(office, "confirm"), {"check_code": code}).status_code == 303
    assert (signs_in(office, "binh", NEW), signs_in(office, "binh", PASSWORD)) == (True, False)
    assert own.get("/").status_code == 302
    assert request_of(office).password_hash is None
    assert actions(office) == ["access_requested", "access_confirmed"]
    assert "Đã xác nhận" in admin.text("/")
    again = privacy.post(path_of(office, "confirm"), {"check_code": code})
    assert again.status_code == 404


def test_refusal_needs_a_reason_that_the_asker_reads(
    office: Office, admin: Browser, signed_in: Callable[[str], Browser]
) -> None:
    leader = signed_in("leader_viewer")
    ask(office, admin)
    assert leader.post(path_of(office, "refuse"), {"password": PASSWORD}).status_code == 422
    assert leader.post(path_of(office, "refuse"), {"reason": "người này đang nghỉ"}).status_code == 303
    assert "người này đang nghỉ" in unescape(admin.text("/"))
    assert "người này đang nghỉ" in unescape(leader.text("/access-requests/" + request_of(office).request_id))


def test_officer_is_told_and_refuses(
    office: Office, admin: Browser, stranger: Browser, signed_in: Callable[[str], Browser]
) -> None:
    own, link = signed_in("binh"), ask(office, admin)
    choose(stranger, link)
    assert "mật khẩu khác" in unescape(own.text("/"))
    assert "mật khẩu khác" in unescape(own.text("/account"))
    refusal = f"/account/requests/{request_of(office).request_id}/refuse"
    assert signed_in("an").post(refusal).status_code == 404
    assert own.post(refusal).status_code == 303
    assert request_of(office).outcome == "refused"
    assert office.app.test_client().get(link).status_code == 404
    assert "từ chối" in unescape(signed_in("privacy_officer").text("/"))


def test_effect_alone_needs_a_reason_and_is_told_to_all_until_they_read_it(
    office: Office, admin: Browser, privacy: Browser, stranger: Browser, signed_in: Callable[[str], Browser]
) -> None:
    with office.engine.begin() as connection:
        connection.execute(update(Officer).values(email="x@huyen.example"))
    link = ask(office, admin)
    choose(stranger, link)
    assert admin.post(path_of(office, "alone"), {"reason": " "}).status_code == 422
    assert not signs_in(office, "binh", NEW)
    assert privacy.post(path_of(office, "alone"), {"reason": "gấp", "password": PASSWORD}).status_code == 404
    assert admin.post(path_of(office, "alone"), {"reason": "gấp, đội đang ở cơ sở"}).status_code == 303
    assert signs_in(office, "binh", NEW)
    assert actions(office) == ["access_requested", "access_alone"]
    office.clock.move(days=200)
    watching = signed_in("leader_viewer")
    page = unescape(watching.text("/"))
    assert "gấp, đội đang ở cơ sở" in page
    assert "Cán bộ admin" in page
    notice = re.search(r'action="(/notices/[0-9a-f-]+/read)"', page)
    assert notice is not None
    assert watching.post(notice[1]).status_code == 303
    office.clock.move(days=31)
    assert "gấp, đội" not in unescape(signed_in("leader_viewer").text("/"))
    assert "gấp, đội" in unescape(signed_in("privacy_officer").text("/"))


def test_effect_alone_sends_mail_where_the_office_sends_mail(
    office: Office, admin: Browser, stranger: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    with office.engine.begin() as connection:
        connection.execute(update(Officer).values(email="x@huyen.example"))
    monkeypatch.setattr(type(office.settings), "sends_mail", True)
    choose(stranger, ask(office, admin))
    assert admin.post(path_of(office, "alone"), {"reason": "gấp"}).status_code == 303
    with snapshot(office.engine) as session:
        rows = session.execute(
            select(Officer.login, Mail.text).join(Mail, Mail.officer_id == Officer.officer_id)
        ).all()
    recipients = {login for login, text in rows if "gấp" in text}
    assert recipients == {"leader_viewer", "privacy_officer"}


def test_later_request_and_closed_account_withdraw_the_open_one(office: Office, admin: Browser) -> None:
    ask(office, admin)
    ask(office, admin)
    assert actions(office) == ["access_requested", "access_withdrawn", "access_requested"]
    assert admin.post(f"/people/{office.officer_id('binh')}/close", {}).status_code == 303
    assert request_of(office).outcome == "withdrawn"


def test_asker_of_two_roles_cannot_confirm_the_own_request(
    office: Office, admin: Browser, privacy: Browser, stranger: Browser
) -> None:
    code = digits_of(stranger, choose(stranger, ask(office, admin, "privacy_officer")))
    # About the own account nobody is the second person.
    answer = privacy.post(path_of(office, "confirm"), {"check_code": code, "password": PASSWORD})
    assert answer.status_code == 403
    assert not signs_in(office, "privacy_officer", NEW)


def test_used_link_tells_that_its_password_waits(office: Office, admin: Browser, stranger: Browser) -> None:
    link = ask(office, admin)
    answer = choose(stranger, link)
    stranger.get(answer.headers["Location"])
    reloaded = stranger.get(answer.headers["Location"])
    page = unescape(reloaded.get_data(as_text=True))
    assert reloaded.status_code == 200
    assert "đang chờ người thứ hai" in page
    assert "không còn dùng được" not in page
    assert DIGITS.search(page) is None


def test_nobody_is_offered_to_put_an_unchosen_password_into_effect(
    office: Office, admin: Browser, stranger: Browser
) -> None:
    link = ask(office, admin)
    assert path_of(office, "alone") not in admin.text(path_of(office, "").rstrip("/"))
    choose(stranger, link)
    assert path_of(office, "alone") in admin.text(path_of(office, "").rstrip("/"))

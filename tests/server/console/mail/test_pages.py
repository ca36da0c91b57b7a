"""E-mail in the console: addresses and topics, the list, the test, texts to paste without an SMTP server."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from tests.server.console.conftest import TEAM, Browser, FieldWork
from tests.server.office.mail.smtp_server import Postbox, smtp_server
from tests.server.office_scene import PASSWORD, Office
from tests.stores import Statements

from field178_server.database.models import Device, Mail, Officer, OfficerScope
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.mail.sender import MailSender

SignIn = Callable[[str], Browser]


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


def with_mail(office: Office, port: int) -> Office:
    """Return the office as it is after a restart with an SMTP server set."""
    office.close()
    settings = replace(
        office.settings, smtp_url=f"smtp://127.0.0.1:{port}", smtp_sender="so178@huyen.example"
    )
    return Office(settings, office.clock)


def mails(office: Office) -> list[Mail]:
    with snapshot(office.engine) as session:
        return list(session.scalars(select(Mail).order_by(Mail.made_at, Mail.mail_id)))


def officer(office: Office, login: str) -> Officer:
    with snapshot(office.engine) as session:
        return session.scalars(select(Officer).where(Officer.login == login)).one()


@pytest.fixture
def led(office: Office, in_the_field: FieldWork) -> FieldWork:
    """Give the team of the visits its leader."""

    def lead(session: Any) -> None:
        session.add(OfficerScope(tenant_id="main", officer_id=office.officer_id("an"), scope=TEAM))

    run_write(office.engine, lead)
    return in_the_field


def keep_mail(browser: Browser, login: str, topic: str | list[str] = "") -> None:
    fields = {"email": f"{login}@huyen.example", "topic": topic, "password": PASSWORD}
    assert browser.post("/account/mail", fields).status_code == 303


def return_a_visit(reviewer: Browser, in_the_field: FieldWork) -> str:
    visit = in_the_field.visit()
    assert reviewer.decide(visit, "return", reason="Thiếu ảnh mặt tiền").status_code == 303
    return visit


def test_an_officer_keeps_an_address_and_chooses_topics(office: Office, signed_in: SignIn) -> None:
    lead = signed_in("an")
    page = lead.text("/account")
    assert page.count('name="topic"') == 2
    assert page.count("checked") == 2
    fields = {"email": "an@huyen.example", "topic": "returned", "password": PASSWORD}
    assert lead.post("/account/mail", fields).status_code == 303
    account = officer(office, "an")
    assert (account.email, account.mail_topics) == ("an@huyen.example", "returned")
    assert lead.text("/account").count("checked") == 1


@pytest.mark.parametrize(
    ("password", "status", "sentence"),
    [("", 403, "Hãy gõ mật khẩu"), ("falsch", 403, "Mật khẩu không đúng"), (PASSWORD, 303, "")],
)
def test_own_address_changes_with_the_password_only(
    office: Office, signed_in: SignIn, password: str, status: int, sentence: str
) -> None:
    lead = signed_in("an")
    fields = {"email": "an@xa.example", "topic": "returned", "password": password}
    answer = lead.post("/account/mail", fields)
    assert answer.status_code == status
    if status == 303:
        assert officer(office, "an").email == "an@xa.example"
        return
    page = answer.get_data(as_text=True)
    assert ('id="error-mail-password"' in page, 'value="an@xa.example"' in page) == (True, True)
    assert sentence in page
    field = page.partition('id="mail-password"')[2].partition(">")[0]
    assert "autofocus" in field
    assert 'aria-describedby="error-mail-password"' in field
    assert (officer(office, "an").email, officer(office, "an").mail_topics) == (None, None)


def test_password_left_empty_is_no_attempt(office: Office, signed_in: SignIn) -> None:
    lead = signed_in("an")
    for _ in range(12):
        answer = lead.post("/account/mail", {"email": "an@xa.example", "password": ""})
        assert "Hãy gõ mật khẩu" in answer.get_data(as_text=True)
    keep_mail(lead, "an")


def test_topics_alone_and_a_password_typed_lately_need_no_password(office: Office, signed_in: SignIn) -> None:
    lead = signed_in("an")
    assert lead.post("/account/mail", {"email": "", "topic": "overdue"}).status_code == 303
    assert officer(office, "an").mail_topics == "overdue"
    lead.confirms()
    assert lead.post("/account/mail", {"email": "an@xa.example"}).status_code == 303
    office.clock.move(minutes=11)
    assert lead.post("/account/mail", {"email": "an@tinh.example"}).status_code == 403


@pytest.mark.parametrize("later", ["an@tinh.example", ""])
@pytest.mark.parametrize("by", ["chi", "admin"])
def test_former_address_is_mailed_about_the_change(
    office: Office, signed_in: SignIn, postbox: Postbox, by: str, later: str
) -> None:
    keep_mail(signed_in("chi"), "chi")
    with smtp_server(postbox) as port:
        office = with_mail(office, port)
        browser = Browser(office.app.test_client())
        browser.client.post("/sign-in", data={"login": by, "password": PASSWORD})
        if by == "chi":
            answer = browser.post("/account/mail", {"email": later, "password": PASSWORD})
        else:
            person = f"/people/{office.officer_id('chi')}"
            seen = browser.text(person).partition('name="seen" value="')[2].partition('"')[0]
            account = officer(office, "chi")
            fields = {
                "name": account.name,
                "role": account.role,
                "agency": account.agency,
                "unit": "c11629_v2",
            }
            answer = browser.post(person, fields | {"email": later, "seen": seen, "password": PASSWORD})
        assert answer.status_code == 303, answer.get_data(as_text=True)
        assert MailSender(office.runtime).run() == 1
    (message,) = postbox.taken
    assert message["To"] == "chi@huyen.example"
    text = message.get_content()
    assert "không phải do bạn" in text
    assert "tinh.example" not in text
    # The address is kept no longer than it is needed.
    assert [mail.address for mail in mails(office)] == [None]
    office.close()


def test_unchanged_or_first_address_sends_no_mail(office: Office, postbox: Postbox) -> None:
    with smtp_server(postbox) as port:
        office = with_mail(office, port)
        for topic in ("returned", "overdue"):
            browser = Browser(office.app.test_client())
            browser.client.post("/sign-in", data={"login": "an", "password": PASSWORD})
            keep_mail(browser, "an", topic)
        assert mails(office) == []
    office.close()


def test_invalid_address_shows_a_field_error(office: Office, signed_in: SignIn) -> None:
    lead = signed_in("an")
    for typed in ("an", "an@huyen", "a n@huyen.vn", "an@huyen.vn\r\nBcc: x@y.vn", "ân@huyen.vn"):
        answer = lead.post("/account/mail", {"email": typed, "topic": "overdue"})
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422, typed
        assert 'id="error-email"' in page
        assert 'value="overdue" checked' in page
        assert 'value="returned" checked' not in page
    assert officer(office, "an").email is None


def test_a_returned_record_reaches_its_team_leader_once_a_day_without_any_content(
    office: Office, signed_in: SignIn, led: FieldWork, postbox: Postbox
) -> None:
    reviewer = signed_in("chi")
    visit = return_a_visit(reviewer, led)
    keep_mail(signed_in("an"), "an", ["returned", "overdue"])
    with smtp_server(postbox) as port:
        office = with_mail(office, port)
        office.clock.move(hours=15)  # 6 o'clock the next morning
        assert MailSender(office.runtime).run() == 0
        office.clock.move(hours=1.5)
        assert MailSender(office.runtime).run() == 1
        # A restarted server sends no second mail that day.
        assert MailSender(office.runtime).run() == 0
        office.clock.move(hours=24)
        assert MailSender(office.runtime).run() == 1
    first, second = postbox.taken
    assert first["Message-ID"] != second["Message-ID"]
    text = first.get_content()
    assert first["Subject"] == "Sổ hiện trường 178: 1 phiếu trả lại"
    assert f"http://127.0.0.1:8178/reviews/{visit}" in text
    assert "07/BB-ĐKT178" in text
    assert "ngày 25/11/2026" in text
    for content in ("Thiếu ảnh", "Nhà nghỉ", "Cán bộ", "Thôn"):
        assert content not in text
    office.close()


def test_silent_tablet_is_mailed_to_administrator_and_reviewer(
    office: Office, signed_in: SignIn, in_the_field: FieldWork, postbox: Postbox
) -> None:
    for login in ("chi", "admin", "an"):
        browser = signed_in(login)
        keep_mail(browser, login, ["silent", "returned"])

    def age(session: Any) -> None:
        session.scalars(select(Device)).one().last_seen_at = office.clock.now() - timedelta(hours=40)

    run_write(office.engine, age)
    with smtp_server(postbox) as port:
        office = with_mail(office, port)
        office.clock.move(hours=17)
        assert MailSender(office.runtime).run() == 2
    assert sorted(str(message["To"]) for message in postbox.taken) == [
        "admin@huyen.example",
        "chi@huyen.example",
    ]
    assert "http://127.0.0.1:8178/tablets" in postbox.taken[0].get_content()
    assert "Máy 1" not in postbox.taken[0].get_content()
    office.close()


def test_test_mail_goes_to_the_own_address_and_its_state_is_listed(
    office: Office, signed_in: SignIn, postbox: Postbox
) -> None:
    postbox.answers["chi@huyen.example"] = ["550 no"]
    with smtp_server(postbox) as port:
        office = with_mail(office, port)
        browser = Browser(office.app.test_client())
        browser.client.post("/sign-in", data={"login": "chi", "password": "con-trau-gam-co-an-1"})
        assert "disabled" in browser.text("/notices/mail")
        keep_mail(browser, "chi")
        assert "disabled" not in browser.text("/notices/mail")
        for sentence in ("Máy chủ thư từ chối địa chỉ của cán bộ. (550)", "Đã gửi"):
            assert browser.post("/notices/mail/test").status_code == 303
            assert "Chờ gửi" in browser.text("/notices/mail?state=waiting")
            MailSender(office.runtime).run()
            assert sentence in html.unescape(browser.text("/notices/mail"))
    assert [mail.state for mail in mails(office)].count("sent") == 1
    assert "Máy chủ thư từ chối" not in browser.text("/notices/mail?state=sent")
    office.close()


def test_without_a_mail_server_the_test_shows_the_reason_and_the_texts(
    office: Office, signed_in: SignIn, led: FieldWork
) -> None:
    reviewer = signed_in("chi")
    visit = return_a_visit(reviewer, led)
    page = reviewer.text("/notices/mail")
    assert "Chưa đặt máy chủ thư." in page
    assert 'disabled aria-describedby="test-why"' in page
    assert reviewer.post("/notices/mail/test").status_code == 400
    texts = reviewer.text("/notices/texts")
    assert "Đội trưởng · Đội 178, " in texts
    assert f"http://127.0.0.1:8178/reviews/{visit}" in texts
    assert "Thiếu ảnh" not in texts
    # Who reads no visits sees no codes of them.
    assert visit not in signed_in("admin").text("/notices/texts")


def test_mail_waiting_is_tried_at_once_on_request(
    office: Office, signed_in: SignIn, postbox: Postbox
) -> None:
    postbox.answers["chi@huyen.example"] = ["450 later"]
    with smtp_server(postbox) as port:
        office = with_mail(office, port)
        browser = Browser(office.app.test_client())
        browser.client.post("/sign-in", data={"login": "chi", "password": "con-trau-gam-co-an-1"})
        keep_mail(browser, "chi")
        browser.post("/notices/mail/test")
        assert MailSender(office.runtime).run() == 0
        assert "Gửi lại lúc" in browser.text("/notices/mail")
        assert MailSender(office.runtime).run() == 0
        browser.post("/notices/mail/retry")
        assert MailSender(office.runtime).run() == 1
    office.close()


def test_texts_take_the_same_statements_for_many_groups(
    office: Office, reviewer: Browser, in_the_field: FieldWork, statements: Statements
) -> None:
    counts = []
    for _ in range(2):
        return_a_visit(reviewer, in_the_field)
        with statements(office.engine) as queries:
            reviewer.text("/notices/texts")
        counts.append(len(queries))
    assert counts[0] == counts[1]

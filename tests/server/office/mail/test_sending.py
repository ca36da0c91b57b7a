"""E-mail over a real SMTP server: delivered, refused, tried again, never twice, encrypted."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import select
from tests.server.office.mail.smtp_server import (
    LOGIN,
    PASSWORD,
    Postbox,
    only_the_password,
    smtp_server,
    tls_context,
)
from tests.server.office_scene import Office, copy_of

from field178_server.database.models import Mail, Officer
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.mail import operations
from field178_server.office.mail.sender import MailSender
from field178_server.security import certificates
from field178_shared.time.clock import SystemClock

SENDER, ADDRESS = "so178@huyen.example", "an@huyen.example"


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def office_at(furnished: Path, tmp_path: Path) -> Iterator[Callable[..., Office]]:
    """Open an office whose e-mail goes to an address."""
    opened: list[Office] = []

    def open_office(url: str, **settings: object) -> Office:
        office = Office(copy_of(furnished, tmp_path / "data", smtp_url=url, smtp_sender=SENDER, **settings))
        opened.append(office)
        set_address(office)
        return office

    yield open_office
    for office in opened:
        office.close()


def set_address(office: Office, address: str | None = ADDRESS) -> None:
    def work(session: object) -> None:
        row = session.scalars(select(Officer).where(Officer.login == "an")).one()  # type: ignore[attr-defined]
        row.email = address

    run_write(office.engine, work)


def queue_test(office: Office) -> str:
    officer = office.officer_id("an")
    return run_write(office.engine, lambda session: operations.queue_test(session, office.context, officer))


def row_of(office: Office, mail_id: str) -> Mail:
    with snapshot(office.engine) as session:
        return session.get_one(Mail, (office.settings.tenant, mail_id))


@contextmanager
def free_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
    yield port


def test_a_letter_arrives_whole_and_once(postbox: Postbox, office_at: Callable[..., Office]) -> None:
    with smtp_server(postbox) as port:
        office = office_at(f"smtp://127.0.0.1:{port}")
        mail_id = queue_test(office)
        assert MailSender(office.runtime).run() == 1
        office.clock.move(hours=1)
        assert MailSender(office.runtime).run() == 0
    (message,) = postbox.taken
    assert (str(message["To"]), str(message["From"])) == (ADDRESS, f"Sổ hiện trường 178 <{SENDER}>")
    assert message["Subject"] == "Sổ hiện trường 178: thư thử"
    assert message["Message-ID"] == f"<{mail_id}@huyen.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == office.clock.now() - timedelta(hours=1)
    assert message.get_content_type() == "text/plain"
    assert "Máy chủ này gửi được thư điện tử" in message.get_content()
    assert row_of(office, mail_id).state == "sent"


def test_an_address_that_the_server_refuses_for_good_is_not_tried_again(
    postbox: Postbox, office_at: Callable[..., Office]
) -> None:
    postbox.answers[ADDRESS] = ["550 5.1.1 no such user an@huyen.example"]
    with smtp_server(postbox) as port:
        office = office_at(f"smtp://127.0.0.1:{port}")
        mail_id = queue_test(office)
        assert MailSender(office.runtime).run() == 0
        office.clock.move(hours=2)
        assert MailSender(office.runtime).run() == 0
    mail = row_of(office, mail_id)
    # The server's reply contains the address: only its code is stored.
    assert (mail.state, mail.reason, mail.attempt_count) == ("failed", "address_refused 550", 1)
    assert postbox.taken == []


def test_an_address_that_the_server_puts_off_is_tried_again_after_a_pause(
    postbox: Postbox, office_at: Callable[..., Office]
) -> None:
    postbox.answers[ADDRESS] = ["450 4.2.0 greylisted", "451 4.7.1 later"]
    with smtp_server(postbox) as port:
        office = office_at(f"smtp://127.0.0.1:{port}")
        mail_id = queue_test(office)
        taken = []
        for minutes in (0, 0.9, 0.2, 4.7, 0.4):
            office.clock.move(minutes=minutes)
            taken.append(MailSender(office.runtime).run())
    assert taken == [0, 0, 0, 0, 1]
    assert (row_of(office, mail_id).state, row_of(office, mail_id).attempt_count) == ("sent", 3)


def test_unreachable_mail_server_is_tried_once_for_all_mails(
    postbox: Postbox, office_at: Callable[..., Office]
) -> None:
    with free_port() as port:
        office = office_at(f"smtp://127.0.0.1:{port}")
        first, second = queue_test(office), queue_test(office)
        assert MailSender(office.runtime).run() == 0
        rows = [row_of(office, mail_id) for mail_id in (first, second)]
        assert sorted((row.reason, row.attempt_count) for row in rows if row.reason) == [("no_answer", 1)]
        with smtp_server(postbox, port):
            office.clock.move(minutes=2)
            assert MailSender(office.runtime).run() == 2
    assert len(postbox.taken) == 2


def test_undeliverable_mail_fails_with_its_reason(office_at: Callable[..., Office]) -> None:
    with free_port() as port:
        office = office_at(f"smtp://127.0.0.1:{port}")
        mail_id = queue_test(office)
        for _ in range(30):
            MailSender(office.runtime).run()
            office.clock.move(hours=1)
    mail = row_of(office, mail_id)
    assert (mail.state, mail.reason) == ("failed", "no_answer")
    assert 5 <= mail.attempt_count <= 12


def test_mail_of_yesterday_is_not_sent(postbox: Postbox, office_at: Callable[..., Office]) -> None:
    with smtp_server(postbox) as port:
        office = office_at(f"smtp://127.0.0.1:{port}")
        mail_id = queue_test(office)
        office.clock.move(days=3)
        assert MailSender(office.runtime).run() == 0
    assert (row_of(office, mail_id).state, row_of(office, mail_id).reason) == ("failed", "too_late")
    assert postbox.taken == []


class Killed(BaseException):
    """The process dies here."""


def test_a_process_that_dies_after_the_handover_repeats_the_same_letter_once(
    postbox: Postbox, office_at: Callable[..., Office], monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(name: str) -> None:
        raise Killed

    with smtp_server(postbox) as port:
        office = office_at(f"smtp://127.0.0.1:{port}")
        queue_test(office)
        with monkeypatch.context() as patched:
            patched.setattr("field178_server.office.mail.sender.failpoint", die)
            with pytest.raises(Killed):
                MailSender(office.runtime).run()
        # Until the lease ends another process may still be sending it.
        assert MailSender(office.runtime).run() == 0
        office.clock.move(minutes=11)
        assert MailSender(office.runtime).run() == 1
        office.clock.move(hours=1)
        assert MailSender(office.runtime).run() == 0
    first, again = postbox.taken
    assert first["Message-ID"] == again["Message-ID"]
    assert first.get_content() == again.get_content()


def test_one_that_another_process_sends_is_left_to_it(office_at: Callable[..., Office]) -> None:
    office = office_at("smtp://127.0.0.1:1")
    mail_id = queue_test(office)
    tenant, now = office.settings.tenant, office.clock.now()

    def claim(session: object) -> object:
        return operations.claim_next(session, tenant, now)  # type: ignore[arg-type]

    assert run_write(office.engine, claim) is not None
    assert run_write(office.engine, claim) is None
    assert row_of(office, mail_id).state == "sending"


def test_an_account_without_an_address_any_more_gets_nothing(
    postbox: Postbox, office_at: Callable[..., Office]
) -> None:
    with smtp_server(postbox) as port:
        office = office_at(f"smtp://127.0.0.1:{port}")
        mail_id = queue_test(office)
        set_address(office, None)
        assert MailSender(office.runtime).run() == 0
    assert (row_of(office, mail_id).state, row_of(office, mail_id).reason) == ("failed", "no_address")
    assert postbox.taken == []


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an authority and a certificate for 127.0.0.1."""

    folder = tmp_path_factory.mktemp("tls")
    certificates.create(folder, "127.0.0.1", SystemClock().now())
    return folder


def test_starttls_and_a_password_go_over_a_certificate_that_is_checked(
    postbox: Postbox, office_at: Callable[..., Office], tls: Path
) -> None:
    context = tls_context(str(tls / "server.crt"), str(tls / "server.key"))
    with smtp_server(
        postbox,
        tls_context=context,
        require_starttls=True,
        authenticator=only_the_password,
        auth_required=True,
    ) as port:
        login = f"{quote(LOGIN)}:{quote(PASSWORD, safe='')}"
        office = office_at(f"smtp://{login}@127.0.0.1:{port}", smtp_ca=tls / "ca.crt")
        queue_test(office)
        assert MailSender(office.runtime).run() == 1
    assert postbox.was_encrypted == [True]


@pytest.mark.parametrize(
    ("password", "has_ca", "reason"),
    [("khong-dung-178", True, "sign_in_refused 535"), (PASSWORD, False, "certificate")],
)
def test_wrong_password_or_unknown_certificate_sends_nothing_and_is_reported(
    postbox: Postbox,
    office_at: Callable[..., Office],
    tls: Path,
    password: str,
    has_ca: bool,
    reason: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    context = tls_context(str(tls / "server.crt"), str(tls / "server.key"))
    with smtp_server(
        postbox, tls_context=context, require_starttls=True, authenticator=only_the_password
    ) as port:
        login = f"{quote(LOGIN)}:{quote(password, safe='')}"
        office = office_at(f"smtp://{login}@127.0.0.1:{port}", smtp_ca=tls / "ca.crt" if has_ca else None)
        mail_id = queue_test(office)
        assert MailSender(office.runtime).run() == 0
    assert row_of(office, mail_id).reason == reason
    assert postbox.taken == []
    output = "".join(capfd.readouterr())
    assert password not in output
    assert ADDRESS not in output
    assert password not in repr(office.settings)


def test_unreadable_certificate_authority_fails_the_mail_with_its_reason(
    office_at: Callable[..., Office], tmp_path: Path
) -> None:
    office = office_at("smtp://127.0.0.1:1", smtp_ca=tmp_path / "none.crt")
    mail_id = queue_test(office)
    assert MailSender(office.runtime).run() == 0
    assert row_of(office, mail_id).reason == "certificate"


def test_beyond_this_machine_nothing_goes_unencrypted(
    postbox: Postbox, office_at: Callable[..., Office], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("field178_server.office.mail.transport.is_loopback", lambda host: False)
    with smtp_server(postbox) as port:
        office = office_at(f"smtp://127.0.0.1:{port}")
        mail_id = queue_test(office)
        assert MailSender(office.runtime).run() == 0
    assert row_of(office, mail_id).reason == "no_encryption"
    assert postbox.taken == []


def test_smtps_is_encrypted_from_the_first_byte(
    postbox: Postbox, office_at: Callable[..., Office], tls: Path
) -> None:
    context = tls_context(str(tls / "server.crt"), str(tls / "server.key"))
    with smtp_server(postbox, ssl_context=context) as port:
        office = office_at(f"smtps://127.0.0.1:{port}", smtp_ca=tls / "ca.crt")
        queue_test(office)
        assert MailSender(office.runtime).run() == 1
    assert len(postbox.taken) == 1

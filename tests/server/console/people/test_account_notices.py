"""Notice and e-mail to an officer whose sign-in somebody else changed."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select, update
from tests.server.office_scene import Office

from field178_server.audit.trail import OPERATOR, Actor
from field178_server.database.models import Mail, Notice, Officer
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.reminders.account_changes import notify_of_dropped_codes, notify_of_reset


def test_officer_with_an_address_gets_an_e_mail_in_the_own_language(office: Office) -> None:
    own, context = office.officer_id("an"), office.context
    admin = replace(context, actor=Actor("officer", office.officer_id("admin")))
    with office.engine.begin() as connection:
        mine = update(Officer).where(Officer.officer_id == own)
        connection.execute(mine.values(email="an@huyen.example", language="en"))
    run_write(office.engine, lambda session: notify_of_reset(session, admin, own, by_mail=True))
    with snapshot(office.engine) as session:
        (mail,) = session.scalars(select(Mail))
    assert (mail.officer_id, mail.state, mail.kind) == (own, "waiting", "account")
    assert mail.text.startswith("Your password was reset on 24/11/2026 ")
    assert "by: System administrator" in mail.text


def test_officer_without_an_address_gets_the_notice_alone(office: Office) -> None:
    own, operator = office.officer_id("an"), replace(office.context, actor=OPERATOR)
    run_write(office.engine, lambda session: notify_of_dropped_codes(session, operator, own, by_mail=True))
    with snapshot(office.engine) as session:
        (notice,) = session.scalars(select(Notice).where(Notice.officer_id == own))
        assert session.scalars(select(Mail)).all() == []
    assert "bởi: người vận hành máy chủ" in notice.text_vi
    assert notice.device_id is None

"""E-mail on returns: soon after, several as one, a few a day, by day, and never twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from tests.server.console.conftest import FieldWork
from tests.server.console.mail.test_pages import SignIn, keep_mail, led, mails, with_mail
from tests.server.office.mail.smtp_server import Postbox, smtp_server
from tests.server.office_scene import Office
from tests.stores import Statements

from field178_server.database.models import Record
from field178_server.database.unit_of_work import run_write
from field178_server.office.mail.sender import MailSender
from field178_server.office.reviews.operator_decision import OperatorDecision, decide
from field178_server.office.reviews.queue import review_revisions

__all__ = ["led"]


class Team:
    """A team with an address and filed visits, the office that returns them, and what came by e-mail."""

    def __init__(self, office: Office, visits: Iterator[str], postbox: Postbox) -> None:
        self.office, self.postbox = office, postbox
        self._visits = visits
        self._sender = MailSender(office.runtime)
        # The hour of the digest has passed, and nothing waited.
        assert self._sender.run() == 0

    def return_one(self) -> str:
        """Return one more record of the team; the id."""
        record_id = next(self._visits)
        self.decide(record_id, "return")
        return record_id

    def decide(self, record_id: str, kind: str) -> None:
        """Decide as the office does, whatever the hour."""

        def work(session: Session) -> None:
            seen = review_revisions(session, self.office.settings.tenant, [record_id])[record_id]
            decision = OperatorDecision(record_id, kind, "Thiếu ảnh mặt tiền", "", "", None, "chi", seen)
            decide(session, self.office.context, decision)

        run_write(self.office.engine, work)

    def after(self, **pause: float) -> int:
        """Let time pass; how many e-mails are sent then."""
        self.office.clock.move(**pause)
        return self._sender.run()

    def subjects(self) -> list[str]:
        """What the e-mails say that came so far."""
        return [str(message["Subject"]).partition(": ")[2] for message in self.postbox.taken]


@pytest.fixture
def team(office: Office, signed_in: SignIn, led: FieldWork) -> Iterator[Team]:
    """Yield the team at 3 in the afternoon; no mail waits."""
    postbox = Postbox()
    keep_mail(signed_in("an"), "an", ["returned", "overdue"])
    visits = iter([led.visit() for _ in range(24)])
    with smtp_server(postbox) as port:
        running = with_mail(office, port)
        yield Team(running, visits, postbox)
        running.close()


def test_returns_within_ten_minutes_are_one_mail_without_content(team: Team) -> None:
    first = team.return_one()
    assert team.after(minutes=4) == 0
    second = team.return_one()
    assert [team.after(minutes=5), team.after(minutes=1), team.after(minutes=30)] == [0, 1, 0]
    (message,) = team.postbox.taken
    text = message.get_content()
    assert team.subjects() == ["2 phiếu trả lại"]
    for part in (f"/reviews/{first}", f"/reviews/{second}", "07/BB-ĐKT178", "/account"):
        assert part in text
    for content in ("Thiếu ảnh", "Nhà nghỉ", "Cán bộ", "Thôn"):
        assert content not in text


def test_mailed_item_is_not_mailed_again_that_day(team: Team) -> None:
    team.return_one()
    assert team.after(minutes=10) == 1
    assert team.after(minutes=1) == 0
    later = team.return_one()
    assert [team.after(minutes=59), team.after(minutes=1)] == [0, 1]
    assert team.subjects() == ["1 phiếu trả lại", "1 phiếu trả lại"]
    assert f"/reviews/{later}" in team.postbox.taken[1].get_content()


def test_resolved_return_is_not_mailed(team: Team) -> None:
    team.decide(team.return_one(), "approve")
    assert team.after(minutes=20) == 0


def test_evening_waits_for_the_morning_and_its_digest(team: Team) -> None:
    team.office.clock.move(hours=5, minutes=55)  # 20:55
    team.return_one()
    assert [team.after(minutes=10), team.after(hours=6)] == [0, 0]
    assert team.after(hours=4) == 1  # 7:05
    assert [mail.kind for mail in mails(team.office)] == ["digest"]
    assert team.after(minutes=20) == 0


def test_day_has_four_such_mails_and_the_digest_the_rest(team: Team) -> None:
    assert team.after(hours=16, minutes=5) == 0  # 7:05 the next day
    sent = 0
    for _ in range(24):
        team.return_one()
        sent += team.after(minutes=35)
    assert sent == 4
    assert team.after(hours=10) == 1
    assert team.subjects()[-1] == "24 phiếu trả lại"


def test_office_without_returns_costs_one_query(team: Team, statements: Statements) -> None:
    team.after(minutes=1)
    with statements(team.office.engine) as queries:
        team.after(minutes=1)
    assert len([statement for statement in queries if "filed_record" in statement]) == 1
    assert len([statement for statement in queries if statement.startswith("SELECT")]) == 2


def test_office_that_works_at_night_is_mailed_at_night(team: Team) -> None:
    runtime = team.office.runtime
    awake = MailSender(replace(runtime, settings=replace(runtime.settings, mail_hours="0-24")))
    team.office.clock.move(hours=10)  # 1 o'clock
    assert awake.run() == 0
    team.return_one()
    team.office.clock.move(minutes=10)
    assert awake.run() == 1
    assert [mail.kind for mail in mails(team.office)] == ["returned"]


def test_text_that_is_no_number_of_minutes_is_never_mailed(team: Team) -> None:
    record_id = team.return_one()
    engine = team.office.engine
    run_write(engine, lambda session: _store_old_text(session, record_id))
    assert team.after(minutes=10) == 1
    text = team.postbox.taken[0].get_content()
    assert f"/reviews/{record_id}" in text
    assert "Nguyễn" not in text


def _store_old_text(session: Session, record_id: str) -> None:
    """Store what an earlier version took: a name as number and as code."""
    record = session.scalars(select(Record).where(Record.record_id == record_id)).one()
    name = {"minutes_number": "Nguyễn Văn An", "record_code": "Nguyễn Thị Ba"}
    record.body = json.dumps({**json.loads(record.body), **name}, ensure_ascii=False)

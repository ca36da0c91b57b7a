"""Reminder mail of the 25th: once a month to each agency that owes a return, even after server downtime."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select, update
from tests.server.console.conftest import UNIT, FieldWork
from tests.server.console.returns.test_pages import COURT, NEW
from tests.server.office_scene import Office

from field178_server.database.models import Mail, Notice, Officer, OfficerScope
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.reminders.operations import remind_if_due
from field178_server.runtime import Runtime
from field178_server.serving.server import run_hourly

STATION = {
    "id": "station_gl",
    "vi": "Đài truyền thanh xã GL",
    "en": "Station of GL",
    "channel_id": "commune_loudspeaker",
    "unit_id": UNIT.removeprefix("unit:"),
    "valid_from": "2026-05-01",
}


@pytest.fixture
def owing(office: Office, in_the_field: FieldWork, signed_in: Callable[[str], object]) -> Runtime:
    """A commune with a station and a court, each with a reporter that has an address."""
    in_the_field.place()
    signed_in("agency_reporter")
    office.publish_lists({"places.media_outlets": {"station_gl": STATION}})

    def addresses(session: object) -> None:
        for login, agency in (
            ("agency_reporter", "regional_court"),
            ("commune_reporter", "commune_people_committee"),
        ):
            session.execute(  # type: ignore[attr-defined]
                update(Officer).where(Officer.login == login).values(agency=agency, email=f"{login}@gl.vn")
            )
        own = OfficerScope(tenant_id="main", officer_id=office.officer_id("commune_reporter"), scope=UNIT)
        session.add(own)  # type: ignore[attr-defined]

    run_write(office.engine, addresses)
    settings = replace(office.settings, smtp_url="smtp://127.0.0.1", smtp_sender="so178@gl.vn")
    return replace(office.runtime, settings=settings)


def sent_messages(office: Office) -> tuple[list[str | None], dict[str, str]]:
    with snapshot(office.engine) as session:
        notices = list(
            session.scalars(
                select(Notice.audience).where(Notice.audience.is_not(None)).order_by(Notice.audience)
            )
        )
        rows = session.execute(
            select(Officer.login, Mail.text).join(Mail, Mail.officer_id == Officer.officer_id)
        ).all()
    return notices, {login: text for login, text in rows}


def test_agencies_with_missing_returns_are_mailed_once_a_month(owing: Runtime, office: Office) -> None:
    assert not remind_if_due(owing), "it is the 24th"
    office.clock.move(days=1)
    assert remind_if_due(owing)
    assert not remind_if_due(owing)
    notices, mails = sent_messages(office)
    assert notices == ["role:agency_reporter", "role:commune_reporter"]
    assert set(mails) == {"agency_reporter", "commune_reporter"}
    assert "Số liệu tháng 11/2026 còn thiếu:" in mails["commune_reporter"]
    assert (
        "đơn vị truyền thông chưa có tin, bài: 1, kế hoạch năm, nhóm có nguy cơ cao chưa thống kê: 3"
        in mails["commune_reporter"]
    )
    assert "Tòa án nhân dân khu vực" in mails["agency_reporter"]
    assert "Tòa án" not in mails["commune_reporter"]
    for text in mails.values():
        assert "Karaoke" not in text
        assert "Cán bộ" not in text
    office.clock.move(days=30)
    assert remind_if_due(owing), "the next month"


def test_a_server_that_was_off_on_the_25th_reminds_after_it(owing: Runtime, office: Office) -> None:
    office.clock.move(days=9)
    assert remind_if_due(owing)
    _, mails = sent_messages(office)
    assert "Số liệu tháng 11/2026 còn thiếu:" in mails["agency_reporter"]
    assert not remind_if_due(owing)
    office.clock.move(days=5)
    assert not remind_if_due(owing), "the 8th: too late, and the next one is not due"


def test_officers_who_owe_nothing_or_switched_it_off_get_no_mail(
    owing: Runtime, office: Office, signed_in: Callable[[str], object]
) -> None:
    browser = signed_in("agency_reporter")
    assert browser.post(NEW, COURT).status_code == 303  # type: ignore[attr-defined]
    no_topic = update(Officer).where(Officer.login == "commune_reporter").values(mail_topics="")
    run_write(office.engine, lambda session: session.execute(no_topic))
    office.clock.move(days=1)
    assert remind_if_due(owing)
    notices, mails = sent_messages(office)
    assert (notices, mails) == (["role:commune_reporter"], {})


def test_the_hourly_work_of_a_server_sends_it(owing: Runtime, office: Office) -> None:
    run_hourly(owing)
    assert sent_messages(office) == ([], {})
    office.clock.move(days=1)
    run_hourly(owing)
    assert sent_messages(office)[0] == ["role:agency_reporter", "role:commune_reporter"]

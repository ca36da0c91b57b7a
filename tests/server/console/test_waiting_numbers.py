"""Digest, first page, list, menu and health show the same number of what waits in one store."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from sqlalchemy import update
from tests.server.console.attention.test_quarantine import hold
from tests.server.console.conftest import TEAM, Browser, FieldWork
from tests.server.console.follow_ups.test_pages import counts
from tests.server.office_scene import Office, Tablet

from field178_server.accounts import officers
from field178_server.database.models import Device, Officer, OfficerScope, Quarantine
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.health.waiting import waiting_work
from field178_server.office.attention.queries import AttentionFilter, ItemOrigin, count_items
from field178_server.office.mail.digest import DailyDigest, MailTopic, waiting_now
from field178_server.office.tablets.queries import tablet_list
from field178_server.records.access import AccessFilter
from field178_server.records.keyset import PageStart
from field178_server.replication.quarantine.store import DISCARDED
from field178_shared.codelists import load

# The team lead leads a team other than that of the visits.
TEAM_LEAD, REVIEWER = "an", "chi"

SignIn = Callable[[str], Browser]


def figure(browser: Browser, path: str, position: int = 0) -> int:
    """Return a figure of the first page by the address that its line leads to."""
    figures = re.findall(
        rf'today-figure[^>]*>([0-9.]+)</span>\s*<span><a href="{re.escape(path)}">',
        unescape(browser.text("/")),
    )
    return int(figures[position])


def badge(browser: Browser, path: str) -> int:
    """Return the number beside an entry of the menu."""
    entry = re.search(rf'<a class="rail-item" href="{path}"[^>]*>.*?</a>', browser.text("/"), re.DOTALL)
    assert entry is not None
    count = re.search(r'rail-count">(\d+)<', entry[0])
    return int(count[1]) if count else 0


def digest_of(office: Office, login: str) -> DailyDigest:
    tenant = office.settings.tenant
    with snapshot(office.engine) as session:
        officer = officers.by_login_or_id(session, tenant, login)
        scopes = officers.scopes_of(session, tenant, officer.officer_id)
        waiting = waiting_now(session, tenant, office.clock.now())
    return waiting.digest(tuple(MailTopic), officer.role, scopes, load())


def silent_tablets(office: Office, browser: Browser, login: str) -> tuple[int, int, int, int]:
    """Return the silent tablets as the digest, the first page, the menu and the list count them."""
    return (
        digest_of(office, login).silent_count,
        figure(browser, "/tablets", 3),
        badge(browser, "/tablets"),
        browser.text("/tablets").count("Im lặng"),
    )


def test_tablet_is_silent_from_48_hours_on_everywhere(
    office: Office, signed_in: SignIn, in_the_field: FieldWork
) -> None:
    in_the_field.place()
    office.clock.move(hours=48, seconds=-1)
    for count in (0, 1):
        for login in ("admin", "chi"):
            assert silent_tablets(office, signed_in(login), login) == (count,) * 4
        office.clock.move(seconds=1)


def test_enrolment_counts_as_contact_and_a_revoked_tablet_is_not_silent(
    office: Office, signed_in: SignIn, in_the_field: FieldWork
) -> None:
    office.clock.move(hours=24)
    Tablet(office).ready("unit:c11629_v2")
    office.clock.move(hours=24)
    assert silent_tablets(office, signed_in("admin"), "admin") == (1, 1, 1, 1)
    revoked = update(Device).where(Device.device_id == in_the_field.tablet.device)
    run_write(office.engine, lambda session: session.execute(revoked.values(revoked_at=office.clock.now())))
    assert silent_tablets(office, signed_in("admin"), "admin") == (0, 0, 0, 0)


def overdue(office: Office, browser: Browser, login: str) -> tuple[int, int, int, int]:
    """Return the number of overdue follow-ups in the digest, on the first page, in the menu, in the list."""
    return (
        digest_of(office, login).overdue_count,
        figure(browser, "/follow-ups"),
        badge(browser, "/follow-ups"),
        int(counts(browser)[0]),
    )


def test_follow_up_is_overdue_from_the_day_after_its_due_day_everywhere(
    office: Office, signed_in: SignIn, in_the_field: FieldWork
) -> None:
    in_the_field.visit(
        findings=None,
        follow_ups={"exit": {"text": "Dọn lối thoát nạn", "due_on": "2026-11-24", "status": "open"}},
    )
    for hours, count in ((0, 0), (9, 1)):
        office.clock.move(hours=hours)
        assert overdue(office, signed_in(REVIEWER), REVIEWER) == (count,) * 4
        assert overdue(office, signed_in(TEAM_LEAD), TEAM_LEAD) == (0, 0, 0, 0)


@pytest.mark.parametrize("status", ["fixed", "open"])
def test_follow_up_that_is_closed_or_of_a_void_visit_is_not_overdue(
    office: Office, reviewer: Browser, in_the_field: FieldWork, status: str
) -> None:
    follow_up = {"text": "Dọn lối thoát nạn", "due_on": "2026-11-22", "status": status}
    visit = in_the_field.visit(findings=None, follow_ups={"exit": follow_up})
    if status == "open":
        assert overdue(office, reviewer, REVIEWER) == (1, 1, 1, 1)
        assert reviewer.decide(visit, "void", reason="Nhập nhầm cơ sở", confirmed="void").status_code == 303
    assert overdue(office, reviewer, REVIEWER) == (0, 0, 0, 0)


def in_review(office: Office, browser: Browser, login: str) -> dict[str, tuple[int, ...]]:
    """Return the records that wait, are returned and are unanswered, as each page counts them."""
    drawers = re.findall(r"<b>(\d+)</b>", browser.text("/reviews").split('class="segments"')[1])
    waiting, returned = int(drawers[0]), int(drawers[1])
    digest = len(digest_of(office, login).returned)
    first_page = [figure(browser, path) for path in ("/reviews", "/reviews?state=returned")]
    return {
        "waiting": (waiting, first_page[0], badge(browser, "/reviews")),
        "returned": (returned, first_page[1], digest),
        "unanswered": (figure(browser, "/reviews?state=returned", 1),),
    }


@pytest.fixture
def leader_of_visits(office: Office, signed_in: SignIn) -> Browser:
    """Return the browser of a team leader whose team makes the visits."""
    officer_id = office.officer_id("binh")
    role = update(Officer).where(Officer.officer_id == officer_id).values(role="team_lead")
    scope = OfficerScope(tenant_id=office.settings.tenant, officer_id=officer_id, scope=TEAM)
    run_write(office.engine, lambda session: (session.execute(role), session.add(scope)))
    return signed_in("binh")


def test_record_waits_or_is_returned_in_the_same_number_everywhere(
    office: Office, reviewer: Browser, leader_of_visits: Browser, in_the_field: FieldWork
) -> None:
    def numbers() -> list[tuple[int, ...]]:
        return [*in_review(office, leader_of_visits, "binh").values()]

    visit = in_the_field.visit()
    in_the_field.session()
    # The session is of a commune that the leader does not read.
    assert numbers() == [(1, 1, 1), (0, 0, 0), (0,)]
    reviewer.decide(visit, "return", reason="Thiếu ảnh lối thoát nạn")
    assert numbers() == [(0, 0, 0), (1, 1, 1), (0,)]
    in_the_field.send(visit, "inspection", TEAM, {"note": "Đã bổ sung."}, was={}, base_rev=1)
    assert numbers() == [(1, 1, 1), (0, 0, 0), (0,)]
    reviewer.decide(visit, "void", 2, reason="Lập trùng", confirmed="void")
    assert numbers() == [(0, 0, 0), (0, 0, 0), (0,)]


def test_return_is_unanswered_from_5_days_on(
    office: Office, signed_in: SignIn, reviewer: Browser, in_the_field: FieldWork
) -> None:
    visit = in_the_field.visit()
    reviewer.decide(visit, "return", reason="Thiếu ảnh lối thoát nạn")
    for seconds, count in ((-1, 0), (1, 1)):
        office.clock.move(days=5 if seconds < 0 else 0, seconds=seconds)
        # A session of the console ends within five days.
        assert in_review(office, signed_in(REVIEWER), TEAM_LEAD)["unanswered"] == (count,)


def test_change_in_quarantine_is_counted_alike_by_list_tablet_menu_and_health(
    office: Office, signed_in: SignIn, in_the_field: FieldWork
) -> None:
    def numbers() -> tuple[int, ...]:
        tenant, everything = office.settings.tenant, AccessFilter(None)
        with snapshot(office.engine) as session:
            (tablet,) = tablet_list(session, tenant, everything, PageStart()).tablets
            listed = count_items(session, tenant, everything, AttentionFilter())[ItemOrigin.QUARANTINE]
            waiting = waiting_work(session, tenant, office.clock.now())
        browser = signed_in(REVIEWER)
        return (listed, tablet.quarantined, waiting.quarantined, badge(browser, "/attention"))

    assert numbers() == (0, 0, 0, 0)
    hold(in_the_field)
    assert numbers() == (1, 1, 1, 1)
    state = update(Quarantine).values(state=DISCARDED)
    run_write(office.engine, lambda session: session.execute(state))
    assert numbers() == (0, 0, 0, 0)

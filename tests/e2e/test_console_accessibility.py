"""The pages of the office by axe-core, every rule of WCAG 2.2 AA and its best practice, and their widths."""

from __future__ import annotations

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page
from tests.e2e.browser import DESK, NARROW, PHONE, watched_page
from tests.e2e.test_console import PASSWORD, UNIT, Desk, check_layout, desk
from tests.e2e.test_console_people import sign_in
from tests.e2e.test_webhooks import add

from field178_server.settings import Settings

__all__ = ["desk"]

pytestmark = pytest.mark.browser

RULES = {
    "resultTypes": ["violations"],
    "preload": False,
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
REVIEWER_RECORDS = (
    "/",
    "/reviews",
    "/reviews/threads",
    "/reviews/{visit}",
    "/establishments",
    "/establishments?view=map",
    "/establishments/{place}",
    "/establishments/{place}/edit",
    "/establishments/duplicates",
    "/units",
    "/visits",
    "/plan",
    "/plan/calendar",
    "/plan/2026/add?q=karaoke",
    "/plan/2026/quotas",
)
REVIEWER_FIGURES = (
    "/attention",
    "/notices",
    "/notices/mail",
    "/lists",
    "/indicators",
    "/indicators/workers_reached_pct",
    "/indicators/visits_total/records",
    "/indicators/coverage",
    "/exports",
    "/exports?what=visits",
    "/account",
    "/returns",
    "/returns/new/denominator",
    "/returns/new/information_correction",
    "/returns/new/supervision",
    "/not-there",
)
AGENCY_REPORTER = (
    "/",
    "/returns",
    "/returns/new/agency_return",
)
LEADER = (
    "/",
    "/indicators",
    "/indicators/outreach_commune_any_pct/records",
    "/indicators/visits_total/records",
    "/exports",
)
COMMUNE_REPORTER = (
    "/",
    "/commune",
    "/commune/new/worker_census",
    "/commune/new/commune_plan",
    "/commune/new/risk_group_count",
)
ADMINISTRATOR = (
    "/audit",
    "/feeds",
    "/feeds/new",
    "/confirm?next=/audit.csv&back=/audit",
    "/health",
    "/help/emergency/data-breach",
    "/help/emergency/lost-key",
    "/jobs",
    "/teams",
    "/teams/new",
    "/teams/{team}",
    "/teams/{team}/edit",
    "/teams/{team}/member",
    "/people",
    "/people/new",
    "/people/{officer}",
    "/people/{officer}/open-work",
    "/access-requests",
    "/tablets",
    "/tablets/enrol",
    "/tablets/{device}",
    "/notices/new",
    "/notices/texts",
    "/webhooks",
    "/webhooks/new",
    "/webhooks/{webhook}",
    "/webhooks/{webhook}/edit",
    "/webhooks/{webhook}/secret",
)


COURT = "regional_court"


@pytest.fixture(scope="module")
def names(desk: Desk) -> dict[str, str]:
    """Three visits to one establishment on one day, so that each is flagged, and what the addresses name."""
    first = desk.file("Karaoke Ba Lần")
    desk.tablet.pull_all()
    place = str(desk.tablet.base[first]["data"]["establishment_id"])
    folder = str(desk.server.folder)
    webhook, _ = add(Settings.from_environment({"FIELD178_DATA_DIR": folder}), "https://hook.invalid/in")
    desk.visit(place)
    return {
        "visit": desk.visit(place),
        "place": place,
        "team": desk.team.removeprefix("team:"),
        "officer": desk.tablet.user,
        "device": desk.tablet.device,
        "webhook": webhook,
    }


@pytest.mark.parametrize(
    ("login", "role", "paths"),
    [
        ("hoa", "reviewer", REVIEWER_RECORDS),
        ("thu", "reviewer", REVIEWER_FIGURES),
        ("son", "admin", ADMINISTRATOR),
        ("lan", "commune_reporter", COMMUNE_REPORTER),
        ("toa", "agency_reporter", AGENCY_REPORTER),
        ("mai", "leader_viewer", LEADER),
    ],
)
def test_pages_have_no_finding_of_axe(
    desk: Desk, browser: Browser, names: dict[str, str], login: str, role: str, paths: tuple[str, ...]
) -> None:
    own = {"commune_reporter": ("--unit", UNIT), "agency_reporter": ("--agency", COURT)}.get(role, ())
    desk.server.command("user", "add", login, "--role", role, *own, stdin=f"{PASSWORD}\n")
    with watched_page(browser, desk.server.url, reduced_motion="reduce") as watched:
        page = watched.page
        page.goto("/")
        # The page to sign in is the same for every role.
        findings_of_axe = findings(page, "/sign-in") if role == "leader_viewer" else []
        sign_in(page, login)
        # Every second page at a desk by night: tests of the tokens check the contrast of both appearances.
        for number, path in enumerate(paths):
            watched.go(path.format_map(names))
            findings_of_axe += findings(page, path, at_night=number % 2 == 1)
        # The browser's own word about the page that is not there.
        watched.complaints[:] = [complaint for complaint in watched.complaints if "404" not in complaint]
    assert findings_of_axe == []


def findings(page: Page, path: str, *, at_night: bool = False) -> list[str]:
    """Check the widths of the open page; return what axe finds on a phone by day, or at a desk by night."""
    for size in (NARROW, PHONE, DESK):
        page.set_viewport_size(size)
        check_layout(page, path)
    page.set_viewport_size(DESK if at_night else PHONE)
    page.emulate_media(color_scheme="dark" if at_night else "light")
    page.evaluate(AXE_SCRIPT)
    rules = page.evaluate("rules => axe.run(rules).then(done => done.violations)", RULES)
    return [f"{path}: {rule['id']}: {node['html'][:120]}" for rule in rules for node in rule["nodes"]]

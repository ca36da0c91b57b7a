"""Day of each role: its tasks, at the addresses of its guide."""

from __future__ import annotations

from datetime import datetime

from scripts.guides.walk import Day, Walk

from field178_server.demo.expand import demo_id

# The figures of the year are in, the newest records wait for review.
WHEN = datetime.fromisoformat("2024-12-27T08:00:00+07:00")
# So many of the newest records of the made-up district wait for review when the day begins.
WAITING = 8
# Status message of a page after an action.
DONE = "[role=status]"
DECISION, RECEIPT, FINE, NOTICE = "178/QĐ-XPHC", "BL-178", "5000000", "Họp giao ban lúc 7:30."
POST = "Phát thanh tháng 12 (GL)"
# A session of it that is approved.
FILED = demo_id("session c11629_v1 0 0")


def inspector(walk: Walk) -> None:
    """Read the reviews and the filed records; the work of an inspector is on the tablet."""
    walk.open("/reviews", "?state=approved&type=inspection")
    walk.picture("inspector-record")
    walk.open("/visits")
    walk.go("main details summary")
    walk.picture("inspector-visits", press="main details summary")
    own_account(walk)


def team_lead(walk: Walk) -> None:
    """Manage the team: returned records, plan, started visits."""
    walk.open("/")
    walk.picture("team-lead-today", of="main .today")
    walk.open("/reviews", "?state=returned")
    walk.open("/plan")
    walk.open("/plan/calendar")
    walk.open("/follow-ups")
    walk.picture("team-lead-follow-ups", press="nav.chips .chip")
    walk.open("/establishments")
    walk.fill(q="karaoke")
    walk.picture("team-lead-register", press=".search .button")
    walk.go(".search .button")
    walk.go("main table a")
    walk.picture("team-lead-establishment")


def reviewer(walk: Walk) -> None:
    """Review waiting records, follow up, plan, maintain the register, manage tablets."""
    walk.open("/reviews", "?type=inspection")
    walk.picture("reviewer-record", press="[data-action=approve]")
    walk.go("a[href='#return']")
    walk.picture("reviewer-return", of="#return")
    decide_on_two(walk)
    walk.open("/reviews/threads")
    walk.open("/attention")
    walk.open("/follow-ups")
    walk.picture("reviewer-follow-ups", press=".follow-up-action .button")
    walk.go(".follow-up-action .button")
    walk.picture("reviewer-entry", of="main form")
    enter_decision_and_payment(walk)
    walk.open("/plan")
    walk.go("a[href$='/add']")
    walk.fill(q="karaoke")
    walk.go(".filter-bar .button")
    walk.picture("reviewer-plan", press=".plan-add .button-primary")
    add_to_plan(walk)
    walk.open("/establishments")
    walk.go("a[href$='/establishments/new']")
    walk.open("/establishments/import")
    walk.picture("reviewer-import")
    walk.open("/establishments/duplicates")
    for address in ("/indicators", "/reports", "/exports"):
        walk.open(address)
    walk.open("/tablets")
    walk.go("main table a")
    walk.open("/notices")
    send_notice(walk)


def decide_on_two(walk: Walk) -> None:
    """Approve the open record and return the next record with a comment; check both messages."""
    if not walk.acts:
        return
    approved, title = walk.record()
    done_message = f"{DONE}:has-text('{title}')"
    walk.act("[data-action=approve]", done_message, confirm="form.confirm-actions .button-primary")
    returned, title = walk.record()
    walk.page.locator("details.pin > summary").first.click()
    walk.page.locator("[data-pin]:visible").fill("178")
    walk.fill(reason="178")
    walk.act("#return-form .button-warn", f"{DONE}:has-text('{title}')")
    walk.sees(f"/reviews/{approved}", "[href='#reopen']")
    walk.sees("/reviews?state=returned", f"[href*='{returned}']")


def add_to_plan(walk: Walk) -> None:
    """Assign the ticked establishments to a team; check the message with their number."""
    if walk.acts:
        walk.pick("team_id")
        walk.act(".plan-add .button-primary", DONE)


def send_notice(walk: Walk) -> None:
    """Write a notice: the list has it."""
    if not walk.acts:
        return
    walk.page.goto("/notices/new")
    walk.fill(text_vi=NOTICE, text_en=NOTICE)
    walk.act("main form .button-primary", f"main :text('{NOTICE}')")


def enter_decision_and_payment(walk: Walk) -> None:
    """Enter the decision of the form in sight, then that its fine was paid: the visit shows both."""
    if not walk.acts:
        return
    today = WHEN.date().isoformat()
    walk.fill(document_number=DECISION, document_date=today, received_on=today, amount_vnd=FINE)
    walk.pick("agency_id")
    walk.page.locator("select[name=sanction_id]").select_option("fine_money")
    walk.act("main form .button-primary", DONE)
    walk.page.goto("/follow-ups?tab=later&kind=payment")
    walk.go(".follow-up-action .button")
    visit = walk.page.url.partition("/reviews/")[2].partition("/")[0]
    walk.fill(document_number=RECEIPT, paid_on=today, amount_vnd=FINE)
    walk.act("main form .button-primary", DONE)
    walk.sees(f"/reviews/{visit}", f"#after:has-text('{DECISION}'):has-text('{RECEIPT}')")


def leader_viewer(walk: Walk) -> None:
    """Read the approved records, the calendar and the targets."""
    walk.open("/")
    walk.picture("leader-figures", of="main section.card")
    walk.picture("leader-calendar", of="main section.card:nth-of-type(2)")
    walk.open("/indicators")
    walk.open("/access-requests")
    own_account(walk)


def city_viewer(walk: Walk) -> None:
    """Read figures over areas, small ones suppressed."""
    walk.open("/")
    walk.picture("city-figures", of="main section.card")
    walk.open("/indicators")
    own_account(walk)


def agency_reporter(walk: Walk) -> None:
    """Read the agency's due reports, send the numbers of a month, read the sent returns."""
    walk.open("/")
    walk.picture("agency-today", of="main .today")
    walk.open("/returns")
    send_month(walk)
    walk.open("/search")
    own_account(walk)


def send_month(walk: Walk) -> None:
    """Send the numbers of a month: the list has it."""
    if not walk.acts:
        return
    walk.page.locator(".owed-add a[href*=agency_return]").click()
    walk.page.locator("select[name=month]").select_option("2023-12-01")
    for field in walk.page.locator("main form input.input").all():
        field.fill("0")
    walk.act("main form .button-primary", "main table :text('12/2023')")


def commune_reporter(walk: Walk) -> None:
    """Read the commune's due entries, enter a post of its station, read the entries."""
    walk.open("/")
    walk.picture("commune-today", of="main .today")
    walk.open("/commune")
    enter_post(walk)
    walk.go("main table a")
    walk.open("/returns")
    own_account(walk)


def enter_post(walk: Walk) -> None:
    """Enter a post and check that the list of entries contains it."""
    if not walk.acts:
        return
    walk.page.locator(".owed-add a[href*=media_post]").click()
    walk.pick("outlet_id")
    walk.pick("genre_id")
    walk.fill(published_on=WHEN.date().isoformat(), title=POST)
    walk.act("main form .button-primary", f"main table :text('{POST}')")


def privacy_officer(walk: Walk) -> None:
    """Request an erasure and decide on an erasure."""
    walk.open("/")
    walk.picture("privacy-today", of="main .today", press=".today-line a")
    walk.open("/purges")
    walk.fill(number=FILED)
    walk.picture("privacy-ask", press="main form .button")
    walk.go("main form .button")
    walk.picture("privacy-request")
    if walk.acts:
        walk.pick("reason")
        walk.confirm_with_password("main form .button-warn", DONE)
        walk.sees("/purges", f"[href*='{FILED}']")
    walk.open("/audit")
    walk.picture("privacy-audit")
    walk.open("/lists")
    walk.open("/access-requests")
    own_account(walk)


def admin(walk: Walk) -> None:
    """Look after people, tablets and lists."""
    walk.open("/")
    walk.picture("admin-today", of="main .today")
    for address in ("/health", "/teams"):
        walk.open(address)
    walk.go("main table a")
    walk.picture("admin-team")
    walk.open("/people")
    walk.picture("admin-people", press="a[href$='/people/new']")
    walk.go("a[href$='/people/new']")
    walk.picture("admin-new-person", of="main form")
    walk.open("/people", "?q=gl05")
    walk.go("main table a")
    walk.open_all()
    walk.open("/tablets")
    walk.go("a[href$='/tablets/enrol']")
    walk.pick("officer")
    walk.picture("admin-enrol", of="main")
    if walk.acts:
        walk.confirm_with_password("main form .button-primary", "main [role=img]")
    walk.open("/tablets")
    walk.go("main table a")
    walk.picture("admin-tablet", press="a[href$='/revoke']")
    walk.go("a[href$='/revoke']")
    if walk.acts:
        walk.confirm_with_password("main form .button-bad", DONE)
    for address in ("/feeds", "/webhooks", "/lists"):
        walk.open(address)
    walk.picture("admin-lists")
    walk.go("main table a")
    walk.go("main table a")


def own_account(walk: Walk) -> None:
    """Open the account page, which every role has."""
    walk.open("/account")


DAYS = {
    "inspector": Day("gl02", inspector),
    "team_lead": Day("gl01", team_lead),
    "commune_reporter": Day("gl16", commune_reporter),
    "agency_reporter": Day("gl09", agency_reporter),
    "reviewer": Day("gl07", reviewer),
    "leader_viewer": Day("gl08", leader_viewer),
    "city_viewer": Day("gl13", city_viewer),
    "privacy_officer": Day("gl14", privacy_officer),
    "admin": Day("gl15", admin),
}

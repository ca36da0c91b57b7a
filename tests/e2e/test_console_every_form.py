"""Every form of the console in a real browser: typed text is back after session end, restart, closed tab."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from openpyxl import load_workbook
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy.orm import Session
from tests.bench.import_register import PASSWORD, Desk, write_register
from tests.e2e.browser import DESK, WAIT_MS
from tests.e2e.server_process import ServerProcess
from tests.e2e.test_console_drafts import end_sessions, sign_in
from tests.e2e.test_webhooks import add
from tests.server.console.register_import.import_forms import proposed
from werkzeug.exceptions import HTTPException

from field178_server.accounts import access_requests, officers
from field178_server.app import create_app
from field178_server.audit.operation_context import OperationContext
from field178_server.console.shell.blueprint import CONSOLE
from field178_server.console.shell.routes import all_routes
from field178_server.database.engine import create_engine_for
from field178_server.database.tables.access import PASSWORD as PASSWORD_KIND
from field178_server.database.unit_of_work import run_write
from field178_server.http.application_runtime import runtime_of
from field178_server.settings import Settings
from field178_shared.codelists import load
from field178_shared.ids import IdSource
from field178_shared.time.clock import SystemClock

pytestmark = pytest.mark.browser

REVIEWER, ADMINISTRATOR, PRIVACY, COMMUNE = "gl07", "gl15", "gl14", "gl16"
# Where the forms stand, by who fills them in; names in braces are ids of the made-up district.
PAGES: Mapping[str, tuple[str, ...]] = {
    REVIEWER: (
        "/account",
        "/establishments?view=map",
        "/establishments/new",
        "/establishments/{place}/edit",
        "/establishments/{place}/close",
        "/establishments/{place}/move",
        "/establishments/{place}/merge?other={other}",
        "/establishments/{place}/not-duplicate?other={other}",
        "{register_import}/columns",
        "{register_import}/words",
        "{register_import}",
        "/units/c11656_v1",
        "/reviews",
        "/reviews?state=approved",
        "/reviews/{sanctioned}/enter/sanction_decision",
        "/reviews/{sanctioned}/entries/{sanction}",
        "/commune/entries/{media_post}",
        "/plan/items/{item}",
        "/plan/2026/quotas",
        "/plan/2026/add?q=karaoke",
        "/returns/new/information_correction?unit=p31_v2",
        "/returns/entries/{correction}",
        "/reports",
        "/reports/new",
        "/reports/{report}",
        "/exports?what=establishments",
        "/notices/new",
        "/people/{officer}/open-work",
    ),
    ADMINISTRATOR: (
        "/people/new",
        "/people/{officer}",
        "/access-requests/{request}",
        "/teams/new",
        "/teams/{team}/edit",
        "/teams/{team}/member",
        "/tablets/enrol",
        "/tablets/{device}",
        "/tablets/{device}/order",
        "/feeds/new",
        "/lists/admin_units.units/row",
        "/webhooks/new",
        "/webhooks/{webhook}",
        "/webhooks/{webhook}/edit",
    ),
    PRIVACY: ("/purges/ask?record={sanctioned}", "/access-requests/{request}", "/retention"),
    COMMUNE: ("/commune/new/media_post?unit=c11629_v1", "/commune/entries/{media_post}"),
}
# Forms with text on pages that this district does not have, and the test that types into each.
ELSEWHERE = {
    "console.accounts.add_passkey": "test_console_passkeys: an address with a name",
    "console.accounts.passkey_challenge": "test_console_passkeys: a script asks, no form",
    "console.accounts.passkey_options": "test_console_passkeys: a script asks, no form",
    "console.accounts.rename_passkey": "test_console_passkeys: an address with a name",
    "console.attention.decide": "test_console_failures: page that was lost",
    "console.reports.freeze": "test_console_reports: from draft to restatement",
    "console.reports.restate": "test_console_reports: from draft to restatement",
}
# Forms that a template makes of a variable, with buttons and at most the password; and those of strangers.
BUTTONS = frozenset(
    {
        "console.access_requests.withdraw",
        "console.people.close",
        "console.people.drop_codes",
        "console.people.reopen",
        "console.people.reset_password",
        "console.erasure.confirm",
        "console.erasure.refuse",
        "console.retention.cancel",
        "console.retention.confirm",
        "console.retention.resume",
        "console.webhooks.pause",
        "console.webhooks.remove",
        "console.webhooks.resume",
        "console.webhooks.send_test_message",
        "console.reviews.reopen_thread",
        "console.reviews.undo",
        "console.reviews.approve_several",
        "console.establishments.restore_duplicate",
        "console.reports.undo_withdrawal",
        "console.commune.withdraw_entry",
        "console.returns.withdraw_return",
    }
)
FORMS = """() => Array.from(document.forms).filter(form => form.getAttribute("method") === "post")"""
KEPT = """form => Array.from(form.elements).filter(field =>
  field.name && field.matches("input, textarea, select")
  && !field.matches("[data-not-kept], [disabled], [hidden]")
  && !["hidden", "password", "file", "submit", "button", "reset"].includes(field.type)
  && field.autocomplete !== "one-time-code")"""
READ = f"""() => ({FORMS})().map(form => [
  form.getAttribute("action"),
  Array.from(form.elements).map(button => button.getAttribute("formaction")).filter(Boolean),
  ({KEPT})(form).map(field =>
    [field.name, ["checkbox", "radio"].includes(field.type) ? field.checked : field.value]),
])"""
TYPE = f"""() => {{
  const texts = {{ date: "2026-03-04", "datetime-local": "2026-03-04T09:30", time: "09:30", number: "7",
    email: "ten@huyen.example", url: "https://may.example/nhan" }};
  ({FORMS})().forEach(form => ({KEPT})(form).forEach(field => {{
    if (["checkbox", "radio"].includes(field.type)) field.checked = !field.checked;
    else if (field.options) field.selectedIndex = field.selectedIndex ? 0 : field.options.length - 1;
    else field.value = texts[field.type] || (field.inputMode === "numeric" ? "7" : "Chữ gõ dở");
    field.dispatchEvent(new Event("input", {{ bubbles: true }}));
  }}));
}}"""
HELD = f"""() => ({FORMS})().filter(form => ({KEPT})(form).length).every(form => window.drafts.isHeld(form))
  && window.drafts.isStored()"""


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it stands on a page: the addresses that it may be sent to, its fields and their values."""

    action: str
    other_actions: tuple[str, ...]
    fields: tuple[tuple[str, str | bool], ...]


@dataclass
class District:
    """A server with the made-up district, and the ids of what its pages are about."""

    server: ServerProcess
    names: dict[str, str] = field(default_factory=dict)

    @property
    def app(self) -> Flask:
        """The application on the same store, without an open connection to it, for its addresses alone."""
        app = create_app(Settings.from_environment({"FIELD178_DATA_DIR": str(self.server.folder)}))
        runtime_of(app).engine.dispose()
        return app


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Iterator[District]:
    folder: Path = tmp_path_factory.mktemp("forms") / "office"
    server = ServerProcess(folder)
    server.command("demo", "--data-only")
    for login in PAGES:
        server.command("user", "password", login, stdin=f"{PASSWORD}\n")
    webhook, _ = add(Settings.from_environment({"FIELD178_DATA_DIR": str(folder)}), "https://hook.invalid/in")
    request = ask_password(Settings.from_environment({"FIELD178_DATA_DIR": str(folder)}), "gl02")
    names = ids_of(folder)
    # A scope of its officer that the tablet lacks, which its page offers to grant.
    server.command("ungrant", names["device"], names["granted"])
    server.start()
    names |= {"request": request, "webhook": webhook, "register_import": begin_import(server, folder)}
    yield District(server, names)
    server.stop()


def ask_password(settings: Settings, login: str) -> str:
    """Store a request for another password, chosen already, beside the server; return its id."""
    engine, clock = create_engine_for(settings.effective_database_url), SystemClock()
    context = OperationContext(settings.tenant, clock, IdSource(clock), load())

    def write(session: Session) -> str:
        officer = officers.by_login_or_id(session, settings.tenant, login)
        request = access_requests.ask(session, context, officer.officer_id, PASSWORD_KIND)
        request.password_hash = "chosen"
        return request.request_id

    request_id = run_write(engine, write)
    engine.dispose()
    return request_id


def ids_of(folder: Path) -> dict[str, str]:
    """Return ids of records that the pages show, by what they are."""
    records = "SELECT record_id FROM record WHERE type ="
    queries = {
        "place, other": "SELECT record_id FROM establishment_row ORDER BY record_id LIMIT 2",
        "sanctioned, sanction": "SELECT visit_id, decision_id FROM sanction_row ORDER BY visit_id LIMIT 1",
        "item": "SELECT record_id FROM plan_item_row ORDER BY window_to DESC, record_id LIMIT 1",
        "team": f"{records} 'team' ORDER BY record_id LIMIT 1",
        "device, granted": "SELECT device_id, scope FROM device_scope WHERE scope = via ORDER BY 1 LIMIT 1",
        "officer": "SELECT officer_id FROM officer WHERE login = 'gl02'",
        "correction": f"{records} 'information_correction' ORDER BY record_id LIMIT 1",
        "media_post": f"{records} 'media_post' AND scope = 'unit:c11629_v1' ORDER BY record_id LIMIT 1",
        "report": f"{records} 'report' ORDER BY record_id DESC LIMIT 1",
    }
    with closing(sqlite3.connect(folder / "field178.sqlite")) as store:
        ids = {names: sum(store.execute(query).fetchall(), ()) for names, query in queries.items()}
    return dict(pair for names, row in ids.items() for pair in zip(names.split(", "), row, strict=True))


def begin_import(server: ServerProcess, folder: Path) -> str:
    """Send a register to be imported up to its preview; return its address."""
    file = folder / "so.xlsx"
    write_register(file, 5)
    # A row resembles the row above it: the import needs a choice.
    book = load_workbook(file)
    above, row = book.active[3], book.active[4]
    for column in (1, 4, 5, 6):
        row[column].value = above[column].value
    book.save(file)
    desk = Desk(server)
    desk.post("/sign-in", {"login": REVIEWER, "password": PASSWORD})
    address, page = desk.post("/establishments/import", {}, file)
    at = address.removesuffix("/columns")
    _, page = desk.post(f"{at}/columns", proposed(page))
    desk.post(f"{at}/words", proposed(page))
    return at


def forms_on(page: Page) -> list[Form]:
    """Return the forms on the open page that write what is typed into them."""
    return [
        Form(action, tuple(others), tuple((name, value) for name, value in fields))
        for action, others, fields in page.evaluate(READ)
        if fields
    ]


def type_on(page: Page, address: str) -> list[Form]:
    """Type into each field of the forms of a page; return them when the browser keeps what was typed."""
    page.goto(address)
    page.wait_for_load_state("load")
    page.evaluate(TYPE)
    page.wait_for_function(HELD)
    return forms_on(page)


def new_context(browser: Browser, url: str, errors: list[str]) -> BrowserContext:
    context = browser.new_context(base_url=url, viewport=DESK)
    context.set_default_timeout(WAIT_MS)
    context.on("weberror", lambda error: errors.append(str(error.error)))
    return context


def endpoint_of(app: Flask, address: str) -> str:
    try:
        return str(app.url_map.bind("").match(urlsplit(address).path, "POST")[0])
    except HTTPException:
        return ""


def is_button(endpoint: str) -> bool:
    """Tell whether the templates have forms of this endpoint, and nothing is typed into any of them."""
    begins = re.compile(rf"<form[^>]*url_for\('{re.escape(endpoint)}'.*?</form>", re.S)
    typed = re.compile(
        r"<textarea(?! name=\"\w+\" hidden)|<select|type=\"(?:text|date|checkbox|radio)\"|\w\(field"
    )
    forms = [form for path in CONSOLE.rglob("*.html") for form in begins.findall(path.read_text("utf-8"))]
    return bool(forms) and not any(typed.search(form) for form in forms)


def test_every_form_keeps_typed_values_over_session_end_restart_and_closed_tab(
    district: District, browser: Browser
) -> None:
    errors: list[str] = []
    contexts = {login: new_context(browser, district.server.url, errors) for login in PAGES}
    typed: dict[tuple[str, str], list[Form]] = {}
    for login, addresses in PAGES.items():
        page = contexts[login].new_page()
        sign_in(page, login, password=PASSWORD)
        for address in addresses:
            typed[login, address] = type_on(page, address.format_map(district.names))
        page.close()
    end_sessions(district.server)
    port = district.server.port
    district.server.stop()
    district.server.start(port)
    lost = []
    for login, addresses in PAGES.items():
        page = contexts[login].new_page()
        sign_in(page, login, password=PASSWORD)
        for address in addresses:
            page.goto(address.format_map(district.names))
            page.wait_for_function("document.documentElement.dataset.draftsShown === 'yes'")
            if (shown := forms_on(page)) != typed[login, address]:
                lost.append((address, difference(typed[login, address], shown)))
        contexts[login].close()
    assert (lost, errors) == ([], [])
    assert uncovered(district.app, [form for forms in typed.values() for form in forms]) == []


def difference(before: list[Form], after: list[Form]) -> list[object]:
    """Return the fields that differ."""
    return [
        (form.action, was, now)
        for form, other in zip(before, after, strict=False)
        for was, now in zip(form.fields, other.fields, strict=False)
        if was != now
    ] or [len(before), len(after)]


def uncovered(app: Flask, forms: list[Form]) -> list[str]:
    """Return the endpoints that take a form with text which this test did not type into."""
    reached = {endpoint_of(app, action) for form in forms for action in (form.action, *form.other_actions)}
    writing = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    missing = (writing & all_routes().keys()) - reached - ELSEWHERE.keys() - BUTTONS
    return sorted(endpoint for endpoint in missing if not is_button(endpoint))

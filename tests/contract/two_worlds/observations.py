"""Observers who may not know of an unannounced visit: their acts, and the answers and mails they get."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import Session
from tests.contract.two_worlds.normaliser import Seen
from tests.contract.two_worlds.prepared import REPORT, UNITS
from tests.contract.two_worlds.worlds import GUESS, World
from tests.server.console.conftest import EXTRA_ROLES
from tests.server.office_scene import MORNING, PASSWORD
from tests.shared import builders
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor
from field178_server.console.shell.policy import may
from field178_server.database.models import Job, Mail, WebhookEvent
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.job_kinds import JOB_KINDS
from field178_server.jobs.worker import JobWorker
from field178_server.maintenance.daily import run_maintenance
from field178_server.office.indicators.totals.updater import settle_if_needed
from field178_server.office.mail.operations import queue_digests
from field178_server.office.reminders.operations import remind_if_due
from field178_server.office.webhooks.collection import collect_step
from field178_server.office.webhooks.events import message_of
from field178_shared.codelists import load

# One officer of each role, and of each team; the others have the rights of one of them.
READERS = {
    "hoa": "inspector",
    "giang": "team_lead",
    "dung": "reviewer",
    **{role: role for role in EXTRA_ROLES},
}
# A fresh random secret of the officer's own; files; a workbook and texts of lists alone.
_SKIPPED_PAGES = (
    "console.accounts.authenticator",
    "console.static",
    "console.lists.worksheet",
    "console.mail.texts",
)
FREE = "22222222-2222-4222-8222-222222222222"


Act = Callable[[World], Iterator[Seen]]


@dataclass(frozen=True)
class Observation:
    """An act of an observer."""

    observer: str
    name: str
    act: Act


def seen_of(name: str, answer: TestResponse, statements: Sequence[str]) -> Seen:
    """Return what an answer shows."""
    body = answer.get_data()
    return Seen(name, answer.status_code, tuple(sorted(answer.headers.items())), body, tuple(statements))


def asked(world: World, login: str, path: str, fields: Mapping[str, Any] | None = None) -> Iterator[Seen]:
    """Open a page, or post a form, as an officer."""
    browser = world.browser(login)
    with world.listening() as statements:
        if fields is None:
            answer = browser.client.get(path, buffered=True)
        else:
            answer = browser.post(path, dict(fields))
    yield seen_of(path, answer, statements)
    if fields is not None and answer.status_code == 303:
        with world.listening() as statements:
            following = browser.client.get(str(answer.headers["Location"]), buffered=True)
        yield seen_of(f"{path} →", following, statements)


def pages(world: World) -> Iterator[Observation]:
    """Yield every page of the console for every observer, with ids that exist, are free, or are guessed."""
    rules = sorted(world.office.app.url_map.iter_rules(), key=lambda rule: rule.rule)
    of_console = [
        rule for rule in rules if "GET" in (rule.methods or ()) and rule.endpoint.startswith("console.")
    ]
    questions = _questions(world)
    for login, role in READERS.items():
        opened = [rule for rule in of_console if may(role, rule.endpoint, load())]
        paths = [path for rule in opened for path in _paths(world, rule)]
        paths += [path for path in questions if may(role, _endpoint(world, path), load())]
        for path in paths:
            yield Observation(login, f"GET {path}", lambda at, login=login, path=path: asked(at, login, path))
        closed = [path for rule in of_console if rule not in opened for path in _paths(world, rule)]
        # A closed page is answered before anything is read: a few of them, and all of the plan.
        few = [path for path in closed if path.startswith("/plan")] + closed[::9]
        for start in range(0, len(few), 3):
            part = few[start : start + 3]
            name = f"GET {', '.join(part)}, closed"
            yield Observation(login, name, lambda at, login=login, part=part: _each(at, login, part))


def _each(world: World, login: str, paths: Sequence[str]) -> Iterator[Seen]:
    for path in paths:
        yield from asked(world, login, path)


def _endpoint(world: World, path: str, method: str = "GET") -> str:
    address = path.partition("?")[0]
    endpoint, _ = world.office.app.url_map.bind("localhost").match(address, method)
    return str(endpoint)


def _paths(world: World, rule: Rule) -> Iterator[str]:
    if rule.endpoint in _SKIPPED_PAGES:
        return
    values = [_values(world, name, rule.rule) for name in sorted(rule.arguments)]
    for chosen in product(*values):
        path = rule.rule
        for name, value in zip(sorted(rule.arguments), chosen, strict=True):
            path = _filled(path, name, value)
        yield path


def _filled(path: str, name: str, value: str) -> str:
    head, _, tail = path.partition("<")
    while not tail.partition(">")[0].endswith(name):
        more, _, tail = tail.partition("<")
        head += "<" + more
    return head + value + tail.partition(">")[2]


def _values(world: World, name: str, rule: str) -> tuple[str, ...]:
    facts = world.facts
    if name == "year":
        return ("2026", "2027")
    if name == "kind":
        return (
            ("csv", "xlsx")
            if rule.startswith(("/visits", "/sessions", "/audit", "/establish"))
            else ("minutes",)
        )
    if name == "record_id":
        if rule.startswith("/establishments"):
            return (facts.places[0], facts.places[1], GUESS)
        if rule.endswith("/papers/<kind>"):
            return (facts.visits[0],)
        if rule.startswith("/reports"):
            return (facts.report, GUESS)
        return (facts.visits[0], facts.visits[1], GUESS)
    named = {
        "item_id": (facts.items[0], facts.items[1], GUESS),
        "team_id": (facts.teams["first"], facts.teams["second"]),
        "unit_id": UNITS,
        "officer_id": (facts.officers["chi"], facts.officers["hoa"]),
        "device_id": (facts.devices["hoa"][0],),
        "record_type": ("worker_census", "agency_return", "payment"),
        "indicator_id": ("visits_total", "inspected_once_pct", "unannounced_share_pct", "planned_done_pct"),
        "role": ("reviewer",),
        "path": ("establishment_types",),
        "origin": ("quarantine", "salvage", "conflicts"),
    }
    return named.get(name, (GUESS,))


def _questions(world: World) -> tuple[str, ...]:
    facts, first, second = world.facts, *world.facts.teams.values()
    return (
        *(f"/plan/2026?month={month}" for month in (11, 12)),
        *(f"/plan/2026?state={state}" for state in ("open", "later", "due", "missed", "done", "cancelled")),
        f"/plan/2026?team={first}",
        f"/plan/2026?team={second}&page=2",
        f"/plan/2026?unit={UNITS[0]}&type=karaoke",
        "/plan/calendar?year=2027",
        "/plan/2026/add?type=karaoke",
        "/plan/2026/add?type=karaoke&unplanned=yes",
        f"/plan/2027/add?q=&unit={UNITS[0]}&unplanned=yes",
        f"/search?q={quote('Cơ sở')}",
        f"/search?q={GUESS}",
        f"/search?q={quote('đột xuất')}",
        "/audit?kind=plan",
        "/audit?kind=reading",
        "/audit?kind=server",
        f"/audit?kind=plan&author={facts.officers['chi']}",
        f"/audit?author={facts.officers['chi']}&end=1",
        f"/audit?object={GUESS}",
        f"/audit?object={facts.places[0]}",
        "/audit?since=2026-11-24&until=2026-11-24",
        "/audit.csv?kind=plan",
        "/indicators?period=2026&area=",
        "/indicators?period=2026-11",
        f"/visits?q={GUESS}",
        f"/establishments?q={quote('Cơ sở')}",
        "/reports?year=2026",
        "/jobs?state=done",
        "/follow-ups?state=open",
    )


def forms(world: World) -> Iterator[Observation]:
    """Yield what observers try with forms: hidden ids, merges and moves of planned places, exports, jobs."""
    facts = world.facts
    first = facts.teams["first"]
    typed = {
        "team_id": first,
        "month": "12",
        "inspection_kind": "planned",
        "trigger": "annual_plan",
        "seen_rev": "1",
    }
    tries: list[tuple[str, dict[str, Any]]] = [
        (f"/plan/items/{GUESS}", typed),
        (f"/plan/items/{GUESS}/cancel", {"seen_rev": "1", "cancel_reason": "Thôi"}),
        ("/plan/2026/add?type=karaoke", {**typed, "establishment": facts.places[0]}),
        (
            "/plan/2026/add?type=karaoke",
            {**typed, "team_id": facts.teams["second"], "establishment": facts.places[1]},
        ),
        ("/plan/recheck", {"visit_id": facts.visits[0], "follow_up_id": "exit"}),
        ("/plan/recheck", {"visit_id": GUESS, "follow_up_id": "exit"}),
        (
            f"/establishments/{facts.places[0]}/close",
            {"seen_rev": "1", "closed_on": "2026-11-24", "reason": "Đóng"},
        ),
        (
            f"/establishments/{facts.places[1]}/close",
            {"seen_rev": "1", "closed_on": "2026-11-24", "reason": "Đóng"},
        ),
        (f"/establishments/{facts.places[1]}/merge", {"into": facts.places[3], "seen_rev": "1"}),
        (f"/establishments/{facts.places[1]}/merge", {"into": facts.places[0], "seen_rev": "1"}),
        (f"/establishments/{facts.places[1]}/move", {"unit_id": UNITS[0], "seen_rev": "1"}),
        ("/purges/ask", {"record_id": GUESS, "reason": "Xóa", "password": PASSWORD}),
        ("/purges/ask", {"record_id": facts.places[0], "reason": "Xóa", "password": PASSWORD}),
        (f"/reviews/{GUESS}/approve", {"seen_rev": "1", "seen_review": "0"}),
        (f"/teams/{first}/edit", {"name": "Đội 177", "seen_rev": "1"}),
        (f"/people/{facts.officers['hoa']}/open-work", {"to": facts.officers["em"]}),
        (f"/units/{UNITS[0]}/move", {"seen": "1", "password": PASSWORD}),
        ("/units/move", {"password": PASSWORD}),
        ("/views", {"name": "Của tôi", "view": f"/plan/2026?team={first}"}),
        ("/reports/new", dict(REPORT, kind="half_year", half="2")),
    ]
    for (login, role), (path, fields) in product(READERS.items(), tries):
        # A closed form is answered as a closed page is; those of the hidden id are tried by all.
        if GUESS not in path and not may(role, _endpoint(world, path, "POST"), load()):
            continue
        yield Observation(
            login,
            f"POST {path} {fields.get('establishment', fields.get('into', ''))}",
            lambda at, login=login, path=path, fields=fields: asked(at, login, path, fields),
        )
    for login in READERS:
        yield Observation(login, "chain check", lambda at, login=login: _checked_chain(at, login))
        yield Observation(login, "backup", lambda at, login=login: _backed_up(at, login))
    for login, what in product(("dung", "leader_viewer", "city_viewer"), ("figures", "register", "visits")):
        yield Observation(
            login, f"export {what}", lambda at, login=login, what=what: _exported(at, login, what)
        )


def _run_jobs(world: World) -> None:
    JobWorker(world.office.runtime, JOB_KINDS).run_waiting()


def _checked_chain(world: World, login: str) -> Iterator[Seen]:
    yield from asked(world, login, "/audit/check", {})
    _run_jobs(world)
    for path in ("/audit", "/audit?kind=server", "/jobs"):
        yield from asked(world, login, path)
    yield from _jobs(world, login)


def _backed_up(world: World, login: str) -> Iterator[Seen]:
    yield from asked(world, login, "/health/backup", {})
    for path in ("/health", "/jobs"):
        yield from asked(world, login, path)


def _exported(world: World, login: str, what: str) -> Iterator[Seen]:
    fields = {"what": what, "format": "csv", "password": PASSWORD, "period": "2026", "since": "2026-01-01"}
    yield from asked(world, login, "/exports", fields)
    _run_jobs(world)
    yield from asked(world, login, "/exports")
    with snapshot(world.office.engine) as session:
        jobs = session.scalars(select(Job.job_id).where(Job.kind == "export").order_by(Job.job_id)).all()
    for job_id in jobs[-1:]:
        yield from asked(world, login, f"/exports/{job_id}/file")
    yield from _jobs(world, "admin")


def _jobs(world: World, login: str) -> Iterator[Seen]:
    with snapshot(world.office.engine) as session:
        jobs = session.scalars(select(Job.job_id).order_by(Job.job_id)).all()
    for job_id in jobs[-1:]:
        yield from asked(world, login, f"/jobs/{job_id}")


def exchanges(world: World) -> Iterator[Observation]:
    """Yield what tablets send: any scope, any cursor, the hidden id in every place of a request."""
    for login in world.facts.devices:
        for name, members in _requests(world):
            # A tablet without a team: its scopes are a part of those of the others.
            if login == "binh" and not name.startswith(
                ("all", "cursors", "repair", "root", "state", "create")
            ):
                continue
            yield Observation(
                f"tablet {login}",
                f"sync {name}",
                lambda at, login=login, members=members: _exchanged(at, login, members),
            )
        for name in ("creation", "unknown record"):
            yield Observation(
                f"tablet {login}", f"upload {name}", lambda at, login=login: _uploaded(at, login)
            )


def _requests(world: World) -> Iterator[tuple[str, Callable[[World, str], dict[str, Any]]]]:
    first, second = (f"team:{team}" for team in world.facts.teams.values())
    every = {scope: 0 for scope in ("office", "ref", first, second, *(f"unit:{unit}" for unit in UNITS))}
    yield "all scopes", lambda w, _: {"cursors": every}
    yield "cursors ahead", lambda w, _: {"cursors": dict.fromkeys(every, 1)}
    yield "cursors far ahead", lambda w, _: {"cursors": dict.fromkeys(every, 10_000)}
    yield "load below", lambda w, _: {"cursors": {}, "below": dict.fromkeys(every, 5)}
    yield "repair office", lambda w, _: {"repair": {"office": {}, first: {}, second: {}}}
    yield "few rows", lambda w, _: {"cursors": every, "max_records": 1}
    yield "state", lambda w, _: {"cursors": every, "state": "0" * 32}
    yield "other epoch", lambda w, _: {"cursors": dict.fromkeys(every, 1), "epoch": FREE}
    yield "root", lambda w, _: {"root": {"index": 1, "hash": "0" * 64}}
    item = builders_item(world)
    kinds: dict[str, tuple[str, dict[str, Any]]] = {
        "plan_item": (first, item),
        "establishment": (f"unit:{UNITS[0]}", builders.establishment(unit_id=UNITS[0])),
        "inspection": (first, builders.inspection(unit_id=UNITS[0], team_id=world.facts.teams["first"])),
        "outreach_session": (f"unit:{UNITS[0]}", builders.outreach_session(unit_id=UNITS[0])),
        "review": (first, {"state": "approved"}),
        "answer": (first, {"text": "Vâng"}),
        "inspection_plan": ("office", {"year": 2026}),
    }
    for record_type, (scope, data) in kinds.items():
        for place in dict.fromkeys((scope, "office", second)):
            yield (
                f"create {record_type} in {_kind(place, world)}",
                _pushing(record_type, place, {"set": data}),
            )
        edit = {"create": False, "base_rev": 1, "set": data, "was": {}}
        yield f"edit {record_type}", _pushing(record_type, scope, edit)
        yield (
            f"delete {record_type}",
            _pushing(record_type, scope, {"create": False, "op": "delete", "base_rev": 1}),
        )
        yield f"empty {record_type}", _pushing(record_type, scope, {"set": {}})
        yield f"salvage {record_type}", _salvaging(record_type, scope, data)
    # A visit may name any planned visit; its place is the hidden one, or another.
    for number in (0, 2, 4, 6):
        yield f"visit names guess at {number}", _visiting(number)
    yield "conflicts", _conflicting()
    yield "same id twice", _twice(item, first)


def builders_item(world: World) -> dict[str, Any]:
    """Return the data of a planned visit."""
    return {
        "year": 2026,
        "team_id": world.facts.teams["first"],
        "establishment_id": world.facts.places[0],
        "establishment_type_id": "karaoke",
        "unit_id": UNITS[0],
        "inspection_kind": "unannounced",
        "trigger": "tip_off",
        "window_from": "2026-11-25",
        "window_to": "2026-11-25",
    }


def _kind(scope: str, world: World) -> str:
    names = {team: name for name, team in world.facts.teams.items()}
    kind, _, name = scope.partition(":")
    return f"{kind} {names.get(name, name)}".strip()


Members = Callable[[World, str], dict[str, Any]]


def _pushing(record_type: str, scope: str, members: dict[str, Any]) -> Members:
    return lambda world, login: {"push": [world.change(login, record_type, GUESS, scope, **members)]}


def _salvaging(record_type: str, scope: str, data: dict[str, Any]) -> Members:
    def members(world: World, _: str) -> dict[str, Any]:
        item = {"type": record_type, "scope": scope, "rev": 1, "deleted": False, "data": data, "h": "0" * 32}
        return {"salvage": [{"id": GUESS, **item}]}

    return members


def _visiting(number: int) -> Members:
    def members(world: World, login: str) -> dict[str, Any]:
        team = world.facts.teams["second" if login == "em" else "first"]
        data = builders.inspection(
            establishment_id=world.facts.places[number],
            unit_id=UNITS[0],
            team_id=team,
            plan_item_id=GUESS,
            inspection_kind="unannounced",
            trigger="tip_off",
        )
        record_id = world.office.runtime.ids.time_ordered()
        return {"push": [world.change(login, "inspection", record_id, f"team:{team}", set=data)]}

    return members


def _conflicting() -> Members:
    def members(world: World, login: str) -> dict[str, Any]:
        place = world.facts.places[0 if login != "em" else 1]
        scope = f"unit:{UNITS[0 if login != 'em' else 1]}"
        edit = {"create": False, "base_rev": 1, "set": {"name": "Khác"}, "was": {"name": "Chưa từng"}}
        return {"push": [world.change(login, "establishment", place, scope, **edit)]}

    return members


def _twice(item: dict[str, Any], scope: str) -> Members:
    def members(world: World, login: str) -> dict[str, Any]:
        change = world.change(login, "plan_item", GUESS, scope, set=item)
        return {"push": [change, change, {**change, "set": {**item, "reason": "x"}}]}

    return members


def _exchanged(world: World, login: str, members: Members) -> Iterator[Seen]:
    body = members(world, login)
    for name in ("first", "repeated", "pull"):
        sent = body if name != "pull" else {"cursors": {"office": 0}}
        with world.listening() as statements:
            answer = world.sync(login, **sent)
        yield seen_of(name, answer, statements)


def _uploaded(world: World, login: str) -> Iterator[Seen]:
    import base64

    token = world.facts.devices[login][1]
    digest = "ab" * 32
    named = {"sha256": digest, "content_type": "image/jpeg", "record_id": GUESS}
    metadata = ",".join(f"{name} {base64.b64encode(text.encode()).decode()}" for name, text in named.items())
    headers = {
        "Authorization": f"Bearer {token}",
        "F178-Protocol": "1",
        "Tus-Resumable": "1.0.0",
        "Upload-Length": "4",
        "Upload-Metadata": metadata,
    }
    with world.listening() as statements:
        answer = world.office.client.post("/api/v1/uploads", headers=headers)
    yield seen_of("creation", answer, statements)
    bearer = {"Authorization": f"Bearer {token}", "F178-Protocol": "1"}
    with world.listening() as statements:
        blob = world.office.client.get(f"/api/v1/blobs/{digest}", headers=bearer)
    yield seen_of("blob", blob, statements)


def feeds(world: World) -> Iterator[Observation]:
    """Yield what programs read: every table of each token, with counts, filters, orders and pages."""
    tables = ("Visits", "Establishments", "PlannedVisits")
    questions = ("", "?$count=true", "/$count", "?$top=1&$count=true", "?$orderby=id desc")
    paths = ["", "$metadata", *("".join(pair) for pair in product(tables, questions))]
    # Figures are computed at each request.
    paths += ["IndicatorFigures", "IndicatorFigures/$count"]
    for login in world.facts.tokens:
        for path in paths:
            yield Observation(
                f"token {login}", f"odata {path}", lambda at, login=login, path=path: _fed(at, login, path)
            )
        for question in (f"Visits('{GUESS}')", f"Visits?$filter=plan_item_id eq '{GUESS}'&$count=true"):
            yield Observation(
                f"token {login}",
                f"odata {question}",
                lambda at, login=login, path=question: _fed(at, login, path),
            )


def _fed(world: World, login: str, path: str) -> Iterator[Seen]:
    headers = {"Authorization": f"Bearer {world.facts.tokens[login]}"}
    address = f"/odata/v4/{path}"
    with world.listening() as statements:
        answer = world.office.client.get(address, headers=headers, buffered=True)
    yield seen_of(path, answer, statements)


def runs(world: World) -> Iterator[Observation]:
    """Yield what leaves by itself: events of webhooks, mails, notices, answers without an officer."""
    yield Observation("webhook", "events", _events)
    yield Observation("mail", "digests", _mails)
    for login in READERS:
        yield Observation(login, "after maintenance", lambda at, login=login: _maintained(at, login))
        yield Observation(login, "after settling", lambda at, login=login: _settled(at, login))
        yield Observation(login, "the next evening", lambda at, login=login: _evening(at, login))
    for path in ("/healthz", "/api/v1/schemas", "/api/v1/openapi.json", "/sign-in", f"/plan/items/{GUESS}"):
        yield Observation("anybody", f"GET {path}", lambda at, path=path: _anybody(at, path))


def _events(world: World) -> Iterator[Seen]:
    tenant_id = world.office.settings.tenant
    while run_write(world.office.engine, lambda session: collect_step(session, tenant_id)):
        pass
    with snapshot(world.office.engine) as session:
        events = session.scalars(select(WebhookEvent).order_by(WebhookEvent.event_no)).all()
        messages = [str(message_of(event)) for event in events]
    yield Seen("events", 200, (), "\n".join(messages).encode())
    yield from asked(world, "admin", "/webhooks")


def _mails(world: World) -> Iterator[Seen]:
    office = world.office
    context = OperationContext(
        office.settings.tenant, office.clock, office.runtime.ids, load(), Actor("system")
    )
    run_write(office.engine, lambda session: queue_digests(session, context, lambda path: path))
    remind_if_due(office.runtime)

    def letters(session: Session) -> list[str]:
        rows = session.scalars(select(Mail).order_by(Mail.officer_id, Mail.kind, Mail.mail_id))
        kept = {officer: login for login, officer in world.facts.officers.items()}
        return [
            json.dumps([kept.get(row.officer_id), row.kind, row.subject, row.text])
            for row in rows
            if kept.get(row.officer_id) != "chi"
        ]

    with snapshot(office.engine) as session:
        yield Seen("mails", 200, (), "\n".join(letters(session)).encode())
    yield from asked(world, "admin", "/notices/mail")


def _maintained(world: World, login: str) -> Iterator[Seen]:
    run_maintenance(world.office.runtime)
    for path in ("/", "/notices", "/health", "/audit", "/jobs", "/plan/2026", "/indicators"):
        yield from asked(world, login, path)


def _settled(world: World, login: str) -> Iterator[Seen]:
    settle_if_needed(world.office.runtime)
    for path in ("/indicators", "/indicators/coverage", "/", "/reports"):
        yield from asked(world, login, path)


def _evening(world: World, login: str) -> Iterator[Seen]:
    # 23:59 in Việt Nam, before the hour of the earliest visit; the list of that day is fixed.
    world.office.clock.instant = MORNING.replace(hour=16, minute=59)
    world.stay()
    run_maintenance(world.office.runtime)
    for path in ("/", "/plan/2026", "/plan/begun", "/audit", "/audit?kind=plan", "/indicators"):
        yield from asked(world, login, path)


def _anybody(world: World, path: str) -> Iterator[Seen]:
    client = world.office.app.test_client()
    with world.listening() as statements:
        answer = client.get(path, buffered=True)
    # The health address reads the version of the store once in a while, by the time that has passed.
    yield seen_of(path, answer, () if path == "/healthz" else statements)


def observations(world: World) -> list[Observation]:
    """Return the acts of all observers."""
    return [made for kind in (pages, forms, exchanges, feeds, runs) for made in kind(world)]

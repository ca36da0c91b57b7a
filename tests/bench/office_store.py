"""A store of an office that has worked for three years: what the bench of the console's lists asks about."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session
from tests.bench.records import IDS
from tests.bench.rows import say_counted
from tests.server.office_scene import PASSWORD, MovedClock, Office, furnish, settings_of
from tests.shared import builders

from field178_server.accounts import operations as accounts
from field178_server.accounts.operations import AccountRequest
from field178_server.database.models import (
    Device,
    PlanItemRow,
    Quarantine,
)
from field178_server.database.unit_of_work import run_write
from field178_server.office.plan.operations import plan_id
from field178_server.records import scopes
from field178_server.records.batch import Batch
from field178_server.records.scopes import OFFICE
from field178_server.records.stored_record import Stored, new_record
from field178_server.security.passwords import Passwords
from field178_shared.codelists import load
from field178_shared.ids import review_id
from field178_shared.merge import Data
from field178_shared.time.clock import SystemClock, local_date


@dataclass(frozen=True, slots=True)
class Sizes:
    """Number of records of each kind in a store."""

    places: int = 50_000
    visits: int = 100_000
    sessions: int = 20_000
    planned: int = 2_000
    people: int = 300
    tablets: int = 200
    quarantined: int = 1_000
    conflicts: int = 500


# Of ten records nine are approved; each ninth visit has a violation and a correction.
_WAITING_OF, _VIOLATION_OF = 10, 9
_STEP, _DAYS = 1_000, 1_000
TODAY = local_date(SystemClock().now())
TEAM_SCOPE = f"team:{builders.TEAM}"
_KINDS = ("Karaoke", "Nhà nghỉ", "Khách sạn", "Massage", "Bar", "Quán ăn", "Cà phê")
_WORDS = (
    "Mộc",
    "Diệp",
    "Thu",
    "Phong",
    "Hoa",
    "Ban",
    "Hương",
    "Sen",
    "Ngọc",
    "Lan",
    "Bình",
    "Minh",
    "Sao",
    "Mai",
    "Kim",
    "Cương",
    "Đại",
    "Dương",
    "Phượng",
    "Hoàng",
    "Thanh",
    "Xuân",
    "Hải",
    "Yến",
    "Cát",
)
Place = tuple[str, str]


def stock(
    folder: Path, database_url: str = "", sizes: Sizes | None = None, *, is_counted: bool = False
) -> None:
    """Fill a new store by the server's own services, with the officers `chi` (review) and `quan` (admin).

    `is_counted`: the server shall find its totals of indicators settled, and not begin to count.
    """
    sizes = sizes or Sizes()
    settings = settings_of(folder, **({"database_url": database_url} if database_url else {}))
    clock = MovedClock(SystemClock().now() - timedelta(days=130))
    furnish(settings, clock)
    office = Office(settings, clock)
    rnd = random.Random(178)
    # The communes of the test's office, so that their scopes are few as in a district.
    units = [key for key in load().units if key.startswith("c116")][:20]
    scope_names = [*(f"unit:{unit}" for unit in units), TEAM_SCOPE, OFFICE]
    _write(office, lambda session: scopes.ensure(session, settings.tenant, scope_names, load()))
    places = [(IDS.time_ordered(), rnd.choice(units)) for _ in range(sizes.places)]
    _store(office, (_establishment(rnd, place, n) for n, place in enumerate(places)))
    _store(office, (_visit(rnd.choice(places), n, sizes.visits) for n in range(sizes.visits)))
    _store(office, (_session(rnd, rnd.choice(places), n, sizes.sessions) for n in range(sizes.sessions)))
    _store(office, (_conflict(place, n, sizes.tablets) for n, place in enumerate(places[: sizes.conflicts])))
    _plan(office, rnd, places, sizes.planned)
    _people_and_tablets(office, rnd, places, sizes)
    if is_counted:
        _write(office, lambda session: say_counted(session, settings.tenant))
    if office.engine.dialect.name == "postgresql":
        # Three years were written in minutes: its own vacuum and checkpoint, which an office's store had long
        # ago, would work beside what is measured. A server on SQLite has no statistics.
        with office.engine.connect() as connection:
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            alone.exec_driver_sql("VACUUM ANALYZE")
            alone.exec_driver_sql("CHECKPOINT")
    office.close()


@contextmanager
def filing(folder: Path, database_url: str = "") -> Iterator[Callable[[], None]]:
    """Give what files one visit more in a filled store, at an establishment for which one is planned."""
    settings = settings_of(folder, **({"database_url": database_url} if database_url else {}))
    office, rnd = Office(settings, MovedClock(SystemClock().now())), random.Random(178)
    with office.engine.connect() as connection:
        places = connection.execute(select(PlanItemRow.establishment_id, PlanItemRow.unit_id)).all()

    def file_one() -> None:
        visit = _visit(tuple(rnd.choice(places)), _DAYS - 1, _DAYS)
        _write(office, lambda session: _put(office, session, [visit]))

    yield file_one
    office.close()


def _write(office: Office, work: Callable[[Session], object]) -> None:
    run_write(office.engine, work)


def _store(office: Office, rows: Iterator[Stored]) -> None:
    """Write records, a thousand a transaction, each thousand an hour later; review most of those filed."""
    while step := [row for _, row in zip(range(_STEP), rows, strict=False)]:
        reviews = [_review(row) for n, row in enumerate(step) if row.type in _FILED and n % _WAITING_OF]
        for part in (step, reviews):
            _write(office, lambda session, part=part: _put(office, session, part))  # type: ignore[misc]
        office.clock.move(hours=1)


def _put(office: Office, session: Session, step: list[Stored]) -> None:
    batch = Batch(session, office.settings.tenant, office.clock, office.runtime.ids)
    batch.load([row.record_id for row in step] + [row.subject_id for row in step if row.subject_id])
    for row in step:
        batch.put(row)
    batch.flush()


_FILED = ("inspection", "outreach_session")


def _review(filed: Stored) -> Stored:
    data = builders.review(record=filed.record_id, record_rev=1, state="approved", reason=None, comments=None)
    return new_record(review_id(filed.record_id), "review", filed.scope, data, filed.record_id)


def _establishment(rnd: random.Random, place: Place, n: int) -> Stored:
    record_id, unit = place
    name = f"{rnd.choice(_KINDS)} {rnd.choice(_WORDS)} {rnd.choice(_WORDS)} {n % 977}"
    address = f"Số {rnd.randrange(400)}, thôn {rnd.choice(_WORDS)}, đường {rnd.choice(_WORDS)}"
    more: Data = {"name": name, "address_line": address, "unit_id": unit, "registration_number": f"02{n:08d}"}
    more |= {"lat": 205_000_000 + rnd.randrange(5_000_000), "lon": 1_065_000_000 + rnd.randrange(5_000_000)}
    return new_record(record_id, "establishment", f"unit:{unit}", builders.establishment(**more))


def _visit(place: Place, n: int, count: int) -> Stored:
    day = _day(n, count)
    more: Data = {
        "establishment_id": place[0],
        "unit_id": place[1],
        "started_at": f"{day}T02:00:00.000Z",
        "record_code": f"BB{n:08d}",
    }
    if n % _VIOLATION_OF == 0:
        due = str(day + timedelta(days=30))
        is_fixed = day < TODAY - timedelta(days=60)
        follow_up = {"text": "Dọn lối thoát nạn", "due_on": due, "status": "fixed" if is_fixed else "open"}
        more |= {
            "overall_result": "violation_recorded",
            "findings": {"f1": {"violation_id": "kd_door_latch", "occurred_on": str(day)}},
            "follow_ups": {"u1": follow_up | ({"fixed_on": due} if is_fixed else {})},
        }
    return new_record(IDS.time_ordered(), "inspection", TEAM_SCOPE, builders.inspection(**more))


def _session(rnd: random.Random, place: Place, n: int, count: int) -> Stored:
    venue = f"Nhà văn hoá {rnd.choice(_WORDS)} {rnd.choice(_WORDS)} {n % 97}"
    more: Data = {
        "session_date": str(_day(n, count)),
        "unit_id": place[1],
        "venue": venue,
        "establishments": {place[0]: {"attendance_count": 5, "first_time_count": 3}},
        "record_code": f"TT{n:08d}",
    }
    return new_record(IDS.time_ordered(), "outreach_session", TEAM_SCOPE, builders.outreach_session(**more))


def _day(n: int, count: int) -> date:
    """Return the day of a record: filed in the order of days, as in life."""
    return TODAY - timedelta(days=_DAYS - 1 - n * _DAYS // count)


def _conflict(place: Place, n: int, tablets: int) -> Stored:
    data = builders.conflict(record=place[0], device=builders.record_id(f"tablet {n % tablets}"))
    return new_record(IDS.time_ordered(), "conflict", f"unit:{place[1]}", data, place[0])


def _plan(office: Office, rnd: random.Random, places: list[Place], count: int) -> None:
    year = TODAY.year
    quotas = {
        f"q{n}": {"establishment_type_id": kind, "unit_id": unit, "count": 30}
        for n, (kind, unit) in enumerate(
            (kind, unit) for kind in ("karaoke", "hotel", "massage") for _, unit in places[:10]
        )
    }
    plan = builders.inspection_plan(year=year, quotas=quotas)
    _store(office, iter([new_record(plan_id(year), "inspection_plan", OFFICE, plan)]))
    _store(office, (_planned(rnd.choice(places), year, n) for n in range(count)))


def _planned(place: Place, year: int, n: int) -> Stored:
    month = date(year, n % 12 + 1, 1)
    more: Data = {
        "year": year,
        "establishment_id": place[0],
        "unit_id": place[1],
        "window_from": str(month),
        "window_to": str(month + timedelta(days=27)),
    }
    return new_record(IDS.time_ordered(), "plan_item", TEAM_SCOPE, builders.plan_item(**more))


def _people_and_tablets(office: Office, rnd: random.Random, places: list[Place], sizes: Sizes) -> None:
    stored, context, now = Passwords("test").hash(PASSWORD), office.context, office.clock.now()

    def people(session: Session) -> None:
        accounts.add(session, context, AccountRequest("quan", "Cán bộ quan", "admin", None, ()), [], stored)
        for n in range(sizes.people):
            account = AccountRequest(
                f"cb{n:03d}", f"Cán bộ GL-{n:03d}", "inspector", None, (f"unit:{places[n % len(places)][1]}",)
            )
            accounts.add(session, context, account, [], stored)

    def tablets(session: Session) -> None:
        tenant = office.settings.tenant
        for n in range(sizes.tablets):
            device = builders.record_id(f"tablet {n}")
            session.add(
                Device(
                    tenant_id=tenant,
                    device_id=device,
                    label=f"Máy {n}",
                    public_key=f"{n:032x}",
                    enrolled_at=now,
                )
            )
        session.flush()
        for n in range(sizes.quarantined):
            place = rnd.choice(places)
            session.add(
                Quarantine(
                    tenant_id=tenant,
                    change_id=IDS.time_ordered(),
                    payload_hash=f"{n:064x}",
                    device_id=builders.record_id(f"tablet {n % sizes.tablets}"),
                    incarnation="0197a000-0000-4000-8000-000000000001",
                    n=n,
                    record_id=place[0],
                    record_type="establishment",
                    scope=f"unit:{place[1]}",
                    reason="invalid",
                    payload="{}",
                    received_at=now - timedelta(minutes=n),
                )
            )

    _write(office, people)
    _write(office, tablets)

"""Makes the folders of an office and of a tablet as this version writes them.

`python -m tests.e2e.kept_folders.make schema-NNNN.tar.xz`, NNNN the newest migration.

Run at each released version; what it made stays beside it for ever, and every later version opens it.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import click
from sqlalchemy.orm import Session
from tests.e2e.foreign_client import enrolment_code
from tests.e2e.real_tablet import RealTablet, enrolled
from tests.e2e.server_process import ServerProcess, running_server
from tests.mobile.support import SystemKeyStore
from tests.shared import builders

from field178_mobile.replication.engine import SyncEngine, World
from field178_mobile.replication.enrolment import bind_officer, enrol
from field178_mobile.replication.request import Identity
from field178_mobile.replication.transport import HttpTransport
from field178_mobile.store import Draft, Store
from field178_mobile.store.replication.sync_store import SyncStore
from field178_mobile.vault import GuessCost, Vault
from field178_server.cli import main as main_command
from field178_server.cli.context import operator
from field178_server.office.plan.operations import Assignment, add_items
from field178_server.records.batch import Batch
from field178_shared.ids import IdSource
from field178_shared.time.clock import SystemClock

PIN = "274905"
NAMES = ("Karaoke Hồng Phúc (GL-1)", "Nhà nghỉ Hoa Phượng (GL-2)", "Cà phê Ánh Dương (GL-3)")


def opened(folder: Path, url: str, make_officer: Callable[[Vault], str]) -> RealTablet:
    """Open the folder of a tablet by its PIN, as the application does; `make_officer` returns whose it is."""
    clock = SystemClock()
    vault = Vault(folder, cost=GuessCost(64, 1), key_store=SystemKeyStore(folder))
    data_key = vault.unlock(make_officer(vault), PIN)
    enrolment, device_key = vault.enrolment(data_key), vault.device_key(data_key)
    ids = IdSource(clock)
    store = Store(folder / "store", clock, ids)
    store.unlock(data_key)
    world = World(clock, random.SystemRandom(), ids.random, time.monotonic)
    identity = Identity(enrolment.device, "test", enrolment=enrolment)
    engine = SyncEngine(SyncStore(store), identity, world)
    transport = HttpTransport(url, "", enrolment.device, device_key)
    return RealTablet(store, engine, transport, ids, enrolment, device_key)


def set_up(server: ServerProcess, vault: Vault) -> str:
    """Enrol a tablet for officer `an` and set the PIN."""
    line, key = HttpTransport(server.url), vault.pending_device_key()
    enrolment = enrol(line, enrolment_code(server.command("enrol-code", "--user", "an")), "máy thử", key)
    line.close()
    signed = HttpTransport(server.url, "", enrolment.device, key)
    bind_officer(signed, "an", "con-trau-gam-co-an-1")
    signed.close()
    vault.create(enrolment.user, PIN, enrolment, key)
    return enrolment.user.id


def visit(tablet: RealTablet, team: str, place: str) -> dict[str, object]:
    members = {
        person.id: {"user": person.id, "position": "team_leader"} for person in tablet.store.views("person")
    }
    data: dict[str, object] = {
        **builders.inspection(),
        "team_id": team,
        "unit_id": "c11629_v1",
        "establishment_id": place,
        "members": members,
    }
    del data["minutes_number"]
    return data


def draft_of(tablet: RealTablet, team: str, place: str) -> Draft:
    record_id, user = tablet.ids.time_ordered(), tablet.enrolment.user.id
    data = visit(tablet, team, place)
    now = SystemClock().now()
    return Draft(tablet.ids.random(), "inspection", record_id, f"team:{team}", data, None, 0, user, now)


def file_visit(tablet: RealTablet, team: str, place: str) -> str:
    draft = draft_of(tablet, team, place)
    tablet.store.drafts.save(draft)
    tablet.store.file(draft, draft.user)
    return draft.record_id


def plan_visits(server: ServerProcess, team: str, places: list[str]) -> list[str]:
    os.environ["FIELD178_DATA_DIR"] = str(server.folder)
    window = Assignment(
        team_id=team,
        window_from=date(2026, 12, 1),
        window_to=date(2026, 12, 20),
        kind="planned",
        trigger="annual_plan",
    )
    with click.Context(main_command).scope():
        at = operator()

        def work(session: Session) -> list[str]:
            context = at.context
            batch = Batch(session, context.tenant_id, context.clock, context.ids)
            made = add_items(batch, context, (), places, window)
            batch.flush()
            return made

        return at.write(work)


def make(folder: Path) -> dict[str, object]:
    """Fill `folder/office` and `folder/tablet`; return what is in them."""
    with running_server(folder / "office") as server:
        for login, role in (("an", "team_lead"), ("binh", "inspector"), ("chi", "reviewer")):
            team = ("--team", "Đội 178")
            server.command("user", "add", login, "--role", role, *team, stdin=f"con-trau-gam-co-{login}-1\n")
        tablet = opened(folder / "tablet", server.url, partial(set_up, server))
        other = enrolled(server, "binh", folder / "other")
        for each in (tablet, other):
            each.sync()
        (team_view,) = tablet.store.views("team")
        team = team_view.id
        places = [tablet.ids.time_ordered() for _ in NAMES]
        for place, name in zip(places, NAMES, strict=True):
            tablet.file(place, name=name, establishment_type_id="karaoke")
        returned, approved = (file_visit(tablet, team, place) for place in places[:2])
        wrong = tablet.ids.time_ordered()
        tablet.file(wrong, name="Nhà trọ (GL-4)", rooms_total=-4)
        tablet.sync()
        other.sync()
        other.file(places[2], rooms_total=7)
        other.sync()
        server.command("review", returned, "return", "--reason", "Thiếu giờ kết thúc")
        server.command("review", approved, "approve")
        server.stop()
        planned = plan_visits(server, team, places[1:])
        server.start()
        tablet.transport.close()
        tablet.transport = HttpTransport(server.url, "", tablet.enrolment.device, tablet.key)
        tablet.sync()
        unsent = file_visit(tablet, team, places[2])
        draft = draft_of(tablet, team, places[0])
        tablet.store.drafts.save(draft)
        tablet.close()
        other.close()
    return {
        "user": tablet.enrolment.user.id,
        "team": team,
        "places": places,
        "returned": returned,
        "approved": approved,
        "waiting": wrong,
        "planned": planned,
        "unsent": unsent,
        "draft": draft.record_id,
    }


def main(file: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        content = make(folder)
        (folder / "content.json").write_text(json.dumps(content, indent=1))
        with tarfile.open(file, "w:xz", preset=9) as archive:
            for part in ("content.json", "office", "tablet"):
                archive.add(folder / part, part, filter=_of_the_product)


def _of_the_product(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    is_left_out = entry.name.startswith("office/") and entry.name.endswith((".log", ".out", ".lock", "-shm"))
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return None if is_left_out else entry


if __name__ == "__main__":
    main(Path(sys.argv[1]))

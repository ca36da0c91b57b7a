"""A server lost with everything on it, its backups on another disk, and the tablets that were its clients."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from tests import postgres
from tests.e2e.real_tablet import RealTablet, Receipts, enrolled
from tests.e2e.server_process import ServerProcess, running_server
from tests.office_keys import share_options

from field178_mobile.replication.events import SyncMessage
from field178_server.database.engine import create_engine_for
from field178_shared.record_type import RecordType
from field178_shared.time.clock import from_wire, to_wire

BACKUP_AGE = timedelta(days=7)
_PASSWORD = "con-trau-gam-co-an-1\n"


@dataclass(frozen=True, slots=True)
class Lease:
    """Minutes numbers `first` to `last` of a team and year, in the hands of one tablet."""

    scope: str
    year: int
    first: int
    last: int
    device: str

    @property
    def series(self) -> tuple[str, int]:
        return self.scope, self.year

    def overlaps(self, other: Lease) -> bool:
        return self.series == other.series and self.first <= other.last and other.first <= self.last


@dataclass
class Office:
    """A server, its two tablets, and the place of its backups."""

    server: ServerProcess
    tablets: list[RealTablet]
    backups: Path
    cluster: postgres.Cluster | None

    def backup(self) -> Path:
        report = json.loads(self.server.command("backup", "--to", str(self.backups), "--json"))
        assert report["proved"] is True
        return Path(report["backup"])

    def go_to(self, instant: datetime) -> None:
        """Let it be another time at the office, for the server and for every command."""
        port = self.server.port
        self.server.stop()
        self.server.environment["FIELD178_CLOCK_START"] = to_wire(instant)
        self.server.start(port)

    def lose_everything(self) -> None:
        """Folder and database are gone; the next database is a new, empty one."""
        self.server.stop()
        shutil.rmtree(self.server.folder)
        if self.cluster is not None:
            self.server.environment["FIELD178_DATABASE_URL"] = self.cluster.new_database()

    def restore(self, backup: Path) -> None:
        port = self.server.port if self.server.process else int(self.server.url.rsplit(":", 1)[1])
        self.server.command("restore", str(backup), *share_options(self.backups))
        self.server.start(port)

    def sync(self) -> None:
        """Sync both tablets until each has the other's changes."""
        for tablet in [*self.tablets, *self.tablets]:
            message = tablet.sync()
            assert message is SyncMessage.IN_SYNC, (message, tablet.engine.state)

    def receipts(self) -> Receipts:
        stored = self.rows("SELECT change_id, status, reason, rev FROM receipt")
        return {change_id: (status, reason, rev) for change_id, status, reason, rev in stored}

    def live(self) -> dict[str, tuple[str, int]]:
        """{record: (scope, rev)} of what a tablet may read."""
        rows = self.rows("SELECT record_id, scope, rev FROM record WHERE NOT deleted AND scope <> 'office'")
        return {record_id: (scope, rev) for record_id, scope, rev in rows}

    def written(self) -> dict[str, tuple[str, int]]:
        """Return the live records without the server's own leases of numbers: what people wrote."""
        leases = {
            record_id
            for (record_id,) in self.rows(
                f"SELECT record_id FROM record WHERE type = '{RecordType.NUMBER_BLOCK}'"
            )
        }
        return {record_id: held for record_id, held in self.live().items() if record_id not in leases}

    def bodies(self) -> dict[str, str]:
        return dict(self.rows("SELECT record_id, body FROM record WHERE type = 'establishment'"))

    def leases(self) -> set[Lease]:
        """Blocks of minutes numbers that tablets were given."""
        return {
            Lease(*row)
            for row in self.rows(
                "SELECT scope, year, from_number, to_number, device_id FROM number_lease"
                " WHERE device_id IS NOT NULL"
            )
        }

    def rows(self, query: str) -> list[tuple]:
        folder = self.server.folder / "field178.sqlite"
        url = self.server.environment.get("FIELD178_DATABASE_URL", f"sqlite:///{folder}")
        engine = create_engine_for(url)
        try:
            with engine.connect() as connection:
                return [tuple(row) for row in connection.exec_driver_sql(query)]
        finally:
            engine.dispose()


@contextmanager
def office_with_tablets(folder: Path, cluster: postgres.Cluster | None) -> Iterator[Office]:
    """Give an office with two tablets of one officer; on SQLite without a cluster."""
    environment = {}
    if cluster is not None:
        environment["FIELD178_DATABASE_URL"] = cluster.new_database()
    place = folder / "office"
    place.mkdir()
    with running_server(place, **environment) as server, ExitStack() as stack:
        server.command("user", "add", "an", "--role", "team_lead", "--team", "Đội 178", stdin=_PASSWORD)
        tablets = [enrolled(server, "an", folder / f"t{number}") for number in range(2)]
        for tablet in tablets:
            stack.enter_context(closing(tablet))
        yield Office(server, tablets, folder / "other-disk", cluster)


def lose_a_week(office: Office, changes: int, now: datetime) -> int:
    """Go back to a backup seven days old; AssertionError when anything of the week is missing afterwards.

    Returns how many changes the restored server did not know until the tablets came.
    """
    office.go_to(now - BACKUP_AGE)
    first, second = office.tablets
    old = first.ids.time_ordered()
    filed = {first.file(old, name="Nhà nghỉ cũ")}
    filed |= {second.file(second.ids.time_ordered(), name=f"Nhà nghỉ {number}") for number in range(3)}
    office.sync()
    backup = office.backup()
    office.go_to(now)
    created = from_wire(json.loads((backup / "backup.json").read_text())["created_at"])
    assert created is not None
    assert (now - created).days == BACKUP_AGE.days - 1, "seven days, less the minute it took"
    later = [second.ids.time_ordered() for _ in range(changes)]
    filed |= {first.file(first.ids.time_ordered(), name=f"Karaoke {number}") for number in range(changes)}
    filed |= {second.file(record, name="Sau bản sao lưu") for record in later}
    filed.add(second.file(old, rooms_total=12))
    refused = first.file(first.ids.time_ordered(), name="Số phòng sai", rooms_total=-4)
    office.sync()
    receipts, written, bodies, leased = office.receipts(), office.written(), office.bodies(), office.leases()
    assert set(receipts) == filed | {refused}
    assert receipts[refused][0] == "quarantined"

    office.lose_everything()
    office.restore(backup)
    restored = office.leases()
    unknown = receipts.keys() - office.receipts().keys()
    assert len(unknown) == len(receipts) - 4
    assert old in office.live()
    assert not set(later) & set(office.live())
    for tablet in office.tablets:
        # A restored server lacks many records: the tablets withhold their deletion and push all the same.
        assert tablet.sync() in {SyncMessage.IN_SYNC, SyncMessage.MASS_REMOVAL}
    office.sync()

    assert office.receipts() == receipts
    assert office.written() == written
    assert office.bodies() == bodies
    for tablet in office.tablets:
        assert tablet.live() == office.live()
        assert tablet.store.status().in_sync
    assert office.server.command("check")
    lost, leased_anew = leased - restored, office.leases() - restored
    # A tablet may have printed numbers of a lost lease, which is not brought back (record-types T5.3).
    assert not [(lease, other) for lease in lost for other in leased_anew if lease.overlaps(other)]
    assert {lease.series for lease in lost} == {lease.series for lease in leased_anew}
    return len(unknown)

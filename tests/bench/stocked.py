"""A tablet that holds much, locked, ready to be unlocked on the real screens: python -m tests.bench.stocked.

10,000 records are establishments; every record beyond them is a visit to one of them or, each fifth, an
outreach session: what the tablet of a province gathers.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path

from tests.bench.records import record
from tests.mobile.inspection_world import LEADER, TEAM_SCOPE, UNIT, establishment, settle, uid
from tests.mobile.screens.fakes import PIN, StillRunner, enrolment
from tests.mobile.support import base_row, server_commits

from field178_mobile.features.access.officer_notice import OfficerNotice
from field178_mobile.store import EstablishmentListing
from field178_mobile.store.replica.listings import establishment_listing
from field178_mobile.store.replica.server_records import ServerRecord
from field178_mobile.tablet import Tablet
from field178_mobile.vault import TabletOfficer
from field178_shared.time.clock import SystemClock

OFFICER = TabletOfficer(LEADER, "Nguyễn Văn Hùng", "commune_police", "leader")
UNIT_SCOPE = f"unit:{UNIT}"
PLACES = 10_000
KINDS = ("karaoke", "guesthouse", "cafe", "massage", "hotel")
NAMES = ("Hồng Phúc", "Ánh Dương", "Hoa Phượng", "Sông Văn Úc", "Thiên Đường", "Mộc Diệp", "Đêm Trăng")
_BATCH = 2000


def stock(folder: Path, size: int = PLACES) -> str:
    """Set a tablet up in a folder, with the guess cost of the product; return the PIN that opens it."""
    notebook = Tablet(folder, SystemClock(), make_runner=lambda _store, _enrolment, _key: StillRunner())
    key = notebook.vault.create(OFFICER, PIN, enrolment(), notebook.vault.pending_device_key())
    opened = notebook.open(key)
    settle(opened.store)
    OfficerNotice(opened.store.settings, SystemClock(), OFFICER.id).read()
    rows = islice(_rows(), size)
    while batch := list(islice(rows, _BATCH)):
        server_commits(opened.store, *batch)
    opened.close()
    return PIN


def entries(total: int) -> list[EstablishmentListing]:
    """Return so many lines of the establishment search."""
    return [
        establishment_listing(
            uid(f"entry {number}"),
            establishment(_name(number), _kind(number), 0, 0, address_line=f"Số {number} đường 10"),
        )
        for number in range(total)
    ]


def _rows() -> Iterator[ServerRecord]:
    for number in range(PLACES):
        given = establishment(
            _name(number), _kind(number), 208_200_000 + number * 10, 1_065_500_000 + number % 100 * 500
        )
        yield base_row(uid(f"place {number}"), 1, "establishment", UNIT_SCOPE, **given)
    for number in count():
        record_type, scope, data = record(number, TEAM_SCOPE, UNIT_SCOPE)
        if record_type == "inspection":
            data["establishment_id"] = uid(f"place {number % PLACES}")
        yield base_row(uid(f"{record_type} {number}"), 1, record_type, scope, **data)


def _name(number: int) -> str:
    return f"{NAMES[number % len(NAMES)]} {number}"


def _kind(number: int) -> str:
    return KINDS[number % len(KINDS)]


if __name__ == "__main__":
    stock(Path(sys.argv[1]), int(sys.argv[2]))

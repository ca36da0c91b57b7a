"""A rescue file is taken in whole, once, on either store; after a break the rest."""

from __future__ import annotations

import io

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from tests.server.office_scene import unpadded
from tests.world import ESTABLISHMENT, Json, World

from field178_server.audit.operation_context import OperationContext
from field178_server.database.models import Audit, Device, Record
from field178_server.office.offline_imports import operations as offline_imports
from field178_server.office.offline_imports.operations import Imported, open_offline_export, rehearse, take_in
from field178_server.replication.exchange import Exchange
from field178_shared.codelists import load
from field178_shared.errors import AppError, ErrorCode
from field178_shared.offline_export import ExportOrigin, write_offline_export

OFFICE, KEY = X25519PrivateKey.generate(), Ed25519PrivateKey.generate()


class Case:
    """One tablet of a world and its file."""

    def __init__(self, world: World) -> None:
        self.world, self.tablet = world, world.tablet()
        world.change_rows(Device, public_key=unpadded(KEY.public_key().public_bytes_raw()))

    def file(self, *changes: Json) -> io.BytesIO:
        origin = ExportOrigin(
            self.world.tenant_id, self.tablet.device, self.tablet.incarnation, "2025-03-11T02:00:00Z"
        )
        written = io.BytesIO()
        sealing_key = OFFICE.public_key().public_bytes_raw()
        write_offline_export(written, origin, changes, sealing_key, KEY.private_bytes_raw())
        return written

    def take(self, file: io.BytesIO) -> Imported:
        world = self.world
        context = OperationContext(world.tenant_id, world.clock, world.ids, load())
        return take_in(world.exchange, context, open_offline_export(world.exchange, [OFFICE], file))


@pytest.fixture
def case(world: World) -> Case:
    return Case(world)


def test_taken_in_twice_is_once(case: Case) -> None:
    good, bad = case.tablet.create(), case.tablet.create({**ESTABLISHMENT, "rooms_total": -8})
    file = case.file(good, bad)
    first = case.take(file)
    assert (first.tally.new, first.tally.received, first.tally.quarantined) == (2, 0, 1)
    rows = len(case.world.rows(Record))
    again = case.take(file)
    assert (again.tally.new, again.tally.received, again.tally.quarantined) == (0, 2, 1)
    assert len(case.world.rows(Record)) == rows
    assert len(case.world.rows(Audit, Audit.action == "rescue.import")) == 2


def test_dry_run_returns_the_same_results_and_stores_nothing(case: Case) -> None:
    file = case.file(case.tablet.create(), case.tablet.create({**ESTABLISHMENT, "rooms_total": -8}))
    tally = rehearse(case.world.exchange, open_offline_export(case.world.exchange, [OFFICE], file)).tally
    assert (tally.new, tally.quarantined) == (2, 1)
    assert tally.reasons == {"schema": 1}
    assert [len(case.world.rows(model)) for model in (Record, Audit)] == [0, 0]


def test_file_sealed_for_a_former_key_opens_and_for_another_it_does_not(case: Case) -> None:
    file, newer = case.file(case.tablet.create()), X25519PrivateKey.generate()
    export = open_offline_export(case.world.exchange, [newer, OFFICE], file)
    assert len(list(export.changes())) == 1
    with pytest.raises(AppError) as refused:
        open_offline_export(case.world.exchange, [newer], file)
    assert refused.value.details["problem"] == "foreign"


def test_a_break_between_two_batches_leaves_a_part_and_the_next_time_the_rest(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offline_imports, "MAX_CHANGES", 1)
    file, take_in = case.file(case.tablet.create(), case.tablet.create()), Exchange.take_in
    taken: list[object] = []

    def breaking(*arguments: object) -> object:
        taken.append(arguments)
        if len(taken) == 2:
            raise AppError(ErrorCode.BUSY)
        return take_in(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(Exchange, "take_in", breaking)
        with pytest.raises(AppError):
            case.take(file)
    assert len(case.world.rows(Record)) == 1
    done = case.take(file)
    assert (done.tally.received, done.tally.new) == (1, 1)


def test_imported_change_is_not_applied_again_when_the_tablet_pushes_it(case: Case) -> None:
    change = case.tablet.create()
    case.take(case.file(change))
    assert case.tablet.push(change)[0]["status"] == "applied"
    assert len(case.world.rows(Record)) == 1

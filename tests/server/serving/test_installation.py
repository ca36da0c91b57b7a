"""Setting a server up, again, half-way, and on a second machine."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from tests.world import ESTABLISHMENT, TENANT, World

from field178_server.database.models import Scope, Tenant
from field178_server.database.unit_of_work import snapshot
from field178_server.security.announced_keys import RECEIPT_FILE, SEALING_FILE
from field178_server.security.keyring import (
    KeysMissingError,
    create_keys,
    load_keys,
)
from field178_server.security.private_files import LoosePermissionsError
from field178_server.serving.installation import Installed, install
from field178_server.settings import Settings
from field178_shared import schemas
from field178_shared.ids import IdSource
from field178_shared.time.clock import SystemClock


def set_up(engine: Engine, folder: Path) -> Installed:
    clock = SystemClock()
    return install(Settings(data_dir=folder), engine, clock, IdSource(clock, random.Random()))


def test_a_tenant_has_an_epoch_a_key_and_its_first_scopes(engine: Engine, tmp_path: Path) -> None:
    made = set_up(engine, tmp_path / "data")
    with snapshot(engine) as session:
        tenant = session.get_one(Tenant, "main")
        scopes = session.scalars(select(Scope.scope).order_by(Scope.scope)).all()
    assert made == Installed("main", tenant.epoch, is_new=True)
    assert len(tenant.payload_key) == 32
    assert scopes == ["office", "ref"]


def test_doing_it_again_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    first = set_up(engine, tmp_path / "data")
    keys = load_keys(tmp_path / "data/keys/main").receipt_key
    again = set_up(engine, tmp_path / "data")
    assert again == Installed(first.tenant_id, first.epoch, is_new=False)
    assert load_keys(tmp_path / "data/keys/main").receipt_key == keys


def test_keys_without_a_tenant_are_taken_over(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    create_keys(tmp_path / "data/keys/main", random.Random(1).randbytes)
    before = load_keys(tmp_path / "data/keys/main").sealing_key
    assert set_up(engine, tmp_path / "data").is_new
    assert load_keys(tmp_path / "data/keys/main").sealing_key == before


def test_a_second_machine_without_the_keys_is_refused(engine: Engine, tmp_path: Path) -> None:
    set_up(engine, tmp_path / "first")
    with pytest.raises(KeysMissingError):
        set_up(engine, tmp_path / "second")
    assert not (tmp_path / "second/keys/main/receipt.key").exists()


def test_upgrade_applies_changes_of_a_type_unknown_to_the_older_server(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tablet = world.tablet()
    create = tablet.create(ESTABLISHMENT)
    with monkeypatch.context() as older:
        older_types = {name: type_ for name, type_ in schemas.TYPES.items() if name != "establishment"}
        older.setattr(schemas, "TYPES", older_types)
        (receipt,) = tablet.push(create)
    assert receipt["reason"] == "unknown_type"
    settings = Settings(data_dir=tmp_path, tenant=TENANT)
    create_keys(settings.key_dir, random.Random(1).randbytes)
    install(settings, world.engine, world.clock, IdSource(world.clock, random.Random()))
    tablet.sync()
    assert tablet.receipts[create["change_id"]]["status"] == "applied"


@pytest.mark.parametrize("name", [RECEIPT_FILE, SEALING_FILE, "server-1.key"])
def test_a_key_that_others_read_or_that_is_cut_is_refused(tmp_path: Path, name: str) -> None:
    create_keys(tmp_path, random.Random(1).randbytes)
    (tmp_path / name).chmod(0o640)
    with pytest.raises(LoosePermissionsError, match=name):
        load_keys(tmp_path)
    (tmp_path / name).chmod(0o600)
    (tmp_path / name).write_bytes(b"short")
    with pytest.raises(ValueError, match=name):
        load_keys(tmp_path)


def test_a_keyring_does_not_show_its_keys(tmp_path: Path) -> None:
    create_keys(tmp_path, lambda count: b"A" * count)
    assert "AAAA" not in repr(load_keys(tmp_path))

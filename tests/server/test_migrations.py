"""The way up and down of the store, on both engines."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect
from tests.world import ESTABLISHMENT, UNIT, World

from field178_server import migrations
from field178_server.models import Attachment, Base, Scope, Tenant


def test_the_newest_migration_is_what_the_models_say(engine: Engine) -> None:
    assert migrations.current(engine) == migrations.head()
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_upgrading_twice_changes_nothing(world: World) -> None:
    migrations.upgrade(world.engine)
    assert len(world.rows(Tenant)) == 1
    assert len(world.rows(Scope)) == 4


def test_every_table_goes_down_again_with_its_data(world: World) -> None:
    world.tablet().created()
    migrations.downgrade(world.engine)
    assert inspect(world.engine).get_table_names() == ["alembic_version"]
    migrations.upgrade(world.engine)
    assert migrations.current(world.engine) == migrations.head()
    assert world.rows(Tenant) == []


def test_files_that_older_records_name_are_found(world: World) -> None:
    named = {"a1": {"sha256": "ab" * 32, "size": 9, "content_type": "image/jpeg"}}
    record_id = world.tablet().created({**ESTABLISHMENT, "attachments": named})
    before = [(row.record_id, row.sha256, row.scope, row.size) for row in world.rows(Attachment)]
    migrations.downgrade(world.engine, "0002")
    migrations.upgrade(world.engine)
    after = [(row.record_id, row.sha256, row.scope, row.size) for row in world.rows(Attachment)]
    assert after == before == [(record_id, "ab" * 32, UNIT, 9)]

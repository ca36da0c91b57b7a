"""Migrations of the store, up and down, on both engines."""

from __future__ import annotations

import psycopg
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, insert, inspect, text
from tests.contract.soundness import assert_sound
from tests.postgres import Cluster
from tests.shared import builders
from tests.world import ESTABLISHMENT, OFFICER, OTHER_UNIT, SESSION, TEAM, UNIT, World

from field178_server.database import migrations
from field178_server.database.engine import create_engine_for
from field178_server.database.models import (
    Attachment,
    Base,
    ChangeHistory,
    DeviceOfficer,
    DeviceScope,
    EstablishmentProjection,
    FiledCount,
    FiledFacet,
    FiledRecord,
    FollowUpAnswerRow,
    FollowUpProjection,
    MergeProjection,
    Officer,
    OfficerScope,
    ReceiptCopy,
    Record,
    SanctionRow,
    Scope,
    Tenant,
    Upload,
)
from field178_server.maintenance.schema_check import INDEXES_OF_ONE_ENGINE, faults_of_schema
from field178_shared.wire.canonical import canonical

# Published revisions in their order. Stores in use ran them: only add lines, at the end.
PUBLISHED = (
    "0001",
    "0002",
    "0003",
    "0004",
    "0005",
    "0006",
    "0007",
    "0008",
    "0009",
    "0010",
    "0011",
    "0012",
    "0013",
    "0014",
    "0015",
    "0016",
    "0017",
    "0018",
    "0019",
    "0020",
    "0021",
    "0022",
    "0023",
    "0024",
    "0025",
    "0026",
    "0027",
    "0028",
    "0029",
    "0031",
    "0032",
    "0033",
    "0034",
    "0035",
    "0037",
    "0038",
    "0039",
    "0041",
    "0042",
    "0043",
    "0044",
    "0045",
    "0046",
    "0047",
    "0048",
    "0049",
    "0050",
    "0051",
    "0052",
    "0057",
    "0060",
    "0062",
    "0064",
    "0065",
    "0066",
    "0068",
    "0069",
    "0070",
    "0071",
    "0072",
    "0073",
    "0075",
    "0079",
    "0080",
    "0081",
    "0082",
    "0083",
    "0084",
    "0085",
)


def test_newest_migration_equals_the_models(engine: Engine) -> None:
    assert migrations.current(engine) == migrations.head()
    assert faults_of_schema(engine) == []


def test_published_migrations_keep_their_order() -> None:
    scripts = ScriptDirectory.from_config(migrations.configuration())
    steps = [(step.revision, step.down_revision) for step in scripts.walk_revisions()]
    assert steps[::-1] == list(zip(PUBLISHED, (None, *PUBLISHED), strict=False))


def test_each_file_is_named_after_its_revision_in_their_order() -> None:
    scripts = ScriptDirectory.from_config(migrations.configuration())
    assert [step.revision for step in scripts.walk_revisions()] == sorted(
        migrations.revisions(), reverse=True
    )
    assert scripts.get_current_head() == migrations.head()


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


def test_upgrade_adds_the_files_that_older_records_name(world: World) -> None:
    named = {"a1": {"sha256": "ab" * 32, "size": 9, "content_type": "image/jpeg"}}
    record_id = world.tablet().created({**ESTABLISHMENT, "attachments": named})
    before = [(row.record_id, row.sha256, row.scope, row.size) for row in world.rows(Attachment)]
    migrations.downgrade(world.engine, "0002")
    migrations.upgrade(world.engine)
    after = [(row.record_id, row.sha256, row.scope, row.size) for row in world.rows(Attachment)]
    assert after == before == [(record_id, "ab" * 32, UNIT, 9)]


def test_downgrade_restores_the_values_of_a_first_change(world: World) -> None:
    tablet = world.tablet()
    change = tablet.create()
    tablet.push(change)
    migrations.downgrade(world.engine, "0021")
    with world.engine.connect() as connection:
        kept = connection.execute(text("SELECT payload FROM change")).scalar_one()
    assert kept.encode() == canonical(change)


def test_filed_records_of_older_stores_lie_in_their_drawers(world: World) -> None:
    tablet = world.tablet()
    ids = [tablet.created(SESSION, type="outreach_session") for _ in range(4)]
    for record_id, state in zip(ids, ("approved", "returned", "returned"), strict=False):
        world.review(record_id, state)
    tablet.sync()
    tablet.push(tablet.change(ids[2], {"summary": "Đã sửa"}, type="outreach_session"))
    before = _drawers(world), _counts(world)
    migrations.downgrade(world.engine, "0009")
    migrations.upgrade(world.engine)
    assert (_drawers(world), _counts(world)) == before
    assert sorted(_drawers(world).values()) == ["approved", "returned", "waiting", "waiting"]


def test_upgrade_lists_follow_ups_and_sanctions_of_older_visits(world: World) -> None:
    tablet = world.tablet(UNIT, TEAM, "ref")
    places = [tablet.created({**ESTABLISHMENT, "name": f"Nhà nghỉ {number}"}) for number in range(3)]
    world.merge(places[0], places[1])
    world.merge(places[1], places[2])
    follow_ups = {key: {"text": key, "due_on": "2026-11-24"} for key in ("exit", "file")}
    over = {"unit_id": "c11629_v1", "team_id": TEAM[5:], "establishment_id": places[0]}
    fine = {"measure_id": "fine_money", "document_number": "15/QĐ", "amount_vnd": 9_000_000}
    findings = {"f": {"violation_id": "noise", "occurred_on": "2026-11-20"}}
    visit = builders.inspection(**over, follow_ups=follow_ups, findings=findings, measures={"k": fine})
    first = tablet.created(visit, type="inspection", scope=TEAM)
    answer = {"visit_id": first, "follow_up_id": "exit", "status": "fixed"}
    for state in ("approved", "void"):
        answering = builders.inspection(**over, follow_up_answers={"a": answer}, follow_ups=follow_ups)
        world.review(tablet.created(answering, type="inspection", scope=TEAM), state)
    tables = (FollowUpProjection, FollowUpAnswerRow, SanctionRow, MergeProjection)
    before = [_contents(world, model) for model in tables]
    migrations.downgrade(world.engine, "0022")
    migrations.upgrade(world.engine)
    assert [_contents(world, model) for model in tables] == before
    assert [len(rows) for rows in before] == [6, 1, 1, 2]


def test_files_of_the_office_go_with_the_tables_that_know_them(world: World) -> None:
    tablet = world.tablet()
    at = {"created_at": world.clock.now(), "expires_at": world.clock.now(), "state": "done", "size": 9}
    file = {"sha256": "ab" * 32, "content_type": "image/jpeg", "metadata_text": "", "tenant_id": "main"}
    with world.engine.begin() as connection:
        for upload_id, device_id in (("u1", tablet.device), ("u2", None)):
            row = {"upload_id": upload_id, "device_id": device_id, "record_id": "r"}
            connection.execute(insert(Upload).values(**at, **file, **row))
    migrations.downgrade(world.engine, "0023")
    migrations.upgrade(world.engine)
    assert [row.upload_id for row in world.rows(Upload)] == ["u1"]


def test_upgrade_adds_the_facets_of_older_stores(world: World) -> None:
    tablet = world.tablet()
    into = tablet.created()
    named = {into: {"attendance_count": 3}}
    session = tablet.created({**SESSION, "establishments": named}, type="outreach_session")
    facets = _facets(world)
    migrations.downgrade(world.engine, "0027")
    migrations.upgrade(world.engine)
    assert _facets(world) == facets
    assert [facet for facet in facets if facet[1] != "text"] == [(session, "establishment", into)]


def test_upgrade_adds_the_searched_texts_of_older_stores(world: World) -> None:
    tablet = world.tablet()
    named = {
        **SESSION,
        "venue": "Nhà văn hoá 7",
        "establishments": {tablet.created(): {"attendance_count": 3}},
    }
    ids = {tablet.created(named, type="outreach_session"), tablet.created(SESSION, type="outreach_session")}
    texts, facets = {row.record_id: row.folded for row in world.rows(FiledRecord)}, _facets(world)
    assert texts.keys() == ids
    assert sum("nha van hoa 7" in text for text in texts.values()) == 1
    migrations.downgrade(world.engine, "0038")
    with world.engine.connect() as connection:
        old = connection.execute(text("SELECT record_id, value FROM filed_facet WHERE kind = 'text'")).all()
    assert {
        (record_id, line) for record_id, whole in texts.items() for line in whole.split("\n") if line
    } == {tuple(row) for row in old}
    migrations.upgrade(world.engine)
    assert {row.record_id: row.folded for row in world.rows(FiledRecord)} == texts
    assert _facets(world) == facets


def test_postgresql_has_trigrams_where_the_account_may_make_them(postgres_cluster: Cluster) -> None:
    made = {}
    for role in ("poor", "owner"):
        url = postgres_cluster.new_database()
        name = url.rpartition("/")[2]
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as admin:
            admin.execute(f"CREATE ROLE {role} LOGIN")
            admin.execute(f"GRANT ALL ON SCHEMA public TO {role}")
            if role == "owner":
                admin.execute(f"ALTER DATABASE {name} OWNER TO {role}")
        engine = create_engine_for(url.replace("postgres@", f"{role}@"))
        migrations.upgrade(engine)
        inspector = inspect(engine)
        of_tables = [inspector.get_indexes(table) for table in ("filed_record", "establishment_row")]
        made[role] = [
            index["name"]
            for indexes in of_tables
            for index in indexes
            if index["name"] in INDEXES_OF_ONE_ENGINE
        ]
        engine.dispose()
    assert made == {"poor": [], "owner": ["ix_filed_record_trigrams", "ix_establishment_row_trigrams"]}


def test_upgrade_adds_the_number_to_the_searched_text_of_establishments(world: World) -> None:
    number = {"registration_number": "GL-77"}
    record_id = world.tablet().created({**ESTABLISHMENT, **number})
    (row,) = world.rows(EstablishmentProjection)
    migrations.downgrade(world.engine, "0028")
    (older,) = world.rows(EstablishmentProjection)
    assert "gl-77" not in older.folded
    migrations.upgrade(world.engine)
    (again,) = world.rows(EstablishmentProjection)
    assert (again.record_id, again.folded) == (record_id, row.folded)
    assert "gl-77" in row.folded


def test_marks_of_scopes_are_deleted_with_their_content(world: World) -> None:
    world.tablet().created()
    migrations.downgrade(world.engine, "0017")
    with world.engine.begin() as connection:
        added = "INSERT INTO scope_mark (tenant_id, scope, seq, at) VALUES ('main', :scope, 1, :at)"
        connection.execute(text(added), {"scope": UNIT, "at": "2026-11-24T15:00:00Z"})
    migrations.upgrade(world.engine)
    assert "scope_mark" not in inspect(world.engine).get_table_names()
    assert [row.seq for row in world.rows(Scope, Scope.scope == UNIT)] == [1]


def test_grants_of_older_stores_come_from_scopes_of_their_officer(world: World) -> None:
    tablet = world.tablet(UNIT, OTHER_UNIT, "ref")
    with world.engine.begin() as connection:
        connection.execute(
            insert(OfficerScope).values(tenant_id=world.tenant_id, officer_id=OFFICER, scope=UNIT)
        )
    migrations.downgrade(world.engine, "0017")
    migrations.upgrade(world.engine)
    assert {row.scope: row.via for row in world.rows(DeviceScope)} == {
        UNIT: UNIT,
        OTHER_UNIT: None,
        "ref": None,
    }
    assert [row.password_resets for row in (*world.rows(Officer), *world.rows(DeviceOfficer))] == [0, 0]
    # Who was bound is bound, and files as before.
    tablet.created()


def test_texts_of_older_stores_are_packed(world: World) -> None:
    record_id = world.tablet().created({**ESTABLISHMENT, "name": "Nhà nghỉ 7"})
    before = {row.record_id: row.body for row in world.rows(Record)}
    payloads = [row.payload for row in world.rows(ChangeHistory)]
    migrations.downgrade(world.engine, "0068")
    with world.engine.connect() as connection:
        query = text("SELECT body FROM record WHERE record_id = :id")
        assert connection.execute(query, {"id": record_id}).scalar() == before[record_id]
    migrations.upgrade(world.engine)
    assert {row.record_id: row.body for row in world.rows(Record)} == before
    assert [row.payload for row in world.rows(ChangeHistory)] == payloads
    assert_sound(world)


def _contents(world: World, model: type[Base]) -> list[dict[str, object]]:
    names = [column.name for column in model.__table__.columns]
    return [{name: getattr(row, name) for name in names} for row in world.rows(model)]


def _facets(world: World) -> list[tuple[str, str, str]]:
    return [(row.record_id, row.kind, row.value) for row in world.rows(FiledFacet)]


def _drawers(world: World) -> dict[str, str]:
    return {row.record_id: row.drawer for row in world.rows(FiledRecord)}


def _counts(world: World) -> dict[tuple[str, str, str], int]:
    rows = world.rows(FiledCount)
    return {(row.scope, row.type, row.drawer): row.record_count for row in rows if row.record_count}


def test_upgrade_puts_the_receipts_of_older_stores_into_scopes(world: World) -> None:
    sender, again = world.tablet(), world.tablet()
    refused = sender.create({**ESTABLISHMENT, "rooms_total": -1})
    sender.push(sender.create(), refused)
    again.push(refused)
    migrations.downgrade(world.engine, "0065")
    migrations.upgrade(world.engine)
    assert [(row.device_id, row.v) for row in world.rows(ReceiptCopy)] == [(again.device, 1)]
    assert_sound(world)
    for tablet in (sender, again):
        tablet.cursors.clear()
        tablet.pull()

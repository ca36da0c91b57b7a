"""Migrations since the newest release: the released server goes on during them, and no large table is locked.

squawk reads the statements that PostgreSQL gets (https://squawkhq.com/docs/rules).
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from tests.engine_events import listen, stop_listening
from tests.postgres import Cluster

from field178_server.database import migrations
from field178_server.database.engine import create_engine_for

RELEASES = Path(__file__).parents[4] / "tests/e2e/released/releases.toml"
SQUAWK = shutil.which("squawk", path=str(Path(sys.executable).parent)) or "squawk"
# Several at once in one transaction are one wait, and `migrations.upgrade` sets the timeout of locks.
SETTLED = ("require-statement-timeout", "require-lock-timeout", "prefer-robust-stmts", "prefer-text-field")
# {(rule, table): why it is safe}: reviewed statements; an entry that is not needed any more fails.
REVIEWED: dict[tuple[str, str], str] = {}


def released_revision() -> str:
    revision = tomllib.loads(RELEASES.read_text("utf-8"))["release"][-1]["revision"]
    assert isinstance(revision, str)
    return revision


def findings(statements: list[str], tmp_path: Path) -> list[tuple[str, str]]:
    """Return (rule, statement) of each statement that stops the released server or locks a table."""
    file = tmp_path / "upgrade.sql"
    lines = [" ".join(statement.split()).rstrip(";") + ";" for statement in statements]
    file.write_text("\n".join(lines))
    command = [SQUAWK, "--assume-in-transaction", "--reporter", "json", "--exclude", ",".join(SETTLED)]
    done = subprocess.run([*command, str(file)], capture_output=True, text=True, check=False)
    assert not done.stderr, done.stderr
    reports = json.loads(done.stdout)
    by_rule = [(report["rule_name"], lines[report["line"]]) for report in reports]
    rewrites = [("changes-rows", line) for line in lines if line.upper().startswith(("UPDATE", "DELETE"))]
    return by_rule + rewrites


@pytest.fixture
def released_store(postgres_cluster: Cluster) -> Iterator[Engine]:
    engine = create_engine_for(postgres_cluster.new_database())
    migrations.upgrade(engine, released_revision())
    yield engine
    engine.dispose()


@pytest.mark.postgres
def test_the_released_server_works_during_and_after_the_migrations(
    released_store: Engine, tmp_path: Path
) -> None:
    statements: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        if not statement.startswith(("SELECT", "SET LOCAL")) and "alembic_version" not in statement:
            statements.append(statement)

    listen(released_store, "before_cursor_execute", note)
    migrations.upgrade(released_store)
    stop_listening(released_store, "before_cursor_execute", note)
    assert bool(statements) == (released_revision() != migrations.head())
    faults = findings(statements, tmp_path)
    used = {key for key in REVIEWED for rule, line in faults if key[0] == rule and key[1] in line}
    assert [fault for fault in faults if not any(k[0] == fault[0] and k[1] in fault[1] for k in used)] == []
    assert used == set(REVIEWED)


@pytest.mark.parametrize(
    ("rule", "statement"),
    [
        ("adding-required-field", "ALTER TABLE record ADD COLUMN a text NOT NULL"),
        ("ban-drop-column", "ALTER TABLE record DROP COLUMN body"),
        ("ban-drop-table", "DROP TABLE upload"),
        ("renaming-column", "ALTER TABLE record RENAME COLUMN body TO text"),
        ("renaming-table", "ALTER TABLE record RENAME TO row"),
        ("changing-column-type", "ALTER TABLE record ALTER COLUMN rev TYPE numeric"),
        ("adding-not-nullable-field", "ALTER TABLE record ALTER COLUMN body SET NOT NULL"),
        ("constraint-missing-not-valid", "ALTER TABLE record ADD CONSTRAINT ck CHECK (rev > 0)"),
        ("require-concurrent-index-creation", "CREATE INDEX ix ON record (rev)"),
        ("changes-rows", "UPDATE record SET body = ''"),
    ],
)
def test_a_statement_that_stops_or_locks_is_reported(rule: str, statement: str, tmp_path: Path) -> None:
    assert rule in {name for name, _line in findings([statement], tmp_path)}


@pytest.mark.parametrize(
    "statements",
    [
        ["ALTER TABLE record ADD COLUMN a text"],
        ["ALTER TABLE record ADD COLUMN a text DEFAULT '' NOT NULL"],
        ["CREATE TABLE new (tenant_id text PRIMARY KEY, day date)", "CREATE INDEX ix ON new (day)"],
    ],
)
def test_a_statement_that_only_adds_is_not_reported(statements: list[str], tmp_path: Path) -> None:
    assert findings(statements, tmp_path) == []


@pytest.mark.postgres
def test_an_upgrade_gives_up_when_a_table_stays_locked(
    postgres_cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = create_engine_for(postgres_cluster.new_database())
    migrations.upgrade(engine, "0084")
    monkeypatch.setattr(migrations, "LOCK_TIMEOUT_MS", 50)
    with engine.begin() as report:
        report.exec_driver_sql("LOCK TABLE tenant IN ROW EXCLUSIVE MODE")
        with pytest.raises(migrations.StoreBusyError):
            migrations.upgrade(engine)
    assert migrations.current(engine) == "0084"
    migrations.upgrade(engine)
    assert migrations.current(engine) == migrations.head()
    engine.dispose()

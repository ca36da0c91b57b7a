"""`rotate-keys`: a newer key, and its entry in the audit trail."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from tests.server.cli.command import Command

from field178_server.database.engine import create_engine_for
from field178_server.database.models import Audit
from field178_server.database.unit_of_work import snapshot
from field178_server.settings import Settings


@pytest.mark.parametrize("kind", ["server", "receipt", "sealing"])
def test_rotation_is_written_into_the_trail(field178: Command, kind: str) -> None:
    field178("rotate-keys", "--kind", kind)
    settings = Settings.from_environment({"FIELD178_DATA_DIR": str(field178.folder)})
    engine = create_engine_for(settings.effective_database_url)
    with snapshot(engine) as session:
        entries = session.execute(
            select(Audit.actor_kind, Audit.object_id).where(Audit.action == "keys_rotated")
        )
        assert [tuple(entry) for entry in entries] == [("operator", kind)]
    engine.dispose()

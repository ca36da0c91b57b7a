"""Store of the demo: the made-up district in a folder of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

from scripts.demo.server_process import ServerProcess

from field178_server.audit.operation_context import OperationContext
from field178_server.database.engine import create_engine_for
from field178_server.demo import district
from field178_server.demo.seed import DemoStore, Seeded
from field178_server.replication.policy.record_validation import DeclaredTypes
from field178_server.security.keyring import load_keys
from field178_server.security.passwords import Passwords
from field178_server.security.plan_key import PlanKey
from field178_server.serving.installation import install
from field178_server.settings import Settings
from field178_shared.codelists import demo, load
from field178_shared.ids import IdSource
from field178_shared.time.clock import clock_from_environment

# Printed for everybody to see: every account of the made-up district has it.
PASSWORD = "gia-lap-an-lao-178"
# The usual folder, in the checkout.
FOLDER = ".demo"
# Another folder is emptied only with this file in it: its name comes from the command line.
_MARKER = "field178-demo"


class ForeignFolderError(Exception):
    """A folder with content that is not of a demo: it is left as it is; the argument is its path."""


def empty_folder(folder: Path) -> None:
    """Make a folder empty and mark it as one of the demo; raises ForeignFolderError."""
    is_own = folder.name == FOLDER or (folder / _MARKER).exists()
    if not is_own and folder.is_dir() and any(folder.iterdir()):
        raise ForeignFolderError(folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / _MARKER).touch()


def fill(server: ServerProcess, waiting: int = 0, *, has_newest: bool = False) -> Seeded:
    """Make the store of a server and fill it with the made-up district; so many records wait for review.

    `has_newest`: includes newer records under review, a second team, and the plan and reports of the year.
    """
    settings = Settings.from_environment(server.environment())
    clock = clock_from_environment({"FIELD178_CLOCK_START": settings.clock_start})
    settings.data_dir.parent.mkdir(parents=True, exist_ok=True)
    engine, ids = create_engine_for(settings.effective_database_url), IdSource(clock)
    install(settings, engine, clock, ids)
    lists = load()
    context = OperationContext(settings.tenant, clock, ids, lists)
    keys = PlanKey(settings.key_dir, settings.password_cost).keys()
    store = DemoStore(engine, context, DeclaredTypes(lists), keys)
    key, stored = load_keys(settings.key_dir).receipt, Passwords(settings.password_cost).hash(PASSWORD)
    seeded = district.fill(store, key, demo(), stored, waiting, has_newest=has_newest)
    engine.dispose()
    return seeded

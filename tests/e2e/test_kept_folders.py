"""Folders of an office and of a tablet that older versions wrote: this version opens them and goes on.

`kept_folders/*.tar.xz` were made by `kept_folders/make.py` of their version; once released none changes.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from tests.e2e.kept_folders.make import NAMES, opened
from tests.e2e.real_tablet import RealTablet
from tests.e2e.server_process import ServerProcess

from field178_mobile.replication.events import SyncMessage
from field178_mobile.store import StateWord
from field178_server.database.engine import create_engine_for
from field178_server.database.models import PlanItemRow, Quarantine, Record
from field178_server.database.unit_of_work import snapshot
from field178_shared.ids import review_id

DECIDED = ("returned", "approved")
KEPT = sorted((Path(__file__).parent / "kept_folders").glob("*.tar.xz"))


@dataclass
class Kept:
    """The folders of one older version, upgraded, and the ids of what is in them."""

    server: ServerProcess
    tablet: RealTablet
    ids: dict[str, Any]


@pytest.fixture(scope="module", params=KEPT, ids=lambda path: path.name.partition(".")[0])
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    folder = tmp_path_factory.mktemp("kept")
    with tarfile.open(request.param) as archive:
        archive.extractall(folder, filter="data")
    ids = json.loads((folder / "content.json").read_text("utf-8"))
    server = ServerProcess(folder / "office")
    server.command("init")
    server.command("check")
    server.start()
    tablet = opened(folder / "tablet", server.url, lambda _vault: ids["user"])
    yield Kept(server, tablet, ids)
    tablet.close()
    server.stop()


def test_upgraded_store_contains_records_of_the_older_version(kept: Kept) -> None:
    engine = create_engine_for(f"sqlite:///{kept.server.folder / 'field178.sqlite'}")
    with snapshot(engine) as session:
        records = {row.record_id: row for row in session.scalars(select(Record))}
        planned = set(session.scalars(select(PlanItemRow.record_id)))
        waiting = session.scalars(select(Quarantine)).all()
    engine.dispose()
    states = {name: json.loads(records[review_id(kept.ids[name])].body)["state"] for name in DECIDED}
    assert states == {"returned": "returned", "approved": "approved"}
    assert [json.loads(records[place].body)["name"] for place in kept.ids["places"]] == list(NAMES)
    assert planned == set(kept.ids["planned"])
    assert [(row.record_id, row.state) for row in waiting] == [(kept.ids["waiting"], "open")]


def test_a_tablet_folder_shows_its_records_and_drafts_before_any_sync(kept: Kept) -> None:
    store, ids = kept.tablet.store, kept.ids
    assert {view.data["name"] for view in store.views("establishment")} >= set(NAMES)
    assert {view.id for view in store.views("plan_item")} == set(ids["planned"])
    assert ids["draft"] in {draft.record_id for draft in store.drafts.all()}
    assert store.shown_state(ids["waiting"]).attention is not None


def test_the_unsent_visit_of_a_tablet_folder_goes_to_the_upgraded_office(kept: Kept) -> None:
    store, ids = kept.tablet.store, kept.ids
    assert store.shown_state(ids["unsent"]).word is StateWord.UNSENT
    assert kept.tablet.sync() is SyncMessage.IN_SYNC
    assert store.shown_state(ids["unsent"]).word is StateWord.RECEIVED
    assert store.status().in_sync
    assert ids["draft"] in {draft.record_id for draft in store.drafts.all()}

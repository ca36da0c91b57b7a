"""`db.session` of an application: its writes, its snapshots on the bind `reader`, and both nested."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from tests.server.office_scene import Office, copy_of

from field178_server.database.engine import readonly
from field178_server.database.flask_extension import READER, db
from field178_server.database.models import Tenant
from field178_server.database.sessions import is_snapshot
from field178_server.database.unit_of_work import snapshot, unit_of_work


@pytest.fixture
def office(furnished: Path, tmp_path: Path) -> Iterator[Office]:
    office = Office(copy_of(furnished, tmp_path / "data"))
    yield office
    office.close()


def test_snapshot_in_an_application_is_its_session_on_the_reader(office: Office) -> None:
    with office.app.app_context(), snapshot(office.engine) as session:
        assert session is db.session()
        assert is_snapshot(session)
        assert session.get_bind() is db.engines[READER] is readonly(office.engine)
        assert db.session.scalars(db.select(Tenant.tenant_id)).all() == ["main"]


def test_session_writes_again_after_a_snapshot(office: Office) -> None:
    with office.app.app_context():
        with snapshot(office.engine):
            pass
        with unit_of_work(office.engine) as session:
            assert session is db.session()
            assert session.get_bind() is office.engine
            session.execute(text("UPDATE tenant SET epoch = epoch"))


def test_snapshot_within_a_snapshot_sees_the_same_state(office: Office) -> None:
    with office.app.app_context(), snapshot(office.engine) as outer:
        before = _epoch(outer)
        _write_from_another_thread(office.engine)
        with snapshot(office.engine) as inner:
            assert inner is outer
            assert _epoch(inner) == before
        # The end of the inner one does not end the outer one.
        assert _epoch(outer) == before


def test_snapshot_within_a_write_does_not_see_it(office: Office) -> None:
    with office.app.app_context(), unit_of_work(office.engine) as writing:
        before = _epoch(writing)
        writing.execute(text("UPDATE tenant SET epoch = 'other'"))
        with snapshot(office.engine) as session:
            assert session is not writing
            assert _epoch(session) == before
        assert _epoch(writing) == "other"


def test_write_within_a_snapshot_is_stored_and_not_seen(office: Office) -> None:
    with office.app.app_context(), snapshot(office.engine) as session:
        before = _epoch(session)
        with unit_of_work(office.engine) as writing:
            writing.execute(text("UPDATE tenant SET epoch = 'other'"))
        assert _epoch(session) == before
    with snapshot(office.engine) as session:
        assert _epoch(session) == "other"


def test_session_of_a_failed_snapshot_is_no_snapshot_afterwards(office: Office) -> None:
    with office.app.app_context():
        with pytest.raises(LookupError), snapshot(office.engine) as session:
            raise LookupError
        assert not is_snapshot(session)
        assert not is_snapshot(db.session())


def test_snapshot_refuses_to_write(office: Office) -> None:
    with office.app.app_context(), pytest.raises(DBAPIError), snapshot(office.engine) as session:
        session.execute(text("UPDATE tenant SET epoch = 'other'"))


def test_snapshot_outside_an_application_has_a_session_of_its_own(office: Office) -> None:
    with snapshot(office.engine) as session:
        assert is_snapshot(session)
        assert session.get_bind() is readonly(office.engine)


def _epoch(session: Session) -> str:
    return session.scalars(select(Tenant.epoch)).one()


def _write_from_another_thread(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        session.execute(text("UPDATE tenant SET epoch = 'written meanwhile'"))

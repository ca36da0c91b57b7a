"""Frozen reports and templates that are altered in the database: the integrity check names them."""

from __future__ import annotations

import hashlib
import zlib
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session
from tests.server.office.reports.conftest import Write
from tests.server.office.reports.test_operations import frozen, opened

from field178_server.database.models import FrozenReport, ReportTemplate
from field178_server.demo.seed import DemoStore
from field178_server.maintenance.integrity import faults_of_rows

OTHER = b'{"other": "content"}'
CONTENT = {"body": zlib.compress(OTHER)}


@pytest.fixture(scope="module")
def report(store: DemoStore) -> list[str]:
    return []


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (FrozenReport, CONTENT),
        (FrozenReport, {"body": b"not compressed"}),
        (FrozenReport, CONTENT | {"sha256": hashlib.sha256(OTHER).hexdigest()}),
        (ReportTemplate, {"body": b"x"}),
    ],
    ids=["content", "damaged", "content_and_hash", "template"],
)
def test_altered_content_is_named(
    store: DemoStore, write: Write, report: list[str], model: Any, values: dict[str, Any]
) -> None:
    if not report:
        report.append(opened(write, year=2021))
        frozen(store, write, report[0])
    with Session(store.engine) as session:
        assert faults_of_rows(session, store.context.tenant_id, None) == []
        session.execute(update(model).values(**values))
        (fault,) = faults_of_rows(session, store.context.tenant_id, None)
        session.rollback()
    named = f"report: {report[0]} frozen content" if model is FrozenReport else "report: template "
    assert fault.startswith(named)

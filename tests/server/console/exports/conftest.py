"""The office of the made-up district, whose exports are asked for in browsers and written by its worker."""

from collections.abc import Iterator

import pytest
from tests.server.console.indicators.conftest import district, reads_as
from tests.server.office_scene import Office

from field178_server.job_kinds import JOB_KINDS
from field178_server.jobs.worker import JobWorker

__all__ = ["district", "reads_as"]


@pytest.fixture(autouse=True)
def no_export_waits(request: pytest.FixtureRequest) -> Iterator[None]:
    """Write the exports that a test left waiting, which the next test in any order would count as its own."""
    yield
    if "district" in request.fixturenames:
        office = request.getfixturevalue("district")
        assert isinstance(office, Office)
        JobWorker(office.runtime, JOB_KINDS).run_waiting()

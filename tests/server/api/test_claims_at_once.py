"""Tablets that claim one code at once, on both engines."""

from __future__ import annotations

import threading

from sqlalchemy import func, select
from tests.server.office_scene import Office, Tablet

from field178_server.database.models import Device
from field178_server.database.unit_of_work import snapshot


def test_of_many_claims_at_once_exactly_one_device_is_made(office: Office) -> None:
    code, answers = office.code(), list[int]()

    def claim() -> None:
        answers.append(Tablet(office).enrol(code).status_code)

    threads = [threading.Thread(target=claim) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [201] + [403] * 7
    with snapshot(office.engine) as session:
        assert session.scalar(select(func.count()).select_from(Device)) == 1

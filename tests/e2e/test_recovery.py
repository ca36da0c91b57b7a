"""Every PIN of a tablet is forgotten: office and officer together open it again, and nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.foreign_client import enrolment_code
from tests.e2e.server_process import ServerProcess, running_server

from field178_mobile.replication.enrolment import EnrolLink
from field178_mobile.tablet import FirstEnrolment, PinUnlock, RecoveredOfficer, Tablet
from field178_mobile.vault import GuessCost
from field178_shared.errors import AppError, ErrorCode
from field178_shared.time.clock import SystemClock

PHRASE, OTHER_PHRASE = "cánh diều, hạt dẻ, phố núi, ống nhòm", "giúp đỡ, cái giếng, mứt sen, cổ tích"
PASSWORD = "con-trau-gam-co-an-1"
CHEAP = GuessCost(memory_kib=64, passes=1)


class StillRunner:
    """A sync runner that does nothing."""

    def start(self) -> None:
        return

    def stop(self) -> None:
        return


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    with running_server(tmp_path / "server") as made:
        options = ("--role", "team_lead", "--team", "Đội 178")
        made.command("user", "add", "an", *options, stdin=f"{PASSWORD}\n")
        yield made


def tablet_in(folder: Path) -> Tablet:
    return Tablet(folder, SystemClock(), "máy thử", CHEAP, lambda *_parts: StillRunner())


def test_unsent_work_is_there_after_every_pin_was_forgotten(server: ServerProcess, tmp_path: Path) -> None:
    notebook = tablet_in(tmp_path / "tablet")
    code = enrolment_code(server.command("enrol-code", "--user", "an"))
    assert FirstEnrolment(notebook).register(EnrolLink(server.url, code)) == "an"
    # The application ended before the sign-in; it goes on from there.
    first = FirstEnrolment(tablet_in(tmp_path / "tablet"))
    opened = first.set_up(first.sign_in("an", PASSWORD, ""), PHRASE)
    opened.store.settings.put("unsent", "work")
    opened.close()

    again = tablet_in(tmp_path / "tablet")
    way = RecoveredOfficer(again)
    way.register(EnrolLink(server.url, "0000000000000000"))
    with pytest.raises(AppError) as refused:
        way.sign_in("an", PASSWORD, "")
    assert refused.value.code is ErrorCode.ENROLMENT_REFUSED
    way.register(EnrolLink(server.url, enrolment_code(server.command("enrol-code", "--user", "an"))))
    officer = way.sign_in("an", PASSWORD, "")
    opened = way.set_up(officer, OTHER_PHRASE)
    assert opened.store.settings.get("unsent") == "work"
    opened.close()
    renewed = PinUnlock(again).open(officer.id, OTHER_PHRASE)
    renewed.close()
    with pytest.raises(AppError):
        PinUnlock(again).open(officer.id, PHRASE)
    assert len(json.loads(server.command("devices", "--json"))) == 1

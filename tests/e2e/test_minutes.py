"""Minutes end to end: numbers of a real server, printed offline, taken at the office as the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import requests
from tests.e2e.real_tablet import RealTablet, enrolled
from tests.e2e.server_process import ServerProcess, running_server
from tests.shared import builders

from field178_mobile.components.documents.document_files import PaperFolder
from field178_mobile.components.documents.document_output import DocumentServices
from field178_mobile.features.inspection.minutes import MinutesPresenter, MinutesServices, VisitAtHand
from field178_mobile.features.inspection.visit_filing import what_to_file
from field178_mobile.platform.fake import FakePlatform
from field178_mobile.presentation.wording import Wording
from field178_mobile.replication.events import SyncMessage
from field178_mobile.store import Draft
from field178_shared.codelists import load
from field178_shared.documents.sources import COMMITMENT, MINUTES
from field178_shared.errors import AppError
from field178_shared.text.i18n import translator
from field178_shared.time.clock import SystemClock, local_date, to_wire

WORDS = Wording(load(), "vi", translator("vi", "tablet"))
PASSWORD = "con-trau-gam-co-chi-1"


class AtOnce:
    """A background and a drawing thread in one."""

    def post(self, work: Callable[[], None]) -> None:
        work()

    def run(
        self, work: Callable[[], Any], done: Callable[[Any], None], failed: Callable[[AppError], None]
    ) -> None:
        try:
            result = work()
        except AppError as error:
            failed(error)
        else:
            done(result)


@dataclass
class Inspector:
    """An officer with a tablet of the team."""

    tablet: RealTablet
    folder: Path

    @property
    def team(self) -> str:
        (team,) = self.tablet.store.views("team")
        return team.id

    def visit(self, at: datetime | None = None) -> str:
        """File an establishment and a visit to it, as the screens do; without an instant it is of now."""
        store, ids, user = self.tablet.store, self.tablet.ids, self.tablet.enrolment.user.id
        place = ids.time_ordered()
        self.tablet.file(place, name="Karaoke Mộc Diệp (GL-016)", establishment_type_id="karaoke")
        now = at or SystemClock().now()
        data = {
            **builders.inspection(),
            "team_id": self.team,
            "unit_id": "c11629_v1",
            "establishment_id": place,
            "members": {
                person.id: {"user": person.id, "position": "team_leader" if person.id == user else "member"}
                for person in store.views("person")
            },
            "started_at": to_wire(now),
            "ended_at": to_wire(now),
        }
        del data["minutes_number"]
        record_id = ids.time_ordered()
        draft = Draft(ids.random(), "inspection", record_id, f"team:{self.team}", data, None, 0, user, now)
        filing = what_to_file(store, draft, data, load())
        store.file(filing.visit, user, filing.extra, filing.gone)
        return record_id

    def paper(self, record_id: str, kind: str) -> bytes:
        """Make a paper and return what the viewer is handed."""
        device = FakePlatform(self.folder)
        papers = DocumentServices(device, PaperFolder(lambda: self.folder / "papers"), AtOnce(), AtOnce())
        tablet = self.tablet
        services = MinutesServices(
            tablet.store, SystemClock(), tablet.ids, WORDS, tablet.enrolment.user.id, papers
        )
        at_hand = VisitAtHand(record_id, dict, lambda: False)
        minutes = MinutesPresenter(services, at_hand, lambda _state: None)
        minutes.make(kind)
        minutes.output.open(kind)
        return device.done[-1][2]

    def number(self, record_id: str) -> object:
        view = self.tablet.store.view(record_id)
        assert view is not None
        return view.data.get("minutes_number")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with running_server(tmp_path_factory.mktemp("office")) as running:
        for login, role in (("an", "team_lead"), ("chi", "reviewer")):
            team = ("--team", "Đội 178")
            running.command("user", "add", login, "--role", role, *team, stdin=f"con-trau-gam-co-{login}-1\n")
        yield running


@pytest.fixture
def inspector(server: ServerProcess, tmp_path: Path) -> Iterator[Callable[[], Inspector]]:
    made: list[Inspector] = []

    def make() -> Inspector:
        folder = tmp_path / f"tablet-{len(made)}"
        made.append(Inspector(enrolled(server, "an", folder / "store"), folder))
        assert made[-1].tablet.sync() is SyncMessage.IN_SYNC
        return made[-1]

    yield make
    for inspector in made:
        inspector.tablet.close()


@pytest.fixture(scope="module")
def desk(server: ServerProcess) -> requests.Session:
    """A reviewer's browser."""
    session = requests.Session()
    answer = session.post(
        f"{server.url}/sign-in", data={"login": "chi", "password": PASSWORD}, allow_redirects=False
    )
    assert answer.status_code == 303, answer.text
    return session


@pytest.mark.parametrize("kind", [MINUTES, COMMITMENT])
def test_office_and_tablet_hold_the_same_bytes(
    server: ServerProcess, inspector: Callable[[], Inspector], desk: requests.Session, kind: str
) -> None:
    officer = inspector()
    visit = officer.visit()
    offline = officer.paper(visit, kind)
    assert officer.tablet.sync() is SyncMessage.IN_SYNC
    assert officer.tablet.store.status().quarantined == 0
    answer = desk.get(f"{server.url}/records/{visit}/papers/{kind}")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert sha256(answer.content).hexdigest() == sha256(offline).hexdigest()
    # The receipt and the server's own row change nothing of it.
    assert officer.paper(visit, kind) == offline


def test_two_tablets_of_one_team_print_no_number_twice(inspector: Callable[[], Inspector]) -> None:
    first, second = inspector(), inspector()
    # All in one year, even if the next year begins meanwhile: its numbers begin at 1.
    now = SystemClock().now()
    numbers = [officer.number(officer.visit(now)) for officer in (first, second, first, second)]
    assert None not in numbers
    assert len(set(numbers)) == 4
    year = local_date(now).year
    scope = f"team:{first.team}"
    for officer in (first, second):
        assert officer.tablet.sync() is SyncMessage.IN_SYNC
        # The numbers of the other tablet have arrived here and are none of these.
        assert officer.tablet.store.minutes_numbers.left(scope, year) == 48

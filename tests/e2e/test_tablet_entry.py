"""An establishment put into the register on the tablet, then its visit, at a real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.real_tablet import RealTablet, enrolled
from tests.e2e.server_process import ServerProcess, running_server
from tests.mobile.inspection_world import counts

from field178_mobile.components.services.record_services import RecordServices
from field178_mobile.features.inspection.inspection import InspectionPresenter
from field178_mobile.features.workspace.workspace import Workspace
from field178_mobile.presentation.wording import Wording
from field178_mobile.replication.events import SyncMessage
from field178_mobile.store import InboxItem, StateWord
from field178_shared.codelists import load
from field178_shared.merge import read_path
from field178_shared.rules.visit_outreach import session_id_of_visit
from field178_shared.text.i18n import translator
from field178_shared.time.clock import SystemClock

WORDS = Wording(load(), "vi", translator("vi", "tablet"))
ROUND_THE_CLOCK = "guesthouse"
UNIT, LOST = "c11629_v2", "c11635_v2"


class AtOnce:
    def post(self, work: Callable[[], None]) -> None:
        work()


class Nothing:
    """A screen that draws nothing."""

    def __init__(self) -> None:
        self.pane = self

    def show_list(self, _state: Any) -> None:
        return

    show_shift = show_record = show_visit = show_form = show_census = show_list

    def clear_search(self):
        return


def to_see_to(tablet: RealTablet, record_id: str) -> list[InboxItem]:
    """The inbox about one record: other tests of this server leave conflicts in the same commune."""
    return [item for item in tablet.store.inbox() if item.record_id == record_id]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with running_server(tmp_path_factory.mktemp("office")) as running:
        running.command("team", "add", "Đội 178 An Lão", "--unit", UNIT)
        for login in ("an", "binh"):
            team = ("--role", "team_lead", "--team", "Đội 178 An Lão")
            running.command("user", "add", login, *team, stdin=f"con-trau-gam-co-{login}-1\n")
        running.command("team", "add", "Đội liên xã", "--unit", UNIT, "--unit", LOST)
        both = ("--role", "team_lead", "--team", "Đội liên xã")
        running.command("user", "add", "chi", *both, stdin="con-trau-gam-co-chi-1\n")
        yield running


@pytest.fixture
def tablets(server: ServerProcess, tmp_path: Path) -> Iterator[list[RealTablet]]:
    made = [enrolled(server, login, tmp_path / login) for login in ("an", "binh")]
    for device in made:
        assert device.sync() is SyncMessage.IN_SYNC
    yield made
    for device in made:
        device.close()


def desk_of(tablet: RealTablet) -> Workspace:
    user = tablet.enrolment.user.id
    desk = Workspace(RecordServices(tablet.store, SystemClock(), tablet.ids, WORDS, user), AtOnce())
    desk.show_on(Nothing())
    return desk


def go_out(desk: Workspace, tablet: RealTablet) -> None:
    desk.shift.choose_kind("guidance")
    desk.shift.choose_trigger("annual_plan")
    for person in tablet.store.views("person"):
        if person.id != tablet.enrolment.user.id:
            desk.shift.toggle_member(person.id)
    desk.shift.confirm()


def put_in(desk: Workspace, name: str, kind: str = "karaoke") -> str:
    desk.begin_establishment(name)
    form = desk.editing.form
    assert form is not None
    form.choose_kind(kind)
    form.write("address_line", "Số 5 đường Nguyễn Văn Trỗi")
    form.add_certificate("antt")
    form.state_certificate("antt", "not_shown")
    form.complete(inspect=True)
    return form.record_id


def test_server_accepts_the_establishment_then_its_visit(tablets: list[RealTablet]) -> None:
    mine, other = tablets
    desk = desk_of(mine)
    go_out(desk, mine)
    place = put_in(desk, "Karaoke Hoa Ban (GL-950)")
    assert mine.store.shown_state(place).word == StateWord.UNSENT
    assert desk.record.begin("closed_on_arrival")
    visit = desk.record.visit
    assert visit is not None
    visit.complete()
    assert mine.sync() is SyncMessage.IN_SYNC
    assert [status for status, _, _ in mine.receipts().values()] == ["applied", "applied"]
    assert mine.store.shown_state(place).word == StateWord.RECEIVED
    assert other.sync() is SyncMessage.IN_SYNC
    seen = other.store.view(visit.record_id)
    assert seen is not None
    assert seen.data["establishment_id"] == place
    assert other.store.view(place).data["certificates"] == {"antt": {"status": "not_shown"}}  # type: ignore[union-attr]


def test_two_who_mend_the_same_field_clash_in_the_ordinary_way(tablets: list[RealTablet]) -> None:
    mine, other = tablets
    place = put_in(desk_of(mine), "Karaoke Hoa Ban (GL-951)")
    assert mine.sync() is SyncMessage.IN_SYNC
    assert other.sync() is SyncMessage.IN_SYNC
    for tablet, village in ((mine, "Thôn 3"), (other, "Thôn 5")):
        desk = desk_of(tablet)
        assert desk.open_establishment(place)
        form = desk.editing.form
        assert form is not None
        form.write("village", village)
        form.complete()
    assert mine.sync() is SyncMessage.IN_SYNC
    other.sync()
    (item,) = to_see_to(other, place)
    assert item.type == "establishment"
    assert [value.path for value in item.refused_values] == ["village"]
    view = other.store.view(place)
    assert view is not None
    assert view.data["village"] == "Thôn 3"


def test_the_session_of_a_mended_visit_goes_at_the_server_and_comes_back_with_it(
    tablets: list[RealTablet],
) -> None:
    mine, other = tablets
    desk = desk_of(mine)
    go_out(desk, mine)
    # A guesthouse has no closing hours: that a karaoke bar kept them is doubted when it is night now.
    desk.open(put_in(desk, "Nhà nghỉ Hoa Ban (GL-953)", ROUND_THE_CLOCK))
    assert desk.record.begin("inspected")
    assert desk.record.visit is not None
    visit_id = desk.record.visit.record_id
    do_routine_visit(desk.record.visit)
    session = session_id_of_visit(visit_id)
    assert reached(mine, other, session) == 4
    for done, expected in (("no", None), ("yes", 3)):
        assert desk.open_visit(visit_id)
        assert desk.record.visit is not None
        desk.record.visit.mend()
        desk.record.visit.answer("ou_done", done)
        if expected:
            desk.record.visit.count("ou_workers_attended", expected)
        desk.record.visit.complete()
        assert reached(mine, other, session) == expected


def do_routine_visit(visit: InspectionPresenter) -> None:
    visit.choose_role("owner")
    for section, _items in WORDS.lists.checklist_of(ROUND_THE_CLOCK, None):
        visit.open_section(section.id)
        visit.pass_section()
    for item_id, answer in counts(5, 4).items():
        visit.count(item_id, answer["v"])  # type: ignore[index,arg-type]
    visit.answer("ou_done", "yes")
    visit.count("ou_workers_attended", 4)
    visit.choose_result("compliant")
    visit.complete()


def reached(mine: RealTablet, other: RealTablet, session: str) -> int | None:
    """Bring what one tablet filed to the other: how many workers its session says were reached, there."""
    assert mine.sync() is SyncMessage.IN_SYNC
    assert {status for status, _, _ in mine.receipts().values()} == {"applied"}
    assert other.sync() is SyncMessage.IN_SYNC
    view = other.store.view(session)
    if view is None or view.deleted:
        return None
    attended = read_path(view.data, "audiences.workers_at_risk.attendance_count")
    assert isinstance(attended, int)
    return attended


def test_establishment_refused_for_a_lost_commune_moves_to_another(
    server: ServerProcess, tmp_path: Path
) -> None:
    tablet = enrolled(server, "chi", tmp_path / "chi")
    assert tablet.sync() is SyncMessage.IN_SYNC
    desk = desk_of(tablet)
    desk.begin_establishment("Karaoke Hoa Ban (GL-952)")
    form = desk.editing.form
    assert form is not None
    form.choose_kind("karaoke")
    form.choose_unit(LOST)
    form.write("address_line", "Số 5 đường Nguyễn Văn Trỗi")
    form.complete()
    server.command("ungrant", tablet.enrolment.device, f"unit:{LOST}")
    tablet.sync()
    (item,) = to_see_to(tablet, form.record_id)
    assert item.reason == "scope_not_granted"
    assert desk.open_establishment(form.record_id)
    again = desk.editing.form
    assert again is not None
    again.choose_unit(UNIT)
    again.complete()
    assert tablet.sync() is SyncMessage.IN_SYNC
    view = tablet.store.view(form.record_id)
    assert view is not None
    assert (view.scope, view.attention, view.rev) == (f"unit:{UNIT}", None, 1)
    assert to_see_to(tablet, form.record_id) == []
    tablet.close()

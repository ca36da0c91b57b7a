"""What the tablet counts and enters at a real server: in its figures once, whoever was first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.real_tablet import RealTablet, enrolled
from tests.e2e.server_process import ServerProcess, running_server
from tests.mobile.inspection_world import AtOnce, Unseen, counts
from tests.mobile.support import FrozenClock

from field178_mobile.components.services.record_services import RecordServices
from field178_mobile.features.inspection.inspection import InspectionPresenter
from field178_mobile.features.media.media import MediaPosts
from field178_mobile.features.workspace.workspace import Workspace
from field178_mobile.presentation.wording import Wording
from field178_mobile.replication.events import SyncMessage
from field178_mobile.store import InboxItem, InboxKind, StateWord
from field178_shared.codelists import load
from field178_shared.list_packs import ListPack, lists_with
from field178_shared.merge import read_path
from field178_shared.records.area_figures import AreaFigures
from field178_shared.rules.visit_outreach import session_id_of_visit
from field178_shared.text.i18n import translator
from field178_shared.time.clock import SystemClock, local_date

WORDS = Wording(load(), "vi", translator("vi", "tablet"))
# One day for all entries and readings here, even if midnight passes meanwhile.
CLOCK = FrozenClock()
CLOCK.instant = SystemClock().now()
UNIT, LOST = "c11629_v2", "c11635_v2"
ROUND_THE_CLOCK = "guesthouse"
STATION = {
    "id": "station_gl",
    "vi": "Đài xã",
    "en": "Station",
    "channel_id": "commune_loudspeaker",
    "unit_id": UNIT,
}
STATION_LISTS = lists_with(ListPack().with_rows({"places.media_outlets": {"station_gl": STATION}}))


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
    desk = Workspace(RecordServices(tablet.store, CLOCK, tablet.ids, WORDS, user), AtOnce())
    desk.show_on(Unseen())
    return desk


def place_of(tablet: RealTablet, name: str) -> str:
    """File an establishment in the team's commune of today."""
    desk = desk_of(tablet)
    desk.begin_establishment(name)
    form = desk.editing.form
    assert form is not None
    form.choose_kind("karaoke")
    form.write("address_line", "Số 5 đường Nguyễn Văn Trỗi")
    form.complete()
    return form.record_id


def count(tablet: RealTablet, place: str, total: int, female: int) -> None:
    """Count the workers of an establishment today, as its page does."""
    desk = desk_of(tablet)
    desk.begin_census(place)
    form = desk.census.form
    assert form is not None
    for name, number in (("total", total), ("female", female), ("male", total - female)):
        form.write(f"workers_{name}", number)
    form.complete()
    assert desk.census.form is None, "filed"


def censuses(tablet: RealTablet, place: str) -> list[Any]:
    return [view for view in tablet.store.views("worker_census") if view.data["establishment_id"] == place]


def figure_of(server: ServerProcess, indicator_id: str) -> int:
    year = str(local_date(CLOCK.now()).year)
    printed = server.command("indicators", "--year", year, "--profile", "an_lao_2024", "--json")
    return int(json.loads(printed)[indicator_id]["num"])


def workers_at_the_office(server: ServerProcess) -> int:
    return figure_of(server, "workers_total")


def enter_post(tablet: RealTablet, title: str, times: int) -> None:
    """Enter an item of the commune's station that came out today, as the form does."""
    words = replace(WORDS, lists=STATION_LISTS)
    services = RecordServices(tablet.store, CLOCK, tablet.ids, words, tablet.enrolment.user.id)
    posts = MediaPosts(services, lambda _state: None, lambda _state: None)
    posts.begin("station_gl")
    assert posts.form is not None
    posts.form.write("title", title)
    posts.form.choose_genre("news")
    posts.form.write("broadcast_times", times)
    posts.form.complete()
    assert posts.form is None, "filed"


def test_count_is_received_corrected_and_withdrawn_in_the_figures(
    server: ServerProcess, tablets: list[RealTablet]
) -> None:
    mine, other = tablets
    before = workers_at_the_office(server)
    place = place_of(mine, "Karaoke Hoa Ban (GL-960)")
    count(mine, place, 5, 4)
    assert workers_at_the_office(server) == before
    assert mine.sync() is SyncMessage.IN_SYNC
    (census,) = censuses(mine, place)
    assert mine.store.shown_state(census.id).word is StateWord.RECEIVED
    assert workers_at_the_office(server) == before + 5
    assert other.sync() is SyncMessage.IN_SYNC
    count(other, place, 7, 4)
    assert other.sync() is SyncMessage.IN_SYNC
    assert workers_at_the_office(server) == before + 7
    assert mine.sync() is SyncMessage.IN_SYNC
    desk = desk_of(mine)
    assert desk.open_census(census.id)
    assert desk.census.form is not None
    desk.census.form.withdraw()
    assert mine.sync() is SyncMessage.IN_SYNC
    assert workers_at_the_office(server) == before
    count(mine, place, 6, 6)
    assert mine.sync() is SyncMessage.IN_SYNC
    assert [view.attention for view in censuses(mine, place)] == [None]
    assert workers_at_the_office(server) == before + 6
    assert other.sync() is SyncMessage.IN_SYNC
    assert [view.data["workers_total"] for view in censuses(other, place)] == [6]


def test_two_tablets_that_count_one_place_on_one_day_write_one_record(
    server: ServerProcess, tablets: list[RealTablet]
) -> None:
    mine, other = tablets
    before = workers_at_the_office(server)
    same, contested = (place_of(mine, f"Karaoke Hoa Ban (GL-96{digit})") for digit in (1, 2))
    assert mine.sync() is SyncMessage.IN_SYNC
    assert other.sync() is SyncMessage.IN_SYNC
    for tablet, total in ((mine, 5), (other, 6)):
        count(tablet, same, 3, 2)
        count(tablet, contested, total, 2)
    assert mine.sync() is SyncMessage.IN_SYNC
    other.sync()
    assert workers_at_the_office(server) == before + 3 + 5
    assert [len(censuses(tablet, same)) for tablet in tablets] == [1, 1]
    (agreed,), (contested_census,) = censuses(other, same), censuses(other, contested)
    assert agreed.attention is None
    # A conflict a number: the total, and the men.
    items = [inbox_item for inbox_item in other.store.inbox() if inbox_item.record_id == contested_census.id]
    assert {item.kind for item in items} == {InboxKind.CONFLICT}
    values = [value for item in items for value in item.refused_values]
    mine_of_it = {value.path: value.mine for value in values}
    assert mine_of_it == {"workers_total": 6, "workers_male": 4}
    user = other.enrolment.user.id
    assert other.store.resolve(contested_census.id, values, mine_of_it, user)
    assert other.sync() is SyncMessage.IN_SYNC
    assert workers_at_the_office(server) == before + 3 + 6


def test_item_that_two_tablets_enter_is_one_post_in_the_figures(
    server: ServerProcess, tablets: list[RealTablet]
) -> None:
    mine, other = tablets
    before = figure_of(server, "media_posts_total")
    enter_post(mine, "Bản tin tháng", 2)
    enter_post(other, "Bản  tin THÁNG", 2)
    assert mine.sync() is SyncMessage.IN_SYNC
    other.sync()
    assert figure_of(server, "media_posts_total") == before + 1
    enter_post(mine, "Bản tin khác", 1)
    assert mine.sync() is SyncMessage.IN_SYNC
    assert figure_of(server, "media_posts_total") == before + 2
    assert {status for status, _, _ in mine.receipts().values()} == {"applied"}


def test_figures_of_the_area_come_with_an_exchange_once_a_number_changed(
    server: ServerProcess, tablets: list[RealTablet]
) -> None:
    mine, other = tablets
    place = place_of(mine, "Karaoke Hoa Ban (GL-963)")
    count(mine, place, 4, 4)
    assert mine.sync() is SyncMessage.IN_SYNC
    workers = workers_at_the_office(server)
    server.command("tidy", "--figures")
    assert mine.sync() is SyncMessage.IN_SYNC
    (record,) = mine.store.views("indicator_figures")
    figures = AreaFigures.from_data(record.data)
    assert figures.as_of is not None
    assert (figures.figures["workers_total"].num, figures.figures["workers_total"].value) == (
        workers,
        workers,
    )
    server.command("tidy", "--figures")
    assert mine.sync() is SyncMessage.IN_SYNC
    (unchanged,) = mine.store.views("indicator_figures")
    assert unchanged.rev == record.rev, "nothing is sent while no number changed"
    count(mine, place_of(mine, "Karaoke Hoa Ban (GL-964)"), 2, 1)
    assert mine.sync() is SyncMessage.IN_SYNC
    server.command("tidy", "--figures")
    assert other.sync() is SyncMessage.IN_SYNC
    (changed,) = other.store.views("indicator_figures")
    assert AreaFigures.from_data(changed.data).figures["workers_total"].num == workers + 2


def to_see_to(tablet: RealTablet, record_id: str) -> list[InboxItem]:
    """The inbox about one record: other tests of this server leave conflicts in the same commune."""
    return [item for item in tablet.store.inbox() if item.record_id == record_id]


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


def test_the_session_of_a_corrected_visit_goes_at_the_server_and_comes_back_with_it(
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

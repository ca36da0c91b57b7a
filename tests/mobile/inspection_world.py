"""A small area for the inspection tests: a team, its people, establishments, and a visit of last year."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from tests.mobile.support import base_row, server_commits
from tests.shared import builders

from field178_mobile.components.services.record_services import RecordServices
from field178_mobile.components.shift.shift import ShiftPresenter
from field178_mobile.presentation.wording import Wording
from field178_mobile.store import Store
from field178_mobile.store.database.key_value import get_text
from field178_mobile.store.replica.server_records import ServerRecord
from field178_mobile.store.replication.incarnation import enter_device
from field178_mobile.store.session import Unlocked
from field178_shared.codelists import load
from field178_shared.ids import IdSource, companion_id, review_id
from field178_shared.text.i18n import translator
from field178_shared.time.clock import Clock


def uid(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, name))


DEVICE = uid("tablet")
TEAM = uid("team 178")
TEAM_SCOPE = f"team:{TEAM}"
UNIT = "c11629_v2"
OFFICERS = tuple(uid(f"officer {number}") for number in range(1, 6))
LEADER = OFFICERS[0]
KARAOKE, GUESTHOUSE, CAFE = uid("karaoke"), uid("guesthouse"), uid("cafe")
LAST_VISIT = uid("last visit")
POSITIONS = ("team_leader", "deputy_leader", "secretary", "member")
AGENCIES = (
    "commune_culture_social",
    "commune_police",
    "commune_health_station",
    "market_surveillance",
    "fire_police",
)


class AtOnce:
    """A drawing thread that runs posted work in the same call."""

    def post(self, work: Callable[[], None]) -> None:
        work()


class Unseen:
    """A screen that nobody looks at."""

    def __init__(self) -> None:
        self.pane = self

    def show_list(self, _state: object) -> None:
        return

    show_shift = show_record = show_visit = show_form = show_census = show_list

    def clear_search(self) -> None:
        return


class RecordingScreen(Unseen):
    """A screen that keeps the last state of each part, and counts the cleared searches."""

    def __init__(self) -> None:
        super().__init__()
        self.list = self.record = self.visit = self.form = self.census = None
        self.clearings = 0

    def show_list(self, state: Any) -> None:
        self.list = state

    def show_record(self, state: Any) -> None:
        self.record = state

    def show_visit(self, state: Any) -> None:
        self.visit = state

    def show_form(self, state: Any) -> None:
        self.form = state

    def show_census(self, state: Any) -> None:
        self.census = state or self.census

    def clear_search(self) -> None:
        self.clearings += 1


def words(language: str = "vi") -> Wording:
    return Wording(load(), language, translator(language, "tablet"))


def services(store: Store, clock: Clock, ids: IdSource, language: str = "vi") -> RecordServices:
    return RecordServices(store, clock, ids, words(language), LEADER)


def team() -> dict[str, object]:
    members = dict(zip(OFFICERS, ({"position": position} for position in POSITIONS), strict=False))
    return {
        "name": "Đội 178 An Lão",
        "level": "commune",
        "unit_ids": [UNIT],
        "standing_agency": "commune_culture_social",
        "members": members,
    }


def person(number: int) -> dict[str, object]:
    return {"display_name": f"Cán bộ GL-{number + 1:02d}", "agency": AGENCIES[number], "role": "inspector"}


def establishment(name: str, kind: str, lat: int, lon: int, **more: object) -> dict[str, object]:
    return {
        "name": name,
        "establishment_type_id": kind,
        "unit_id": UNIT,
        "address_line": "Số 27 đường Trần Tất Văn",
        "operating_status_id": "operating",
        "lat": lat,
        "lon": lon,
        **more,
    }


def counts(total: int, female: int, **more: int) -> dict[str, object]:
    given = {
        "workers_total": total,
        "workers_female": female,
        "workers_male": total - female,
        "workers_present": total,
        "workers_contract": total,
        "workers_health_check": total,
        "workers_under18": 0,
        **more,
    }
    return {key: {"v": value} for key, value in given.items()}


def filed_visit(place: str, **more: object) -> dict[str, object]:
    """A routine visit as another night filed it."""
    return {
        "captured_at": "2025-11-20T14:00:00Z",
        "tz_offset": "+07:00",
        "team_id": TEAM,
        "unit_id": UNIT,
        "inspection_kind": "planned",
        "trigger": "annual_plan",
        "decision_number": "9/QĐ-UBND",
        "decision_date": "2025-01-10",
        "members": {user: {"user": user, "position": "member"} for user in OFFICERS[:2]},
        "establishment_id": place,
        "started_at": "2025-11-20T14:00:00Z",
        "ended_at": "2025-11-20T14:40:00Z",
        "access_result": "inspected",
        "representative_role": "owner",
        "answers": {"fire_exits_clear": {"v": "no"}, "kd_licence": {"v": "yes"}, **counts(5, 4)},
        "follow_ups": {
            "fire_exits_clear": {"text": "Dọn lối thoát nạn", "due_on": "2025-12-01", "status": "open"}
        },
        "overall_result": "minor_shortcomings",
        **more,
    }


def settle(store: Store) -> None:
    """Put the area into the store as a first exchange would."""
    unit = f"unit:{UNIT}"
    rows = [
        base_row(
            KARAOKE,
            1,
            "establishment",
            unit,
            **establishment("Karaoke Hồng Phúc", "karaoke", 208200000, 1065500000),
        ),
        base_row(
            GUESTHOUSE,
            1,
            "establishment",
            unit,
            **establishment("Nhà nghỉ Hoa Phượng", "guesthouse", 208300000, 1065600000),
        ),
        base_row(
            CAFE, 1, "establishment", unit, **establishment("Cà phê Ánh Dương", "cafe", 208210000, 1065510000)
        ),
        base_row(TEAM, 1, "team", TEAM_SCOPE, **team()),
        base_row(LAST_VISIT, 1, "inspection", TEAM_SCOPE, **filed_visit(KARAOKE)),
        *(base_row(user, 1, "person", "ref", **person(number)) for number, user in enumerate(OFFICERS)),
    ]
    server_commits(store, *rows)


def lease(store: Store, first: int, last: int, **over: object) -> None:
    """Lease numbers of this year's minutes to this tablet, as the server does."""

    def enter(unlocked: Unlocked) -> list[str]:
        enter_device(unlocked.context, DEVICE)
        return []

    store.write(enter)
    life = store.read(lambda context: get_text(context, "incarnation"))
    block = {"device": DEVICE, "incarnation": life, "year": 2026, "from": first, "to": last, **over}
    server_commits(store, base_row(uid(f"block {first} {over}"), 1, "number_block", TEAM_SCOPE, **block))


def choose_shift(shift: ShiftPresenter, members: int = 3) -> None:
    """Choose the shift of the night, with so many officers beside the leader."""
    shift.choose_kind("unannounced")
    shift.choose_trigger("tip_off")
    shift.write_decision_number("12/QĐ-UBND")
    shift.write_decision_date("2026-11-20")
    for officer in OFFICERS[1 : 1 + members]:
        shift.toggle_member(officer)
    shift.confirm()


def closure(visit_id: str, key: str, rev: int = 1, **more: object) -> ServerRecord:
    """The office's closure of a correction, as the server sends it."""
    data = builders.follow_up_closure(record=visit_id, follow_up_id=key, **more)
    closure_id = companion_id(visit_id, "follow_up_closure", key)
    return base_row(closure_id, rev, "follow_up_closure", TEAM_SCOPE, **data)


def voided(visit_id: str, state: str = "void", rev: int = 1) -> ServerRecord:
    """The office's review that voids a visit, or another state of it."""
    data = {"record": visit_id, "record_rev": 1, "state": state}
    return base_row(review_id(visit_id), rev, "review", TEAM_SCOPE, **data)


def merged(place: str, into: str, rev: int = 2) -> ServerRecord:
    """An establishment that the office merged into another one."""
    data = establishment(place, "karaoke", 0, 0, merged_into=into)
    return base_row(place, rev, "establishment", f"unit:{UNIT}", deleted=True, **data)

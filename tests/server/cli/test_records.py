"""`move`, `review`, `unmerge`, `compact`, `new-epoch`, `mark-backed-up`, as a tablet sees them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.server.cli.command import Command
from tests.server.office_scene import MovedClock, Office, Tablet

from field178_server.settings import Settings
from field178_shared.time.clock import SystemClock

HERE, THERE = "unit:c11629_v1", "unit:c11632_v1"
SESSION = {
    "outreach_form_id": "conference",
    "session_date": "2026-11-20",
    "unit_id": "c11629_v1",
    "host_agency_id": "commune_people_committee",
    "audiences": {"general_public": {"attendance_count": 40, "first_time_count": 30}},
    "topic_ids": ["prostitution_law"],
}
ESTABLISHMENT = {
    "name": "Nhà nghỉ GL-900",
    "establishment_type_id": "guesthouse",
    "unit_id": "c11629_v1",
    "address_line": "Thôn GL-1",
    "operating_status_id": "operating",
}


@dataclass
class Field:
    """A tablet that pushes whole records and pulls everything."""

    tablet: Tablet
    user: str
    incarnation: str = field(default_factory=lambda: str(uuid.uuid4()))
    made: int = 0

    def sync(self, **members: Any) -> list[dict[str, Any]]:
        answer = self.tablet.sync(incarnation=self.incarnation, **members)
        assert answer.status_code == 200, answer.text
        return [json.loads(line) for line in answer.text.splitlines()]

    def file(self, type_: str, data: dict[str, object], **more: object) -> str:
        self.made += 1
        record_id = str(more.pop("record_id", uuid.uuid4()))
        change = {
            "change_id": str(uuid.uuid4()),
            "n": self.made,
            "record_id": record_id,
            "type": type_,
            "scope": HERE,
            "op": "put",
            "create": True,
            "base_rev": 0,
            "schema": 1,
            "at": "2026-11-24T08:00:00Z",
            "clock_offset_ms": 0,
            "user": self.user,
            "set": data,
            "was": {},
            "group": None,
            "replaces": [],
            **more,
        }
        receipt = next(frame for frame in self.sync(push=[change]) if frame["frame"] == "res")
        assert receipt["status"] == "applied", receipt
        return record_id

    def records(self, **members: Any) -> dict[str, dict[str, Any]]:
        return {frame["id"]: frame for frame in self.sync(**members) if frame["frame"] == "rec"}


@pytest.fixture
def tablet(field178: Command) -> Iterator[Field]:
    environment = {"FIELD178_DATA_DIR": str(field178.folder), "FIELD178_PASSWORD_COST": "test"}
    office = Office(Settings.from_environment(environment), MovedClock(SystemClock().now()))
    tablet = Tablet(office)
    enrolled = tablet.enrol(str(field178.json("enrol-code", "--user", "an")["code"])).get_json()
    assert tablet.open_session().status_code == 200
    assert tablet.sign_in().status_code == 200
    yield Field(tablet, enrolled["user"]["id"])
    office.close()


def review_of(tablet: Field) -> dict[str, Any]:
    reviews = [record for record in tablet.records().values() if record["type"] == "review"]
    assert len(reviews) == 1
    data = reviews[0]["data"]
    assert isinstance(data, dict)
    return data


def test_a_moved_record_leaves_one_scope_and_arrives_in_the_other(field178: Command, tablet: Field) -> None:
    record = tablet.file("establishment", ESTABLISHMENT)
    field178("move", record, THERE)
    assert tablet.records()[record]["scope"] == THERE
    frames = tablet.sync(cursors={HERE: 1})
    assert {"frame": "leave", "id": record, "scope": HERE, "rev": 1} in frames
    assert field178("check")


def test_a_decision_reaches_the_tablet_with_its_comment(field178: Command, tablet: Field) -> None:
    record = tablet.file("outreach_session", SESSION)
    field178(
        "review",
        record,
        "return",
        "--reason",
        "Thiếu số người",
        "--path",
        "audiences",
        "--comment",
        "Bổ sung",
    )
    review = review_of(tablet)
    assert (review["record"], review["state"], review["reason"]) == (record, "returned", "Thiếu số người")
    assert [comment["path"] for comment in review["comments"].values()] == ["audiences"]
    field178("review", record, "approve", "--review", "1")
    assert review_of(tablet)["state"] == "approved"
    assert field178.run("review", record, "return", "--reason", "x", "--review", "2").exit_code == 1
    field178("review", record, "reopen", "--reason", "Nhầm", "--review", "2")
    assert review_of(tablet)["state"] == "returned"
    field178("review", record, "void", "--reason", "Trùng", "--review", "3")
    assert review_of(tablet)["state"] == "void"


def test_wrong_census_is_returned_by_a_command(field178: Command, tablet: Field) -> None:
    place = tablet.file("establishment", ESTABLISHMENT)
    counted = {
        "establishment_id": place,
        "counted_on": "2026-11-20",
        "unit_id": HERE[5:],
        "workers_total": 50,
    }
    census = tablet.file("worker_census", counted)
    options = ("--reason", "Đếm lại", "--path", "workers_total", "--comment", "Biên bản ghi 5")
    field178("review", census, "return", *options)
    review = review_of(tablet)
    assert (review["record"], review["state"], review["reason"]) == (census, "returned", "Đếm lại")
    # An entry counts as it was entered: nobody approves it or takes it out of the figures.
    for decision in ("approve", "void", "reopen"):
        refused = field178.run("review", census, decision, "--reason", "x", "--review", "1")
        assert (refused.exit_code, "[not_found]" in refused.output) == (1, True)
    field178("review", census, "take-back", "--review", "1")
    assert [
        record["type"]
        for record in tablet.records().values()
        if record["type"] == "review" and not record["deleted"]
    ] == []


def test_decision_over_another_one_names_the_review_that_was_seen(field178: Command, tablet: Field) -> None:
    record = tablet.file("outreach_session", SESSION)
    reviewer = field178.json("user", "add", "chi", "--role", "reviewer", "--generate")["user"]
    field178("review", record, "return", "--reason", "Thiếu số người", "--by", "chi")
    for arguments in ((), ("--review", "0"), ("--review", "2")):
        late = field178.run("review", record, "approve", *arguments)
        assert late.exit_code == 1
    refused = field178.run("review", record, "approve").output
    assert f"[decided_meanwhile] record_id={record} review=1 decision=returned by={reviewer} at=" in refused
    assert review_of(tablet)["state"] == "returned"
    field178("review", record, "approve", "--review", "1")
    assert review_of(tablet)["state"] == "approved"


def test_a_decision_names_the_officer_who_takes_it(field178: Command, tablet: Field) -> None:
    record = tablet.file("outreach_session", SESSION)
    reviewer = field178.json("user", "add", "chi", "--role", "reviewer", "--generate")["user"]
    field178("review", record, "return", "--comment", "Bổ sung", "--path", "venue", "--by", "chi")
    assert [comment["user"] for comment in review_of(tablet)["comments"].values()] == [reviewer]


def test_a_decision_that_cannot_be_changes_nothing(field178: Command, tablet: Field) -> None:
    for arguments in [("return",), ("void",), ("approve", "--rev", "7"), ("approve", "--by", "nobody")]:
        record = tablet.file("outreach_session", SESSION)
        result = field178.run("review", record, *arguments)
        assert (result.exit_code, "Traceback" in result.output) == (1, False)
        assert not [record for record in tablet.records().values() if record["type"] == "review"]


def test_records_are_merged_and_get_their_own_life_back(field178: Command, tablet: Field) -> None:
    record, survivor = (tablet.file("establishment", ESTABLISHMENT) for _ in range(2))
    assert field178.run("unmerge", record).exit_code == 1
    assert field178.json("merge", record, survivor) == {"record": record, "into": survivor, "rev": 2}
    assert set(tablet.records()) & {record, survivor} == {survivor}
    assert field178.run("merge", survivor, record).exit_code == 1
    assert field178.json("unmerge", record) == {"record": record, "rev": 3}
    alive = tablet.records()[record]
    assert (alive["deleted"], alive["data"]) == (False, ESTABLISHMENT)
    assert field178("check")


def test_digest_shows_what_a_compaction_dropped(field178: Command, tablet: Field) -> None:
    record = tablet.file("establishment", ESTABLISHMENT)
    field178("move", record, THERE)
    assert field178.json("compact", HERE) == {"scope": HERE, "dropped": 1}
    frames = [frame for frame in tablet.sync(cursors={HERE: 1}) if frame.get("scope") == HERE]
    assert [(frame["frame"], frame.get("digest")) for frame in frames[-1:]] == [("ck", [0, "0" * 32])]
    assert "leave" not in {frame["frame"] for frame in frames}
    assert field178.run("compact", "unit:none").exit_code == 1


def test_compaction_without_a_scope_keeps_recent_and_unread_records(field178: Command, tablet: Field) -> None:
    record = tablet.file("establishment", ESTABLISHMENT)
    field178("move", record, THERE)
    assert field178.rows("compact") == []
    assert {"frame": "resync", "scope": HERE} not in tablet.sync(cursors={HERE: 1})


def test_notice_is_announced_listed_and_withdrawn(field178: Command) -> None:
    words = ("--vi", "Xã chuyển địa bàn.", "--en", "Communes move.")
    # The account of the fixture, made at the server, is told to oversight.
    before = field178("notice", "list", "--json")
    made = field178.json("notice", "announce", "--kind", "reform", *words)["notice"]
    listed = [row["notice"] for row in json.loads(field178("notice", "list", "--json"))]
    assert listed == [*(row["notice"] for row in json.loads(before)), made]
    field178("notice", "withdraw", str(made))
    assert field178("notice", "list", "--json") == before


def test_new_epoch_is_sent_in_the_next_exchange(field178: Command, tablet: Field) -> None:
    before = tablet.sync()[0]["epoch"]
    made = field178.json("new-epoch")["epoch"]
    assert made != before
    assert tablet.sync()[0]["epoch"] == made


def test_receipts_are_backed_up_up_to_a_stamp(field178: Command, tablet: Field) -> None:
    for _ in range(2):
        tablet.file("establishment", ESTABLISHMENT)
    assert tablet.sync()[0]["backed_up"] == 0
    assert field178.json("mark-backed-up") == {tablet.tablet.device: 2}
    assert tablet.sync()[0]["backed_up"] == 2
    tablet.file("establishment", ESTABLISHMENT)
    assert tablet.sync()[0]["backed_up"] == 2
    assert field178.json("mark-backed-up") == {tablet.tablet.device: 3}

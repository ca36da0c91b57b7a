"""`user …` and `team …`."""

from __future__ import annotations

import json

from sqlalchemy import select
from tests.server.cli.command import Command
from tests.server.office_scene import PASSWORD, TEAM

from field178_server.database.models import Audit, Officer, Record
from field178_shared.time.clock import local_date


def test_an_officer_gets_the_scopes_of_team_and_units(field178: Command) -> None:
    field178("user", "add", "binh", "--role", "inspector", "--unit", "c11635_v1", "--generate")
    rows = {row[1]: row for row in field178.rows("user", "list")}
    team = field178.rows("team", "list")[0][0]
    assert rows["an"][4] == f"team:{team},unit:c11629_v1,unit:c11632_v1"
    assert rows["binh"][2:6] == ["inspector", "commune_culture_social", "unit:c11635_v1", "active"]


def test_tablets_see_an_officer_as_person_and_as_member(field178: Command) -> None:
    officer = field178.rows("user", "list")[0][0]
    at = field178.operator()
    bodies = at.read(
        lambda session: {row.type: json.loads(row.body) for row in session.scalars(select(Record))}
    )
    assert bodies["person"] == {"agency": "commune_culture_social", "display_name": "an", "role": "team_lead"}
    today = local_date(at.context.now()).isoformat()
    assert bodies["team"]["members"] == {officer: {"position": "team_leader", "valid_from": today}}
    field178("user", "disable", "an")
    deleted = at.read(
        lambda session: session.scalars(select(Record.deleted).where(Record.type == "person")).all()
    )
    assert deleted == [True]
    assert field178("check")


def test_a_password_is_read_from_stdin_or_made_and_printed_once(field178: Command) -> None:
    assert "password" not in field178.json("user", "add", "b1", "--role", "admin", stdin=PASSWORD + "\n")
    made = field178.json("user", "add", "b2", "--role", "admin", "--generate")
    assert len(str(made["password"])) == 20
    again = field178.json("user", "password", "b2", "--generate")
    assert again["password"] != made["password"]
    at = field178.operator()
    stored = at.read(lambda session: session.scalars(select(Officer.password_hash)).all())
    assert not [value for value in stored if value is None or str(made["password"]) in value]


def test_a_weak_password_is_not_taken(field178: Command) -> None:
    for typed in ["b2-c3-d4", "aaaaaaaaaaaaaa", "x" * 129]:
        result = field178.run("user", "add", "b1", "--role", "admin", stdin=typed + "\n")
        assert result.exit_code == 1
        assert typed not in result.output
        assert len(field178.rows("user", "list")) == 1


def test_an_account_that_cannot_be_is_refused_whole(field178: Command) -> None:
    for arguments, code in [
        (("an", "--role", "admin"), 1),
        (("b1", "--role", "king"), 1),
        (("b1", "--role", "admin", "--agency", "none"), 1),
        (("b1", "--role", "inspector", "--team", "Đội 179"), 1),
        (("b1", "--role", "inspector", "--unit", "c99999_v1"), 1),
        (("Bình Minh", "--role", "admin"), 2),
        (("b1",), 2),
    ]:
        result = field178.run("user", "add", *arguments, "--generate")
        assert (result.exit_code, "Traceback" in result.output) == (code, False)
        assert len(field178.rows("user", "list")) == 1


def test_a_team_needs_known_units_and_a_name_of_its_own(field178: Command) -> None:
    assert field178.run("team", "add", TEAM, "--unit", "c11629_v1").exit_code == 1
    assert field178.run("team", "add", "Đội 2", "--unit", "c99999_v1").exit_code == 1
    assert field178.run("team", "add", "Đội 2").exit_code == 2
    assert [row[1] for row in field178.rows("team", "list")] == [TEAM]


def test_ended_unit_is_refused_with_its_successor(field178: Command) -> None:
    ended = field178.run("team", "add", "Đội 2", "--unit", "c11629_v1", "--unit", "c11635_v2")
    assert (ended.exit_code, ended.stderr.splitlines()) == (
        0,
        ["c11629_v1 (Thị trấn An Lão) không còn hiệu lực; hiện nay: c11629_v2"],
    )


def test_a_team_has_the_level_and_the_focal_agency_of_the_day(field178: Command) -> None:
    for day, level, agency in (
        ("2025-02-28", "district", "dist_labour_office"),
        ("2025-03-01", "district", "dist_health_office"),
        ("2025-06-30", "district", "dist_health_office"),
        ("2025-07-01", "commune", "commune_culture_social"),
    ):
        field178.set(CLOCK_START=f"{day}T08:00:00+07:00")
        made = field178.json("team", "add", f"Đội {day}", "--unit", "c11629_v1")
        at = field178.operator()
        bodies = at.read(
            lambda session: {row.record_id: json.loads(row.body) for row in session.scalars(select(Record))}
        )
        team = bodies[str(made["team"])]
        assert (team["level"], team["standing_agency"]) == (level, agency), day


def test_an_agency_that_is_not_there_today_is_refused(field178: Command) -> None:
    field178.set(CLOCK_START="2025-03-11T08:00:00+07:00")
    for agency in ("dist_labour_office", "dist_police", "commune_culture_social"):
        result = field178.run("user", "add", "b1", "--role", "inspector", "--agency", agency, "--generate")
        assert (result.exit_code, agency in result.output) == (1, True)
        assert field178.run("team", "add", "Đội 2", "--unit", "c11629_v1", "--agency", agency).exit_code == 1


def test_one_time_codes_are_required_after_the_command(field178: Command) -> None:
    output = field178.json("user", "totp", "an")
    assert str(output["link"]).startswith("otpauth://totp/field178:an?secret=")


def test_acts_are_written_down_without_names(field178: Command) -> None:
    field178("user", "disable", "an")
    at = field178.operator()
    audit = select(Audit).order_by(Audit.audit_id)
    acts = at.read(
        lambda session: [(row.actor_kind, row.action, row.details) for row in session.scalars(audit)]
    )
    actions = [action for _, action, _ in acts]
    # Oversight is told of an account made at the server itself.
    assert actions == ["team_added", "officer_added", *["notice_announced"] * 2, "officer_disabled"]
    assert {kind for kind, _, _ in acts} == {"operator"}
    assert '"an"' not in json.dumps(acts)

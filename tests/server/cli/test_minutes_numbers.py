"""`minutes-numbers`: every gap in the numbers is explained by a block."""

from __future__ import annotations

import json

from tests.server.cli.command import Command
from tests.server.office_scene import MovedClock, Office, Tablet

from field178_server.settings import Settings
from field178_shared.time.clock import SystemClock


def test_blocks_tell_whose_the_unused_numbers_were(field178: Command) -> None:
    settings = Settings.from_environment(
        {"FIELD178_DATA_DIR": str(field178.folder), "FIELD178_PASSWORD_COST": "test"}
    )
    office = Office(settings, MovedClock(SystemClock().now()))
    tablet = Tablet(office)
    tablet.enrol(str(field178.json("enrol-code", "--user", "an")["code"]))
    tablet.open_session()
    tablet.sign_in()
    tablet.sync()
    office.close()
    field178("new-epoch")
    field178("revoke", tablet.device)
    rows = json.loads(field178("minutes-numbers", "--json"))
    this_year = [(row["from"], row["to"], row["used_to"], row["state"]) for row in rows]
    assert this_year == [(1, 50, 0, "revoked"), (51, 1050, 0, "left_out")]
    assert rows[0]["device"] == tablet.device

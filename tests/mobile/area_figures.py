"""Figures of the made-up team's area, as the server sends them."""

from __future__ import annotations

from tests.mobile.inspection_world import TEAM, TEAM_SCOPE
from tests.mobile.support import base_row, server_commits

from field178_mobile.store import Store
from field178_shared.ids import companion_id
from field178_shared.records.area_figures import TYPE

FIGURES = {
    "workers_total": {"num": 372, "tenths": 3720, "waiting": 4},
    "workers_reached_pct": {"num": 253, "den": 372, "tenths": 680},
    "students_reached_pct": {"num": 30, "den": 5460, "tenths": 5},
    "commune_plan_pct": {"num": 0, "den": 0},
    "visits_total": {"num": 88, "tenths": 880, "waiting": 2},
    "media_posts_total": {"num": 451, "tenths": 4510},
}


def receive_figures(store: Store, as_of: str = "2026-11-24T11:10:00Z", rev: int = 1) -> None:
    """Put the figures of the team's area into the base, as an exchange brings them."""
    data = {"year": 2026, "as_of": as_of, "figures": FIGURES}
    record_id = companion_id(TEAM, TYPE, "2026")
    server_commits(store, base_row(record_id, rev, TYPE, TEAM_SCOPE, **data))

"""Figures of the made-up team's area, as the server sends them."""

from __future__ import annotations

from collections.abc import Mapping

from tests.mobile.inspection_world import TEAM, TEAM_SCOPE
from tests.mobile.support import base_row, server_commits

from field178_mobile.store import Store
from field178_shared.ids import companion_id
from field178_shared.record_type import RecordType

FIGURES: Mapping[str, Mapping[str, object]] = {
    "workers_total": {"num": 372, "tenths": 3720, "waiting": 4},
    "workers_reached_pct": {"num": 253, "den": 372, "tenths": 680},
    "students_reached_pct": {"num": 30, "den": 5460, "tenths": 5},
    "commune_plan_pct": {"num": 0, "den": 0},
    "visits_total": {"num": 88, "tenths": 880, "waiting": 2},
    "media_posts_total": {"num": 451, "tenths": 4510},
}


# Of 127 establishments 32 were counted.
PARTIAL: Mapping[str, Mapping[str, object]] = {
    "inspected_once_pct": {"num": 20, "den": 60, "tenths": 333},
    "plan_completion_pct": {"num": 8, "den": 9, "tenths": 889, "low_tenths": 0, "high_tenths": 889},
    "iz_workers_reached_pct": {
        "num": 80,
        "den": 100,
        "counted": 1,
        "countable": 2,
        "countable_kind": "zone",
    },
    "tipoffs_processed_pct": {"num": 4, "den": 4, "tenths": 1000, "sent_months": 3, "ended_months": 10},
    "workers_total": {
        "num": 302,
        "tenths": 3020,
        "counted": 32,
        "countable": 127,
        "countable_kind": "establishment",
    },
    "workers_reached_pct": {
        "num": 254,
        "den": 302,
        "low_tenths": 82,
        "high_tenths": 520,
        "counted": 32,
        "countable": 127,
        "countable_kind": "establishment",
    },
}


def receive_figures(
    store: Store,
    as_of: str = "2026-11-24T11:10:00Z",
    rev: int = 1,
    figures: Mapping[str, Mapping[str, object]] = FIGURES,
    left_out: Mapping[str, object] | None = None,
) -> None:
    """Put the figures of the team's area into the base, as an exchange brings them."""
    rows = {key: dict(figure) for key, figure in figures.items()}
    data: dict[str, object] = {"year": 2026, "as_of": as_of, "figures": rows}
    data |= {} if left_out is None else {"left_out": dict(left_out)}
    record_id = companion_id(TEAM, RecordType.INDICATOR_FIGURES, "2026")
    server_commits(store, base_row(record_id, rev, RecordType.INDICATOR_FIGURES, TEAM_SCOPE, **data))

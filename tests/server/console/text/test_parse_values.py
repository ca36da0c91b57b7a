"""Controls of the office offer what existed on the day of the act."""

from __future__ import annotations

from datetime import date

import pytest

from field178_server.console.text.localize import Localizer
from field178_server.console.text.parse_values import control_for


def _offered(record_type: str, path: str, on: date | None) -> set[str]:
    control = control_for(record_type, path, Localizer("vi"), on)
    assert control is not None
    return {value for value, _label in control.options}


@pytest.mark.parametrize(
    ("record_type", "path"),
    [
        ("inspection", "measures.k1.agency_id"),
        ("inspection", "local_escort_agencies"),
        ("outreach_session", "host_agency_id"),
    ],
)
def test_agencies_are_those_of_the_day(record_type: str, path: str) -> None:
    before, after = (_offered(record_type, path, date(2025, month, 1)) for month in (6, 7))
    assert ("dist_health_office" in before, "dist_health_office" in after) == (True, False)
    assert ("commune_culture_social" in before, "commune_culture_social" in after) == (False, True)
    assert before | after < _offered(record_type, path, None)


def test_referral_keeps_the_hotlines() -> None:
    offered = _offered("inspection", "protocols.child_protection.referred_to", date(2025, 6, 1))
    assert {"hotline_111", "commune_police"} <= offered
    assert "dist_police" not in offered

"""An administrator who takes the name of somebody else is still told from that person."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

import pytest
from tests.server.console.access_requests.test_oversight import ALONE, close
from tests.server.console.access_requests.test_passwords import path_of, request_of
from tests.server.console.access_requests.test_rights import save
from tests.server.console.conftest import Browser
from tests.server.office_scene import PASSWORD, Office

OTHER = "Cán bộ leader_viewer"


@pytest.fixture
def renamed(office: Office, signed_in: Callable[[str], Browser]) -> Browser:
    """Return the browser of an administrator with the name of the leader."""
    admin = signed_in("admin")
    form = {"name": OTHER, "role": "admin", "agency": "commune_culture_social", "password": PASSWORD}
    path = f"/people/{office.officer_id('admin')}"
    seen = admin.text(path).partition('name="seen" value="')[2].partition('"')[0]
    assert admin.post(path, form | {"seen": seen}).status_code == 303
    return admin


def test_asker_and_decider_of_a_request_are_told_by_login(
    office: Office, renamed: Browser, signed_in: Callable[[str], Browser]
) -> None:
    assert save(office, renamed, "city_viewer", "reviewer") == 303
    privacy = signed_in("privacy_officer")
    page = f"/access-requests/{request_of(office).request_id}"
    assert f"{OTHER} (admin)" in unescape(privacy.text(page))
    assert f"{OTHER} (admin)" in unescape(privacy.text("/access-requests"))
    assert renamed.post(path_of(office, "alone"), ALONE).status_code == 303
    assert unescape(privacy.text(page)).count(f"{OTHER} (admin)") == 2
    assert f"Quản trị hệ thống {OTHER} (admin)" in unescape(privacy.text("/"))


def test_notice_of_a_closed_account_and_the_trail_name_the_login(
    office: Office, renamed: Browser, signed_in: Callable[[str], Browser]
) -> None:
    assert close(office, renamed, "leader_viewer") == 303
    privacy = signed_in("privacy_officer")
    assert f"Quản trị hệ thống {OTHER} (admin)" in unescape(privacy.text("/"))
    trail = unescape(privacy.text("/audit"))
    assert f"{OTHER} (admin)" in trail
    assert f"{OTHER} (leader_viewer)" in trail
    assert "với tên khác" in trail

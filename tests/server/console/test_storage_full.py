"""The console of a server without room: administrators are told, and a refused form leads to a clear page."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from html import unescape

import pytest
from structlog.testing import capture_logs
from tests.full_disk import no_room_beyond
from tests.server.console.conftest import Browser

GIBIBYTE = 1 << 30


def leave(monkeypatch: pytest.MonkeyPatch, free_mb: int) -> None:
    usage = type(shutil.disk_usage("/"))
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage(8 * GIBIBYTE, 0, free_mb << 20))


def test_administrator_sees_the_warning_on_every_page(
    signed_in: Callable[[str], Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    admin, reviewer = signed_in("admin"), signed_in("chi")
    assert "Ổ đĩa" not in admin.text("/tablets")
    leave(monkeypatch, 812)
    page = unescape(admin.text("/account"))
    assert "Ổ đĩa của máy chủ sắp đầy (còn 812 MB): tạm không nhận ảnh, phiếu vẫn đồng bộ." in page
    assert "Ổ đĩa" not in reviewer.text("/account")
    leave(monkeypatch, 5)
    assert "Ổ đĩa của máy chủ" in admin.text("/tablets")


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is set as on Linux")
def test_form_without_disk_space_leads_to_an_error_page(
    signed_in: Callable[[str], Browser],
) -> None:
    admin = signed_in("admin")
    token = admin.token()
    with capture_logs(), no_room_beyond(0):
        answer = admin.client.post("/sign-out", data={"csrf_token": token})
    page = unescape(answer.get_data(as_text=True))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert "Ổ đĩa của máy chủ đã đầy" in page
    assert "Chưa có gì được lưu." in page
    assert admin.post("/sign-out").status_code == 303

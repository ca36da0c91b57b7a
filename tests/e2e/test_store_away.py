"""PostgreSQL stops under a real server: everybody is asked to come again, nothing acknowledged is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, expect
from tests.e2e.field_tablet import PASSWORD, Field
from tests.e2e.server_process import ServerProcess, running_server
from tests.postgres import Cluster, running_cluster, why_not

from field178_mobile.replication.events import SyncMessage
from field178_server.database.engine import create_engine_for

# Durable: an immediate stop must not lose what was committed.
DURABLE = "-c max_connections=60"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    if reason := why_not():
        pytest.skip(reason)
    with running_cluster(DURABLE) as running:
        yield running


@pytest.fixture
def server(cluster: Cluster, tmp_path: Path) -> Iterator[ServerProcess]:
    folder = tmp_path / "office"
    folder.mkdir()
    with running_server(folder, FIELD178_DATABASE_URL=cluster.new_database()) as running:
        running.command(
            "user", "add", "an", "--role", "team_lead", "--team", "Đội 178", stdin=PASSWORD + "\n"
        )
        yield running


def stored_ids(server: ServerProcess) -> list[str]:
    engine = create_engine_for(server.environment["FIELD178_DATABASE_URL"])
    try:
        with engine.connect() as connection:
            query = "SELECT record_id FROM record WHERE type = 'establishment'"
            return list(connection.exec_driver_sql(query).scalars())
    finally:
        engine.dispose()


@pytest.mark.postgres
def test_tablet_keeps_everything_and_says_so_while_the_store_is_away(
    server: ServerProcess, cluster: Cluster, tmp_path: Path
) -> None:
    field = Field(server, tmp_path / "tablet")
    sent = field.file("Nhà nghỉ Một")
    field.until(lambda state: field.opened.store.status().in_sync)
    with cluster.stopped():
        kept = field.file("Nhà nghỉ Hai")
        field.until(lambda state: state.outcome is SyncMessage.STORE_UNAVAILABLE)
        assert field.opened.store.status().unsent_records == 1
    field.until(lambda state: field.opened.store.status().in_sync)
    field.close()
    assert sorted(stored_ids(server)) == sorted([sent, kept])
    assert server.command("check") == "Mọi thứ đều ổn.\n"


@pytest.mark.postgres
@pytest.mark.browser
def test_page_and_health_say_that_the_store_does_not_answer(
    server: ServerProcess, cluster: Cluster, browser: Browser
) -> None:
    context = browser.new_context(base_url=server.url, locale="vi-VN")
    page = context.new_page()
    page.goto("/")
    page.get_by_label("Tên đăng nhập").fill("an")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hôm nay")
    with cluster.stopped():
        shown = page.goto("/")
        page.screenshot(path="/tmp/away.png")
        assert shown is not None
        assert (shown.status, shown.headers["retry-after"].isdigit()) == (503, True)
        expect(page.get_by_role("heading", level=1)).to_have_text("Kho hồ sơ không trả lời")
        health = requests.get(server.url + "/healthz", timeout=20)
        assert (health.status_code, health.json()["store"]) == (503, "unreachable")
    page.get_by_role("link", name="Thử lại").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hôm nay")
    context.close()

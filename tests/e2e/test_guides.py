"""Each role's day as its guide tells it, on a real server in a real browser: what it names is there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from scripts.demo import server_process, store
from scripts.guides.days import DAYS, WAITING, WHEN
from scripts.guides.text import sections_of
from scripts.guides.walk import page_for_walks, sign_in, walk_in
from tests.e2e.server_process import ServerProcess

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder, clock = tmp_path_factory.mktemp("guides") / "office", server_process.DemoClock.started(WHEN)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FIELD178_PASSWORD_COST", "test")
        store.fill(server_process.ServerProcess(folder, clock, 0), WAITING)
    server = ServerProcess(folder, {"FIELD178_CLOCK_START": clock.setting()})
    server.start()
    yield server.url
    server.stop()


def test_guides_name_controls_of_their_pages_and_the_steps_have_effect(
    browser: Browser, district: str
) -> None:
    page, missing = page_for_walks(browser, district), {}
    for role, day in DAYS.items():
        sign_in(page, day.login)
        # What is decided on the second way is no longer to be decided on a third.
        for language, acts in (("en", False), ("vi", True)):
            read = walk_in(page, language, day, acts=acts).words
            for section in sections_of(role, language):
                unseen = [address for address in section.addresses if address not in read]
                words = set().union(*(read.get(address, set()) for address in section.addresses))
                unknown = [word for word in section.controls if section.addresses and word not in words]
                if unseen or unknown:
                    missing[f"{role}: {section.title}"] = unseen + unknown
    page.context.close()
    assert missing == {}

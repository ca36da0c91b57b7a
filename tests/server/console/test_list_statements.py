"""Each list of the console costs as many statements among a thousand records as among ten."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from tests.bench import office_lists
from tests.bench.office_store import Sizes, stock
from tests.server.office_scene import PASSWORD, MovedClock, Office, settings_of
from tests.stores import Statements

from field178_shared.time.clock import SystemClock

FEW = Sizes(10, 10, 10, 10, 10, 10, 10, 10)
MANY = Sizes(300, 1000, 300, 300, 100, 100, 100, 100)
# A list of one page needs no total, and an empty list needs no queries for its rows.
ALLOWED_MORE = 4
MOST = 40


@pytest.fixture(scope="module")
def offices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, Office]]:
    """An office with few records and one with many."""
    stocked = []
    for sizes in (FEW, MANY):
        folder = Path(tmp_path_factory.mktemp("lists"))
        stock(folder, sizes=sizes)
        stocked.append(Office(settings_of(folder), MovedClock(SystemClock().now())))
    few, many = stocked
    yield few, many
    few.close()
    many.close()


def signed_in(office: Office, login: str) -> FlaskClient:
    browser = office.app.test_client()
    assert browser.post("/sign-in", data={"login": login, "password": PASSWORD}).status_code == 303
    return browser


def paths_of(login: str) -> list[str]:
    if login == "quan":
        return [path for path, _ in office_lists.ADMIN_LISTS.values()]
    searches = [f"/establishments?{query}" for query in office_lists.SEARCHES.values()]
    return [
        *searches,
        *(f"/search?{query}" for query in office_lists.ONE_SEARCH.values()),
        *(path for path, _ in office_lists.LISTS.values()),
        "/establishments/duplicates?dismissed=1",
    ]


@pytest.mark.parametrize("login", ["chi", "quan"])
def test_lists_cost_as_many_statements_however_long_they_are(
    offices: tuple[Office, Office], statements: Statements, login: str
) -> None:
    counted: dict[str, list[int]] = {}
    for office in offices:
        browser = signed_in(office, login)
        for path in dict.fromkeys(paths_of(login)):
            browser.get(path)
            with statements(office.engine) as queries:
                assert browser.get(path, follow_redirects=True).status_code == 200, path
            counted.setdefault(path, []).append(len(queries))
    too_many = {
        path: (few, many) for path, (few, many) in counted.items() if many > few + ALLOWED_MORE or many > MOST
    }
    assert too_many == {}

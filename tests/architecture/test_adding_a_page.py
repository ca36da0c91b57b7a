"""The steps of "Add a page to the console" (CONTRIBUTING.md), performed in a copy of the product."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.architecture.product_copy import (
    append,
    changed_files,
    copy_product,
    run,
    run_tests,
    steps_of,
    translate,
)

SERVER = Path("server/field178_server")
CATALOG = SERVER / "translations/vi/LC_MESSAGES/console.po"
TEST = Path("tests/server/console/teams/test_added_page.py")
BY_HAND = {
    SERVER / "office/teams/queries.py",
    SERVER / "console/teams/pages.py",
    SERVER / "console/teams/templates/sizes.html",
    SERVER / "console/teams/__init__.py",
    CATALOG,
    TEST,
}
# Tests that hold for every page.
KEPT = tuple(
    f"tests/server/console/shell/test_policy.py::{name}"
    for name in (
        "test_every_url_of_the_console_is_declared_by_a_capability",
        "test_every_endpoint_named_in_code_and_templates_exists",
    )
)
BY_SCRIPT = {CATALOG.with_suffix(".mo")}

QUERY = '''

def team_sizes(session: Session, tenant_id: str) -> dict[str, int]:
    """Return the number of communes of each team by name."""
    return {team.name: len(team.unit_ids) for team in everyone(session, tenant_id)}
'''
HANDLER = '''

def sizes() -> Response:
    """Show the number of communes of each team."""
    page = current_page()
    with page.reading() as session:
        teams_by_size = team_sizes(session, page.tenant_id)
    return page.render("teams/sizes.html", sizes=teams_by_size)
'''
TEMPLATE = """{% extends "shell/layout.html" %}
{% block title %}{{ _("Communes of each team") }}{% endblock %}
{% block page %}
<h1>{{ _("Communes of each team") }}</h1>
{%- for name, size in sizes.items() %}<p>{{ name }}: {{ size|number }}</p>{% endfor %}
{% endblock %}
"""
ROUTE = """    get(
        "/teams/sizes",
        pages.sizes,
        ADMINISTER,
        menu=MenuEntry(MenuGroup.PEOPLE, 9, "team", N_("Communes of each team")),
    ),
"""
PAGE_TEST = """from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import field178_server
from tests.server.console.conftest import Browser
from tests.server.office_scene import TEAM


def test_the_copy_is_served() -> None:
    assert Path(field178_server.__file__).is_relative_to(Path(__file__).parents[4])


def test_administrator_finds_the_page_in_the_menu(signed_in: Callable[[str], Browser]) -> None:
    admin = signed_in("admin")
    assert 'href="/teams/sizes"' in admin.text("/")
    page = admin.text("/teams/sizes")
    assert "Số xã của từng đội" in page
    assert f"{TEAM}: " in page
    assert 'href="/teams/sizes" aria-current="page"' in page


def test_page_is_closed_to_a_reviewer(reviewer: Browser) -> None:
    assert reviewer.get("/teams/sizes").status_code == 404
    assert 'href="/teams/sizes"' not in reviewer.text("/")
"""

pytestmark = pytest.mark.timeout(900)


def perform(copy: Path) -> None:
    """Write what a developer writes, in the order of the steps."""
    append(
        copy / SERVER / "office/teams/queries.py",
        QUERY,
        "from field178_server.accounts.teams import everyone",
    )
    append(
        copy / SERVER / "console/teams/pages.py",
        HANDLER,
        "from field178_server.console.shell.page import current_page",
        "from field178_server.office.teams.queries import team_sizes",
    )
    (copy / SERVER / "console/teams/templates/sizes.html").write_text(TEMPLATE, "utf-8")
    table = copy / SERVER / "console/teams/__init__.py"
    table.write_text(table.read_text("utf-8").replace("ROUTES = (\n", f"ROUTES = (\n{ROUTE}"), "utf-8")
    translate(copy, CATALOG, {"Communes of each team": "Số xã của từng đội"})
    (copy / TEST).write_text(PAGE_TEST, "utf-8")


def test_six_files_and_one_registration_make_a_page(tmp_path: Path) -> None:
    copy = copy_product(tmp_path)
    perform(copy)
    assert changed_files(copy) == BY_HAND | BY_SCRIPT
    assert run(copy, "scripts/catalogs.py", "check").strip() == "nothing to do"
    run_tests(copy, str(TEST), *KEPT)


def test_steps_name_the_files() -> None:
    steps = steps_of("Add a page to the console")
    named = {
        match[1] for step in steps for match in [re.search(r"`((?:server|tests)/[^`]+)`", step)] if match
    }
    places = {"<capability>": "teams", "<page>": "sizes", "test_pages": "test_added_page"}
    for place, value in places.items():
        named = {name.replace(place, value) for name in named}
    assert named == {str(path) for path in BY_HAND}
    assert len(steps) == len(BY_HAND) == 6

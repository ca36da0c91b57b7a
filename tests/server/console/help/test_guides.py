"""The guides: one for each role and language, its addresses open to the role, its pictures there."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from scripts.guides.days import DAYS
from scripts.guides.text import GuideSection, guide_text, sections_of
from tests.server.console.conftest import Browser
from tests.server.office_scene import Office
from tests.stores import Statements

from field178_server.console.help import view
from field178_server.console.shell.blueprint import STATIC
from field178_server.console.shell.policy import may
from field178_shared.codelists import load

ROOT = Path(__file__).resolve().parents[4]
ROLES = sorted(load().roles)
LANGUAGES = ("vi", "en")
LOGINS = {"reviewer": "chi", "team_lead": "an", "inspector": "binh"}
BOTH = [(role, language) for role in ROLES for language in LANGUAGES]
CATALOGS = (
    "server/field178_server:console",
    "mobile/field178_mobile:tablet",
    "shared/field178_shared:shared",
)


def tasks(role: str, language: str) -> list[GuideSection]:
    """Return the sections before the last two: what is refused, and the keys."""
    return list(sections_of(role, language))[:-2]


def labels(language: str) -> set[str]:
    """Return every text of the catalogs and lists, without a count behind it."""
    all_texts: set[str] = set()
    for place in CATALOGS:
        folder, _, domain = place.partition(":")
        with (ROOT / folder / f"translations/vi/LC_MESSAGES/{domain}.po").open("rb") as file:
            # English texts are the message ids.
            messages = ((message.id if language == "en" else message.string) for message in read_po(file))
            texts = (text for text in messages if isinstance(text, str))
            all_texts.update(re.sub(r" \(\{\w+\}\)$", "", text) for text in texts)
    entries = load().choices["access_result"]
    return all_texts | {entry.label(language) for entry in entries}


@pytest.mark.parametrize(("role", "language"), BOTH)
def test_role_has_its_guide_with_four_to_eight_tasks(role: str, language: str) -> None:
    assert guide_text(role, language).startswith(f"# {load().roles[role].label(language)}\n")
    guide_tasks = tasks(role, language)
    assert 4 <= len(guide_tasks) <= 8
    for task in guide_tasks:
        assert re.search(r"^1\. ", task.text, re.M), task.title
    assert len(guide_tasks) == len(tasks(role, "vi"))
    assert [task.addresses for task in guide_tasks] == [task.addresses for task in tasks(role, "vi")]


def test_each_role_has_a_day_to_walk() -> None:
    assert sorted(DAYS) == ROLES


def test_role_opens_each_address_of_its_guide(office: Office) -> None:
    rules = office.app.url_map.bind("")
    for role, language in BOTH:
        named = {address for section in sections_of(role, language) for address in section.addresses}
        assert {path for path in named if not may(role, rules.match(path)[0], load())} == set(), role


def test_each_picture_is_in_a_guide_and_each_guide_has_its_pictures() -> None:
    shown = {
        name
        for role, language in BOTH
        for section in sections_of(role, language)
        for name in section.pictures
    }
    folder = STATIC / "guides"
    assert shown == {path.relative_to(folder).as_posix() for path in folder.rglob("*.webp")}
    assert sum(path.stat().st_size for path in folder.rglob("*.webp")) < 2_000_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_of_other_screens_are_labels_of_the_product(language: str) -> None:
    screen_labels = labels(language)
    sections = [section for role in ROLES for section in sections_of(role, language) if not section.addresses]
    assert {word for section in sections for word in section.controls} - screen_labels == set()


def test_officer_is_led_to_the_own_guide(signed_in: Callable[[str], Browser]) -> None:
    for role in ROLES:
        browser = signed_in(LOGINS.get(role, role))
        assert browser.get("/help").headers["Location"] == f"/help/{role}"
        assert 'href="/help"' in browser.text("/")
        assert f"<h1>Hướng dẫn: {load().roles[role].vi}</h1>" in browser.text("/help")


def test_guide_of_another_role_links_only_pages_open_to_the_reader(
    signed_in: Callable[[str], Browser],
) -> None:
    page = signed_in("commune_reporter").text("/help/reviewer")
    assert "<code>/reviews</code>" in page
    assert 'href="/reviews"' not in page
    assert '<a href="/reviews"><code>/reviews</code></a>' in signed_in("chi").text("/help/reviewer")


def test_pictures_are_kept_by_browsers(reviewer: Browser) -> None:
    source = re.search(r'<img src="([^"]+)" width="\d+" height="\d+"', reviewer.text("/help/reviewer"))
    assert source is not None
    with reviewer.get(source[1].replace("&amp;", "&")) as answer:
        assert answer.mimetype == "image/webp"
        assert "immutable" in answer.headers["Cache-Control"]


def test_guide_costs_no_statement_of_its_own(
    office: Office, reviewer: Browser, statements: Statements
) -> None:
    reviewer.text("/help/reviewer")
    with statements(office.engine) as guide:
        reviewer.text("/help/reviewer")
    with statements(office.engine) as page:
        reviewer.text("/search")
    assert len(guide) <= len(page)


def test_unknown_role_answers_404(reviewer: Browser) -> None:
    for role in ("nobody", "..", "%2e%2e", "reviewer.md"):
        assert reviewer.get(f"/help/{role}").status_code == 404, role


def test_file_is_text_and_never_markup(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reviewer: Browser
) -> None:
    (tmp_path / "vi").mkdir()
    (tmp_path / "vi/admin.md").write_text(
        '# A\n\n## B\n\n<script>x</script> `/a"b` [x](javascript:x)\n', "utf-8"
    )
    monkeypatch.setattr(view, "GUIDES", tmp_path)
    page = reviewer.text("/help/admin")
    assert "&lt;script&gt;x&lt;/script&gt;" in page
    assert "<code>/a&#34;b</code>" in page
    assert "javascript:" not in re.sub(r"<p>.*?</p>", "", page)
    assert 'href="javascript:' not in page

"""Guides of an emergency: alike in both languages, with controls and commands that exist, open to all."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from scripts.guides.text import GuideSection
from tests.scripts.test_operations_page import unknown_options
from tests.server.console.conftest import Browser
from tests.server.console.help.test_guides import LOGINS, labels
from tests.server.office_scene import Office

from field178_server.console.help.view import EMERGENCIES, EMERGENCY_NAMES
from field178_server.console.shell.routes import find_route

LANGUAGES = ("vi", "en")
BOTH = [(name, language) for name in EMERGENCY_NAMES for language in LANGUAGES]
LONGEST_STEP = 60


def text_of(name: str, language: str) -> str:
    return (EMERGENCIES / language / f"{name}.md").read_text("utf-8")


def sections(name: str, language: str) -> list[GuideSection]:
    parts = re.split(r"^## (.+)$", text_of(name, language), flags=re.M)[1:]
    return [GuideSection(title, text) for title, text in zip(parts[::2], parts[1::2], strict=True)]


def commands(name: str, language: str) -> list[str]:
    return re.findall(r"`((?:f178|sudo) [^`]+)`", text_of(name, language))


def test_every_emergency_has_its_guide_and_no_other() -> None:
    for language in LANGUAGES:
        assert {path.stem for path in (EMERGENCIES / language).iterdir()} == set(EMERGENCY_NAMES)


@pytest.mark.parametrize("name", EMERGENCY_NAMES)
def test_both_languages_have_the_same_steps(name: str) -> None:
    vietnamese, english = (sections(name, language) for language in LANGUAGES)
    assert [part.addresses for part in vietnamese] == [part.addresses for part in english]
    steps = [[len(re.findall(r"^\d\. ", part.text, re.M)) for part in both] for both in (vietnamese, english)]
    assert steps[0] == steps[1]
    assert max(steps[0]) <= 5
    assert [len(part.controls) for part in vietnamese] == [len(part.controls) for part in english]
    assert commands(name, "vi") == commands(name, "en")


@pytest.mark.parametrize(("name", "language"), BOTH)
def test_controls_commands_and_addresses_exist(office: Office, name: str, language: str) -> None:
    named = {word for section in sections(name, language) for word in section.controls}
    assert named - labels(language) == set()
    calls = [call.removeprefix("f178 ") for call in commands(name, language) if call.startswith("f178 ")]
    assert {call for call in calls if unknown_options(call)} == set()
    rules = office.app.url_map.bind("")
    for section in sections(name, language):
        for address in section.addresses:
            assert find_route(rules.match(address)[0]) is not None, address


@pytest.mark.parametrize(("name", "language"), BOTH)
def test_a_step_is_short(name: str, language: str) -> None:
    steps = re.findall(r"^\d\. (.+)$", text_of(name, language), re.M)
    assert [step for step in steps if len(step.split()) > LONGEST_STEP] == []


def test_notification_is_due_72_hours_after_the_discovery() -> None:
    for language, words in {
        "vi": "72 giờ tính *từ lúc phát hiện*",
        "en": "72 hours count *from the moment it",
    }.items():
        text = text_of("data-breach", language)
        assert words in text
        assert "91/2025/QH15" in text
        assert "356/2025/NĐ-CP" in text


def test_stranger_reads_it_and_is_led_to_no_page_behind_the_sign_in(stranger: Browser) -> None:
    sign_in = stranger.text("/sign-in")
    for name in EMERGENCY_NAMES:
        page = stranger.text(f"/help/emergency/{name}")
        paths = {urlsplit(href).path for href in re.findall(r'<a [^>]*href="(/[^"]*)"', page)}
        own = {f"/help/emergency/{other}" for other in EMERGENCY_NAMES}
        assert paths <= own | {"/sign-in", "/privacy"}
    assert 'href="/help/emergency/lost-key"' in sign_in
    assert stranger.get("/help/emergency/none").status_code == 404
    assert stranger.get("/help/emergency/..%2fguides").status_code == 404


def test_pages_where_it_is_looked_for_lead_to_it(signed_in: Callable[[str], Browser], office: Office) -> None:
    admin = signed_in("admin")
    pages = {
        "/tablets": {"lost-tablet"},
        "/health": {"lost-tablet", "lost-key", "data-breach"},
        "/account": {"lost-key"},
        "/help/admin": {"lost-tablet", "lost-key", "data-breach"},
    }
    for path, names in pages.items():
        assert names <= set(re.findall(r"/help/emergency/([\w-]+)", admin.text(path))), path
    assert '<a href="/tablets"><code>/tablets</code></a>' in admin.text("/help/emergency/lost-tablet")
    reviewer = signed_in(LOGINS["reviewer"])
    assert 'href="/people"' not in reviewer.text("/help/emergency/lost-key")

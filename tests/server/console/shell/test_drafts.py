from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.server.console.conftest import Browser
from tests.server.office_scene import PASSWORD, Office
from werkzeug.test import TestResponse

from field178_server.console import shell

DRAFT = "0f9b6d0e-6f1c-4c8e-9a55-0d3c7a1f4b11"
KEY = re.compile(r'data-draft-key="([^"]+)"')
TEMPLATES = Path(shell.__file__).parents[1]


def outcome(answer: TestResponse) -> str | None:
    """Return what the answer says of the draft."""
    cookies = (line.partition(";")[0] for line in answer.headers.getlist("Set-Cookie"))
    return next((line.partition("=")[2] for line in cookies if line.startswith("field178_draft_")), None)


def announce(browser: Browser, text: str, **fields: str) -> TestResponse:
    return browser.post(
        "/notices/new", {"text_vi": text, "draft_id": DRAFT, "form_page": "/notices/new?from=x"} | fields
    )


def test_written_form_ends_its_draft_and_a_refused_one_keeps_it(reviewer: Browser) -> None:
    answers = [
        reviewer.post("/account/mail", {"email": email, "password": PASSWORD, "draft_id": DRAFT})
        for email in ("no address", "chi@huyen.example")
    ]
    assert [(answer.status_code, outcome(answer)) for answer in answers] == [(422, "kept"), (303, "written")]


def test_form_with_an_old_token_keeps_its_draft_and_leads_back_to_its_page(reviewer: Browser) -> None:
    answer = announce(reviewer, "Mang theo máy ảnh.", csrf_token="0" * 64)
    text = answer.get_data(as_text=True)
    assert (answer.status_code, outcome(answer)) == (403, "kept")
    assert 'href="/notices/new?from=x"' in text
    assert "được giữ ở trình duyệt này" in text


def test_form_sent_after_the_session_leads_back_to_its_very_page(office: Office, reviewer: Browser) -> None:
    reviewer.token()
    office.clock.move(minutes=31)
    answer = announce(reviewer, "Mang theo máy ảnh.")
    way = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert (way, outcome(answer)) == ({"next": ["/notices/new?from=x"], "unsent": ["kept"]}, "kept")
    assert "chưa được gửi" in reviewer.text(answer.headers["Location"])


@pytest.mark.parametrize("page", ["https://evil.example/", "//evil.example/", "/not/a/page", "/sign-out"])
def test_page_of_the_form_that_is_none_of_ours_leads_nowhere_else(
    office: Office, reviewer: Browser, page: str
) -> None:
    reviewer.token()
    office.clock.move(minutes=31)
    answer = reviewer.post("/notices/new", {"form_page": page})
    assert parse_qs(urlsplit(answer.headers["Location"]).query)["next"] == ["/notices/new"]


def test_draft_id_that_is_no_id_sets_no_cookie(reviewer: Browser) -> None:
    assert outcome(announce(reviewer, "", draft_id="x; Domain=evil.example")) is None


def test_key_of_the_drafts_is_of_the_officer_alone_and_outlives_the_session(
    reviewer: Browser, signed_in: Callable[[str], Browser], stranger: Browser
) -> None:
    keys = [KEY.findall(browser.text("/account")) for browser in (reviewer, signed_in("an"))]
    reviewer.post("/sign-out")
    stranger.client.post("/sign-in", data={"login": "chi", "password": PASSWORD})
    assert keys[0] == KEY.findall(stranger.text("/account")) != keys[1]
    assert KEY.findall(reviewer.text("/sign-in")) == []


def test_polling_page_does_not_extend_the_session(office: Office, reviewer: Browser) -> None:
    reviewer.token()
    for _ in range(7):
        office.clock.move(minutes=5)
        answer = reviewer.client.get("/session", headers={"X-Background": "1"})
    assert answer.status_code == 302


def test_officer_who_types_keeps_the_session_up_to_its_twelve_hours(
    office: Office, reviewer: Browser
) -> None:
    reviewer.token()
    for _ in range(3):
        office.clock.move(minutes=29)
        left = reviewer.get("/session").get_json()
    assert (left["idle_s"], left["absolute_s"]) == (1800, 12 * 3600 - 3 * 29 * 60)


def test_polls_of_pages_carry_the_background_mark() -> None:
    polls = [
        tag
        for path in TEMPLATES.rglob("*.html")
        for tag in re.findall(r"<[^>]*hx-trigger=\"every[^>]*", path.read_text("utf-8"))
    ]
    assert polls
    assert [tag for tag in polls if "X-Background" not in tag] == []


def test_only_the_ticks_of_a_bulk_approval_are_not_kept() -> None:
    named = {
        f"{path.parent.parent.name}/{path.name}": path.read_text("utf-8").count("data-not-kept")
        for path in TEMPLATES.rglob("*.html")
    }
    assert {name: count for name, count in named.items() if count} == {"reviews/queue.html": 1}


def test_every_form_that_writes_names_its_page() -> None:
    forms = {
        f"{path.parent.parent.name}/{path.name}": re.findall(
            r'<form[^>]*method="post".*?</form>', path.read_text("utf-8"), re.S
        )
        for path in TEMPLATES.rglob("*.html")
    }
    assert {name for name, tags in forms.items() if any("csrf()" not in form for form in tags)} == set()

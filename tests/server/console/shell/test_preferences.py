from __future__ import annotations

from tests.server.console.conftest import Browser


def test_language_is_kept_before_and_after_sign_in(stranger: Browser) -> None:
    assert "Đăng nhập" in stranger.text("/sign-in")
    answer = stranger.client.post("/preferences", data={"language": "en", "back": "/sign-in"})
    assert answer.headers["Location"] == "/sign-in"
    text = stranger.text("/sign-in")
    assert '<html lang="en"' in text
    assert "Sign in" in text


def test_theme_is_kept_and_auto_leaves_it_to_the_system(reviewer: Browser) -> None:
    assert "data-theme" not in reviewer.text("/reviews")
    reviewer.post("/preferences", {"theme": "dark", "back": "/reviews"})
    assert 'data-theme="dark"' in reviewer.text("/reviews")
    reviewer.post("/preferences", {"theme": "auto"})
    assert "data-theme" not in reviewer.text("/reviews")


def test_unknown_choices_change_nothing(reviewer: Browser) -> None:
    answer = reviewer.post("/preferences", {"theme": "pink", "language": "xx", "back": "//evil.example"})
    assert answer.headers["Location"] == "/"
    assert answer.headers.getlist("Set-Cookie") == []

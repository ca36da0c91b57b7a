"""An officer keeps the filters of a list under a name."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

from tests.server.console.conftest import Browser, FieldWork


def test_view_is_kept_replaced_and_forgotten_by_its_officer_alone(
    signed_in: Callable[[str], Browser], in_the_field: FieldWork
) -> None:
    reviewer = signed_in("chi")
    visits = {"list": "visits", "query": "outcome=violation_recorded&columns=place"}
    answer = reviewer.post("/views", visits | {"name": "  Vi   phạm "})
    assert answer.headers["Location"] == "/visits?outcome=violation_recorded&columns=place"
    kept = '<a href="/visits?outcome=violation_recorded&columns=place">Vi phạm</a>'
    assert kept in unescape(reviewer.text("/visits"))
    assert kept not in unescape(reviewer.text("/sessions"))
    assert kept not in unescape(signed_in("an").text("/visits"))
    reviewer.post("/views", visits | {"name": "Vi phạm", "query": "q=bar"})
    page = unescape(reviewer.text("/visits?q=moc"))
    assert '<a href="/visits?q=bar">Vi phạm</a>' in page
    assert page.count(">Vi phạm</a>") == 1
    assert 'name="query" value="q=moc"' in page
    assert reviewer.post("/views", visits | {"name": " "}).status_code == 303
    assert reviewer.post("/views", visits | {"list": "account", "name": "a"}).status_code == 400
    reviewer.post("/views/forget", {"list": "visits", "name": "Vi phạm"})
    assert ">Vi phạm</a>" not in unescape(reviewer.text("/visits"))

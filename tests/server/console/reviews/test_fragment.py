from __future__ import annotations

import gzip

import pytest
from tests.server.console.conftest import Browser, FieldWork
from tests.server.console.reviews.test_pages import FAILED
from tests.stores import Statements

MOST_STATEMENTS = 12
MOST_BYTES = 30 * 1024
HTMX = {"HX-Request": "true", "Accept-Encoding": "gzip"}


def asked_of(statements: list[str]) -> int:
    """Return how many statements the store was asked; the marks of transactions are none."""
    return sum(not statement.startswith("BEGIN") for statement in statements)


@pytest.fixture
def visits(in_the_field: FieldWork) -> list[str]:
    in_the_field.place()
    return [in_the_field.visit(**FAILED), in_the_field.visit(**FAILED)]


def test_next_record_is_a_fragment_of_few_statements_and_bytes(
    reviewer: Browser, in_the_field: FieldWork, visits: list[str], statements: Statements
) -> None:
    with statements(in_the_field.office.engine) as queries:
        answer = reviewer.client.get(f"/reviews/{visits[1]}?type=inspection", headers=HTMX)
    assert asked_of(queries) <= MOST_STATEMENTS
    assert len(answer.data) <= MOST_BYTES
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "HX-Request" in answer.headers["Vary"]
    page = gzip.decompress(answer.data).decode()
    assert "<title>Karaoke Mộc Diệp (GL-016)" in page
    assert page.count('id="detail"') == 1
    assert 'class="list-item"' not in page
    assert "<html" not in page
    assert 'name="view" value="type=inspection"' in page


def test_outreach_session_is_a_fragment_of_few_statements(
    reviewer: Browser, in_the_field: FieldWork, visits: list[str], statements: Statements
) -> None:
    session = in_the_field.session()
    with statements(in_the_field.office.engine) as queries:
        reviewer.client.get(f"/reviews/{session}", headers=HTMX)
    assert asked_of(queries) <= MOST_STATEMENTS


def test_whole_page_is_compressed_and_varies_by_htmx(reviewer: Browser, visits: list[str]) -> None:
    answer = reviewer.client.get(f"/reviews/{visits[0]}", headers={"Accept-Encoding": "gzip"})
    assert "HX-Request" in answer.headers["Vary"]
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert "</html>" in gzip.decompress(answer.data).decode()


def test_browser_without_gzip_gets_plain_text(reviewer: Browser, visits: list[str]) -> None:
    answer = reviewer.client.get("/reviews", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in answer.headers
    assert "</html>" in answer.get_data(as_text=True)

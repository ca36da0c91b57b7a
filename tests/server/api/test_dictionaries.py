"""The preset dictionaries over HTTP (protocol §5)."""

from __future__ import annotations

from tests.server.office import Office, problem_of

from field178_shared.dictionaries import dictionary


def test_the_dictionary_is_for_everyone_and_for_good(office: Office) -> None:
    answer = office.client.get("/api/v1/dictionaries/1")
    assert (answer.status_code, answer.data) == (200, dictionary(1))
    assert answer.headers["F178-Protocol"] == "1"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    again = office.client.get("/api/v1/dictionaries/1", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_another_dictionary_is_not_found(office: Office) -> None:
    for number in ("0", "2", "x"):
        answer = office.client.get(f"/api/v1/dictionaries/{number}")
        assert problem_of(answer) == (404, "not_found")

"""Shares of the threads: strangers at the sign-in, pages and tablets do not stop each other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.server.office_scene import PASSWORD, Office, copy_of
from werkzeug.test import TestResponse

from field178_server.http.sign_in import check_sign_in
from field178_server.security.passwords import Passwords

THREADS, STRANGERS, SHARE = 12, 2, 10
SYNC = "/api/v1/sync"


class HeldPasswords:
    """Holds every check of a password until it is released."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.free = threading.Semaphore(0), threading.Event()
        check = Passwords.matches

        def held(passwords: Passwords, stored: str | None, password: str) -> bool:
            self.begun.release()
            self.free.wait()
            return check(passwords, stored, password)

        monkeypatch.setattr(Passwords, "matches", held)


@pytest.fixture
def office(furnished: Path, tmp_path: Path) -> Iterator[Office]:
    office = Office(copy_of(furnished, tmp_path / "data", threads=THREADS))
    yield office
    office.close()


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[HeldPasswords]:
    held = HeldPasswords(monkeypatch)
    yield held
    held.free.set()


def sign_in(office: Office, login: str = "nobody") -> TestResponse:
    return office.app.test_client().post("/sign-in", data={"login": login, "password": PASSWORD})


def test_strangers_at_the_sign_in_hold_a_small_share(office: Office, held: HeldPasswords) -> None:
    with ThreadPoolExecutor(STRANGERS) as pool:
        waiting = [pool.submit(sign_in, office) for _ in range(STRANGERS)]
        for _ in waiting:
            held.begun.acquire()
        refused = sign_in(office, "an.nguyen")
        synced = office.client.post(SYNC, json={})
        held.free.set()
    page = refused.get_data(as_text=True)
    assert (refused.status_code, synced.status_code) == (503, 401)
    assert int(refused.headers["Retry-After"]) > 0
    assert 'value="an.nguyen"' in page
    assert "nhập lại mật khẩu" in page
    assert "aria-invalid" not in page
    assert [future.result().status_code for future in waiting] == [403] * STRANGERS


def test_officer_signs_in_after_the_rush_of_strangers(office: Office, held: HeldPasswords) -> None:
    held.free.set()
    assert [sign_in(office).status_code for _ in range(3 * STRANGERS)] == [403] * (3 * STRANGERS)
    assert sign_in(office, "an").status_code == 303


def test_an_officer_with_a_session_confirms_beside_strangers(office: Office, held: HeldPasswords) -> None:
    def confirm() -> str:
        with office.app.test_request_context("/"):
            return check_sign_in(office.runtime, "chi", PASSWORD, None, is_known=True)

    with ThreadPoolExecutor(STRANGERS + 1) as pool:
        for _ in range(STRANGERS):
            pool.submit(sign_in, office)
            held.begun.acquire()
        officer = pool.submit(confirm)
        held.begun.acquire()
        held.free.set()
    assert officer.result() == office.officer_id("chi")


@pytest.mark.parametrize(("path", "other"), [("/held", SYNC), ("/api/v1/held", "/sign-in")])
def test_a_rush_of_one_side_leaves_threads_for_the_other(office: Office, path: str, other: str) -> None:
    begun, free = threading.Semaphore(0), threading.Event()

    @office.app.get(path)
    def hold() -> str:
        begun.release()
        free.wait()
        return "done"

    def ask() -> int:
        return office.app.test_client().get(path).status_code

    with ThreadPoolExecutor(SHARE) as pool:
        waiting = [pool.submit(ask) for _ in range(SHARE)]
        for _ in waiting:
            begun.acquire()
        refused = office.app.test_client().get(path)
        served = office.app.test_client().get(other).status_code
        free.set()
    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) > 0
    assert served in (200, 405)
    assert [future.result() for future in waiting] == [200] * SHARE
    assert ask() == 200

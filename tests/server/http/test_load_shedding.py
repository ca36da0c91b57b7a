"""Shares of the threads: strangers at the sign-in, pages and tablets do not stop each other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.server.office_scene import PASSWORD, Office, copy_of
from werkzeug.test import TestResponse

from field178_server.http import load_shedding
from field178_server.http.load_shedding import ConcurrencyLimit
from field178_server.http.sign_in import check_sign_in
from field178_server.security.passwords import Passwords
from field178_shared.errors import AppError, ErrorCode

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
            return check_sign_in(office.runtime, "chi", PASSWORD, None, client="session|chi")

    with ThreadPoolExecutor(STRANGERS + 1) as pool:
        for _ in range(STRANGERS):
            pool.submit(sign_in, office)
            held.begun.acquire()
        officer = pool.submit(confirm)
        held.begun.acquire()
        held.free.set()
    assert officer.result() == office.officer_id("chi")


@pytest.mark.parametrize(("path", "other"), [("/held", SYNC), ("/api/v1/held", "/sign-in")])
def test_a_rush_of_one_side_leaves_threads_for_the_other(
    office: Office, monkeypatch: pytest.MonkeyPatch, path: str, other: str
) -> None:
    # Requests of tablets wait for a slot, those of the office do not.
    monkeypatch.setattr(load_shedding, "MAX_WAIT_S", 0.05)
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


def test_who_waits_longest_gets_the_next_slot() -> None:
    limit, served = ConcurrencyLimit(1, waiting=3), list[int]()

    def work(number: int) -> None:
        limit.acquire()
        served.append(number)
        limit.release()

    limit.acquire()
    with ThreadPoolExecutor(3) as pool:
        for number in range(3):
            pool.submit(work, number)
            _wait_for(limit, number + 1)
        limit.release()
    assert served == [0, 1, 2]
    limit.acquire()


def test_a_request_without_a_place_is_refused_until_the_others_are_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [0.0]
    monkeypatch.setattr(load_shedding, "duration_clock", lambda: now[0])
    limit = ConcurrencyLimit(2, waiting=4)
    limit.acquire()
    limit.acquire()
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(limit.acquire) for _ in range(4)]
        _wait_for(limit, 4)
        assert _retry_times(limit) == set(range(2, 16))
        for number in range(4):
            now[0] += 0.5
            limit.release()
            _wait_for(limit, 3 - number)
        waiting += [pool.submit(limit.acquire) for _ in range(4)]
        _wait_for(limit, 4)
        # Five requests, half a second each.
        assert _retry_times(limit) == {2, 3, 4, 5}
        for _ in range(4):
            limit.release()
        assert [future.result() for future in waiting] == [None] * 8


def test_a_request_gives_up_its_place_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_shedding, "MAX_WAIT_S", 0.01)
    limit = ConcurrencyLimit(1, waiting=1)
    limit.acquire()
    for _ in range(3):
        with pytest.raises(AppError) as caught:
            limit.acquire()
        assert caught.value.code is ErrorCode.BUSY
    limit.release()
    limit.acquire()


def _retry_times(limit: ConcurrencyLimit) -> set[object]:
    times = set[object]()
    for _ in range(500):
        with pytest.raises(AppError) as caught:
            limit.acquire()
        times.add(caught.value.details["retry_after_s"])
    return times


def _wait_for(limit: ConcurrencyLimit, count: int) -> None:
    while len(limit) != count:
        threading.Event().wait(0.002)

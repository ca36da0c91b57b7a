"""The queue of pushes: groups in order of arrival, each result to its own request."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from tests.server.replication.push.grouped_pushes import held_up, wait_for

from field178_server.replication.push import group_commit
from field178_server.replication.push.group_commit import MAX_CHANGES, GroupCommit, WaitingPush
from field178_shared.errors import AppError, ErrorCode

Store = Callable[[Sequence[str]], Sequence[str]]


class Stored:
    """A store that notes its groups and fails for the pushes in `refused`."""

    def __init__(self, *refused: str) -> None:
        self.groups: list[list[str]] = []
        self._refused = refused

    def __call__(self, pushes: Sequence[str]) -> list[str]:
        self.groups.append(list(pushes))
        for push in pushes:
            if push in self._refused:
                raise ValueError(push)
        return [f"{push} stored" for push in pushes]


def run_all(store: Store, *pushes: WaitingPush[str, str]) -> list[str | BaseException]:
    queue = GroupCommit[str, str]()
    with ThreadPoolExecutor(len(pushes)) as pool:
        futures: list[Future[str]] = []
        with held_up(queue):
            for push in pushes:
                futures.append(pool.submit(queue.run, push, store))
                wait_for(queue, len(futures))
        return [future.exception(60) or future.result() for future in futures]


def waiting(name: str, *keys: str, size: int = 1) -> WaitingPush[str, str]:
    return WaitingPush(name, size, frozenset(keys or (name,)))


def test_a_push_that_comes_alone_is_stored_at_once() -> None:
    store, queue = Stored(), GroupCommit[str, str]()
    assert [queue.run(waiting(name), store) for name in "ab"] == ["a stored", "b stored"]
    assert store.groups == [["a"], ["b"]]
    assert not queue.is_busy


def test_waiting_pushes_are_one_group_in_order_of_arrival() -> None:
    store = Stored()
    results = run_all(store, *(waiting(name) for name in "abcde"))
    assert results == [f"{name} stored" for name in "abcde"]
    assert store.groups == [list("abcde")]


def test_pushes_that_share_a_key_are_stored_in_different_groups_in_order() -> None:
    store = Stored()
    # "d" shares nothing with the first group, but with "c", which it MUST NOT overtake.
    pushes = (
        waiting("a", "1"),
        waiting("b", "2"),
        waiting("c", "2", "3"),
        waiting("d", "3"),
        waiting("e", "5"),
    )
    run_all(store, *pushes)
    assert store.groups == [["a", "b", "e"], ["c"], ["d"]]


def test_a_group_has_at_most_so_many_changes() -> None:
    store, half = Stored(), MAX_CHANGES // 2
    run_all(store, waiting("a", size=half), waiting("b", size=half), waiting("c"), waiting("d"))
    assert store.groups == [["a", "b"], ["c", "d"]]


def test_error_of_a_push_reaches_no_other() -> None:
    store = Stored("b")
    first, refused, third = run_all(store, waiting("a"), waiting("b"), waiting("c"))
    assert (first, third) == ("a stored", "c stored")
    assert isinstance(refused, ValueError)
    assert store.groups == [["a", "b", "c"], ["a"], ["b"], ["c"]]


def test_groups_are_stored_at_the_same_time_where_the_store_allows_it() -> None:
    begun, free, groups = threading.Semaphore(0), threading.Event(), list[list[str]]()

    def store(pushes: Sequence[str]) -> Sequence[str]:
        groups.append(list(pushes))
        begun.release()
        free.wait(60)
        return [f"{push} stored" for push in pushes]

    queue = GroupCommit[str, str](at_once=2)
    with ThreadPoolExecutor(6) as pool:
        futures = []
        for name in "ab":
            futures.append(pool.submit(queue.run, waiting(name), store))
            assert begun.acquire(timeout=60)
        for number, name in enumerate("cdef"):
            futures.append(pool.submit(queue.run, waiting(name), store))
            wait_for(queue, number + 1)
        free.set()
        assert [future.result(60) for future in futures] == [f"{name} stored" for name in "abcdef"]
    assert groups[:2] == [["a"], ["b"]]
    assert sorted(push for group in groups[2:] for push in group) == list("cdef")
    assert not queue.is_busy


def test_a_store_that_is_busy_is_not_tried_once_more_for_each() -> None:
    calls: list[Sequence[str]] = []

    def busy(pushes: Sequence[str]) -> Sequence[str]:
        calls.append(pushes)
        raise AppError(ErrorCode.BUSY, retry_after_s=2)

    errors = run_all(busy, waiting("a"), waiting("b"))
    assert [error.code for error in errors if isinstance(error, AppError)] == [ErrorCode.BUSY] * 2
    assert len(calls) == 1


def test_a_thread_that_ends_amid_a_group_leaves_nobody_waiting() -> None:
    def end(_: Sequence[str]) -> Sequence[str]:
        raise KeyboardInterrupt

    first, second = run_all(end, waiting("a"), waiting("b"))
    assert isinstance(first, KeyboardInterrupt)
    assert isinstance(second, AppError)


def test_a_push_that_waits_too_long_is_refused_and_not_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_commit, "BUSY_TIMEOUT_S", 0.05)
    store, queue = Stored(), GroupCommit[str, str]()
    with held_up(queue), pytest.raises(AppError) as caught:
        queue.run(waiting("a"), store)
    assert caught.value.code is ErrorCode.BUSY
    assert store.groups == []
    assert queue.run(waiting("b"), store) == "b stored"


def test_a_group_waits_for_requests_that_are_being_read() -> None:
    store, queue = Stored(), GroupCommit[str, str]()
    announced, may_go_on = threading.Event(), threading.Event()

    def read_slowly() -> str:
        with queue.arrival():
            announced.set()
            may_go_on.wait(60)
            return queue.run(waiting("b"), store)

    with ThreadPoolExecutor(2) as pool:
        second = pool.submit(read_slowly)
        assert announced.wait(60)
        first = pool.submit(queue.run, waiting("a"), store)
        wait_for(queue, 1)
        may_go_on.set()
        assert (first.result(60), second.result(60)) == ("a stored", "b stored")
    assert store.groups == [["a", "b"]]


def test_a_group_does_not_wait_for_a_request_without_a_push(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_commit, "MAX_GATHER_S", 60)
    store, queue = Stored(), GroupCommit[str, str]()
    with ThreadPoolExecutor(1) as pool, queue.arrival():
        first = pool.submit(queue.run, waiting("a"), store)
        queue.end_arrival()
        assert first.result(30) == "a stored"

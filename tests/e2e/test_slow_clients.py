"""Requests among three hundred and a thousand slow clients of one address: the server answers all others."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.e2e.server_process import ServerProcess
from tests.e2e.slow_clients import ask, handles_of, server_of_4096_handles, slow_clients

REQUESTS = 20
ANSWERED_S = 60
HANDLES_BACK_S = 5
# The store opens connections of its own under load; 64 slow clients hold at least 64 handles.
STORE_HANDLES = 30


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with server_of_4096_handles(tmp_path_factory.mktemp("slow")) as running:
        yield running


@pytest.mark.parametrize("number", [300, pytest.param(1000, marks=pytest.mark.long)])
def test_slow_clients_of_one_address_take_nothing_from_others(server: ServerProcess, number: int) -> None:
    run(_send_requests(server, 1))
    before = handles_of(server)
    with slow_clients(server, number):
        run(_send_requests(server, REQUESTS))
    run(_handles_are_back(server, before))
    assert server.process is not None
    assert server.process.is_alive()


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run work in a thread of its own: a browser keeps a loop in the thread of the tests."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


async def _send_requests(server: ServerProcess, number: int) -> None:
    for _ in range(number):
        async with asyncio.timeout(ANSWERED_S):
            await ask(server)


async def _handles_are_back(server: ServerProcess, before: int) -> None:
    async with asyncio.timeout(HANDLES_BACK_S):
        while handles_of(server) > before + STORE_HANDLES:
            await asyncio.sleep(0.1)

"""R: each list of the console over 50,000 establishments and 100,000 visits, asked of a server process."""

from __future__ import annotations

import re
import sys
import tempfile
import time
from collections.abc import Callable
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import requests
from tests import postgres
from tests.bench import office_store
from tests.bench.figures import figure, percentile
from tests.bench.office import cpu_seconds, pid_of
from tests.bench.processes import forget_peak_memory, peak_memory_mb
from tests.e2e.server_process import ServerProcess
from tests.server.office_scene import PASSWORD

TURNS = 25
SEARCH_MS, ONE_MS, LIST_MS, MAP_MS, FILE_S, FILE_MB = 100, 60, 150, 3_000, 30, 120
SEARCHES = {
    "everything": "q=",
    "a common word": "q=hoa",
    "two words": "q=karaoke+ban",
    "a rare one": "q=bar+321",
    "none": "q=xyzzy",
    "a number": "q=0200012345",
    "one letter": "q=a",
    "name and commune": "q=ngoc+lan+an+lao",
}
ONE_SEARCH = {"a name": "q=hoa+ban", "a number": "q=00012345", "nothing": "q=xyzzy", "a person": "q=gl-123"}
_DAY = office_store.TODAY.replace(day=1)
# Links of a page that are followed before it is measured.
_LINKS = {"next": r'rel="next" href="([^"]+)"', "first": r'href="(/establishments/[0-9a-f-]{36})"'}
# By name: the page, and the link of it that is followed first ("" for none).
LISTS = {
    "visits, newest": ("/visits", ""),
    "visits, second page": ("/visits", "next"),
    "visits, last page": ("/visits?end=1", ""),
    "visits, one outcome": ("/visits?outcome=violation_recorded", ""),
    "visits, one violation, last page": ("/visits?violation=kd_door_latch&end=1", ""),
    "visits, one month": (f"/visits?since={_DAY}", ""),
    "visits, one commune": ("/visits?unit=c11629_v1", ""),
    "visits, approved": ("/visits?state=approved", ""),
    "visits, a word": ("/visits?q=hoa", ""),
    "visits, a word, second page": ("/visits?q=hoa", "next"),
    "visits, a word, last page": ("/visits?q=hoa&end=1", ""),
    "visits, two words": ("/visits?q=karaoke+ban", ""),
    "visits, a rare word": ("/visits?q=bar+321", ""),
    "visits, no such word": ("/visits?q=xyzzy", ""),
    "visits, one letter": ("/visits?q=a", ""),
    "visits, a number": ("/visits?q=00012345", ""),
    "visits, a common number": ("/visits?q=112", ""),
    "sessions, newest": ("/sessions", ""),
    "sessions, last page": ("/sessions?end=1", ""),
    "sessions, a word": ("/sessions?q=hoa", ""),
    "sessions, a number": ("/sessions?q=00012345", ""),
    "queue, waiting": ("/reviews", ""),
    "queue, waiting, second page": ("/reviews", "next"),
    "queue, waiting, last page": ("/reviews?end=1", ""),
    "queue, sessions": ("/reviews?type=outreach_session", ""),
    "queue, any flag": ("/reviews?flag=any", ""),
    "queue, approved": ("/reviews?state=approved", ""),
    "queue, approved, second page": ("/reviews?state=approved", "next"),
    "queue, approved, last page": ("/reviews?state=approved&end=1", ""),
    "queue, all sessions, last page": ("/reviews?state=all&type=outreach_session&end=1", ""),
    "queue, none": ("/reviews?state=void", ""),
    "after visits, overdue": ("/follow-ups", ""),
    "after visits, second page": ("/follow-ups", "next"),
    "after visits, closed": ("/follow-ups?tab=closed", ""),
    "after visits, one kind": ("/follow-ups?kind=correction&unit=c11629_v1", ""),
    "attention, all": ("/attention", ""),
    "attention, second page": ("/attention", "next"),
    "attention, conflicts": ("/attention?origin=conflict", ""),
    "plan, year": (f"/plan/{_DAY.year}", ""),
    "plan, second page": (f"/plan/{_DAY.year}", "next"),
    "establishments, second page": ("/establishments", "next"),
    "establishments, one commune": ("/establishments?unit=c11629_v1", ""),
    "establishments, one type": ("/establishments?type=hotel", ""),
    "possible duplicates": ("/establishments/duplicates", ""),
    "today": ("/", ""),
}
ADMIN_LISTS = {
    "people, first page": ("/people", ""),
    "people, second page": ("/people", "next"),
    "people, a name": ("/people?q=gl-123", ""),
    "tablets": ("/tablets", ""),
    "tablets, second page": ("/tablets", "next"),
    "jobs": ("/jobs", ""),
    "one search, a tablet": ("/search?q=may+12", ""),
}
# What is kept and renewed by what was written: after a visit that is filed before each turn.
AFTER_A_WRITE = {"plan, year, after a write": f"/plan/{_DAY.year}", "today, after a write": "/"}
MAPS = {
    "the whole register": "/establishments/points",
    "a word": "/establishments/points?q=ngoc+lan",
    "the newest visits": "/visits/points",
    "visits of a week": "/visits/points?since=2025-03-03&until=2025-03-09",
}
FILES = ("/visits.csv", "/visits.xlsx", "/visits.csv?q=hoa", "/establishments.xlsx", "/sessions.csv")


def main(only: str = "") -> None:
    """Measure every list whose name holds `only`, on both engines."""
    for engine in ("SQLite", "PostgreSQL"):
        if engine == "PostgreSQL" and (reason := postgres.why_not()) is not None:
            print(f"R PostgreSQL: {reason}", file=sys.stderr)
            return
        with tempfile.TemporaryDirectory() as folder:
            if engine == "SQLite":
                _stocked(Path(folder), "", engine, only)
                continue
            with postgres.running_cluster(postgres.DURABLE) as cluster:
                _stocked(Path(folder), cluster.new_database(), engine, only)


def _stocked(folder: Path, url: str, engine: str, only: str) -> None:
    office_store.stock(folder, url, is_counted=True)
    measure(folder, url, engine, only)


def measure(folder: Path, url: str, engine: str, only: str = "") -> None:
    """Serve a filled store from a process of its own and ask for each list."""
    server = ServerProcess(folder, {"FIELD178_DATABASE_URL": url} if url else {})
    # The daily check of every digest begins a minute after the first start and takes a core in a process of
    # its own: pages of just that moment would be measured beside it, and no others.
    started = time.monotonic()
    server.command("tidy")
    figure("R", f"{engine}: daily check of the store", time.monotonic() - started, "s")
    server.start()
    try:
        reader, admin = Reader(server, "chi"), Reader(server, "quan")
        page_requests = [
            (reader, f"search, {name}", f"/establishments?{q}", "") for name, q in SEARCHES.items()
        ]
        page_requests += [
            (reader, f"search, last page, {name}", f"/establishments?{q}&end=1", "")
            for name, q in SEARCHES.items()
        ]
        page_requests += [
            (reader, f"one search, {name}", f"/search?{q}", "") for name, q in ONE_SEARCH.items()
        ]
        page_requests += [(reader, name, *at) for name, at in LISTS.items()]
        page_requests += [(reader, "establishment, one", "/establishments?q=hoa", "first")]
        page_requests += [(reader, f"map, {name}", path, "") for name, path in MAPS.items()]
        page_requests += [(admin, name, *at) for name, at in ADMIN_LISTS.items()]
        for browser, name, path, link in page_requests:
            if only in name:
                _page(browser, f"{engine}: {name}", path, link, _target(name))
        with office_store.filing(folder, url) as file_one:
            for name, path in AFTER_A_WRITE.items():
                if only in name:
                    _page(reader, f"{engine}: {name}", path, "", LIST_MS, file_one)
        reader.confirms()
        for path in FILES:
            if only in path:
                _file(reader, f"{engine}: {path}", path)
    finally:
        server.stop()


def _target(name: str) -> float:
    """Return the most milliseconds of a page."""
    if name == "establishment, one":
        return ONE_MS
    if name.startswith("map, "):
        return MAP_MS
    return SEARCH_MS if "search, " in name else LIST_MS


class Reader:
    """The browser of one signed-in officer."""

    def __init__(self, server: ServerProcess, login: str) -> None:
        self.server = server
        self._http = requests.Session()
        self._http.headers["Origin"] = server.url
        self._http.trust_env = False
        self._http.post(f"{server.url}/sign-in", {"login": login, "password": PASSWORD}, timeout=60)

    def confirms(self) -> None:
        """Type the password once more: files of lists ask for it."""
        (token,) = set(re.findall(r'name="csrf_token" value="([0-9a-f]+)"', self.open("/account")))
        fields = {"csrf_token": token, "password": PASSWORD, "next": "/account"}
        self._http.post(f"{self.server.url}/confirm", fields, timeout=60).raise_for_status()

    def open(
        self, path: str, read: Callable[[requests.Response], str] = lambda response: response.text
    ) -> str:
        """Return a page, or what `read` makes of the answer."""
        with self._http.get(urljoin(self.server.url, path), timeout=300, stream=True) as answer:
            content = read(answer)
        assert answer.status_code == 200, (path, answer.status_code)
        return content


def _page(
    browser: Reader,
    name: str,
    path: str,
    link: str,
    target: float,
    before_each: Callable[[], None] = lambda: None,
) -> None:
    if link:
        match = re.search(_LINKS[link], browser.open(path))
        if match is None:
            print(f"R {name}: no such page", file=sys.stderr)
            return
        path = urljoin(path, unescape(match[1]))
    walls = []
    cpu = cpu_seconds(browser.server)
    for _ in range(TURNS):
        before_each()
        began = time.perf_counter()
        browser.open(path)
        walls.append((time.perf_counter() - began) * 1000)
    spent = (cpu_seconds(browser.server) - cpu) * 1000 / TURNS
    figure("R", name, percentile(walls, 0.95), "ms", target, half=percentile(walls, 0.5), cpu=spent)


def _file(browser: Reader, name: str, path: str) -> None:
    pid, size = pid_of(browser.server), 0

    def read(answer: requests.Response) -> str:
        nonlocal size
        size = sum(len(part) for part in answer.iter_content(1 << 16))
        return ""

    forget_peak_memory(pid)
    before, cpu, began = peak_memory_mb(pid), cpu_seconds(browser.server), time.perf_counter()
    browser.open(path, read)
    wall, spent = time.perf_counter() - began, cpu_seconds(browser.server) - cpu
    figure("R", name, wall, "s", FILE_S, cpu=spent, mb=size / 1e6)
    whole = peak_memory_mb(pid)
    figure("R", f"{name}: memory more than before", whole - before, "MB", FILE_MB, whole=whole)


if __name__ == "__main__":
    main(*sys.argv[1:2])

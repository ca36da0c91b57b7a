"""I1: an office imports 10,000 establishments through the pages of a real server, and undoes the import."""

from __future__ import annotations

import re
import tempfile
import time
from contextlib import suppress
from datetime import date, timedelta
from html import unescape
from pathlib import Path

import requests
from openpyxl import Workbook
from tests.bench.figures import figure
from tests.bench.office import PASSWORD, cpu_seconds, pid_of
from tests.bench.processes import forget_peak_memory, memory_mb, peak_memory_mb
from tests.e2e.server_process import ServerProcess, running_server
from tests.server.console.register_import.import_forms import proposed, seen_in

ROWS = 10_000
_TOKEN = re.compile(r'name="csrf_token" value="([0-9a-f]+)"')
_ENDED = re.compile(r"hx-trigger=\"every")
_UNITS = ("TT. An Lão", "Xã Quốc Tuấn", "xã Bát Trang", "X. Mỹ Đức")
_KINDS = ("KS", "nhà nghỉ", "karaoke gia đình", "Massage", "Quán cà phê")
_HEAD = (
    "STT",
    "Tên cơ sở",
    "Họ tên chủ cơ sở",
    "Điện thoại",
    "Địa chỉ",
    "Xã, thị trấn",
    "Loại hình",
    "Số GPKD",
    "Ngày cấp",
    "Số phòng",
    "Số GCN ANTT",
    "Toạ độ",
    "Tình trạng",
    "Ghi chú",
)


class Desk:
    """An officer's browser."""

    def __init__(self, server: ServerProcess) -> None:
        self._server = server
        self._http = requests.Session()
        self._http.headers["Origin"] = server.url

    def get(self, path: str) -> str:
        """Open a page."""
        return self._text(self._http.get(self._server.url + path, timeout=120))

    def post(self, path: str, fields: dict[str, str], file: Path | None = None) -> tuple[str, str]:
        """Send a form; return the address and the page it leads to."""
        token = _TOKEN.search(self.get("/establishments/import"))
        filled = fields | ({"csrf_token": token[1]} if token else {})
        if file is None:
            answer = self._http.post(self._server.url + path, filled, timeout=120)
        else:
            with file.open("rb") as opened:
                answer = self._http.post(
                    self._server.url + path, filled, files={"file": (file.name, opened)}, timeout=120
                )
        return answer.url.removeprefix(self._server.url), self._text(answer)

    def start(self, path: str, fields: dict[str, str]) -> None:
        """Send a form to a server that may die of it."""
        with suppress(requests.ConnectionError):
            self.post(path, fields)

    def finish(self, job: str) -> None:
        """Wait until a job has ended."""
        while _ENDED.search(self.get(job)):
            time.sleep(0.25)

    def _text(self, answer: requests.Response) -> str:
        assert answer.status_code == 200, (answer.status_code, answer.text[-3000:])
        return answer.text


class Watch:
    """What the server spends from one step to the next."""

    def __init__(self, server: ServerProcess) -> None:
        self._server = server
        self._at = (time.monotonic(), cpu_seconds(server))
        self.total = [0.0, 0.0]
        self.peak_mb = 0.0

    def say(self, step: str) -> None:
        """Print what passed since the last step."""
        now = (time.monotonic(), cpu_seconds(self._server))
        spent = [new - old for new, old in zip(now, self._at, strict=True)]
        self._at, self.total = now, [sum(pair) for pair in zip(self.total, spent, strict=True)]
        pid = pid_of(self._server)
        peak = peak_memory_mb(pid)
        self.peak_mb = max(self.peak_mb, peak)
        figure("I1", step, spent[0], "s", cpu_s=spent[1], peak_mb=peak, left_mb=memory_mb(pid))
        forget_peak_memory(pid)


def main() -> None:
    """Print seconds, CPU seconds and memory of each step, and of all of them."""
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder)) as server:
        server.command("user", "add", "chi", "--role", "reviewer", stdin=f"{PASSWORD}\n")
        desk = Desk(server)
        desk.get("/sign-in")
        desk.post("/sign-in", {"login": "chi", "password": PASSWORD})
        file = Path(folder) / "so-co-so.xlsx"
        write_register(file, ROWS)
        figure("I1", "file", file.stat().st_size / 1e6, "MB")
        _measure(server, desk, file)


def _measure(server: ServerProcess, desk: Desk, file: Path) -> None:
    idle = memory_mb(pid_of(server))
    forget_peak_memory(pid_of(server))
    watch = Watch(server)
    address, page = desk.post("/establishments/import", {}, file)
    at = address.removesuffix("/columns")
    watch.say("upload")
    address, page = desk.post(f"{at}/columns", proposed(page))
    watch.say("columns")
    _, page = desk.post(f"{at}/words", proposed(page))
    watch.say("words, preview")
    job, _ = desk.post(f"{at}/run", {"seen": seen_in(page)})
    desk.finish(job)
    watch.say("import")
    assert f">{ROWS:,}<".replace(",", ".") in unescape(desk.get(at)), desk.get(at)[-2500:]
    figure("I1", f"{ROWS} rows, upload to result", watch.total[0], "s", 60, cpu_s=watch.total[1])
    figure("I1", "memory", watch.peak_mb, "MB", 150, idle_mb=idle)
    job, _ = desk.post(f"{at}/undo", {})
    desk.finish(job)
    watch.say("undo")
    assert "Đã hoàn tác" in unescape(desk.get(at))


def write_register(path: Path, count: int) -> None:
    """Write a workbook of different establishments, with their owners beside them."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("DS cơ sở")
    sheet.append(("DANH SÁCH CƠ SỞ KINH DOANH DỊCH VỤ",))
    sheet.append(_HEAD)
    for number in range(1, count + 1):
        issued = date(2012, 1, 1) + timedelta(days=number % 4000)
        kind = _KINDS[number % len(_KINDS)]
        sheet.append(
            (
                number,
                f"{kind} Hoa Sen {number}",
                "Nguyễn Văn Bình",
                f"0912{number:06d}",
                f"Số {number} đường Lê Lợi, thôn {number % 9 + 1}",
                _UNITS[number % len(_UNITS)],
                kind,
                f"02Z8{number:06d}",
                issued if number % 2 else f"{issued:%d/%m/%Y}",
                number % 30 + 1,
                f"{number}/GCN-ANTT",
                f"{20.8 + number / 1e5:.5f}, {106.5 + number / 1e5:.5f}",
                "Đang hoạt động",
                "Đã kiểm tra năm ngoái, cần xem lại lối thoát nạn phía sau",
            )
        )
    book.save(path)


if __name__ == "__main__":
    main()

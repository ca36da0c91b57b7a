"""T: taps of whole pieces of work on the real tablet and what they cost, as the demo plays them.

Five of them have a place in the standard or close one to it: the routine visit, the first visit with three
violations, the closed door, the school talk, the returned visit.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from scripts.demo import play
from scripts.demo.held_port import held_port
from scripts.demo.reviewer import Reviewer
from scripts.demo.server_process import DemoClock, ServerProcess
from scripts.demo.store import PASSWORD, fill
from scripts.demo.tablet_process import Tablet
from tests.bench.figures import figure, percentile

from field178_server.demo.seed import Seeded

PRESS_TARGET_MS = 12
WIDGETS_TARGET = 300


def main() -> None:
    """Print the taps from the list to "saved on this device", and beside them CPU a tap and live widgets."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as ending:
        folder = Path(name)
        held = held_port()
        server = ServerProcess(folder / "office", DemoClock.started(), held.port, held)
        seeded = fill(server)
        server.start()
        ending.callback(server.stop)
        tablet = Tablet(folder / "tablet", server.clock, {"FIELD178_OFFSCREEN": "1"})
        ending.callback(tablet.close)
        link = play.command(server, "enrol-code", "--user", seeded.leader, "--json")["link"]
        tablet.ask("enrol", link=link, password=PASSWORD)
        _print_budgets(_play(server, seeded, tablet))


def _play(server: ServerProcess, seeded: Seeded, tablet: Tablet) -> list[Mapping[str, object]]:
    unit = seeded.team.unit_ids[0]
    night = {"decision": "12/QĐ-UBND"}
    violations = tablet.ask("visit_with_violations", **night, **play.KARAOKE_WITH_VIOLATIONS)
    played = [
        _told("first visit of a shift, 3 violations", violations, 60),
        _told("routine visit, second of a shift", tablet.ask("clean_visit", **play.KARAOKE), 30),
        _told("closed door", tablet.ask("closed_visit", **play.CAFE)),
        _told("school talk", tablet.ask("school_talk", unit=unit), 20),
    ]
    tablet.ask("sync", wants="agreement")
    visit = violations["records"]
    assert isinstance(visit, list)
    reviewer = Reviewer(server.url, seeded.reviewer, PASSWORD)
    reviewer.return_for_fix(visit[0], "One number.", {play.COMMENTED: "Please count again."})
    tablet.ask("sync", wants="agreement")
    return [*played, _told("returned visit mended", tablet.ask("mend"))]


def _told(name: str, seen: Mapping[str, object], target: float | None = None) -> Mapping[str, object]:
    spent = _numbers(seen["tap_ms"])
    beside = {
        "cpu_ms_p50": percentile(spent, 0.5),
        "cpu_ms_p95": percentile(spent, 0.95),
        "live_widgets": float(str(seen["widgets"])),
        "live_widgets_with_sheet": float(str(seen["widgets_in_all"])),
    }
    figure("T", f"taps: {name}", float(str(seen["taps"])), "taps", target, **beside)
    return seen


def _print_budgets(played: list[Mapping[str, object]]) -> None:
    presses = [spent for seen in played for spent in _numbers(seen["press_ms"])]
    figure("T", "tap to next frame p50", percentile(presses, 0.5), "CPU-ms")
    figure("T", "tap to next frame p95", percentile(presses, 0.95), "CPU-ms", PRESS_TARGET_MS)
    widgets = max(float(str(seen["widgets"])) for seen in played)
    in_all = max(float(str(seen["widgets_in_all"])) for seen in played)
    figure("T", "live widgets of a screen, at most", widgets, "widgets", WIDGETS_TARGET, with_sheet=in_all)


def _numbers(value: object) -> list[float]:
    assert isinstance(value, list)
    return [float(number) for number in value]


if __name__ == "__main__":
    main()

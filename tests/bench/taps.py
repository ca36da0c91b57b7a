"""T: taps of real visits and sessions on the real tablet, as the demo plays them."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.bench.figures import figure

from field178_server.demo import play
from field178_server.demo.processes import DemoClock, ServerProcess, Tablet


def main() -> None:
    """Print the taps from the list to "saved on this device"."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = ServerProcess(folder / "office", DemoClock.started(), play.free_port())
        seeded = play.fill(server)
        server.start()
        tablet = Tablet(folder / "tablet", server.clock, {"FIELD178_OFFSCREEN": "1"})
        try:
            link = play.command(server, "enrol-code", "--user", seeded.leader, "--json")["link"]
            tablet.ask("enrol", link=link, login=seeded.leader, password=play.PASSWORD)
            figure("T", "taps: outing of the night", _taps(tablet, "outing", decision="12/QĐ-UBND"), "taps")
            figure(
                "T",
                "taps: visit with 3 violations",
                _taps(tablet, "visit_with_violations", **play.KARAOKE),
                "taps",
            )
            figure(
                "T", "taps: visit with nothing wrong", _taps(tablet, "clean_visit", **play.GUESTHOUSE), "taps"
            )
            figure("T", "taps: closed door", _taps(tablet, "closed_visit", **play.CAFE), "taps")
            unit = seeded.team.unit_ids[0]
            figure("T", "taps: outreach session", _taps(tablet, "first_session", unit=unit), "taps")
            figure("T", "taps: next outreach session", _taps(tablet, "next_session"), "taps")
        finally:
            tablet.close()
            server.stop()


def _taps(tablet: Tablet, do: str, **given: str) -> int:
    taps = tablet.ask(do, **given)["taps"]
    assert isinstance(taps, int)
    return taps


if __name__ == "__main__":
    main()

"""Play of the demo: one shift of a team and the office's answer, with the numbers of each step."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from scripts.demo.held_port import USUAL_PORT, HeldPort
from scripts.demo.reviewer import Reviewer
from scripts.demo.server_process import DemoClock, ServerProcess
from scripts.demo.store import PASSWORD, empty_folder, fill
from scripts.demo.tablet_process import Tablet
from scripts.demo.words import _

from field178_server.demo.seed import Seeded

# Five workers there at the last visit, as now.
KARAOKE = {"words": "tu suong", "title": "Karaoke Tú Sương (GL-015)"}
KARAOKE_WITH_VIOLATIONS = {"words": "ngan uyen", "title": "Karaoke Ngân Uyên (GL-017)"}
CAFE = {"words": "moc phong", "title": "Cà phê Mộc Phong (GL-025)"}
COMMENTED = "answers.workers_contract.v"
# Codes of the tablet's status line while the server is stopped; other codes mean that a server answered.
NOBODY_ANSWERS = ("unreachable", "no_network")

Tell = Callable[[str], None]


class UnexpectedOutcome(AssertionError):
    """Error of a step of the play with an unexpected result; its text names the result."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Server, tablet and folder of the play."""

    server: ServerProcess
    seeded: Seeded
    tell: Tell


def play(folder: Path, tell: Tell, screen: Mapping[str, str], held: HeldPort) -> str:
    """Play the main job on an empty store in `folder`; returns the address of the server that stays up.

    A play that breaks off leaves no server.
    """
    empty_folder(folder)
    server = ServerProcess(folder / "office", DemoClock.started(), held.port, held)
    tell(_("The main job is played with the real programs; it takes one to three minutes."))
    with ExitStack() as stack:
        stack.callback(server.stop)
        stage = Stage(server, fill(server), tell)
        _report_store(stage)
        server.start()
        tell(_("2. The server takes connections at {url}").format(url=server.url))
        with closing(Tablet(folder / "tablet", server.clock, screen)) as tablet:
            _enrol(stage, tablet)
            filed = _work_without_network(stage, tablet)
            _send(stage, tablet, filed)
            _return_and_mend(stage, tablet, filed)
            _approve(stage, tablet, filed)
        stack.pop_all()
    return server.url


def stop(folder: Path) -> bool:
    """Stop the server left running by an earlier play; return whether there was one."""
    return ServerProcess(folder / "office", DemoClock.started(), USUAL_PORT).stop()


def _report_store(stage: Stage) -> None:
    seeded = stage.seeded
    text = _("1. An empty store was made and filled: {records} records of 2024, {approved} of them approved")
    stage.tell(text.format(records=seeded.records, approved=seeded.approved))


def _enrol(stage: Stage, tablet: Tablet) -> None:
    issued = command(stage.server, "enrol-code", "--user", stage.seeded.leader, "--json")
    seen = tablet.ask("enrol", link=issued["link"], password=PASSWORD)
    text = _(
        "3. The tablet enrolled with a one-time code and holds its area:"
        " {records} establishments. It says: “{line}”"
    )
    stage.tell(text.format(records=seen["records"], line=seen["line"]))


def _work_without_network(stage: Stage, tablet: Tablet) -> list[str]:
    stage.server.pause()
    stage.tell(_("4. The server is stopped: the tablet works without a network from here on"))
    tablet.ask("shift", decision="12/QĐ-UBND")
    unit = stage.seeded.team.unit_ids[0]
    steps: tuple[tuple[str, str, Mapping[str, str]], ...] = (
        (_("an inspection with three violations"), "visit_with_violations", KARAOKE_WITH_VIOLATIONS),
        (_("an inspection with nothing wrong"), "clean_visit", KARAOKE),
        (_("a visit to a closed door"), "closed_visit", CAFE),
        (_("an outreach session"), "first_session", {"unit": unit}),
        (_("another one, like the first"), "next_session", {}),
    )
    filed: list[str] = []
    for what, do, given in steps:
        seen = tablet.ask(do, **given)
        stage.tell(_("   recorded {what}: {taps} taps, it shows “{word}”").format(what=what, **_shown(seen)))
        filed += _list(seen["records"])
    seen = tablet.ask("sync")
    _must(seen["unsent"] == len(filed) and seen["trouble"] in NOBODY_ANSWERS, seen)
    stage.tell(_("5. Asked to send, the tablet tells the truth: “{line}”").format(line=seen["line"]))
    return filed


def _send(stage: Stage, tablet: Tablet, filed: list[str]) -> None:
    stage.server.start()
    seen = tablet.ask("sync", wants="agreement")
    words = _words(tablet, filed)
    _must(words == ["received"] * len(filed), words)
    text = _("6. The server is back; {count} receipts are stored on the tablet. It says: “{line}”")
    stage.tell(text.format(count=len(words), line=seen["line"]))


def _return_and_mend(stage: Stage, tablet: Tablet, filed: list[str]) -> None:
    reviewer = Reviewer(stage.server.url, stage.seeded.reviewer, PASSWORD)
    waiting = reviewer.waiting()
    _must(waiting == len(filed), waiting)
    comment = _("Three contracts of five workers: please count again.")
    reviewer.return_for_fix(filed[0], _("One number to look at again."), {COMMENTED: comment})
    text = _("7. The reviewer finds {count} records waiting and returns one with a comment at one field")
    stage.tell(text.format(count=waiting))
    tablet.ask("sync", wants="agreement")
    inbox = tablet.ask("inbox")
    _must(inbox["comments"] == [comment], inbox)
    mended = tablet.ask("mend")
    tablet.ask("sync", wants="agreement")
    text = _("8. The tablet finds it in its inbox, mends it in {taps} taps and sends it again")
    stage.tell(text.format(taps=mended["taps"]))


def _approve(stage: Stage, tablet: Tablet, filed: list[str]) -> None:
    reviewer = Reviewer(stage.server.url, stage.seeded.reviewer, PASSWORD)
    for record_id in filed:
        reviewer.approve(record_id)
    tablet.ask("sync", wants="agreement")
    words = _words(tablet, filed)
    _must(words == ["approved"] * len(filed), words)
    _must(reviewer.waiting() == 0, reviewer.waiting())
    stage.tell(
        _("9. The reviewer approves all {count}; the tablet shows “{word}” on each").format(
            count=len(words), word=_("Approved")
        )
    )
    command(stage.server, "check")
    stage.tell(_("10. The store was checked: engine, keys and every digest are in order"))


def _words(tablet: Tablet, filed: list[str]) -> list[str]:
    return _list(tablet.ask("words", records=" ".join(filed))["words"])


def _list(value: object) -> list[str]:
    assert isinstance(value, list)
    return [str(item) for item in value]


def _shown(seen: Mapping[str, object]) -> dict[str, object]:
    _must(seen["word"] == "unsent", seen)
    return {"taps": seen["taps"], "word": _("Not sent")}


def _must(holds: bool, seen: object) -> None:
    if not holds:
        raise UnexpectedOutcome(str(seen))


def command(server: ServerProcess, *arguments: str) -> dict[str, str]:
    """Run a CLI command on the server's store; return its answer if it is JSON."""
    done = subprocess.run(
        [sys.executable, "-m", "field178_server.cli", *arguments],
        env=server.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    _must(done.returncode == 0, done.stdout + done.stderr)
    values: dict[str, str] = json.loads(done.stdout) if "--json" in arguments else {}
    return values

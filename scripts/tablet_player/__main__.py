"""Player of the tablet: one JSON command a line on stdin, one JSON answer a line on stdout.

The answers contain what the screens and the store show afterwards.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from scripts.tablet_player.stage import Stage

from field178_shared.record_type import RecordType

if TYPE_CHECKING:
    from field178_mobile.store import Store, StoreStatus

PIN = "178259"
NAME_OF_COUNT = "workers_contract"

Given = Mapping[str, str]
Seen = dict[str, object]


class Player:
    """The script's side of one running tablet."""

    def __init__(self, stage: Stage) -> None:
        from scripts.tablet_player.work import Work

        self.stage = stage
        self.fingers = stage.fingers
        self.work = Work(stage.fingers)

    def enrol(self, given: Given) -> Seen:
        """Enrol with a one-time link, sign in, set a PIN, and receive the records of the area."""
        fingers = self.fingers
        fingers.until(lambda: fingers.sees("CodeStep"), "the enrolment")
        fingers.type(fingers.find("CodeStep").ids.link, given["link"])
        fingers.press("Btn", icon="qrcode-scan")
        fingers.until(lambda: fingers.sees("SignInStep"), "the sign-in")
        step = fingers.find("SignInStep")
        fingers.type(step.ids.password, given["password"])
        fingers.press("Btn", icon="login-variant")
        fingers.until(lambda: fingers.sees("PinStep"), "the PIN")
        for digit in PIN + PIN:
            fingers.press("PinKey", digit=digit)
        fingers.until(lambda: fingers.sees("NoticePage"), "the notice")
        fingers.press("Btn", icon="check")
        fingers.until(lambda: self._is_open() and self._status().in_sync, "the whole area")
        fingers.until(lambda: fingers.sees("ListRow"), "the list")
        return {"records": len(self._store().establishments()), **self._line()}

    def shift(self, given: Given) -> Seen:
        """Choose the shift of the night."""
        return self._counted(lambda: self.work.choose_shift(given["decision"]))

    def visit_with_violations(self, given: Given) -> Seen:
        """Inspect a karaoke establishment with three violations; a given decision starts the shift too."""
        workers = _workers(5, 4)

        def work() -> None:
            if "decision" in given:
                self.work.choose_shift(given["decision"])
            self.work.search(given["words"], given["title"])
            self.work.begin()
            self.work.checklist(VIOLATIONS, workers)
            self.work.conclude("violation_recorded", ("admin_minutes",), "5")

        return self._filed(RecordType.INSPECTION, work)

    def clean_visit(self, given: Given) -> Seen:
        """Inspect an establishment without violations and with the workers of the last visit."""

        def work() -> None:
            self.work.search(given["words"], given["title"])
            self.work.begin()
            self.work.checklist({}, _workers(5, 4), as_last_time=True)
            self.work.conclude("compliant")

        return self._filed(RecordType.INSPECTION, work)

    def closed_visit(self, given: Given) -> Seen:
        """Record a visit to a closed establishment."""

        def work() -> None:
            self.work.search(given["words"], given["title"])
            self.work.closed_on_arrival()

        return self._filed(RecordType.INSPECTION, work)

    def first_session(self, given: Given) -> Seen:
        """Write an outreach session down."""
        answers = {
            "form": "conference",
            "unit": given["unit"],
            "host": "commune_people_committee",
            "topic": "prostitution_law",
        }
        people = {"general_public": (64, 48)}
        return self._filed(RecordType.OUTREACH_SESSION, lambda: self.work.new_session(answers, people))

    def school_talk(self, given: Given) -> Seen:
        """Enter a session about a talk to 300 pupils."""
        answers = {
            "form": "school_flag_assembly",
            "unit": given["unit"],
            "host": "commune_people_committee",
            "topic": "prostitution_law",
        }
        people = {"upper_secondary_students": (300, 180)}
        return self._filed(RecordType.OUTREACH_SESSION, lambda: self.work.new_session(answers, people))

    def next_session(self, _given: Given) -> Seen:
        """Enter another session with the button that copies the common values."""
        return self._filed(
            RecordType.OUTREACH_SESSION, lambda: self.work.new_session({}, {"women": (32, 20)})
        )

    def sync(self, given: Given) -> Seen:
        """Tap "sync now" and wait until the tablet shows the result."""
        self.work.sync_now()
        if given.get("wants") == "agreement":
            self.fingers.until(lambda: self._status().in_sync, "agreement with the office")
        else:
            self.fingers.until(lambda: self._status().last_error, "a word about the failure")
        return self._line()

    def mend(self, _given: Given) -> Seen:
        """Follow the office's comment from the inbox to its field, give the right number, file again."""

        def work() -> None:
            self.work.follow_comment()
            self.work.recount(NAME_OF_COUNT, 4)
            while not self.fingers.sees("FootButton", action="complete"):
                self.work.foot("next")
            self.work.complete()

        return self._counted(work)

    def inbox(self, _given: Given) -> Seen:
        """Look into the inbox."""
        self.work.go("inbox")
        self.fingers.frames(30)
        comments = [comment.text for item in self._store().inbox() for comment in item.comments]
        return {"items": len(self._store().inbox()), "comments": comments}

    def words(self, given: Given) -> Seen:
        """Return the one word that each of these records shows."""
        ids = given["records"].split()
        return {"words": [str(self._store().shown_state(record_id).word) for record_id in ids]}

    def _filed(self, record_type: str, work: Callable[[], None]) -> Seen:
        before = self._ids(RecordType.INSPECTION, RecordType.OUTREACH_SESSION)
        seen = self._counted(work)
        # A visit with an on-site talk creates its outreach session by itself: both are new.
        made = sorted(self._ids(RecordType.INSPECTION, RecordType.OUTREACH_SESSION) - before)
        main = next(record_id for record_id in made if record_id in self._ids(record_type))
        word = str(self._store().shown_state(main).word)
        return {
            **seen,
            "records": [main, *(record_id for record_id in made if record_id != main)],
            "word": word,
        }

    def _ids(self, *record_types: str) -> set[str]:
        return {view.id for record_type in record_types for view in self._store().views(record_type)}

    def _counted(self, work: Callable[[], None]) -> Seen:
        from scripts.tablet_player.pace import Pace

        self.fingers.pace = pace = Pace()
        before = self.fingers.taps
        work()
        return {
            "taps": self.fingers.taps - before,
            "unsent": self._status().unsent_records,
            **asdict(pace),
        }

    def _line(self) -> Seen:
        from field178_mobile.kit.tablet_status import tablet_status

        self.fingers.frames()
        status = self._status()
        shown = tablet_status.text
        return {
            "line": shown,
            "trouble": status.last_error,
            "unsent": status.unsent_records,
            "in_sync": status.in_sync,
        }

    def _is_open(self) -> bool:
        return self.stage.app.navigator.session_view is not None

    def _store(self) -> Store:
        tablet = self.stage.app.navigator.session_view
        if tablet is None:
            raise LookupError("the tablet is locked")
        return tablet.opened.store

    def _status(self) -> StoreStatus:
        return self._store().status()


VIOLATIONS = {
    "fire_exits_clear": "fire_exit_obstructed",
    "kd_no_latch": "kd_door_latch",
    "lb_contracts": "lb_no_contract_1_10",
}


def _workers(total: int, female: int) -> dict[str, int]:
    return {
        "workers_total": total,
        "workers_female": female,
        "workers_male": total - female,
        "workers_contract": max(0, total - 2),
        "workers_health_check": total,
        "workers_under18": 0,
        "ou_workers_attended": total,
        "ou_workers_first_time": total - 1,
    }


def main() -> None:
    """Run commands until stdin ends."""
    # The application's own output must not mix with the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    stage = Stage(os.environ)
    player = Player(stage)
    for line in sys.stdin:
        print(json.dumps(_played(player, json.loads(line)), ensure_ascii=False), file=answers, flush=True)
    stage.close()


def _played(player: Player, command: dict[str, str]) -> Seen:
    do = getattr(player, command.pop("do"))
    try:
        seen: Seen = do(command)
    except Exception as error:  # noqa: BLE001  the edge of the process: whatever broke is told to who asked
        traceback.print_exc()
        return {"error": f"{type(error).__name__}: {error}"}
    return seen


if __name__ == "__main__":
    main()

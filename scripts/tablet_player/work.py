"""Steps of an inspector's work, done by taps on the real screens."""

from __future__ import annotations

from kivy.uix.widget import Widget
from scripts.tablet_player.fingers import Fingers, NotOnScreen

from field178_mobile.kit.language import language as _

SECTION_LIMIT = 30
MEMBERS = 4


class Work:
    """An officer with the unlocked tablet in hand."""

    def __init__(self, fingers: Fingers) -> None:
        self.fingers = fingers

    def go(self, place: str) -> None:
        """Go to a place of the rail or the bar."""
        self.fingers.press("RailItem", key=place)

    def search(self, words: str, title: str) -> None:
        """Find an establishment by typing and open it."""
        fingers = self.fingers
        self.go("inspection")
        if fingers.sees("FiledPane"):
            fingers.press("Btn", text=_("Next establishment"))
        fingers.type(fingers.find("SearchField"), words)
        fingers.press("ListRow", title=title)

    def choose_shift(self, number: str) -> None:
        """Choose the shift of the night in its sheet: the first four of the team go."""
        fingers = self.fingers
        fingers.press("ShiftLine")
        for chip in ("unannounced", "peak_period"):
            fingers.press("OptionChip", key=chip)
        fingers.type(fingers.find("ShiftBody").ids.number, number)
        fingers.press("DateField")
        fingers.press("Chip", text=_("Today"))
        members = fingers.find("ShiftBody").ids.members.walk()
        for row in [member for member in members if type(member).__name__ == "ChoiceRow"][:MEMBERS]:
            if not row.active:
                fingers.tap(row)
        fingers.press("Btn", text=_("Use for tonight"))

    def begin(self) -> None:
        """The team got in."""
        self.fingers.press("Btn", icon="clipboard-check-outline")
        self.fingers.press("OptionChip", key="manager")

    def closed_on_arrival(self) -> None:
        """Record a visit to a closed establishment."""
        self.fingers.press("ChoiceRow", key="closed_on_arrival")
        self.complete()

    def checklist(self, failed: dict[str, str], workers: dict[str, int], as_last_time: bool = False) -> None:
        """Answer every section: failed items with their violation, the rest met, counts by the pad.

        `as_last_time` copies the counts of the last visit if the screen offers it; open counts whose offered
        number is right are then accepted by tap and not typed.
        """
        self.foot("next")
        for _place in range(SECTION_LIMIT):
            if not self.fingers.sees("SectionPagePane"):
                return
            self._fail(failed)
            if self._has_foot("pass"):
                self.foot("pass")
            if as_last_time and (offer := self.fingers.find("SectionPagePane").repeat):
                self.fingers.press("Btn", text=offer)
            self._count(workers)
            self.foot("next")
        raise NotOnScreen("the sections never end")

    def conclude(self, result: str, measures: tuple[str, ...] = (), fix_within: str = "") -> None:
        """Set the result and file the visit."""
        for chip in (*((fix_within,) if fix_within else ()), *measures):
            self.fingers.press("OptionChip", key=chip)
        self.fingers.press("ChoiceRow", key=result)
        self.complete()

    def complete(self) -> None:
        """File the open visit, and wait until the screen confirms it."""
        self.foot("complete")
        self.fingers.until(lambda: self.fingers.sees("FiledPane"), "the filed visit")

    def foot(self, action: str) -> None:
        """Press the button of the foot that does this."""
        self.fingers.press("FootButton", action=action)

    def new_session(self, answers: dict[str, str], counts: dict[str, tuple[int, int]]) -> None:
        """Write an outreach session down and file it."""
        fingers = self.fingers
        self.go("outreach")
        fingers.press("Btn", text=_("New"))
        if not answers:
            fingers.press("RepeatCard")
        form = fingers.find("OutreachFormPane")
        for field, key in answers.items():
            if field == "topic":
                fingers.press("OptionChip", key=key)
            else:
                fingers.tap(form.ids[field])
                fingers.press("ChoiceRow", key=key)
        for audience, numbers in counts.items():
            fingers.press("Btn", text=_("Add an audience"))
            fingers.press("ChoiceRow", key=audience)
            for number in numbers:
                self.number(number)
        fingers.press("Btn", text=_("Complete"))
        fingers.until(lambda: not fingers.sees("Btn", text=_("Complete")), "the filed session")

    def number(self, number: int) -> None:
        """Type a number on the pad that is open, and confirm it."""
        self.fingers.until(lambda: self.fingers.sees("NumberPad"), "the number pad")
        for digit in str(number):
            self.fingers.press("PadKey", text=digit)
        self.fingers.press("Btn", text=_("OK"))

    def sync_now(self) -> None:
        """Tap the button "sync now"."""
        self.go("sync")
        self.fingers.press("Btn", text=_("Sync now"))

    def follow_comment(self) -> None:
        """Open the first item of the inbox and go to the field of its first comment."""
        self.go("inbox")
        self.fingers.press("ListRow")
        self.fingers.press("PinnedRow")

    def recount(self, item: str, number: int) -> None:
        """Give another number to a count that is in sight."""
        row = self.fingers.find("CountItem", key=item)
        self.fingers.tap(row.ids.count)
        self.number(number)

    def _fail(self, failed: dict[str, str]) -> None:
        for row in [widget for widget in self.fingers.everything() if type(widget).__name__ == "CheckItem"]:
            if (violation := failed.get(row.key)) is not None and row.value != "no":
                self.fingers.tap(next(seg for seg in row.ids.segs.children if seg.key == "no"))
                self.fingers.press("ViolationRow", key=violation)

    def _count(self, workers: dict[str, int]) -> None:
        rows = [widget for widget in self.fingers.everything() if type(widget).__name__ == "CheckItem"]
        for row in rows:
            if row.key == "ou_done" and not row.value:
                self.fingers.tap(next(seg for seg in row.ids.segs.children if seg.key == "yes"))
        while (row := self._open_count(workers)) is not None:
            number = workers[row.key]
            if self.fingers.sees("NumberPad"):
                self.number(number)
            elif row.suggestion == str(number):
                self.fingers.tap(row.ids.chip)
            else:
                self.fingers.tap(row.ids.count)
                self.number(number)

    def _open_count(self, workers: dict[str, int]) -> Widget | None:
        items = [widget for widget in self.fingers.everything() if type(widget).__name__ == "CountItem"]
        empty_items = [item for item in reversed(items) if item.key in workers and not item.value]
        return next(iter(empty_items), None)

    def _has_foot(self, action: str) -> bool:
        return self.fingers.sees("FootButton", action=action)

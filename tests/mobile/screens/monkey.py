"""Random taps of one seed on the real screens, with what is shown compared with what is stored."""

from __future__ import annotations

import json
import random
from collections import Counter, deque
from collections.abc import Callable, Iterator
from pathlib import Path

from kivy.base import EventLoop
from kivy.core.window import Window
from kivy.uix.widget import Widget
from scripts.tablet_player.fingers import Fingers, NotOnScreen
from scripts.tablet_player.work import Work
from tests.mobile.inspection_world import KARAOKE
from tests.mobile.screens.lives import Lives
from tests.mobile.screens.scene import LANDSCAPE, PORTRAIT, Stage, everything, frames

from field178_mobile.features.inspection.field_positions import CHECKLIST
from field178_mobile.kit.theme import theme
from field178_mobile.kit.widgets.inputs.field import Entry
from field178_mobile.kit.widgets.overlay import BACK_KEY, Overlay
from field178_mobile.kit.widgets.press import Pressable

COMPARE_EVERY = 20
REMEMBERED = 30
WORDS = ("Lối thoát bị chặn", "phòng 3", "0", "12", "31/12/2026", "x" * 300, "Đã nhắc nhở", "\n", "🙂")
# Texts of the record: whatever is typed there is in its draft, letter by letter.
KEPT_FIELDS = ("NoteField", "PinnedField")
# What writes into a record is tapped more often than what leaves it.
LIKED = {"RailItem": 0.2, "Tab": 0.5, "Seg": 4.0, "FootButton": 2.0, "OptionChip": 2.0, "ChoiceRow": 2.0}
MODES = ("light", "dark", "night")
SCALES = (1.0, 1.3)
# Counts that contradict nothing.
WORKERS = {
    **dict.fromkeys(("workers_total", "workers_contract", "workers_health_check", "ou_workers_attended"), 5),
    **{"workers_female": 4, "workers_male": 1, "workers_under18": 0, "ou_workers_first_time": 4},
}


class LightFingers(Fingers):
    """Fingers that wait for one frame where a script waits for a few: thousands of taps are many frames."""

    def frames(self, count: int = 1) -> None:
        """Let the application draw one frame."""
        super().frames(min(count, 1))


class Monkey:
    """Random taps and keystrokes that a seed chooses; `done` counts them by kind."""

    def __init__(self, stage: Stage, folder: Path, seed: int) -> None:
        self.seed = seed
        self.done: Counter[str] = Counter()
        self.lives = Lives(stage, folder, seed)
        self._dice = random.Random(seed)
        self._fingers = LightFingers()
        self._trail: deque[str] = deque(maxlen=REMEMBERED)
        self._acts: dict[str, tuple[int, Callable[[], None]]] = {
            "tap": (80, self._tap),
            "type": (8, self._type),
            "back": (3, self._go_back),
            "rotate": (2, self._rotate),
            "look": (2, self._change_look),
            "wait": (2, self._wait),
            "lock": (1, self._lock),
            "kill": (1, self._kill),
            "finish": (3, self._finish),
        }

    def play(self, steps: int) -> None:
        """Take so many steps; fails with seed and trail at an exception or at anything lost."""
        try:
            self._unlock()
            self.lives.go_out(KARAOKE)
            for step in range(steps):
                self._step()
                if step % COMPARE_EVERY == 0:
                    self._compare()
            self._kill()
            self._unlock()
        except Exception as error:
            trail = "\n  ".join(self._trail)
            raise AssertionError(f"seed {self.seed}, step {sum(self.done.values())}:\n  {trail}") from error
        finally:
            self.lives.end()

    def _step(self) -> None:
        if self.lives.opened is None and self._dice.random() < 0.7:
            self._note("unlock")
            self._unlock()
            return
        names = list(self._acts)
        name = self._dice.choices(names, [self._acts[each][0] for each in names])[0]
        self.done[name] += 1
        self._acts[name][1]()
        self._look_at_answers()

    def _tap(self) -> None:
        kinds: dict[str, list[Widget]] = {}
        for widget in _within_reach(Pressable):
            kinds.setdefault(type(widget).__name__, []).append(widget)
        if kinds:
            # By kind first: a checklist has a hundred answers, and one button that goes on.
            names = sorted(kinds)
            kind = self._dice.choices(names, [LIKED.get(name, 1.0) for name in names])[0]
            widget = self._dice.choice(kinds[kind])
            self._note(f"tap {_name(widget)}")
            self._fingers.tap(widget)

    def _type(self) -> None:
        entries = [entry for entry in _within_reach(Entry) if not entry.readonly]
        if not entries:
            return
        entry, words = self._dice.choice(entries), self._dice.choice(WORDS)
        self._note(f"type {words[:20]!r} into {_name(entry)}")
        entry.focus = True
        frames(1)
        for letter in words[:40]:
            entry.insert_text(letter)
        frames(1)
        self._look_at_text(entry)
        entry.focus = False
        frames(1)

    def _go_back(self) -> None:
        self._note("back")
        Window.dispatch("on_keyboard", BACK_KEY, 0, "", [])
        frames(2)

    def _rotate(self) -> None:
        size = PORTRAIT if Window.width > Window.height else LANDSCAPE
        self._note(f"rotate to {size}")
        Window.size = size
        theme.fit(size[0])
        frames(2)

    def _change_look(self) -> None:
        mode, scale = self._dice.choice(MODES), self._dice.choice(SCALES)
        language = self._dice.choice(("vi", "vi", "en"))
        self._note(f"look {mode} {scale} {language}")
        self.lives.preferences.change(mode=mode, font_scale=scale, language=language)
        frames(3)

    def _wait(self) -> None:
        self._note("wait")
        self.lives.clock.tick(seconds=self._dice.choice((1, 60, 3600)))
        frames(5)

    def _lock(self) -> None:
        self._note("lock")
        self.lives.door.lock()
        frames(2)

    def _finish(self) -> None:
        """Answer what lacks in the open visit and ask to file it: chance alone hardly ever gets there."""
        visit = self._visit()
        if visit is None or visit.is_locked or visit.is_filed or _is_covered():
            return
        self._note("finish")
        visit.choose_role("manager")
        visit.choose_tab(CHECKLIST)
        frames(2)
        work = Work(self._fingers)
        try:
            work.checklist({}, WORKERS, as_last_time=True)
            work.fingers.press("ChoiceRow", key="compliant")
            work.foot("complete")
        except NotOnScreen as missing:
            self._note(f"not finished: {str(missing)[:60]}")

    def _kill(self) -> None:
        self._note("kill")
        self.lives.kill()

    def _unlock(self) -> None:
        self.lives.unlock()
        self._compare()

    def _compare(self) -> None:
        if self.lives.opened is not None:
            self.lives.shadow.compare(self.lives.opened.store)

    def _look_at_answers(self) -> None:
        """Fail when the open section shows an answer that the store does not have."""
        opened, visit = self.lives.opened, self._visit()
        if opened is None or visit is None:
            return
        rows = [row for row in everything() if type(row).__name__ in ("CheckItem", "CountItem")]
        shown = {row.key: row.value for row in rows if row.value and row.value != "-1"}
        draft = opened.store.drafts.get(visit.draft_id)
        if not shown or visit.is_filed:
            return
        view = opened.store.view(visit.record_id)
        data = draft.data if draft is not None else view.data if view is not None else {}
        stored = {key: str(answer["v"]) for key, answer in data.get("answers", {}).items()}
        wrong = {key: value for key, value in shown.items() if stored.get(key) != value}
        assert not wrong, f"shown and not stored: {wrong}"

    def _look_at_text(self, entry: Entry) -> None:
        """Fail when a text of the record is on the screen and in no draft."""
        opened = self.lives.opened
        if opened is None or not any(type(widget).__name__ in KEPT_FIELDS for widget in _above(entry)):
            return
        kept = json.dumps([draft.data for draft in opened.store.drafts.all()], ensure_ascii=False)
        text = json.dumps(entry.text.strip(), ensure_ascii=False)[1:-1]
        assert text in kept, f"typed and not kept: {text!r}"

    def _visit(self) -> object:
        tablet = self.lives.door.session_view
        if tablet is None or tablet.shell.current != "inspection":
            return None
        return tablet.shell._built["inspection"].workspace.record.visit

    def _note(self, what: str) -> None:
        self._trail.append(what)


def _is_covered() -> bool:
    return any(isinstance(child, Overlay) for child in Window.children)


def _within_reach(kind: type[Widget]) -> list[Widget]:
    """Return what a finger could get at: what lies over the screen hides everything else."""
    EventLoop.idle()
    roots = [child for child in Window.children if isinstance(child, Overlay)][:1] or Window.children
    widgets = [widget for root in roots for widget in _shown(root)]
    return [widget for widget in widgets if isinstance(widget, kind) and not widget.disabled]


def _shown(root: Widget) -> Iterator[Widget]:
    if root.opacity:
        yield root
        for child in root.children:
            yield from _shown(child)


def _above(widget: Widget) -> Iterator[Widget]:
    while widget is not Window and widget.parent is not None and widget.parent is not widget:
        widget = widget.parent
        yield widget


def _name(widget: Widget) -> str:
    label = next(
        (str(getattr(widget, name, "")) for name in ("key", "text", "icon") if getattr(widget, name, "")), ""
    )
    return f"{type(widget).__name__} {label[:40]!r}"

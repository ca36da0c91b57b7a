"""One open draft: every change is durable before it is shown, and the last ones can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from field178_mobile.store import Draft, MergedRecord
from field178_mobile.store.drafts.draft_store import DraftStore
from field178_shared.errors import AppError
from field178_shared.merge import equal, read_path, write_path
from field178_shared.time.clock import Clock

Changes = dict[str, object]
Data = Mapping[str, object]


UNDO_STEPS = 50


def superseding(view: MergedRecord, draft_id: str, user: str, now: datetime, title: str = "") -> Draft:
    """Return the draft that edits a filed record; it is stored only when something changes."""
    return Draft(
        id=draft_id,
        type=view.type,
        record_id=view.id,
        scope=view.scope,
        data=dict(view.data),
        seen=dict(view.data),
        base_rev=view.rev,
        user=user,
        saved_at=now,
        title=title,
    )


@dataclass(frozen=True, slots=True)
class UndoStep:
    """A change that can be undone: its label, and the values before it."""

    label: str
    before: Mapping[str, object]


class DraftSession:
    """Edits one draft path by path. The draft is stored before `change` returns.

    `refused` is called if the store refuses a change: the draft is then unchanged.
    """

    def __init__(
        self, keeper: DraftStore, clock: Clock, draft: Draft, refused: Callable[[AppError], None]
    ) -> None:
        self._keeper = keeper
        self._clock = clock
        self._refused = refused
        self._steps: list[UndoStep] = []
        self.draft = draft

    @property
    def data(self) -> dict[str, object]:
        """The draft's fields as they are now."""
        return dict(self.draft.data)

    @property
    def last_step(self) -> str:
        """Label of the change that `undo` would revert, "" if there is none."""
        return self._steps[-1].label if self._steps else ""

    def change(self, changes: Changes, label: str = "") -> bool:
        """Apply and store a change; a labelled change can be undone. Return whether anything changed."""
        data = self.data
        before = {path: read_path(data, path) for path in changes}
        if all(equal(before[path], value) for path, value in changes.items()):
            return False
        self._write(changes)
        if label:
            self._steps = [*self._steps[-UNDO_STEPS + 1 :], UndoStep(label, before)]
        return True

    def try_store(self, work: Callable[[], object]) -> bool:
        """Run durable work and return whether something was stored; an AppError is passed to `refused`."""
        try:
            return bool(work())
        except AppError as error:
            self._refused(error)
            return False

    def forget_steps(self, path: str) -> None:
        """Remove the undo steps of a path and of paths below it: their values no longer exist."""
        below = f"{path}."
        self._steps = [
            step for step in self._steps if not any(f"{at}.".startswith(below) for at in step.before)
        ]

    def undo(self) -> str:
        """Revert the last labelled change and return its label, "" if there was none."""
        if not self._steps:
            return ""
        step = self._steps[-1]
        self._write(step.before)
        self._steps.pop()  # after the write: a step that could not be reverted stays
        return step.label

    def _write(self, changes: Mapping[str, object]) -> None:
        data = self.data
        for path, value in changes.items():
            data = write_path(data, path, value)
        draft = replace(self.draft, data=data, saved_at=self._clock.now())
        self._keeper.save(draft)
        self.draft = draft

"""The tablets of a module's tests: each state on its kind, shared by those that only look."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.mobile.screens.posing import Pose
from tests.mobile.screens.scene import Stage, frames
from tests.mobile.screens.states import State


class Tablets:
    """Brings a tablet into a state. One lives at a time: each follows every change of the look."""

    def __init__(
        self, stage: Stage, folders: pytest.TempPathFactory, speaks: str, scale: float = 1.0
    ) -> None:
        self._stage = stage
        self._folders = folders
        self._speaks = speaks
        self._scale = scale
        self._shared: dict[tuple[str, str], Pose] = {}

    @contextmanager
    def brought_into(self, state: State) -> Iterator[Pose]:
        """Give the tablet in its state; afterwards one that is not shared is closed."""
        pose = self._reach(state)
        try:
            yield pose
        finally:
            if not state.is_shared:
                pose.end()

    def end(self) -> None:
        """Close every tablet."""
        while self._shared:
            self._shared.popitem()[1].end()

    def _reach(self, state: State) -> Pose:
        pose = self._shared.get(state.tablet) if state.is_shared else None
        if pose is not None:
            # What the state before has opened goes before the look changes: it would follow.
            self._stage.clear()
            pose.home()
            self._stage.collect()
            self._stage.dress(scale=self._scale)
        else:
            self.end()
            self._stage.strike()
            self._stage.dress(scale=self._scale)
            pose = Pose(self._stage, self._folders.mktemp("tablet"), state.kind, self._speaks)
            if state.is_open:
                pose.unlock()
            if state.is_shared:
                self._shared[state.tablet] = pose
        state.go(pose)
        frames(3)
        return pose

"""Plugin of pytest that changes a module: it plants one bug in the text when the module is imported.

`python -m pytest -p tests.prove.planting` with PLANTED=name of a bug of tests/prove/source_bugs.py. The file
on disk stays as it is, so that a run which is cut off leaves nothing behind.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType

import pytest
from tests.prove.source_bug import CAUGHT, VARIABLE, SourceBug
from tests.prove.source_bugs import BUGS


class _Loader(SourceFileLoader):
    is_planted = False

    def __init__(self, bug: SourceBug, path: str) -> None:
        super().__init__(bug.module, path)
        self._bug = bug

    def get_code(self, fullname: str) -> CodeType:
        """Compile the module with the bug in it; nothing is read from or kept in a cache."""
        planted = self._bug.planted(self.get_data(self.path).decode())
        code = compile(planted, self.path, "exec", dont_inherit=True)
        _Loader.is_planted = True
        return code


class Planting(MetaPathFinder):
    """Finds the module of a bug."""

    def __init__(self, bug: SourceBug) -> None:
        self.bug = bug

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of the module of the bug, with a loader that plants it."""
        if fullname != self.bug.module:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        assert spec is not None
        assert spec.origin is not None
        spec.loader = _Loader(self.bug, spec.origin)
        return spec


_planting = Planting(BUGS[os.environ[VARIABLE]])
assert _planting.bug.module not in sys.modules
sys.meta_path.insert(0, _planting)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Set an exit code of its own if a test has failed with the bug in place."""
    if _Loader.is_planted and session.testsfailed:
        session.exitstatus = CAUGHT

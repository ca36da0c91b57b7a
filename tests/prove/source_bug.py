"""A bug in the text of a module: what is right, what takes its place, and the tests that must fail."""

from __future__ import annotations

from dataclasses import dataclass

# Names the bug that the plugin tests/prove/planting.py plants.
VARIABLE = "PLANTED"
# How pytest ends when a test failed with the bug in place: no fault of the plugin ends it so.
CAUGHT = 42


@dataclass(frozen=True, slots=True)
class SourceBug:
    """One bug of a module; `words` chooses among the tests of a file or folder as `pytest -k` does."""

    module: str
    right: str
    wrong: str
    tests: str
    words: str = ""

    def planted(self, text: str) -> str:
        """Return the module's text with the bug; AssertionError where the right text is not there once."""
        assert text.count(self.right) == 1, f"{self.module} has not once: {self.right}"
        return text.replace(self.right, self.wrong)

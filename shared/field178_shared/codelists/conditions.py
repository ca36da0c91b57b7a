"""Conditions of checklist items: a small closed language, parsed when the lists are loaded."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from field178_shared.codelists.rows import CodeListError

_ONE_OF = re.compile(r"(?P<item>[a-z][a-z0-9_]*) in \[(?P<answers>[a-z0-9_]+(?:, ?[a-z0-9_]+)*)\]")
_EQUALS = re.compile(r"(?P<item>[a-z][a-z0-9_]*) = (?P<answer>[a-z0-9_]+)")
_SHORT = frozenset({"no", "partial"})


@dataclass(frozen=True, slots=True)
class ConditionContext:
    """Facts that conditions read in addition to the answers."""

    has_open_follow_ups: bool = False
    finding_count: int = 0


@dataclass(frozen=True, slots=True)
class AnswerIn:
    """The item has one of these answers."""

    item: str
    answers: tuple[str, ...]

    def evaluate(self, answers: Mapping[str, object], context: ConditionContext) -> bool:
        """Return whether the dependent item is shown; `answers` maps item ids to answer values."""
        return answers.get(self.item) in self.answers


@dataclass(frozen=True, slots=True)
class HasOpenFollowUps:
    """The establishment has shortcomings that are not yet fixed."""

    def evaluate(self, answers: Mapping[str, object], context: ConditionContext) -> bool:
        """Return whether the dependent item is shown."""
        return context.has_open_follow_ups


@dataclass(frozen=True, slots=True)
class AnyShortcoming:
    """The visit recorded a violation, or at least one item that is not fully met."""

    def evaluate(self, answers: Mapping[str, object], context: ConditionContext) -> bool:
        """Return whether the dependent item is shown."""
        return context.finding_count > 0 or not _SHORT.isdisjoint(answers.values())


Condition = AnswerIn | HasOpenFollowUps | AnyShortcoming

_PROSE: Mapping[str, Condition] = {
    "establishment has open follow-ups": HasOpenFollowUps(),
    "any violation or shortcoming": AnyShortcoming(),
}


def parse_condition(text: str) -> Condition:
    """Parse the text of `show_if`; a text that is not understood is refused."""
    if text in _PROSE:
        return _PROSE[text]
    if match := _ONE_OF.fullmatch(text):
        return AnswerIn(match["item"], tuple(re.split(", ?", match["answers"])))
    if match := _EQUALS.fullmatch(text):
        return AnswerIn(match["item"], (match["answer"],))
    raise CodeListError(f"unknown condition: {text!r}")

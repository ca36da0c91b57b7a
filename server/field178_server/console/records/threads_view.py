"""Comment threads: messages with their authors, state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from field178_server.console.records.segments import Segment, marked_segments
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel
from field178_server.office.reviews.answers import StoredAnswer
from field178_shared.records.comment_threads import CommentAnswer, CommentThread
from field178_shared.records.review import PinnedRemark
from field178_shared.text.i18n import N_


@dataclass(frozen=True, slots=True)
class MessageView:
    """Comment of the office or answer of a team; answers are marked for personal data."""

    text: tuple[Segment, ...]
    signature: str
    is_answer: bool


@dataclass(frozen=True, slots=True)
class ThreadView:
    """Thread at a field; `is_met`: the field has changed since the comment."""

    key: str
    path: str
    messages: tuple[MessageView, ...]
    state: StateLabel
    is_open: bool
    is_met: bool


@dataclass(frozen=True, slots=True)
class Writers:
    """Authors in the threads of a record: answers by id, roles by officer, team of the record."""

    answers: Mapping[str, StoredAnswer]
    roles: Mapping[str, str]
    team_id: str
    known_names: Sequence[str] = ()


def thread_view(thread: CommentThread, writers: Writers, localizer: Localizer, *, is_met: bool) -> ThreadView:
    """Return a thread with its messages and state."""
    return ThreadView(
        key=thread.key,
        path=thread.path,
        messages=tuple(_messages(thread, writers, localizer)),
        state=_state(thread, localizer, is_met=is_met and thread.is_open),
        is_open=thread.is_open,
        is_met=is_met and thread.is_open,
    )


def _messages(thread: CommentThread, writers: Writers, localizer: Localizer) -> Iterator[MessageView]:
    for comment in thread.comments:
        yield MessageView((Segment(comment.text),), _by_office(comment, writers, localizer), is_answer=False)
        for answer in thread.answers_to(comment):
            text = marked_segments(answer.text, writers.known_names, localizer.language)
            yield MessageView(text, _by_field(answer, writers, localizer), is_answer=True)


def _by_office(comment: PinnedRemark, writers: Writers, localizer: Localizer) -> str:
    when = localizer.instant(comment.at) if comment.at else ""
    return _line(_person(comment.user, writers, localizer), when)


def _by_field(answer: CommentAnswer, writers: Writers, localizer: Localizer) -> str:
    stored = writers.answers.get(answer.id)
    who = _person(stored.user_id if stored else None, writers, localizer)
    team = localizer.team(writers.team_id) if writers.team_id else ""
    return _line(who, team, localizer.instant(stored.received_at) if stored else "")


def _person(user_id: str | None, writers: Writers, localizer: Localizer) -> str:
    role = writers.roles.get(user_id or "")
    name = localizer.person(user_id)
    return f"{name} ({localizer.label(localizer.lists.roles, role)})" if role else name


def _state(thread: CommentThread, localizer: Localizer, *, is_met: bool) -> StateLabel:
    say, latest = localizer.say, thread.latest
    if not thread.is_open:
        if not latest.closed_by:
            return StateLabel(say(N_("settled")), "ok", "check")
        when = localizer.instant(latest.closed_at) if latest.closed_at else ""
        text = _line(say(N_("closed by {who}")).format(who=localizer.person(latest.closed_by)), when)
        return StateLabel(text, "ok", "check")
    if thread.is_answered:
        return StateLabel(say(N_("answered")), "primary", "comment")
    if is_met:
        return StateLabel(say(N_("the field was changed since")), "ok", "check")
    return StateLabel(say(N_("not changed, not answered")), "warn", "clock")


def _line(*parts: str) -> str:
    return " · ".join(part for part in parts if part)

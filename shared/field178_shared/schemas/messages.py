"""Issues of a value as the messages of a marshmallow error, and back."""

from collections.abc import Mapping

from field178_shared.errors import ErrorCode
from field178_shared.schemas.checks import Issues, under

Messages = dict[str, list[str]]


def messages_of(issues: Issues) -> Messages:
    """Return {path: [codes]} of issues."""
    messages: Messages = {}
    for path, code in issues:
        messages.setdefault(path, []).append(code.value)
    return messages


def issues_of(messages: object) -> Issues:
    """Return the issues that nested messages of marshmallow stand for, their paths dotted."""
    if isinstance(messages, Mapping):
        return [issue for key, below in messages.items() for issue in under(key, issues_of(below))]
    return [("", ErrorCode(code)) for code in messages] if isinstance(messages, list) else []

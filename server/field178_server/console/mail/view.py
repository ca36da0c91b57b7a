"""States of e-mails, and the texts to paste for groups of officers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import url_for

from field178_server.accounts.officers import OfficerContext
from field178_server.console.shell.access import REVIEW
from field178_server.console.shell.links import FilterLink, scope_text
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel
from field178_server.database.models import Mail
from field178_server.office.mail.digest import DigestWords, MailTopic, WaitingMatters, topics_of
from field178_server.office.mail.queries import STATES, Group
from field178_server.office.mail.transport import MailReason
from field178_server.office.reminders.queries import OwedFigures
from field178_server.office.reminders.wording import ReminderWords
from field178_server.records.access import access_of
from field178_shared.codelists import CodeLists
from field178_shared.text.i18n import N_

_MOMENTS = timedelta(seconds=15)
_STATES = {
    "waiting": StateLabel(N_("Waits to be sent"), "", "clock"),
    "sending": StateLabel(N_("Being sent"), "primary", "clock"),
    "sent": StateLabel(N_("Sent"), "ok", "check-circle"),
    "failed": StateLabel(N_("Could not be sent"), "bad", "alert"),
}
_KINDS = {
    "digest": N_("What waits today"),
    "returned": N_("Returned of late"),
    "account": N_("About the account"),
    "test": N_("Test e-mail"),
}
_REASONS = {
    MailReason.NO_ANSWER: N_("The e-mail server did not answer."),
    MailReason.NO_ENCRYPTION: N_("The e-mail server offers no encryption (STARTTLS)."),
    MailReason.CERTIFICATE: N_("The certificate of the e-mail server is not trusted (FIELD178_SMTP_CA)."),
    MailReason.SIGN_IN_REFUSED: N_("The e-mail server refused the user or the password."),
    MailReason.SENDER_REFUSED: N_("The e-mail server refused the sender’s address."),
    MailReason.ADDRESS_REFUSED: N_("The e-mail server refused the officer’s address."),
    MailReason.MESSAGE_REFUSED: N_("The e-mail server refused the e-mail."),
    MailReason.NO_ADDRESS: N_("The account has no address any more, or is closed."),
    MailReason.TOO_LATE: N_("Its day was over before it could be sent."),
    MailReason.INTERNAL: N_("The server failed; the log tells where."),
}


@dataclass(frozen=True, slots=True)
class MailLine:
    """E-mail in the list with its state and the result of sending."""

    mail: Mail
    officer: str
    kind: str
    state: StateLabel
    result: str


@dataclass(frozen=True, slots=True)
class PasteText:
    """Text to paste for one group of officers."""

    id: str
    title: str
    officers: str
    text: str


def state_links(state: str, counts: Mapping[str, int], localizer: Localizer) -> list[FilterLink]:
    """Return the filters of the list with their counts."""
    total = sum(counts.values())
    return [
        FilterLink(url_for("console.mail.index"), localizer.say(N_("All")), not state, total),
        *(
            FilterLink(
                url_for("console.mail.index", state=name),
                localizer.say(_STATES[name].text),
                name == state,
                counts[name],
            )
            for name in STATES
        ),
    ]


def changes_soon(mail: Mail, now: datetime) -> bool:
    """Tell whether the state of an e-mail changes within moments; the page then reloads itself."""
    return mail.state == "sending" or (mail.state == "waiting" and mail.next_try_at <= now + _MOMENTS)


def line_of(mail: Mail, officer: str, localizer: Localizer) -> MailLine:
    """Return the line of an e-mail to an officer of this name."""
    state = _STATES[mail.state].localized(localizer)
    return MailLine(mail, officer, localizer.say(_KINDS[mail.kind]), state, _result(mail, localizer))


def paste_texts(
    waiting: WaitingMatters, groups: Sequence[Group], words: DigestWords, localizer: Localizer, day: date
) -> list[PasteText]:
    """Return the text of each group for which something waits."""
    texts, lists = [], localizer.lists
    for number, group in enumerate(groups, 1):
        digest = waiting.digest(topics_of(group.role, lists), group.role, group.scopes, lists)
        if not digest.is_empty:
            title, size = _title(group, localizer), _size(group, localizer)
            texts.append(PasteText(f"paste-{number}", title, size, words.text(digest, day)))
    return texts


def owed_texts(owed: OwedFigures, words: ReminderWords, localizer: Localizer) -> list[PasteText]:
    """Return the missing figures of communes and agencies as one text; [] if none is missing."""
    if owed.is_empty:
        return []
    size = localizer.say(N_("{communes} communes, {returns} returns of agencies")).format(
        communes=localizer.number(len(owed.communes)), returns=localizer.number(len(owed.returns))
    )
    return [PasteText("paste-owed", words.subject(owed), size, words.text(owed))]


def may_read(officer: OfficerContext, group: Group, lists: CodeLists) -> bool:
    """Tell whether an officer may read the text of a group: reviewers of its area; all, if about tablets."""
    if not set(topics_of(group.role, lists)) - {MailTopic.SILENT}:
        return True
    own = access_of(officer.role, officer.scopes)
    is_within = own.scopes is None or (bool(group.scopes) and all(own.holds(scope) for scope in group.scopes))
    return is_within and REVIEW.is_open_to(officer.role, lists)


def _title(group: Group, localizer: Localizer) -> str:
    role = localizer.label(localizer.lists.roles, group.role)
    teams = sorted(scope for scope in group.scopes if scope.startswith("team:"))
    area = ", ".join(scope_text(scope, localizer) for scope in teams or sorted(group.scopes))
    return f"{role} · {area}" if area else role


def _size(group: Group, localizer: Localizer) -> str:
    text = localizer.say(N_("{count} officers, {addresses} with an e-mail address"))
    return text.format(count=localizer.number(group.officers), addresses=localizer.number(group.with_address))


def _result(mail: Mail, localizer: Localizer) -> str:
    if mail.state == "sent" and mail.ended_at is not None:
        return localizer.instant(mail.ended_at)
    reason, _, code = (mail.reason or "").partition(" ")
    if not reason:
        return ""
    sentence = localizer.say(_REASONS[MailReason(reason)])
    sentence = f"{sentence} ({code})" if code else sentence
    if mail.state != "waiting":
        return sentence
    again = localizer.say(N_("Next try {when}.")).format(when=localizer.instant(mail.next_try_at))
    return f"{sentence} {again}"

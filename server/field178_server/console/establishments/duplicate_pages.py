"""Pages of possible duplicates: open pairs, and pairs marked as different."""

from __future__ import annotations

from flask import request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.establishments.flashes import FLASHES
from field178_server.console.establishments.frame import EntryFormState, entry_page
from field178_server.console.establishments.hints import duplicate_reason
from field178_server.console.shell.form_actions import attempt, done, office
from field178_server.console.shell.links import FilterLink
from field178_server.console.shell.lists import ListAddress
from field178_server.console.shell.own_texts import OwnText, confirm_texts
from field178_server.console.shell.page import current_page
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import run_write
from field178_server.office.establishments import operations as register
from field178_server.office.establishments.duplicates import count_dismissed, dismissed_page, duplicate_pairs
from field178_server.office.establishments.operations import MAX_REASON
from field178_server.records.keyset import PageStart
from field178_shared.errors import ErrorCode, message
from field178_shared.text.i18n import N_

DISMISSED, RESTORED = "duplicate_dismissed", "duplicate_restored"
SHOWN_PAIRS = 100
_LIST = ListAddress("console.establishments.duplicates", ("dismissed",))


def duplicates() -> AnyResponse:
    """Show the possible duplicates, the surest first; or the pairs marked as different."""
    page = current_page()
    is_dismissed = request.args.get("dismissed") == "1"
    with page.reading() as session:
        pairs = () if is_dismissed else duplicate_pairs(session, page.tenant_id, page.access)
        dismissed = dismissed_page(session, page.tenant_id, page.access, PageStart.read(request.args))
        dismissed_count = count_dismissed(session, page.tenant_id, page.access)
    page.use_names(dismissed.names)
    return page.render(
        "establishments/duplicates.html",
        is_dismissed=is_dismissed,
        tabs=_tabs(is_dismissed, len(pairs), dismissed_count, page.localizer),
        pairs=[(pair, duplicate_reason(pair.other, page.localizer)) for pair in pairs[:SHOWN_PAIRS]],
        more=max(0, len(pairs) - SHOWN_PAIRS),
        dismissed=dismissed.page.rows if is_dismissed else (),
        links=_LIST.pages(dismissed.page),
        flash=page.flash_text(FLASHES),
    )


def dismiss_duplicate_form(record_id: str) -> AnyResponse:
    """Show two entries and ask why they are not the same place."""
    return _dismiss_page(record_id, request.args.get("other", ""))


def dismiss_duplicate(record_id: str) -> AnyResponse:
    """Tell two entries apart, so that they are proposed as the same place no more."""
    page = current_page()
    other_id, reason = request.form.get("other", ""), request.form.get("reason", "").strip()
    own_text = OwnText("reason", page.say(_REASON), reason)
    if confirmation := confirm_texts([own_text], "console.establishments.index"):
        return confirmation
    refusal = attempt(
        lambda session: register.dismiss_duplicate(
            session, office(), page.access, (record_id, other_id), reason
        ),
        dict.fromkeys((ErrorCode.REQUIRED, ErrorCode.TOO_LONG), N_("Nothing was written yet.")),
    )
    if refusal is not None:
        sentence = message(refusal.code, page.localizer.language)
        return _dismiss_page(record_id, other_id, {"reason": sentence}, refusal.status)
    return done(url_for("console.establishments.duplicates"), DISMISSED, record_id)


def restore_duplicate(dismissal_id: str) -> AnyResponse:
    """Remove the mark that two entries are different."""
    page = current_page()
    run_write(
        page.runtime.engine,
        lambda session: register.restore_duplicate(session, office(), page.access, dismissal_id),
    )
    return done(_LIST.href(dismissed="1"), RESTORED, dismissal_id)


_REASON = N_("Why they are not the same place")


def _dismiss_page(
    record_id: str, other_id: str, errors: dict[str, str] | None = None, status: int = 200
) -> AnyResponse:
    page = current_page()
    own, other = entry_page(record_id).record, entry_page(other_id).record
    label = page.say(_REASON)
    state = EntryFormState(record_id, own.data, own.rev, dict(request.form), errors or {})
    return page.render(
        "establishments/not_duplicate.html",
        status,
        state=state,
        entries=(own, other),
        label=label,
        most=MAX_REASON,
        typed=request.form.get("reason", ""),
        faults=[(label, sentence, "#field-reason") for sentence in state.errors.values()],
    )


def _tabs(
    is_dismissed: bool, open_count: int, dismissed_count: int, localizer: Localizer
) -> list[FilterLink]:
    """Return the links to the two parts of the list with the counts of their pairs."""
    return [
        FilterLink(
            _LIST.href(dismissed=""),
            localizer.say(N_("Possible duplicates")),
            not is_dismissed,
            open_count or None,
        ),
        FilterLink(
            _LIST.href(dismissed="1"), localizer.say(N_("Told apart")), is_dismissed, dismissed_count or None
        ),
    ]

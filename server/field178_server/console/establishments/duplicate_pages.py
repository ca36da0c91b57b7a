"""Pages of entries that may be the same place: the pairs found, and those that were told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.establishments.flashes import FLASHES
from field178_server.console.establishments.frame import EntryFormState, entry_page, form_page
from field178_server.console.establishments.hints import duplicate_reason
from field178_server.console.establishments.reader import own_localizer
from field178_server.console.shell.flash import take_flash
from field178_server.console.shell.form_actions import attempt, done, office
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.links import FilterLink
from field178_server.console.shell.lists import ListAddress
from field178_server.console.shell.own_texts import OwnText, confirm_texts
from field178_server.console.shell.policy import own_access
from field178_server.console.text.localize import Localizer, address_text
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.establishments import operations as register
from field178_server.office.establishments.duplicates import (
    DismissedPair,
    DuplicatePair,
    count_dismissed,
    dismissed_page,
    duplicate_pairs,
)
from field178_server.office.establishments.operations import MAX_REASON
from field178_server.records.keyset import PageStart
from field178_shared.errors import ErrorCode, message
from field178_shared.records.reading import text_of
from field178_shared.text.i18n import N_

DISMISSED, RESTORED = "duplicate_dismissed", "duplicate_restored"
SHOWN_PAIRS = 100
_LIST = ListAddress("console.establishments.duplicates", ("dismissed",))


@dataclass(frozen=True, slots=True)
class PairLine:
    """Two entries that may be the same place; `merge_href` leads to their comparison."""

    names: tuple[str, str]
    places: tuple[str, str]
    links: tuple[str, str]
    reason: str
    merge_href: str
    dismiss_href: str


@dataclass(frozen=True, slots=True)
class DismissedLine:
    """Two entries that were told apart, with the reason, who said so, and the action that takes it back."""

    names: tuple[str, str]
    places: tuple[str, str]
    links: tuple[str, str]
    reason: str
    said: str
    restore_href: str


def duplicates() -> AnyResponse:
    """Show all entries that may be the same place, in pairs, the surest first; or those told apart."""
    runtime, localizer = current_runtime(), own_localizer()
    is_dismissed, access = request.args.get("dismissed") == "1", own_access()
    flash = take_flash(FLASHES)
    with snapshot(runtime.engine) as session:
        pairs = () if is_dismissed else duplicate_pairs(session, runtime.tenant_id, access)
        told_apart = dismissed_page(session, runtime.tenant_id, access, PageStart.read(request.args))
        dismissed_count = count_dismissed(session, runtime.tenant_id, access)
        layout = layout_of(session, current_officer(), localizer)
    named = Localizer(localizer.language, told_apart.names)
    return render(
        "establishments/duplicates.html",
        layout=layout,
        active="console.establishments.index",
        is_dismissed=is_dismissed,
        tabs=_tabs(is_dismissed, len(pairs), dismissed_count, localizer),
        pairs=[_pair_line(pair, localizer) for pair in pairs[:SHOWN_PAIRS]],
        dismissed=[_dismissed_line(pair, named) for pair in told_apart.page.rows] if is_dismissed else (),
        links=_LIST.pages(told_apart.page),
        more=localizer.number(len(pairs) - SHOWN_PAIRS) if len(pairs) > SHOWN_PAIRS else "",
        flash_text=flash.text("", localizer) if flash else "",
    )


def dismiss_duplicate_form(record_id: str) -> AnyResponse:
    """Show two entries and ask why they are not the same place."""
    return _dismiss_page(record_id, request.args.get("other", ""))


def dismiss_duplicate(record_id: str) -> AnyResponse:
    """Tell two entries apart, so that they are proposed as the same place no more."""
    other_id, reason = request.form.get("other", ""), request.form.get("reason", "").strip()
    label = own_localizer().say(_REASON)
    if asked := confirm_texts([OwnText("reason", label, reason)], "console.establishments.index"):
        return asked
    refusal = attempt(
        lambda session: register.dismiss_duplicate(
            session, office(), own_access(), (record_id, other_id), reason
        ),
        dict.fromkeys((ErrorCode.REQUIRED, ErrorCode.TOO_LONG), N_("Nothing was written yet.")),
    )
    if refusal is not None:
        said = message(refusal.code, own_localizer().language)
        return _dismiss_page(record_id, other_id, {"reason": said}, refusal.status)
    return done(url_for("console.establishments.duplicates"), DISMISSED, record_id)


def restore_duplicate(dismissal_id: str) -> AnyResponse:
    """Let two entries be proposed as possible duplicates again."""
    run_write(
        current_runtime().engine,
        lambda session: register.restore_duplicate(session, office(), own_access(), dismissal_id),
    )
    return done(_LIST.href(dismissed="1"), RESTORED, dismissal_id)


_REASON = N_("Why they are not the same place")


def _dismiss_page(
    record_id: str, other_id: str, errors: dict[str, str] | None = None, status: int = 200
) -> AnyResponse:
    one, other = entry_page(record_id).record, entry_page(other_id).record
    localizer = own_localizer()
    both = (one.data, other.data)
    label = localizer.say(_REASON)
    state = EntryFormState(record_id, one.data, one.rev, dict(request.form), errors or {})
    return form_page(
        "establishments/not_duplicate.html",
        state,
        status,
        other_id=other.record_id,
        entries=[
            (
                text_of(data, "name"),
                address_text(
                    text_of(data, "address_line"),
                    localizer.label(localizer.lists.units, text_of(data, "unit_id")),
                ),
                url_for("console.establishments.detail", record_id=found),
            )
            for data, found in zip(both, (record_id, other.record_id), strict=True)
        ],
        label=label,
        most=MAX_REASON,
        typed=request.form.get("reason", ""),
        merge_href=merge_href(record_id, other.record_id),
        faults=[(label, said, "#field-reason") for said in state.errors.values()],
    )


def _tabs(is_dismissed: bool, found: int, dismissed: int, localizer: Localizer) -> list[FilterLink]:
    """Return the two parts of the list; how many were found is known where they are shown."""
    return [
        FilterLink(
            _LIST.href(dismissed=""), localizer.say(N_("Possible duplicates")), not is_dismissed, found
        ),
        FilterLink(_LIST.href(dismissed="1"), localizer.say(N_("Told apart")), is_dismissed, dismissed),
    ]


def _pair_line(pair: DuplicatePair, localizer: Localizer) -> PairLine:
    both = (pair.one, pair.other)
    ids = (pair.one.record_id, pair.other.record_id)
    return PairLine(
        names=(pair.one.name, pair.other.name),
        places=_places([one.address for one in both], [one.unit_id for one in both], localizer),
        links=_links(ids),
        reason=duplicate_reason(pair.other, localizer),
        merge_href=merge_href(*ids),
        dismiss_href=dismiss_href(*ids),
    )


def _dismissed_line(pair: DismissedPair, localizer: Localizer) -> DismissedLine:
    return DismissedLine(
        names=pair.names,
        places=_places(pair.addresses, pair.unit_ids, localizer),
        links=_links(pair.ids),
        reason=pair.reason,
        said=f"{localizer.person(pair.dismissed_by)} · {localizer.instant(pair.dismissed_at)}",
        restore_href=url_for("console.establishments.restore_duplicate", dismissal_id=pair.dismissal_id),
    )


def _places(addresses: Sequence[str], unit_ids: Sequence[str], localizer: Localizer) -> tuple[str, str]:
    one, other = (
        address_text(address, localizer.label(localizer.lists.units, unit_id))
        for address, unit_id in zip(addresses, unit_ids, strict=True)
    )
    return one, other


def _links(ids: tuple[str, str]) -> tuple[str, str]:
    one, other = (url_for("console.establishments.detail", record_id=record_id) for record_id in ids)
    return one, other


def merge_href(record_id: str, other_id: str) -> str:
    """Return the address of the comparison of two entries."""
    return url_for("console.establishments.merge_form", record_id=record_id, other=other_id)


def dismiss_href(record_id: str, other_id: str) -> str:
    """Return the address at which two entries are told apart."""
    return url_for("console.establishments.dismiss_duplicate_form", record_id=record_id, other=other_id)

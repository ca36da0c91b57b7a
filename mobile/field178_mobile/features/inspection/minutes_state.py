"""State of the minutes sheet: preview, missing values, papers made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from field178_mobile.components.documents.document_output import Made
from field178_mobile.components.documents.paper_state import PaperState
from field178_mobile.features.inspection.visit import NOBODY
from field178_mobile.presentation.facts import Fact
from field178_mobile.presentation.wording import Option, Wording, options
from field178_shared.documents.sources import (
    COMMITMENT,
    MINUTES,
    VisitSource,
    citation_gaps,
    printed_checklist,
)
from field178_shared.errors import ErrorCode, message
from field178_shared.record_type import RecordType
from field178_shared.records.establishment import Establishment
from field178_shared.records.inspection import INSPECTED, Inspection
from field178_shared.records.number_block import serial_of
from field178_shared.records.reading import Data, text_of
from field178_shared.text.formats import date_text, time_text
from field178_shared.text.i18n import N_

KINDS = (MINUTES, COMMITMENT)
WITHOUT_DECISION = "guidance"
NOT_MADE = "not_made"
SIGNED = "yes"
_OUTCOMES = (SIGNED, "refused")


@dataclass(frozen=True, slots=True)
class MinutesState:
    """State of the sheet. `blocked`: why no paper can be made; `to_file`: it needs a filed visit.

    `folder`: folder of "save", None if the system has its own dialog. `outcome`: explanation of the outcome.
    """

    place: str
    number: str
    number_note: str
    facts: tuple[Fact, ...]
    missing: tuple[str, ...]
    outcomes: tuple[Option, ...]
    outcome: str
    can_choose: bool
    revision: str
    blocked: str
    to_file: bool
    papers: tuple[PaperState, ...]
    folder: str | None

    def paper(self, kind: str) -> PaperState:
        """Return one paper."""
        return next(paper for paper in self.papers if paper.kind == kind)


def facts_of_visit(source: VisitSource, words: Wording) -> tuple[Fact, ...]:
    """Return a summary of the minutes; unknown values are left out."""
    _ = words.translate
    visit = Inspection.from_data(source.data)
    facts = (
        Fact(_("Time of the visit"), _time(visit)),
        Fact(_("Decision"), _decision(visit)),
        Fact(words.field(RecordType.INSPECTION, "members"), ", ".join(_names(source, visit))),
        Fact(
            words.field(RecordType.INSPECTION, "representative_role"),
            words.choice("representative_role", visit.representative_role),
        ),
        Fact(_("Checklist"), _checklist(source, visit, words)),
        Fact(_("Number of violations"), str(len(visit.findings)) if visit.access_result == INSPECTED else ""),
        Fact(
            words.field(RecordType.INSPECTION, "measures"),
            ", ".join(words.choice("measure", measure.measure_id) for measure in visit.measures),
        ),
        Fact(words.field(RecordType.INSPECTION, "follow_ups"), _to_fix(visit, words)),
        Fact(
            words.field(RecordType.INSPECTION, "overall_result"),
            words.choice("overall_result", visit.overall_result),
        ),
    )
    return tuple(fact for fact in facts if fact.value)


def missing_of(source: VisitSource, words: Wording) -> tuple[str, ...]:
    """Return the parts that will be dotted lines although the record should give them."""
    _ = words.translate
    visit, place = Inspection.from_data(source.data), Establishment.from_data(source.establishment)
    unknown = sum(not text_of(source.people.get(member.user, {}), "display_name") for member in visit.members)
    needs_decision = visit.inspection_kind != WITHOUT_DECISION
    gaps = citation_gaps(visit, words.lists)
    lacking = (
        (not place.name, _("name of the establishment")),
        (not (place.address_line or place.village), _("address of the establishment")),
        (not source.team, _("name of the team")),
        (needs_decision and not visit.decision_number, _("decision number")),
        (needs_decision and visit.decision_date is None, _("decision date")),
        (unknown > 0, words.say("names of officers: {count}", count=unknown)),
        (not visit.representative_role, _("role of the representative")),
        (not visit.overall_result, _("overall result")),
        (visit.ended_at is None and source.rev > 0, _("time of the end")),
        (not text_of(source.team, "decision_number"), _("number of the decision that set the team up")),
        (gaps > 0, words.say("articles of law of violations: {count}", count=gaps)),
    )
    return tuple(name for is_lacking, name in lacking if is_lacking)


def outcomes_of(source: VisitSource, words: Wording) -> tuple[Option, ...]:
    """Return the outcomes of signing as options; only one if no representative was present."""
    visit = Inspection.from_data(source.data)
    if visit.representative_role == NOBODY:
        return (Option(NOBODY, words.translate("No representative present"), is_chosen=True),)
    chips = options(words, "paper_signed", visit.paper_signed)
    return tuple(chip for chip in chips if chip.id in _OUTCOMES)


def outcome_note(source: VisitSource, words: Wording) -> str:
    """Return the explanation of the chosen outcome of signing."""
    visit = Inspection.from_data(source.data)
    sentences = {
        "yes": N_("The signed paper keeps the code of the revision it was printed from."),
        "refused": N_("The minutes say that the representative did not sign; witness and team sign."),
        "": N_("Choose after the paper was read out and signed."),
    }
    if visit.representative_role == NOBODY:
        return words.translate("The minutes say that nobody was there for the establishment.")
    return words.translate(sentences.get(visit.paper_signed, ""))


def number_words(source: VisitSource, left: int, words: Wording) -> tuple[str, str]:
    """Return the minutes number and its explanation; `left`: numbers left on this device."""
    number = text_of(source.data, "minutes_number")
    if number:
        is_ours = serial_of(number) is not None
        sentence = words.translate("It stays with this visit, whenever the minutes are printed again.")
        return words.say("No. {number}", number=number), sentence if is_ours else ""
    if left:
        sentence = words.say("Given when it is made; numbers left on this device: {left}.", left=left)
        return words.translate("Not numbered yet"), sentence
    sentence = words.translate(
        "No number is left on this device: the line stays dotted. Sync brings new ones."
    )
    return words.translate("Without a number"), sentence


def blocked_words(filed: VisitSource | None, is_known: bool, has_unfiled: bool, words: Wording) -> str:
    """Return why no paper can be made, or what the paper would lack."""
    if not is_known:
        return words.translate("The paper is made of the filed visit: complete it first.")
    if filed is None:
        return message(ErrorCode.PAPER_UNSETTLED, words.language)
    if _is_not_made(filed):
        return words.translate("The record says that no minutes are made.")
    if has_unfiled:
        return words.translate("What was changed since is not on the paper until the visit is completed.")
    return ""


def is_possible(kind: str, filed: VisitSource | None) -> bool:
    """Return whether a paper can be made; a commitment needs an inspection."""
    if filed is None:
        return False
    if kind == COMMITMENT:
        return filed.data.get("access_result") == INSPECTED
    return not _is_not_made(filed)


def says_other(filed: VisitSource, made: Made) -> bool:
    """Return whether the printed values have changed since the paper was made.

    The outcome of signing is recorded after printing and does not count.
    """
    return _printed(filed.data) != _printed(made.data)


def _printed(data: Data) -> dict[str, object]:
    is_usual = data.get("paper_signed") == SIGNED
    return {key: value for key, value in data.items() if not (is_usual and key == "paper_signed")}


def _is_not_made(source: VisitSource) -> bool:
    return text_of(source.data, "paper_signed") == NOT_MADE


def _time(visit: Inspection) -> str:
    if visit.started_at is None:
        return ""
    end = f"–{time_text(visit.ended_at)}" if visit.ended_at else ""
    return f"{date_text(visit.started_at)}, {time_text(visit.started_at)}{end}"


def _decision(visit: Inspection) -> str:
    day = date_text(visit.decision_date) if visit.decision_date else ""
    return ", ".join(part for part in (visit.decision_number, day) if part)


def _names(source: VisitSource, visit: Inspection) -> Iterator[str]:
    for member in visit.members:
        yield text_of(source.people.get(member.user, {}), "display_name") or "…"


def _checklist(source: VisitSource, visit: Inspection, words: Wording) -> str:
    if visit.access_result != INSPECTED:
        return words.choice("access_result", visit.access_result)
    kind = Establishment.from_data(source.establishment).establishment_type_id
    printed = printed_checklist(visit, kind, words.lists)
    values = [answer.value for _section, items in printed for _item, answer in items]
    met, short = values.count("yes"), values.count("no") + values.count("partial")
    return words.say("{met} met, {short} not met", met=met, short=short)


def _to_fix(visit: Inspection, words: Wording) -> str:
    if not visit.follow_ups:
        return ""
    due = max((follow_up.due_on for follow_up in visit.follow_ups if follow_up.due_on), default=None)
    count = words.say("items: {count}", count=len(visit.follow_ups))
    return ", ".join(part for part in (count, date_text(due) if due else "") if part)

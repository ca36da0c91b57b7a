"""Names of list tables and of their members, and sentences for refused rows."""

from __future__ import annotations

from collections.abc import Mapping

from field178_server.console.text.field_labels import return_name
from field178_server.console.text.localize import Localizer
from field178_shared.codelists.organizations import RETURN_NUMBERS, WHOLE_RETURNS
from field178_shared.list_packs import PackFault, PackProblem
from field178_shared.text.i18n import N_

_TABLES: Mapping[str, str] = {
    "admin_units.units": N_("Administrative units"),
    "admin_units.lineage": N_("Reforms: which unit became which"),
    "admin_units.unit_groups": N_("Areas of several units"),
    "checklist_items.items": N_("Checklist items"),
    "checklist_items.sections": N_("Checklist sections"),
    "deadlines.items": N_("Statutory time limits"),
    "document_forms.items": N_("Forms of documents"),
    "document_forms.texts": N_("Texts of the papers"),
    "document_forms.commitments_list": N_("Commitments"),
    "establishment_types.items": N_("Types of establishment"),
    "holidays.declared": N_("Days off declared for a year"),
    "holidays.years": N_("Years whose days off are declared"),
    "holidays.fixed": N_("Days off of every year"),
    "holidays.worked": N_("Saturdays worked in exchange"),
    "indicators.items": N_("Indicators"),
    "indicators.terms": N_("Terms of formulas"),
    "inspection_enums.lists.measure": N_("Kinds of measure"),
    "inspection_enums.lists.representative_role": N_("Representatives of an establishment"),
    "legal_sources.items": N_("Legal documents"),
    "legal_sources.press_sources": N_("Public sources"),
    "organizations.agencies": N_("Agencies"),
    "outreach.audiences": N_("Audiences of outreach"),
    "outreach.materials": N_("Outreach materials"),
    "outreach.media_channels": N_("Media channels"),
    "outreach.outreach_forms": N_("Forms of outreach"),
    "outreach.topics": N_("Topics of outreach"),
    "outreach.information_channels": N_("Where wrong information stood"),
    "outreach.risk_groups": N_("At-risk groups"),
    "outreach.supervision_kinds": N_("Kinds of supervision"),
    "outreach.correction_actions": N_("What was done about wrong information"),
    "phrases.items": N_("Sentences for notes"),
    "places.media_outlets": N_("Media outlets"),
    "places.schools": N_("Schools"),
    "places.zones": N_("Industrial zones"),
    "reports.report_kinds": N_("Kinds of report"),
    "targets.profiles": N_("Targets"),
    "violations.items": N_("Violations and fine frames"),
}
_MEMBERS: Mapping[str, str] = {
    "id": N_("Key"),
    "vi": N_("Vietnamese"),
    "en": N_("English"),
    "source": N_("Source"),
    "confidence": N_("Confidence"),
    "verified_by": N_("Verified by"),
    "verified_on": N_("Verified on"),
    "valid_from": N_("Valid from"),
    "valid_to": N_("No longer valid from"),
    "from": N_("From"),
    "to": N_("To"),
    "first": N_("First day"),
    "last": N_("Last day"),
    "day_on": N_("Day"),
    "day": N_("Day of the month"),
    "month": N_("Month"),
    "since": N_("Since the year"),
    "frames": N_("Fine frames"),
    "src": N_("Legal document"),
    "art": N_("Article, clause, point"),
    "min": N_("Least (đồng)"),
    "max": N_("Most (đồng)"),
    "org_multiplier": N_("Times for an organisation"),
    "warning_possible": N_("A warning is possible"),
    "hint": N_("Unverified hint"),
    "note": N_("Remark"),
    "remark": N_("Remark"),
    "code": N_("Code"),
    "domain": N_("Field of law"),
    "severity": N_("Severity"),
    "selectable": N_("May be chosen"),
    "restricted": N_("Team leader only"),
    "checklist": N_("Checklist items"),
    "legal": N_("Legal bases"),
    "number": N_("Number and symbol"),
    "issued": N_("Day of issue"),
    "seen": N_("Text seen"),
    "seen_facts": N_("What was seen"),
    "url": N_("Web address"),
    "level": N_("Level"),
    "in_team": N_("May belong to a team"),
    "focal": N_("Focal agency"),
    "type": N_("Type"),
    "parent": N_("Belongs to"),
    "gso_code": N_("Statistics code"),
    "section": N_("Section"),
    "applies": N_("Asked of"),
    "answer": N_("Kind of answer"),
    "required": N_("Must be answered"),
    "no_leads_to": N_("Violations offered"),
    "targets": N_("Targets"),
    "indicator": N_("Indicator"),
    "value": N_("Value"),
    "year": N_("Year"),
    "members": N_("Units"),
    "amount": N_("Length"),
    "unit": N_("Unit"),
    "subject": N_("Concerns"),
    "handling": N_("How to handle it"),
    "additional": N_("Additional sanctions"),
    "history": N_("History"),
    "show_if": N_("Asked only if"),
    "rule": N_("Rule of counts"),
    "creates": N_("Makes a record"),
    "default": N_("Answer when left alone"),
    "max_length": N_("Longest text"),
    "extra": N_("Asked besides"),
    "privacy": N_("Privacy"),
    "order": N_("Place"),
    "group": N_("Group"),
    "profile": N_("Order of sections"),
    "hours": N_("Rule of opening hours"),
    "protocol": N_("Opens the protocol"),
    "export": N_("Export"),
    "auto_hint": N_("Hint"),
    "copies": N_("Copies"),
    "statutory": N_("Statutory form"),
    "op": N_("Comparison"),
    "per": N_("Per"),
    "area_km2": N_("Area (km²)"),
    "population_2019": N_("Population in 2019"),
    "lat": N_("Degrees north"),
    "lon": N_("Degrees east"),
    "bbox": N_("Frame on the map"),
    "kind": N_("Kind"),
    "share": N_("Share"),
    "is_default": N_("Main successor"),
    "unit_group": N_("Area"),
    "core": N_("Core topic"),
    "integration": N_("Integrated topic"),
    "channel": N_("Channel"),
    "counts_people": N_("Counts people"),
    "reports": N_("Reports"),
    "unit_id": N_("Administrative unit"),
    "counts": N_("Head counts"),
    "count": N_("People"),
    "from_event": N_("Counted from"),
    "num": N_("Numerator"),
    "den": N_("Denominator"),
    "den_least": N_("Denominator, at least"),
    "den_most": N_("Denominator, at most"),
    "num_least": N_("Numerator, at least"),
    "num_most": N_("Numerator, at most"),
    "formula": N_("Formula"),
    "of": N_("Of"),
    "official_code": N_("Official code"),
    "target_key": N_("Target"),
    "period": N_("Periods"),
    "reporter": N_("Reported by"),
    "origin": N_("Comes from"),
    "fields": N_("Fields of the form"),
    "f": N_("Field"),
    "fill": N_("How it is filled in"),
    "made_by": N_("Made by"),
    "statutory_content": N_("Content that the law asks for"),
    "system_keeps": N_("Kept by the system"),
    "antt": N_("Needs the security certificate"),
    "ban_u18": N_("No workers under 18"),
    "national_group": N_("Group of the ministry's statistics"),
    "synonyms": N_("Other names"),
    "workers": N_("Workers: least, usual, most"),
    "requires_note": N_("Needs a remark"),
    "amended_by": N_("Amended by"),
    "returns": N_("Figures it sends"),
    "focal_from": N_("Focal agency from"),
    "under": N_("Agencies above it"),
    "denominator": N_("Denominator"),
    "short_vi": N_("Short Vietnamese name"),
    "anonymous_only": N_("Counted without names"),
    "channel_id": N_("Channel"),
    "monthly_duty": N_("At least one item a month"),
    "proof": N_("Proof"),
    "links_establishment": N_("Held at an establishment"),
    "auto_from_visit": N_("Written by a visit"),
    "items": N_("Checklist items or sections"),
    "period_from": N_("Period from"),
    "period_to": N_("Period to"),
    "cutoff": N_("Last day counted"),
    "due_like": N_("Due as another kind"),
    "national": N_("National plan"),
}
_FAULTS: Mapping[PackFault, str] = {
    PackFault.UNKNOWN_TABLE: N_("This list cannot be changed."),
    PackFault.BAD_ROW: N_("The row cannot be read: {detail}"),
    PackFault.MEMBER_ABSENT: N_("“{member}” is needed."),
    PackFault.MEMBER_WRONG: N_("“{member}” is no such value."),
    PackFault.WRONG_KEY: N_("The key is another one than before: {detail}"),
    PackFault.BAD_KEY: N_("A key takes letters, digits, “_” and “-”, at most 64."),
    PackFault.TOO_LONG: N_("The row is too long: {detail} characters."),
    PackFault.REUSED_ID: N_("Past records would mean something else: {detail}. Add a new row instead."),
    PackFault.ROW_REMOVED: N_("A row that was in force may not vanish; give it an end date."),
    PackFault.FRAMES_OVERLAP: N_("Two fine frames are in force on the same day: {detail}"),
    PackFault.BAD_VALIDITY: N_("The end is not after the beginning: {detail}"),
    PackFault.NO_SUCCESSOR: N_("The unit ends on {detail} and no unit takes over; add the reform step."),
    PackFault.UNKNOWN_REFERENCE: N_("It names something that is in no list: {detail}"),
    PackFault.BAD_FORMULA: N_("The formula cannot be read: {detail}"),
}
_FILES: Mapping[str, str] = {
    "none": N_("No file was chosen."),
    "not_complete": N_("The file is cut short or damaged."),
    "not_a_pack": N_("This is no file of lists."),
    "not_a_worksheet": N_("This is no worksheet of the lists."),
    "not_signed": N_("The file is not signed."),
    "unknown_signer": N_("The file was signed by an office that this one does not trust (key {signer})."),
    "wrong_signature": N_("The signature is not that of the content: somebody changed the file."),
    "older": N_("A pack with number {number} or a later one of this office was taken before."),
    "too_large": N_("The file is too large."),
    "takes_too_long": N_("Reading the workbook takes too long. Copy its rows into a new workbook."),
    "bad_cell": N_("Sheet {sheet}, row {row}, column {column}: this is no such value."),
}
CONFIDENCE: Mapping[str, str] = {"high": N_("High"), "medium": N_("Medium"), "low": N_("Low")}


def table_name(path: str, localizer: Localizer) -> str:
    """Return the name of a table."""
    return localizer.say(_TABLES[path]) if path in _TABLES else path


def member_name(name: str, localizer: Localizer) -> str:
    """Return the name of a member; the name in the files if it has no other."""
    return localizer.say(_MEMBERS[name]) if name in _MEMBERS else name


def words_of_returns(localizer: Localizer) -> str:
    """Return the words of an agency's figures in formulas, each with its label on the form."""
    words = (*RETURN_NUMBERS, *WHOLE_RETURNS)
    return localizer.say(N_("One or several, divided by “;”: {words}")).format(
        words="; ".join(f"{word} ({return_name(word, localizer)})" for word in words)
    )


def fault_text(problem: PackProblem, localizer: Localizer) -> str:
    """Return why a row is refused."""
    return localizer.say(_FAULTS[problem.fault]).format(
        detail=problem.detail, member=member_name(problem.detail, localizer)
    )


def file_fault(details: Mapping[str, object], localizer: Localizer) -> str:
    """Return why a file is refused."""
    return localizer.say(_FILES[str(details["problem"])]).format(**details)

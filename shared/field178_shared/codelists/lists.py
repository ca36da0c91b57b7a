"""All code lists of the product in one typed object, with its lookups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date

from field178_shared.codelists.checklist import ChecklistItem, ChecklistPages, ChecklistSection, checklist_of
from field178_shared.codelists.documents import Deadline, DocumentForm
from field178_shared.codelists.establishments import EstablishmentType, OpeningRule
from field178_shared.codelists.formulas import Figures
from field178_shared.codelists.holidays import HolidayCalendar
from field178_shared.codelists.indicators import (
    Denominator,
    FormulaTerm,
    Indicator,
    TargetProfile,
)
from field178_shared.codelists.labels import ListChoice
from field178_shared.codelists.legal import LegalReference, LegalSource, PressSource
from field178_shared.codelists.lint_figures import LintFigure, LintSummary
from field178_shared.codelists.organizations import Agency, Role
from field178_shared.codelists.outreach import (
    Audience,
    Material,
    MediaChannel,
    OutreachFormat,
    SupportService,
    Topic,
)
from field178_shared.codelists.person_names import PersonNames
from field178_shared.codelists.places import MediaOutlet, Phrase, Place
from field178_shared.codelists.privacy_rules import PrivacyRules
from field178_shared.codelists.reports import (
    AnnexColumn,
    AnnexTable,
    ReportKind,
    ReportLayout,
    ReportSection,
    Submission,
)
from field178_shared.codelists.units import (
    Lineage,
    Unit,
    UnitGroup,
    UnitType,
    units_below,
)
from field178_shared.codelists.validity import DatedRows
from field178_shared.codelists.violations import FineFrame, ReferenceAct, Violation
from field178_shared.codelists.words import AvoidedWords, Term

_NAMED_FIRST = ("units", "legal_sources", "agencies", "violations", "sections", "choices", "items")


@dataclass(slots=True, kw_only=True, eq=False)
class CodeLists:
    """The lists by id, in the order of their files. Readers change nothing in it.

    `at`: file and key of a list that needs no reader of its own (`loading`).
    """

    version: str
    unit_types: DatedRows[UnitType] = field(metadata={"at": "admin_units.types"})
    units: DatedRows[Unit] = field(metadata={"at": "admin_units.units"})
    lineage: tuple[Lineage, ...] = field(metadata={"at": "admin_units.lineage"})
    unit_groups: DatedRows[UnitGroup] = field(metadata={"at": "admin_units.unit_groups"})
    types: DatedRows[EstablishmentType] = field(metadata={"at": "establishment_types.items"})
    opening_rules: DatedRows[OpeningRule] = field(metadata={"at": "establishment_types.opening_rules"})
    sections: DatedRows[ChecklistSection] = field(metadata={"at": "checklist_items.sections"})
    items: DatedRows[ChecklistItem] = field(metadata={"at": "checklist_items.items"})
    violations: DatedRows[Violation] = field(metadata={"at": "violations.items"})
    reference_acts: DatedRows[ReferenceAct]
    forms: DatedRows[OutreachFormat] = field(metadata={"at": "outreach.outreach_forms"})
    audiences: DatedRows[Audience] = field(metadata={"at": "outreach.audiences"})
    topics: DatedRows[Topic] = field(metadata={"at": "outreach.topics"})
    materials: DatedRows[Material] = field(metadata={"at": "outreach.materials"})
    media_channels: DatedRows[MediaChannel] = field(metadata={"at": "outreach.media_channels"})
    support_services: DatedRows[SupportService] = field(metadata={"at": "outreach.harm_reduction_services"})
    agencies: DatedRows[Agency] = field(metadata={"at": "organizations.agencies"})
    roles: DatedRows[Role] = field(metadata={"at": "organizations.app_roles"})
    choices: Mapping[str, tuple[ListChoice, ...]]
    legal_sources: DatedRows[LegalSource] = field(metadata={"at": "legal_sources.items"})
    press_sources: DatedRows[PressSource] = field(metadata={"at": "legal_sources.press_sources"})
    indicators: DatedRows[Indicator] = field(metadata={"at": "indicators.items"})
    formula_terms: DatedRows[FormulaTerm] = field(metadata={"at": "indicators.terms"})
    periods: tuple[str, ...]
    denominators: DatedRows[Denominator] = field(metadata={"at": "indicators.denominators"})
    target_profiles: DatedRows[TargetProfile] = field(metadata={"at": "targets.profiles"})
    report_kinds: DatedRows[ReportKind] = field(metadata={"at": "reports.report_kinds"})
    submission_chains: Mapping[str, tuple[Submission, ...]]
    report_layout: ReportLayout = field(metadata={"at": "reports.layout_nd30"})
    report_sections: DatedRows[ReportSection] = field(metadata={"at": "reports.report_sections"})
    annex_tables: DatedRows[AnnexTable] = field(metadata={"at": "reports.annex_tables"})
    annex_columns: DatedRows[AnnexColumn] = field(metadata={"at": "reports.annex_columns"})
    deadlines: DatedRows[Deadline] = field(metadata={"at": "deadlines.items"})
    holidays: HolidayCalendar
    document_forms: DatedRows[DocumentForm] = field(metadata={"at": "document_forms.items"})
    media_outlets: DatedRows[MediaOutlet] = field(metadata={"at": "places.media_outlets"})
    schools: DatedRows[Place]
    zones: DatedRows[Place]
    phrases: DatedRows[Phrase] = field(metadata={"at": "phrases.items"})
    form_texts: DatedRows[ListChoice] = field(metadata={"at": "document_forms.texts"})
    glossary: Mapping[str, Term]
    avoided_words: tuple[AvoidedWords, ...] = field(metadata={"at": "vocabulary.items"})
    lint_summary: LintSummary = field(metadata={"at": "lint_figures.summary"})
    lint_figures: tuple[LintFigure, ...] = field(metadata={"at": "lint_figures.classes"})
    privacy: PrivacyRules
    person_names: PersonNames
    prose: Mapping[str, str]
    # The formulas of the indicators by their ids, checked.
    figures: Figures = field(init=False)

    def __post_init__(self) -> None:
        """Compile the formulas of these lists."""
        self.figures = Figures(self)

    def become(self, newer: CodeLists) -> None:
        """Replace the content of this object by newer lists, for all holders of the object.

        No lock is needed: a pack never removes a row (`list_packs.rules`), so rows read earlier stay valid.
        Referenced lists are replaced before the lists that refer to them, the version last.
        """
        later = (each.name for each in fields(self) if each.name not in (*_NAMED_FIRST, "version"))
        for name in (*_NAMED_FIRST, *later, "version"):
            setattr(self, name, getattr(newer, name))

    def choice(self, name: str, choice_id: str) -> ListChoice | None:
        """Return one value of a plain list, or None if the list does not contain it."""
        return next((choice for choice in self.choices[name] if choice.id == choice_id), None)

    def choice_ids(self, name: str) -> frozenset[str]:
        """Return the ids of a plain list that a record may carry."""
        return frozenset(choice.id for choice in self.choices[name] if not choice.computed)

    def choices_on(self, name: str, day: date | None) -> tuple[ListChoice, ...]:
        """Return the values of a plain list in force on the local date; on an unknown day, all."""
        return tuple([choice for choice in self.choices[name] if day is None or choice.valid_on(day)])

    def checklist_of(self, type_id: str, day: date | None) -> ChecklistPages:
        """Return the checklist of a kind of establishment on the day of the visit, in its profile's order."""
        return checklist_of(self.types[type_id], self.sections.on(day), self.items.on(day))

    def violations_of(self, item_id: str, type_id: str | None, day: date | None) -> tuple[Violation, ...]:
        """Return the violations offered if an item is not met at a kind of establishment on a day.

        Only selectable violations are returned. If the kind is unknown, violations of all kinds are returned.
        """
        kind, violations = self.types.get(type_id or ""), self.violations.on(day)
        offered = (violations[each] for each in self.items[item_id].violations if each in violations)
        return tuple(
            violation
            for violation in offered
            if violation.selectable and (kind is None or violation.applies.covers(kind))
        )

    def references_on(self, references: Sequence[LegalReference], day: date) -> tuple[LegalReference, ...]:
        """Return the references in force on the date of the act, judged by their sources."""
        sources = self.legal_sources
        return tuple(each for each in references if each.valid_on(day) and sources[each.source].valid_on(day))

    def focal_agency_on(self, day: date) -> Agency | None:
        """Return the agency that leads the sector below the province on the local date."""
        return next((agency for agency in self.agencies.values() if agency.is_focal_on(day)), None)

    def reporters_on(self, agency_ids: Sequence[str], day: date) -> tuple[Agency, ...]:
        """Return the agencies that report on a day for these agencies: themselves or their successors.

        The successor of a lead agency is the agency that leads the sector on the day; of other agencies,
        those that send the same returns.
        """
        named = [self.agencies[agency_id] for agency_id in agency_ids if agency_id in self.agencies]
        if there := tuple(agency for agency in named if agency.valid_on(day)):
            return there
        lead = self.focal_agency_on(day)
        if lead is not None and any(agency.focal for agency in named):
            return (lead,)
        sent = {number for agency in named for number in agency.returns}
        return tuple(
            agency for agency in self.agencies.on(day).values() if not sent.isdisjoint(agency.returns)
        )

    def phrases_at(self, item_id: str, day: date | None) -> tuple[Phrase, ...]:
        """Return the note phrases offered at an item on a day, phrases of the item first."""
        places, phrases = {item_id, self.items[item_id].section}, self.phrases.on(day).values()
        own = [phrase for phrase in phrases if not places.isdisjoint(phrase.items)]
        return (*own, *[phrase for phrase in phrases if not phrase.items])

    def frames_on(self, violation_id: str, day: date) -> tuple[FineFrame, ...]:
        """Return all fine frames in force on the date of the violation.

        Verified amounts come first, then the youngest law.
        """
        valid = [frame for frame in self.violations[violation_id].frames if frame.valid_on(day)]
        return tuple(sorted(valid, key=lambda f: (f.is_known, f.valid_from or date.min), reverse=True))

    def frame_on(self, violation_id: str, day: date) -> FineFrame | None:
        """Return the fine frame in force on the date of the violation, if the lists hold one."""
        return next(iter(self.frames_on(violation_id, day)), None)

    def unit_valid_on(self, unit_id: str, day: date) -> bool:
        """Return whether this unit version exists on the local date."""
        return unit_id in self.units and self.units[unit_id].valid_on(day)

    def units_below(self, unit_id: str) -> tuple[Unit, ...]:
        """Return the unit and all below it, at any depth."""
        return units_below(self.units, unit_id)

    def predecessors(self, unit_id: str) -> tuple[Lineage, ...]:
        """Return the reform steps that led into the unit."""
        return tuple(step for step in self.lineage if step.target == unit_id)

    def successors(self, unit_id: str) -> tuple[Lineage, ...]:
        """Return the reform steps that led out of the unit."""
        return tuple(step for step in self.lineage if step.source == unit_id)

    def area(self, area_id: str) -> UnitGroup | Unit | None:
        """Return the area of an id: a group of units, or a single unit."""
        return self.unit_groups.get(area_id) or self.units.get(area_id)

    def members_of(self, area_id: str) -> tuple[Unit, ...]:
        """Return the units of an area. Raises KeyError if the lists do not contain the id."""
        group = self.unit_groups.get(area_id)
        return tuple(self.units[member] for member in (group.members if group else (area_id,)))

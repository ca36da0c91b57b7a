"""All code lists of the product in one typed object, with its lookups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date

from field178_shared.codelists.checklist import ChecklistItem, ChecklistPages, ChecklistSection, checklist_of
from field178_shared.codelists.documents import Deadline, DocumentForm
from field178_shared.codelists.establishments import EstablishmentType, OpeningRule
from field178_shared.codelists.holidays import HolidayCalendar
from field178_shared.codelists.indicators import (
    Denominator,
    Indicator,
    MeasureRules,
    TargetProfile,
    TrafficLight,
)
from field178_shared.codelists.labels import ListChoice
from field178_shared.codelists.legal import LegalReference, LegalSource, PressSource
from field178_shared.codelists.organizations import Agency, Role
from field178_shared.codelists.outreach import (
    Audience,
    Material,
    MediaChannel,
    OutreachFormat,
    SupportService,
    Topic,
)
from field178_shared.codelists.places import Phrase, Place
from field178_shared.codelists.privacy_rules import PrivacyRules
from field178_shared.codelists.reports import AnnexTable, ReportKind, ReportLayout, ReportSection, Submission
from field178_shared.codelists.units import (
    Lineage,
    Unit,
    UnitGroup,
    UnitType,
    predecessors,
    successors,
    units_below,
    version_on,
)
from field178_shared.codelists.violations import FineFrame, ReferenceAct, Violation, frames_on
from field178_shared.codelists.words import AvoidedWords, Term

_NAMED_FIRST = ("units", "legal_sources", "agencies", "violations", "sections", "choices", "items")


@dataclass(slots=True, kw_only=True, eq=False)
class CodeLists:
    """The lists by id, in the order of their files. Readers change nothing in it."""

    version: str
    unit_types: Mapping[str, UnitType]
    units: Mapping[str, Unit]
    lineage: tuple[Lineage, ...]
    unit_groups: Mapping[str, UnitGroup]
    types: Mapping[str, EstablishmentType]
    opening_rules: Mapping[str, OpeningRule]
    sections: Mapping[str, ChecklistSection]
    items: Mapping[str, ChecklistItem]
    violations: Mapping[str, Violation]
    reference_acts: Mapping[str, ReferenceAct]
    forms: Mapping[str, OutreachFormat]
    audiences: Mapping[str, Audience]
    topics: Mapping[str, Topic]
    materials: Mapping[str, Material]
    media_channels: Mapping[str, MediaChannel]
    support_services: Mapping[str, SupportService]
    agencies: Mapping[str, Agency]
    roles: Mapping[str, Role]
    choices: Mapping[str, tuple[ListChoice, ...]]
    legal_sources: Mapping[str, LegalSource]
    press_sources: Mapping[str, PressSource]
    indicators: Mapping[str, Indicator]
    periods: tuple[str, ...]
    denominators: Mapping[str, Denominator]
    measure_rules: MeasureRules
    target_profiles: Mapping[str, TargetProfile]
    traffic_light: TrafficLight
    report_kinds: Mapping[str, ReportKind]
    submission_chains: Mapping[str, tuple[Submission, ...]]
    report_layout: ReportLayout
    report_sections: Mapping[str, ReportSection]
    annex_tables: Mapping[str, AnnexTable]
    deadlines: Mapping[str, Deadline]
    holidays: HolidayCalendar
    document_forms: Mapping[str, DocumentForm]
    schools: Mapping[str, Place]
    zones: Mapping[str, Place]
    phrases: Mapping[str, Phrase]
    form_texts: Mapping[str, ListChoice]
    glossary: Mapping[str, Term]
    avoided_words: tuple[AvoidedWords, ...]
    privacy: PrivacyRules
    prose: Mapping[str, str]

    def become(self, newer: CodeLists) -> None:
        """Take the content of newer lists, for everybody who holds this object.

        No lock: a pack removes no row (`list_packs.rules`), so what a reader has found stays there. What is
        named is replaced before what names it, and the version last.
        """
        later = (each.name for each in fields(self) if each.name not in (*_NAMED_FIRST, "version"))
        for name in (*_NAMED_FIRST, *later, "version"):
            setattr(self, name, getattr(newer, name))

    def choice(self, name: str, choice_id: str) -> ListChoice | None:
        """Return one value of a plain list, or None when the list does not hold it."""
        return next((choice for choice in self.choices[name] if choice.id == choice_id), None)

    def choice_ids(self, name: str) -> frozenset[str]:
        """Return the ids of a plain list that a record may carry."""
        return frozenset(choice.id for choice in self.choices[name] if not choice.computed)

    def checklist_of(self, type_id: str) -> ChecklistPages:
        """Return the checklist of a kind of establishment, page by page in its profile's order."""
        return checklist_of(self.types[type_id], self.sections, self.items)

    def violations_of(self, item_id: str, type_id: str | None = None) -> tuple[Violation, ...]:
        """Return the violations offered when the item is not met at a kind of establishment.

        Selectable ones alone; for a kind that is not known, those of every kind.
        """
        kind = self.types.get(type_id or "")
        offered = (self.violations[violation] for violation in self.items[item_id].violations)
        return tuple(
            violation
            for violation in offered
            if violation.selectable and (kind is None or violation.applies.covers(kind))
        )

    def references_on(self, references: Sequence[LegalReference], day: date) -> tuple[LegalReference, ...]:
        """Return the references in force on the date of the act, as far as their sources are."""
        sources = self.legal_sources
        return tuple(each for each in references if each.valid_on(day) and sources[each.source].valid_on(day))

    def agencies_on(self, day: date) -> Mapping[str, Agency]:
        """Return the agencies that exist on the local date."""
        return {name: agency for name, agency in self.agencies.items() if agency.valid_on(day)}

    def focal_agency_on(self, day: date) -> Agency | None:
        """Return the agency that leads the sector below the province on the local date."""
        return next((agency for agency in self.agencies.values() if agency.is_focal_on(day)), None)

    def phrases_at(self, item_id: str) -> tuple[Phrase, ...]:
        """Return the sentences offered for the note at an item, its own before those for all."""
        places = {item_id, self.items[item_id].section}
        own = [one for one in self.phrases.values() if not places.isdisjoint(one.items)]
        return (*own, *[one for one in self.phrases.values() if not one.items])

    def frames_on(self, violation_id: str, day: date) -> tuple[FineFrame, ...]:
        """Return every fine frame in force on the date of the violation, the best known first."""
        return frames_on(self.violations[violation_id].frames, day)

    def frame_on(self, violation_id: str, day: date) -> FineFrame | None:
        """Return the fine frame in force on the date of the violation, if the lists hold one."""
        return next(iter(self.frames_on(violation_id, day)), None)

    def unit_valid_on(self, unit_id: str, day: date) -> bool:
        """Tell whether this unit version exists on the local date."""
        return unit_id in self.units and self.units[unit_id].valid_on(day)

    def unit_version_on(self, gso_code: str, day: date) -> Unit | None:
        """Return the unit that had the statistics code on that date."""
        return version_on(self.units, gso_code, day)

    def units_below(self, unit_id: str) -> tuple[Unit, ...]:
        """Return the unit and all below it, at any depth."""
        return units_below(self.units, unit_id)

    def predecessors(self, unit_id: str) -> tuple[Lineage, ...]:
        """Return the reform steps that led into the unit."""
        return predecessors(self.lineage, unit_id)

    def successors(self, unit_id: str) -> tuple[Lineage, ...]:
        """Return the reform steps that led out of the unit."""
        return successors(self.lineage, unit_id)

    def members_of(self, group_id: str) -> tuple[Unit, ...]:
        """Return the units of an area."""
        return tuple(self.units[member] for member in self.unit_groups[group_id].members)

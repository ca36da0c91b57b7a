"""Catalogue of every field that people read: the one definition of its name, kind and order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from field178_shared.codelists import CodeLists
from field178_shared.codelists.labels import Labelled
from field178_shared.schemas import TYPES, json_schema
from field178_shared.schemas.field_types import TYPED_MAXIMUM
from field178_shared.schemas.fields import (
    comment_answer,
    commune_plan,
    establishment,
    follow_up_closure,
    inspection,
    media_post,
    outreach_session,
    plan,
    report,
    returns,
    review,
    risk_group_count,
    sanction,
    team,
    worker_census,
)
from field178_shared.schemas.fields.spec import FieldSpec
from field178_shared.text.i18n import N_, translator


@dataclass(frozen=True, slots=True)
class FieldWords:
    """The texts of a field in one language."""

    label: str
    help: str = ""
    example: str = ""
    question: str = ""
    unit: str = ""


RECORD_NAMES = MappingProxyType(
    {
        "inspection": N_("Inspection visit"),
        "outreach_session": N_("Outreach session"),
        "establishment": N_("Establishment"),
        "plan_item": N_("Planned visit"),
    }
)
# Records beside a filed one, of office and field: they stand on its page and have none of their own; and what
# the office and the communes enter on forms of their own.
OFFICE_RECORD_NAMES = MappingProxyType(
    {
        "sanction_decision": N_("Sanction decision"),
        "payment": N_("Payment of a fine"),
        "measure_execution": N_("Measure carried out"),
        "follow_up_closure": N_("Correction closed"),
        "comment_answer": N_("Answer to a comment"),
        "team": N_("Inspection team"),
        "worker_census": N_("Worker census"),
        "media_post": N_("Media post"),
        "commune_plan": N_("Plan of the commune"),
        "risk_group_count": N_("Count of an at-risk group"),
        "report": N_("Report"),
        "report_submission": N_("Report sent in"),
        "agency_return": N_("Monthly return of an agency"),
        "harm_reduction_return": N_("Harm-reduction totals of a month"),
        "information_correction": N_("Correction of wrong information"),
        "supervision": N_("Social supervision and criticism"),
        "pilot_model": N_("Pilot model"),
        "commendation": N_("Commendation"),
        "budget_line": N_("Budget line"),
        "denominator": N_("Total to compare with"),
    }
)
FIELDS: Mapping[str, Mapping[str, FieldSpec]] = MappingProxyType(
    {
        record_type: MappingProxyType({spec.path: spec for spec in specs})
        for record_type, specs in (
            ("inspection", inspection.FIELDS),
            ("outreach_session", outreach_session.FIELDS),
            ("establishment", establishment.FIELDS),
            ("worker_census", worker_census.FIELDS),
            ("media_post", media_post.FIELDS),
            ("commune_plan", commune_plan.FIELDS),
            ("risk_group_count", risk_group_count.FIELDS),
            ("agency_return", returns.AGENCY_RETURN),
            ("harm_reduction_return", returns.HARM_REDUCTION_RETURN),
            ("information_correction", returns.INFORMATION_CORRECTION),
            ("supervision", returns.SUPERVISION),
            ("pilot_model", returns.PILOT_MODEL),
            ("commendation", returns.COMMENDATION),
            ("budget_line", returns.BUDGET_LINE),
            ("denominator", returns.DENOMINATOR),
            ("review", review.FIELDS),
            ("comment_answer", comment_answer.FIELDS),
            ("sanction_decision", sanction.DECISION),
            ("payment", sanction.PAYMENT),
            ("measure_execution", sanction.MEASURE),
            ("follow_up_closure", follow_up_closure.FIELDS),
            ("inspection_plan", plan.PLAN),
            ("plan_item", plan.ITEM),
            ("report", report.REPORT),
            ("report_submission", report.SUBMISSION),
            ("team", team.FIELDS),
        )
    }
)


def field_at(record_type: str, path: str) -> FieldSpec | None:
    """Return the field at a dotted path; the key of an entry matches any: audiences.pupils.female_count."""
    specs = FIELDS.get(record_type, {})
    return specs.get(path) or specs.get(pattern_of(path))


def pattern_of(path: str) -> str:
    """Return a path with `*` for the key of its entry."""
    group, *rest = path.split(".")
    return ".".join((group, "*", *rest[1:])) if rest else path


def words_at(record_type: str, path: str, language: str) -> FieldWords:
    """Return the words of the field of a path; an unknown path is its own label."""
    spec = field_at(record_type, path)
    return _words(spec, language) if spec else FieldWords(path)


def record_name(record_type: str, language: str) -> str:
    """Return what a record of a type is called; an unknown type shows itself."""
    known = RECORD_NAMES.get(record_type) or OFFICE_RECORD_NAMES.get(record_type, record_type)
    return translated(known, language)


def translated(text: str, language: str) -> str:
    """Return a text of the declarations in a language; no text stays none."""
    return translator(language, "shared")(text) if text else ""


def fields_in(record_type: str, section: str) -> tuple[FieldSpec, ...]:
    """Return the fields of a section in their order."""
    return tuple(spec for spec in FIELDS.get(record_type, {}).values() if spec.section == section)


def has_entries(record_type: str, path: str) -> bool:
    """Tell whether a field holds entries under keys."""
    return f"{path}.*" in FIELDS.get(record_type, {})


def position_of(record_type: str, path: str) -> int:
    """Return the order of a field among all of its type; an unknown path is last."""
    patterns = list(FIELDS.get(record_type, {}))
    spec = field_at(record_type, path)
    return patterns.index(spec.path) if spec else len(patterns)


def choices_of(list_name: str, lists: CodeLists) -> Mapping[str, Labelled]:
    """Return the entries of a code list by id; a name that no list has gives none."""
    tables: Mapping[str, Mapping[str, Labelled]] = {
        "agencies": lists.agencies,
        "audiences": lists.audiences,
        "denominators": lists.denominators,
        "forms": lists.forms,
        "items": lists.items,
        "materials": lists.materials,
        "report_kinds": lists.report_kinds,
        "report_sections": lists.report_sections,
        "media_outlets": lists.media_outlets,
        "schools": lists.schools,
        "target_profiles": lists.target_profiles,
        "support_services": lists.support_services,
        "topics": lists.topics,
        "types": lists.types,
        "units": lists.units,
        "violations": lists.violations,
        "zones": lists.zones,
    }
    plain = {choice.id: choice for choice in lists.choices.get(list_name, ())}
    return tables.get(list_name, plain)


def described_at(record_type: str, path: str) -> Mapping[str, object] | None:
    """Return the JSON schema of the value at a path; None where the schema knows none."""
    described: object = json_schema(record_type) if record_type in TYPES else None
    for key in path.split("."):
        if not isinstance(described, Mapping):
            return None
        properties = described.get("properties")
        known = properties.get(key) if isinstance(properties, Mapping) else None
        described = known if known is not None else described.get("additionalProperties")
    return described if isinstance(described, Mapping) else None


def bounds_at(record_type: str, path: str) -> tuple[int, int] | None:
    """Return the least and the largest number that forms take at a path; None where no number is."""
    described = described_at(record_type, path) or {}
    least, most = described.get("minimum"), described.get(TYPED_MAXIMUM, described.get("maximum"))
    return (least, most) if isinstance(least, int) and isinstance(most, int) else None


def max_length(record_type: str, path: str) -> int:
    """Return how many characters the schema allows at a path; 0 where it sets no limit."""
    described = described_at(record_type, path)
    limit = described.get("maxLength") if described else None
    return limit if isinstance(limit, int) else 0


@cache
def _words(spec: FieldSpec, language: str) -> FieldWords:
    texts = (spec.label, spec.help, spec.example, spec.question, spec.unit)
    return FieldWords(*(translated(text, language) for text in texts))

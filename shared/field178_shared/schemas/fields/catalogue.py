"""Catalogue of every field that people read: its name, kind and order, and the messages at it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from field178_shared.codelists import CodeLists
from field178_shared.codelists.labels import Labelled
from field178_shared.errors import NO_DETAILS, ErrorCode, message
from field178_shared.record_type import RecordType
from field178_shared.schemas import TYPES, json_schema
from field178_shared.schemas.field_types import TYPED_MAXIMUM
from field178_shared.schemas.fields import (
    establishment,
    inspection,
    office_entries,
    outreach,
    plan,
    published,
    reporting,
)
from field178_shared.schemas.fields.spec import FieldKind, FieldSpec
from field178_shared.text.formats import number_text
from field178_shared.text.i18n import N_, translator


@dataclass(frozen=True, slots=True)
class FieldWords:
    """The texts of a field in one language."""

    label: str
    help: str = ""
    example: str = ""
    question: str = ""
    unit: str = ""


RECORD_NAMES: Mapping[str, str] = MappingProxyType(
    {
        RecordType.INSPECTION: N_("Inspection visit"),
        RecordType.OUTREACH_SESSION: N_("Outreach session"),
        RecordType.ESTABLISHMENT: N_("Establishment"),
        RecordType.PLAN_ITEM: N_("Planned visit"),
    }
)
# Records beside a filed one, of office and field: they stand on its page and have none of their own; and what
# the office and the communes enter on forms of their own.
OFFICE_RECORD_NAMES: Mapping[str, str] = MappingProxyType(
    {
        RecordType.SANCTION_DECISION: N_("Sanction decision"),
        RecordType.PAYMENT: N_("Payment of a fine"),
        RecordType.MEASURE_EXECUTION: N_("Measure carried out"),
        RecordType.FOLLOW_UP_CLOSURE: N_("Correction closed"),
        RecordType.COMMENT_ANSWER: N_("Answer to a comment"),
        RecordType.TEAM: N_("Inspection team"),
        RecordType.WORKER_CENSUS: N_("Worker census"),
        RecordType.MEDIA_POST: N_("Media post"),
        RecordType.COMMUNE_PLAN: N_("Plan of the commune"),
        RecordType.RISK_GROUP_COUNT: N_("Count of an at-risk group"),
        RecordType.REPORT: N_("Report"),
        RecordType.REPORT_SUBMISSION: N_("Report sent in"),
        RecordType.AGENCY_RETURN: N_("Monthly return of an agency"),
        RecordType.HARM_REDUCTION_RETURN: N_("Harm-reduction totals of a month"),
        RecordType.INFORMATION_CORRECTION: N_("Correction of wrong information"),
        RecordType.SUPERVISION: N_("Social supervision and criticism"),
        RecordType.PILOT_MODEL: N_("Pilot model"),
        RecordType.COMMENDATION: N_("Commendation"),
        RecordType.BUDGET_LINE: N_("Budget line"),
        RecordType.DENOMINATOR: N_("Total to compare with"),
    }
)
FIELDS: Mapping[str, Mapping[str, FieldSpec]] = MappingProxyType(
    {
        record_type: MappingProxyType({spec.path: spec for spec in specs})
        for record_type, specs in (
            (RecordType.INSPECTION, inspection.FIELDS),
            (RecordType.OUTREACH_SESSION, outreach.OUTREACH_SESSION),
            (RecordType.ESTABLISHMENT, establishment.FIELDS),
            (RecordType.WORKER_CENSUS, outreach.WORKER_CENSUS),
            (RecordType.MEDIA_POST, outreach.MEDIA_POST),
            (RecordType.COMMUNE_PLAN, outreach.COMMUNE_PLAN),
            (RecordType.RISK_GROUP_COUNT, outreach.RISK_GROUP_COUNT),
            (RecordType.AGENCY_RETURN, reporting.AGENCY_RETURN),
            (RecordType.HARM_REDUCTION_RETURN, reporting.HARM_REDUCTION_RETURN),
            (RecordType.INFORMATION_CORRECTION, reporting.INFORMATION_CORRECTION),
            (RecordType.SUPERVISION, reporting.SUPERVISION),
            (RecordType.PILOT_MODEL, reporting.PILOT_MODEL),
            (RecordType.COMMENDATION, reporting.COMMENDATION),
            (RecordType.BUDGET_LINE, reporting.BUDGET_LINE),
            (RecordType.DENOMINATOR, reporting.DENOMINATOR),
            (RecordType.REVIEW, office_entries.REVIEW),
            (RecordType.COMMENT_ANSWER, office_entries.COMMENT_ANSWER),
            (RecordType.SANCTION_DECISION, office_entries.DECISION),
            (RecordType.PAYMENT, office_entries.PAYMENT),
            (RecordType.MEASURE_EXECUTION, office_entries.MEASURE),
            (RecordType.FOLLOW_UP_CLOSURE, office_entries.CLOSURE),
            (RecordType.INSPECTION_PLAN, plan.PLAN),
            (RecordType.PLAN_ITEM, plan.ITEM),
            (RecordType.REPORT, reporting.REPORT),
            (RecordType.REPORT_SUBMISSION, reporting.SUBMISSION),
            (RecordType.TEAM, published.TEAM_FIELDS),
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
    msgid = RECORD_NAMES.get(record_type) or OFFICE_RECORD_NAMES.get(record_type, record_type)
    return translated(msgid, language)


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
        member = properties.get(key) if isinstance(properties, Mapping) else None
        described = member if member is not None else described.get("additionalProperties")
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


Problems = Mapping[str, Iterable[str]]
_DEGREE = 10_000_000


def field_message(record_type: str, path: str, codes: Iterable[str], language: str) -> str:
    """Return the sentences of what is wrong at a path of a record type."""
    details = _details(record_type, path, language)
    return " ".join(message(code, language, details) for code in codes)


def field_messages(record_type: str, problems: Problems, language: str) -> dict[str, str]:
    """Return the sentences of each problem by the path of its field."""
    return {path: field_message(record_type, path, codes, language) for path, codes in problems.items()}


def range_details(least: int, most: int, language: str) -> Mapping[str, str]:
    """Return the bounds of a number as the sentence of its error names them."""
    return {"least": number_text(least, language), "most": number_text(most, language)}


def year_range_message(least: int, most: int, language: str) -> str:
    """Return the sentence for a year that is before the least or after the largest one."""
    return message(ErrorCode.OUT_OF_RANGE, language, {"least": str(least), "most": str(most)})


def _details(record_type: str, path: str, language: str) -> Mapping[str, str]:
    """Return the bounds of a number as they are typed: a year without marks, a coordinate in degrees."""
    bounds, field = bounds_at(record_type, path), field_at(record_type, path)
    if bounds is None:
        return NO_DETAILS
    if path.rpartition(".")[2] == "year":
        return {"least": str(bounds[0]), "most": str(bounds[1])}
    unit = _DEGREE if field is not None and field.kind is FieldKind.DEGREES else 1
    return range_details(bounds[0] // unit, bounds[1] // unit, language)

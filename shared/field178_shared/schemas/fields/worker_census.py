"""Fields of a worker census for people, in the order of its form."""

from field178_shared.schemas.fields.envelope import BY_TABLET, CLOCK_OFFSET, CLOCKS, RECORD_CODE, UNIT
from field178_shared.schemas.fields.spec import FieldKind, FieldSpec
from field178_shared.text.i18n import N_

BY_COMMUNE = "the commune enters it in the console"


_BY_PAGE = "the page of the establishment it is begun on"


def commune_fields(*specs: FieldSpec) -> tuple[FieldSpec, ...]:
    """Return the fields of a type that a commune enters in the console alone."""
    return with_envelope(*(spec.within(spec.section, off_tablet=BY_COMMUNE) for spec in specs))


def with_envelope(*specs: FieldSpec) -> tuple[FieldSpec, ...]:
    """Return the fields of a commune entry with those that every filed record has."""
    return (*specs, RECORD_CODE, CLOCK_OFFSET, *CLOCKS)


def _count(path: str, label: str, *, help: str = "") -> FieldSpec:
    return FieldSpec(path, label, FieldKind.NUMBER, unit=N_("people"), help=help)


FIELDS = with_envelope(
    FieldSpec("establishment_id", N_("Establishment"), FieldKind.ESTABLISHMENT, off_tablet=_BY_PAGE),
    UNIT.within(off_tablet=BY_TABLET),
    FieldSpec("counted_on", N_("Counted on"), FieldKind.DATE),
    _count("workers_total", N_("Workers, total"), help=N_("Women, men and not stated together.")),
    _count("workers_female", N_("Women")),
    _count("workers_male", N_("Men")),
    _count("workers_sex_unstated", N_("Sex not stated")),
    _count("workers_contract", N_("With a written contract")),
    _count("workers_health_check", N_("With a health check in the last 12 months")),
    _count("workers_insured", N_("With social insurance")),
    FieldSpec(
        "source_document",
        N_("Source of the count"),
        is_free_text=True,
        example=N_("for example 05/BC-UBND"),
    ),
    FieldSpec("note", N_("Note"), FieldKind.LONG_TEXT, is_free_text=True, help=N_("No name of any person.")),
)

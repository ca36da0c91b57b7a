"""Fields of a commune's count of an at-risk group for people, in the order of its form."""

from field178_shared.schemas.fields.envelope import UNIT
from field178_shared.schemas.fields.spec import FieldKind, FieldSpec
from field178_shared.schemas.fields.worker_census import commune_fields
from field178_shared.text.i18n import N_

FIELDS = commune_fields(
    UNIT,
    FieldSpec("half_year", N_("Half-year of the count"), FieldKind.HALF_YEAR),
    FieldSpec(
        "group_id",
        N_("At-risk group"),
        FieldKind.CHOICE,
        choices="risk_group",
        help=N_("Who belongs to several groups counts in each of them: groups are never added up."),
    ),
    FieldSpec(
        "people_total",
        N_("People of the group"),
        FieldKind.NUMBER,
        unit=N_("people"),
        help=N_("The total of the commune alone: no list of names is sent. Nobody: 0."),
    ),
    FieldSpec("women_total", N_("Of whom women"), FieldKind.NUMBER, unit=N_("people")),
)

"""Declared schemas by record type, built at first use."""

from collections.abc import Mapping
from types import MappingProxyType

from field178_shared.schemas.declared import RecordSchema
from field178_shared.schemas.establishment import EstablishmentSchema
from field178_shared.schemas.inspection import InspectionSchema
from field178_shared.schemas.office_entries import (
    CommentAnswerSchema,
    ConflictSchema,
    FollowUpClosureSchema,
    MeasureExecutionSchema,
    PaymentSchema,
    ReviewSchema,
    SanctionDecisionSchema,
)
from field178_shared.schemas.outreach import (
    CommunePlanSchema,
    MediaPostSchema,
    OutreachSessionSchema,
    RiskGroupCountSchema,
    WorkerCensusSchema,
)
from field178_shared.schemas.plan import InspectionPlanSchema, PlanItemSchema
from field178_shared.schemas.published import (
    IndicatorFiguresSchema,
    ListPackSchema,
    ListRowsSchema,
    NumberBlockSchema,
    PersonSchema,
    TeamSchema,
)
from field178_shared.schemas.reporting import (
    AgencyReturnSchema,
    BudgetLineSchema,
    CommendationSchema,
    DenominatorSchema,
    HarmReductionReturnSchema,
    InformationCorrectionSchema,
    PilotModelSchema,
    ReportSchema,
    ReportSubmissionSchema,
    SupervisionSchema,
)

SCHEMAS: Mapping[str, RecordSchema] = MappingProxyType(
    {
        "establishment": EstablishmentSchema(),
        "inspection": InspectionSchema(),
        "outreach_session": OutreachSessionSchema(),
        "worker_census": WorkerCensusSchema(),
        "media_post": MediaPostSchema(),
        "commune_plan": CommunePlanSchema(),
        "risk_group_count": RiskGroupCountSchema(),
        "agency_return": AgencyReturnSchema(),
        "harm_reduction_return": HarmReductionReturnSchema(),
        "information_correction": InformationCorrectionSchema(),
        "supervision": SupervisionSchema(),
        "pilot_model": PilotModelSchema(),
        "commendation": CommendationSchema(),
        "budget_line": BudgetLineSchema(),
        "denominator": DenominatorSchema(),
        "review": ReviewSchema(),
        "comment_answer": CommentAnswerSchema(),
        "sanction_decision": SanctionDecisionSchema(),
        "payment": PaymentSchema(),
        "measure_execution": MeasureExecutionSchema(),
        "follow_up_closure": FollowUpClosureSchema(),
        "conflict": ConflictSchema(),
        "team": TeamSchema(),
        "person": PersonSchema(),
        "number_block": NumberBlockSchema(),
        "indicator_figures": IndicatorFiguresSchema(),
        "inspection_plan": InspectionPlanSchema(),
        "plan_item": PlanItemSchema(),
        "report": ReportSchema(),
        "report_submission": ReportSubmissionSchema(),
        "list_pack": ListPackSchema(),
        "list_rows": ListRowsSchema(),
    }
)

"""Every declared schema by type, built once."""

from collections.abc import Mapping
from types import MappingProxyType

from field178_shared.schemas.comment_answer import CommentAnswerSchema
from field178_shared.schemas.commune_plan import CommunePlanSchema
from field178_shared.schemas.conflict import ConflictSchema
from field178_shared.schemas.declared import RecordSchema
from field178_shared.schemas.establishment import EstablishmentSchema
from field178_shared.schemas.follow_up_closure import FollowUpClosureSchema
from field178_shared.schemas.indicator_figures import IndicatorFiguresSchema
from field178_shared.schemas.inspection import InspectionSchema
from field178_shared.schemas.list_pack import ListPackSchema, ListRowsSchema
from field178_shared.schemas.media_post import MediaPostSchema
from field178_shared.schemas.number_block import NumberBlockSchema
from field178_shared.schemas.outreach_session import OutreachSessionSchema
from field178_shared.schemas.plan import InspectionPlanSchema, PlanItemSchema
from field178_shared.schemas.report import ReportSchema, ReportSubmissionSchema
from field178_shared.schemas.returns import (
    AgencyReturnSchema,
    BudgetLineSchema,
    CommendationSchema,
    DenominatorSchema,
    HarmReductionReturnSchema,
    InformationCorrectionSchema,
    PilotModelSchema,
    SupervisionSchema,
)
from field178_shared.schemas.review import ReviewSchema
from field178_shared.schemas.risk_group_count import RiskGroupCountSchema
from field178_shared.schemas.roster import PersonSchema, TeamSchema
from field178_shared.schemas.sanction import MeasureExecutionSchema, PaymentSchema, SanctionDecisionSchema
from field178_shared.schemas.worker_census import WorkerCensusSchema

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

"""Declared schemas by record type, built at first use."""

from collections.abc import Mapping
from types import MappingProxyType

from field178_shared.record_type import RecordType
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
        RecordType.ESTABLISHMENT: EstablishmentSchema(),
        RecordType.INSPECTION: InspectionSchema(),
        RecordType.OUTREACH_SESSION: OutreachSessionSchema(),
        RecordType.WORKER_CENSUS: WorkerCensusSchema(),
        RecordType.MEDIA_POST: MediaPostSchema(),
        RecordType.COMMUNE_PLAN: CommunePlanSchema(),
        RecordType.RISK_GROUP_COUNT: RiskGroupCountSchema(),
        RecordType.AGENCY_RETURN: AgencyReturnSchema(),
        RecordType.HARM_REDUCTION_RETURN: HarmReductionReturnSchema(),
        RecordType.INFORMATION_CORRECTION: InformationCorrectionSchema(),
        RecordType.SUPERVISION: SupervisionSchema(),
        RecordType.PILOT_MODEL: PilotModelSchema(),
        RecordType.COMMENDATION: CommendationSchema(),
        RecordType.BUDGET_LINE: BudgetLineSchema(),
        RecordType.DENOMINATOR: DenominatorSchema(),
        RecordType.REVIEW: ReviewSchema(),
        RecordType.COMMENT_ANSWER: CommentAnswerSchema(),
        RecordType.SANCTION_DECISION: SanctionDecisionSchema(),
        RecordType.PAYMENT: PaymentSchema(),
        RecordType.MEASURE_EXECUTION: MeasureExecutionSchema(),
        RecordType.FOLLOW_UP_CLOSURE: FollowUpClosureSchema(),
        RecordType.CONFLICT: ConflictSchema(),
        RecordType.TEAM: TeamSchema(),
        RecordType.PERSON: PersonSchema(),
        RecordType.NUMBER_BLOCK: NumberBlockSchema(),
        RecordType.INDICATOR_FIGURES: IndicatorFiguresSchema(),
        RecordType.INSPECTION_PLAN: InspectionPlanSchema(),
        RecordType.PLAN_ITEM: PlanItemSchema(),
        RecordType.REPORT: ReportSchema(),
        RecordType.REPORT_SUBMISSION: ReportSubmissionSchema(),
        RecordType.LIST_PACK: ListPackSchema(),
        RecordType.LIST_ROWS: ListRowsSchema(),
    }
)

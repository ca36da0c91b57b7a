"""Code lists of the product: typed, packaged, loaded at first use."""

from field178_shared.codelists.checklist import AnswerKind, ChecklistItem, ChecklistPages, ChecklistSection
from field178_shared.codelists.conditions import Condition, ConditionContext
from field178_shared.codelists.count_rules import CountRelation, CountRule
from field178_shared.codelists.establishments import EstablishmentType, OpeningRule
from field178_shared.codelists.indicators import Denominator, Indicator, TargetProfile
from field178_shared.codelists.labels import Labelled, ListChoice
from field178_shared.codelists.lists import CodeLists
from field178_shared.codelists.loading import demo, load, put_in_force, read_lists, released
from field178_shared.codelists.organizations import Agency, Role
from field178_shared.codelists.outreach import Audience, Material, OutreachFormat, Topic
from field178_shared.codelists.rows import CodeListError
from field178_shared.codelists.units import Lineage, Unit, UnitGroup
from field178_shared.codelists.violations import FineFrame, Violation

__all__ = [
    "Agency",
    "AnswerKind",
    "Audience",
    "ChecklistItem",
    "ChecklistPages",
    "ChecklistSection",
    "CodeListError",
    "CodeLists",
    "Condition",
    "ConditionContext",
    "CountRelation",
    "CountRule",
    "Denominator",
    "EstablishmentType",
    "FineFrame",
    "Indicator",
    "Labelled",
    "Lineage",
    "ListChoice",
    "Material",
    "OpeningRule",
    "OutreachFormat",
    "Role",
    "TargetProfile",
    "Topic",
    "Unit",
    "UnitGroup",
    "Violation",
    "demo",
    "load",
    "put_in_force",
    "read_lists",
    "released",
]

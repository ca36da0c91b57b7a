"""Formulas of indicators in words: aggregate, entities, condition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from field178_server.console.text.format_values import ANSWER_WORDS
from field178_server.console.text.localize import Localizer
from field178_shared.codelists import Indicator
from field178_shared.codelists.indicators import PERCENT
from field178_shared.codelists.labels import Labelled
from field178_shared.formulas.parse import parse
from field178_shared.formulas.sources import COMMUNE, ENTITIES, MONTH, QUARTER, SOURCES, Readable, ValueType
from field178_shared.formulas.syntax_tree import BinaryOperation, Call, Constant, Name, Negation, Node
from field178_shared.text.i18n import N_

# Nouns after a number.
THINGS: Mapping[str, str] = {
    "inspection": N_("inspections"),
    "finding": N_("violations"),
    "measure": N_("measures"),
    "decision": N_("decisions"),
    "follow_up": N_("shortcomings"),
    "worker_count": N_("counts of workers"),
    "talk": N_("talks at establishments"),
    "session": N_("outreach sessions"),
    "audience": N_("audiences of sessions"),
    "material": N_("materials handed out"),
    "media_post": N_("media posts"),
    "commune_plan": N_("plans of communes"),
    "risk_group_count": N_("counts of at-risk groups"),
    "agency_return": N_("returns of agencies"),
    "harm_reduction_return": N_("returns of harm reduction"),
    "commendation": N_("commendations"),
    "information_correction": N_("corrections of wrong information"),
    "supervision": N_("social supervisions"),
    "budget_line": N_("budget lines"),
    "report_submission": N_("reports due"),
    "plan_item": N_("planned visits"),
    "filed_record": N_("filed records"),
    "establishment": N_("establishments"),
    "zone": N_("industrial zones"),
    "school": N_("schools"),
    "media_outlet": N_("media outlets"),
    "team": N_("teams"),
    "reporter": N_("reporting agencies"),
    "risk_group": N_("at-risk groups"),
    "pilot_model": N_("pilot models"),
    "denominator": N_("totals that agencies enter"),
    COMMUNE: N_("communes"),
    MONTH: N_("months"),
    QUARTER: N_("quarters"),
}
_FIELDS: Mapping[str, str] = {
    "inspection_kind": N_("kind of inspection"),
    "trigger": N_("reason of the inspection"),
    "access_result": N_("outcome on arrival"),
    "overall_result": N_("overall result"),
    "violation_id": N_("violation"),
    "is_handled": N_("answered by a decision or a measure"),
    "measure_id": N_("measure"),
    "sanction_id": N_("form of sanction"),
    "amount_vnd": N_("amount of the fine"),
    "paid_vnd": N_("amount paid"),
    "due_on": N_("the day it is due"),
    "closed_on": N_("the day it was closed"),
    "workers_total": N_("workers"),
    "workers_female": N_("women among the workers"),
    "workers_male": N_("men among the workers"),
    "workers_contract": N_("workers with a written contract"),
    "workers_health_check": N_("workers with a health check"),
    "workers_insured": N_("insured workers"),
    "attendance_count": N_("attendances"),
    "first_time_count": N_("people reached for the first time in the year"),
    "female_count": N_("women who attended"),
    "audience_ids": N_("audience"),
    "audience_id": N_("audience"),
    "outreach_form_id": N_("form of outreach"),
    "channel": N_("channel"),
    "topic_ids": N_("topics"),
    "is_of_visit": N_("held during an inspection"),
    "unallocated": N_("workers reached whom no establishment is named for"),
    "material_id": N_("kind of material"),
    "is_document": N_("a document"),
    "quantity": N_("quantity"),
    "genre_id": N_("genre"),
    "duration_minutes": N_("length in minutes"),
    "broadcast_times": N_("number of broadcasts"),
    "issued_on": N_("the day of issue"),
    "integration_ids": N_("a programme joined with it"),
    "group_id": N_("at-risk group"),
    "people_total": N_("people of the group"),
    "women_total": N_("women of the group"),
    "agency_id": N_("agency"),
    "tipoffs_received": N_("tip-offs received"),
    "tipoffs_processed": N_("tip-offs processed"),
    "cases_uncovered": N_("cases uncovered"),
    "cases_prosecuted": N_("cases prosecuted"),
    "cases_tried": N_("cases tried"),
    "complex_spots": N_("complex spots"),
    "workers_examined": N_("workers examined"),
    "service_id": N_("service"),
    "is_contact": N_("a contact with people"),
    "action_id": N_("what was done"),
    "item_count": N_("items of wrong information"),
    "kind_id": N_("kind"),
    "units_supervised": N_("bodies supervised"),
    "recommendations": N_("recommendations made"),
    "recommendations_done": N_("recommendations carried out"),
    "level": N_("level"),
    "subject": N_("who was commended"),
    "count": N_("commendations"),
    "allocated_vnd": N_("money allocated"),
    "spent_vnd": N_("money spent"),
    "submitted_on": N_("the day it was sent"),
    "is_done": N_("carried out"),
    "was_reviewed": N_("decided by the office"),
    "was_returned": N_("returned for correction"),
    "hours_to_receipt": N_("hours until it was received"),
    "establishment_type_id": N_("type of establishment"),
    "national_group": N_("national group"),
    "workers_least": N_("the fewest workers usual for its type"),
    "workers_most": N_("the most workers usual for its type"),
    "head_count": N_("people who belong to it"),
    "channel_id": N_("channel"),
    "monthly_duty": N_("obliged to publish every month"),
    "has_decision": N_("set up by a decision"),
    "status": N_("status"),
    "kind": N_("kind"),
    "value": N_("total entered"),
}
# Nouns of totals, for indicators without a unit.
_COUNTED: Mapping[str, str] = {
    **dict.fromkeys(("unallocated", "head_count", "first_time_count", "value"), N_("persons")),
    "attendance_count": N_("attendances"),
    "tipoffs_received": N_("tip-off reports"),
    "tipoffs_processed": N_("tip-off reports"),
    **dict.fromkeys(("recommendations", "recommendations_done"), N_("recommendations of supervision")),
    **dict.fromkeys(("amount_vnd", "allocated_vnd", "spent_vnd"), N_("VND")),
}
_COMPARED = {"==": N_("{term} is {other}"), "!=": N_("{term} is not {other}")}
_SIGNS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥"}
_JOINED = {
    "+": N_("{term}, plus {other}"),
    "-": N_("{term} less {other}"),
    "*": N_("{term} times {other}"),
    "and": N_("{term} and {other}"),
    "or": N_("{term} or {other}"),
}
_FUNCTIONS = {
    "min": N_("{term}, at most {other}"),
    "max": N_("{term}, at least {other}"),
    "first": N_("{term}; where that is not known, {other}"),
}


def counted_noun(text: str, indicator: Indicator, localizer: Localizer) -> str:
    """Return the noun that a formula counts, for the text after its number."""
    node = parse(text)
    while True:
        match node:
            case Call(function="each", arguments=(Name(name=part), inner)):
                is_condition = isinstance(inner, BinaryOperation | Negation) and not _is_sum(inner)
                is_condition = is_condition or (isinstance(inner, Call) and inner.function == "every")
                if is_condition or part != COMMUNE:
                    return localizer.say(THINGS[part])
                node = inner
            case Call(function="count", arguments=(Name(name=of), *_)):
                return localizer.say(THINGS[of])
            case Call(function="total", arguments=(_, value)):
                return _noun_of_value(value, indicator, localizer)
            case Call(function="distinct", arguments=(_, value)):
                return _field(value, localizer)
            case Call(arguments=(first, *_)) | BinaryOperation(left=first):
                node = first
            case _:
                return "" if indicator.unit == PERCENT else indicator.unit


def in_words(text: str, localizer: Localizer) -> str:
    """Return a formula in words."""
    text_in_words = _Speaker(localizer).say_node(parse(text))
    return text_in_words[:1].upper() + text_in_words[1:]


def value_label(aggregate_of: str, field_name: str, value: str, localizer: Localizer) -> str:
    """Return the label of a value of a breakdown."""
    kind = SOURCES.get(aggregate_of) or ENTITIES[aggregate_of]
    readable = kind.fields.get(field_name)
    return _value(readable.ids_of if readable else "", value, localizer) if value else "—"


def _is_sum(node: Node) -> bool:
    return isinstance(node, BinaryOperation) and node.operator in ("+", "-", "*")


def _noun_of_value(value: Node, indicator: Indicator, localizer: Localizer) -> str:
    names = [named.name for named in _names(value)]
    if any(name.startswith(("workers", "people", "women")) for name in names):
        return localizer.say(N_("persons"))
    counted = [name for name in names if name in _COUNTED]
    if indicator.unit != PERCENT:
        return indicator.unit
    return localizer.say(_COUNTED[counted[0]]) if counted else ""


def _names(node: Node) -> Sequence[Name]:
    match node:
        case Name():
            return (node,)
        case Call(arguments=parts):
            return [name for part in parts for name in _names(part)]
        case BinaryOperation(left=left, right=right):
            return [*_names(left), *_names(right)]
    return ()


def _field(node: Node, localizer: Localizer) -> str:
    if not isinstance(node, Name):
        return ""
    if term := localizer.lists.formula_terms.get(node.name):
        label = term.label(localizer.language)
        return label[:1].lower() + label[1:]
    if (item := localizer.lists.items.get(node.name)) and node.name not in _FIELDS:
        return f"“{item.label(localizer.language)}”"
    return localizer.say(_FIELDS[node.name]) if node.name in _FIELDS else node.name


def _value(ids_of: str, value: object, localizer: Localizer) -> str:
    if value in ANSWER_WORDS and not ids_of.startswith("choice:"):
        return f"“{localizer.say(ANSWER_WORDS[str(value)])}”"
    kind, _, name = ids_of.rpartition(":")
    if kind:
        return localizer.choice(name, value)
    entries: Mapping[str, Labelled] = getattr(localizer.lists, name, {}) if name else {}
    return localizer.label(entries, value)


@dataclass(frozen=True, slots=True)
class _Speaker:
    """Writer of a formula in words; `source`: name of the counted entities."""

    localizer: Localizer
    source: str = ""

    def say_node(self, node: Node) -> str:
        match node:
            case Constant(value=tuple() as values):
                return ", ".join(str(item) for item in values)
            case Constant(value=int() as number):
                return self.localizer.number(number)
            case Constant(value=value):
                return str(value)
            case Name():
                return _field(node, self.localizer)
            case Negation(of=part):
                return self._say(N_("not {term}"), term=self.say_node(part))
            case BinaryOperation():
                return self._operation(node)
            case Call():
                return self._call(node)
        raise AssertionError(node)

    def _operation(self, node: BinaryOperation) -> str:
        left, right = node.left, node.right
        if (
            node.operator == ">"
            and isinstance(right, Constant)
            and right.value == 0
            and isinstance(left, Call)
        ):
            return self._any(left)
        if node.operator in _JOINED:
            left_text, right_text = self.say_node(left), self.say_node(right)
            return self._say(_JOINED[node.operator], term=left_text, other=right_text)
        if node.operator in ("in", "not in"):
            return self._membership(left, right)
        ids_of = self._ids_of(left) or self._ids_of(right)
        left_text, right_text = (
            _value(ids_of, part.value, self.localizer)
            if isinstance(part, Constant) and isinstance(part.value, str)
            else self.say_node(part)
            for part in (left, right)
        )
        if node.operator in _SIGNS:
            return f"{left_text} {_SIGNS[node.operator]} {right_text}"
        return self._say(_COMPARED[node.operator], term=left_text, other=right_text)

    def _membership(self, left: Node, right: Node) -> str:
        named, given = (right, left) if isinstance(left, Constant) else (left, right)
        values = given.value if isinstance(given, Constant) else ()
        listed = values if isinstance(values, tuple) else (values,)
        labels = ", ".join(_value(self._ids_of(named), value, self.localizer) for value in listed)
        template = (
            N_("{term} includes {other}") if isinstance(left, Constant) else N_("{term} is one of: {other}")
        )
        return self._say(template, term=self.say_node(named), other=labels)

    def _call(self, node: Call) -> str:
        match node:
            case Call(function="each", arguments=(Name(name=part), inner)):
                return self._each(part, inner)
            case Call(function="every", arguments=(Name(name=part), condition)):
                template = N_("in every month: {term}") if part == MONTH else N_("in every quarter: {term}")
                return self._say(template, term=self.say_node(condition))
            case Call(function="min" | "max" | "first" as function, arguments=(left, right)):
                return self._say(_FUNCTIONS[function], term=self.say_node(left), other=self.say_node(right))
            case Call(function="known", arguments=(part,)):
                return self._say(N_("known: {term}"), term=self.say_node(part))
            case Call(function="any_of", arguments=(part, *given)):
                return self._any_of(part, given)
            case Call(function="any"):
                return self._any(node)
        return self._number(node)

    def _each(self, part: str, inner: Node) -> str:
        is_number = _is_sum(inner) or (isinstance(inner, Call) and inner.function in _NUMBERS)
        if part == COMMUNE:
            template = (
                N_("added up commune by commune: {term}") if is_number else N_("number of communes ({term})")
            )
        else:
            template = N_("added up month by month: {term}")
        return self._say(template, term=self.say_node(inner))

    def _number(self, node: Call) -> str:
        of = node.arguments[0]
        name = of.name if isinstance(of, Name) else ""
        inside = _Speaker(self.localizer, name)
        things = self._things(name, node)
        match node.function:
            case "count" if name == COMMUNE:
                return self._say(N_("number of communes of the area"))
            case "count":
                return self._say(N_("number of {term}"), term=things)
            case "distinct":
                value = inside.say_node(node.arguments[1])
                return self._say(
                    N_("number of different values of “{term}” among {other}"), term=value, other=things
                )
            case "latest":
                return self._say(
                    N_("{term} by the latest of {other}"),
                    term=inside.say_node(node.arguments[1]),
                    other=things,
                )
            case "peak":
                return self._say(
                    N_("the highest “{term}” of {other}"),
                    term=inside.say_node(node.arguments[1]),
                    other=things,
                )
        return self._say(
            N_("total of “{term}” over {other}"), term=inside.say_node(node.arguments[1]), other=things
        )

    def _any(self, node: Call) -> str:
        of = node.arguments[0]
        return self._say(N_("with {term}"), term=self._things(of.name if isinstance(of, Name) else "", node))

    def _any_of(self, part: Node, given: Sequence[Node]) -> str:
        if not given:
            return self._say(N_("with {term}"), term=self.say_node(part))
        return self._membership(part, given[0])

    def _things(self, name: str, node: Call) -> str:
        things = self.localizer.say(THINGS[name]) if name in THINGS else name
        if node.where is None:
            return things
        condition = _Speaker(self.localizer, name).say_node(node.where)
        return self._say(N_("{term} ({other})"), term=things, other=condition)

    def _ids_of(self, node: Node) -> str:
        """Return the code list of the ids in a part of the formula."""
        match node:
            case Name(name=name):
                kind = SOURCES.get(self.source) or ENTITIES.get(self.source)
                readable = kind.fields.get(name) if kind else None
                return (readable or Readable(ValueType.TEXT)).ids_of
            case Call(arguments=(Name(name=source), value)):
                return _Speaker(self.localizer, source)._ids_of(value)
        return ""

    def _say(self, msgid: str, **parts: str) -> str:
        return self.localizer.say(msgid).format(**parts)


_NUMBERS = frozenset({"count", "total", "distinct", "min", "max", "each"})

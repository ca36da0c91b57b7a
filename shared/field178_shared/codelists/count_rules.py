"""Rules between the counts of a visit: sums, upper bounds, and the count that opens a protocol."""

import re
from dataclasses import dataclass
from enum import StrEnum

from field178_shared.codelists.rows import CodeListError

_SUM = re.compile(r"= ([a-z][a-z0-9_]*(?: \+ [a-z][a-z0-9_]*)+)")
_AT_MOST = re.compile(r"<= ([a-z][a-z0-9_]*)")
_OPENS_PROTOCOL = ">0 opens the protocol screen"


class CountRelation(StrEnum):
    """Relation of a count to others."""

    SUM_OF = "sum_of"
    AT_MOST = "at_most"
    OPENS_PROTOCOL = "opens_protocol"


@dataclass(frozen=True, slots=True)
class CountRule:
    """One relation of a count to the named counts."""

    relation: CountRelation
    items: tuple[str, ...] = ()


def parse_count_rules(text: str) -> tuple[CountRule, ...]:
    """Parse the text of `rule`; a text that is not understood is refused."""
    return tuple(_parse(part.strip()) for part in text.split(";"))


def _parse(part: str) -> CountRule:
    if part == _OPENS_PROTOCOL:
        return CountRule(CountRelation.OPENS_PROTOCOL)
    if match := _SUM.fullmatch(part):
        return CountRule(CountRelation.SUM_OF, tuple(match[1].split(" + ")))
    if match := _AT_MOST.fullmatch(part):
        return CountRule(CountRelation.AT_MOST, (match[1],))
    raise CodeListError(f"unknown count rule: {part!r}")

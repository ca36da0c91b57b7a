"""Retention periods of the lists on one day: what each does, and the first day whose data stays."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from field178_shared.codelists import CodeLists
from field178_shared.codelists.privacy_rules import Retention, RetentionAct
from field178_shared.codelists.validity import LATER
from field178_shared.wire.canonical import canonical

# Acts on records of the field, each by its own period.
OF_RECORDS = (
    RetentionAct.ROUND_POSITION,
    RetentionAct.REMOVE_POSITION,
    RetentionAct.DELETE_PHOTOS,
    RetentionAct.CLEAR_TEXTS,
)


@dataclass(frozen=True, slots=True)
class RetentionPeriod:
    """A row of the list on a day: data from before `cutoff` is due."""

    row: Retention
    cutoff: date

    @property
    def act(self) -> RetentionAct:
        """What is done to the data."""
        return self.row.act


def rows_in_force(lists: CodeLists, day: date) -> tuple[Retention, ...]:
    """Return the retention rows in force on a day, in the order of the list."""
    keys = dict.fromkeys(key.partition(LATER)[0] for key in lists.privacy.retention)
    return tuple(lists.privacy.retention.version(key, day) for key in keys)


def periods_on(lists: CodeLists, day: date) -> tuple[RetentionPeriod, ...]:
    """Return the periods that a retention run of a day applies."""
    rows = (row for row in rows_in_force(lists, day) if row.act is not RetentionAct.NONE)
    return tuple(RetentionPeriod(row, row.cutoff(day)) for row in rows if row.valid_on(day))


def digest_of(periods: tuple[RetentionPeriod, ...]) -> str:
    """Return a digest of periods, by which a decision names those that its officer saw."""
    listed = [
        [period.row.id, period.act, period.cutoff.isoformat(), period.row.decimals] for period in periods
    ]
    return hashlib.sha256(canonical(listed)).hexdigest()[:16]

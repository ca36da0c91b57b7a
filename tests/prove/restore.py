"""A server lost, and a backup of it that is seven days old."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from tests import postgres
from tests.e2e.lost_office import BACKUP_AGE, lose_a_week, office_with_tablets
from tests.prove.evidence import Facts, prove

CLAIM = "After a restore of a backup seven days old, tablets bring back all that was acknowledged since"


def run(folder: Path, count: int) -> Facts:
    """Lose a server on each engine, after so many changes on each of two tablets."""
    brought_back = {}
    with postgres.running_cluster() as cluster:
        for engine, postgres_cluster in (("SQLite", None), ("PostgreSQL", cluster)):
            place = folder / engine
            place.mkdir()
            with office_with_tablets(place, postgres_cluster) as office:
                brought_back[engine] = lose_a_week(office, count, datetime.now(UTC))
    return {
        "age_of_the_backup_in_days": BACKUP_AGE.days,
        "changes_brought_back": brought_back,
        "missing": 0,
        "other_than_before": 0,
    }


if __name__ == "__main__":
    prove("restore", CLAIM, 100, run)

"""Whatever bytes of the database are damaged, nothing filed is lost and nothing shown is silently wrong.

`python -m tests.prove damage` does it 5,000 times.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.mobile.store.damage import DamagedTablet, Outcomes

DAMAGES = 60
# No power fails here: to wait for a real disk each time would prove nothing more.
IN_MEMORY = Path("/dev/shm")


def test_no_damage_costs_a_change_or_passes_for_sound() -> None:
    outcomes = Outcomes()
    with tempfile.TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as folder:
        tablet = DamagedTablet(Path(folder))
        for seed in range(DAMAGES):
            tablet.hurt(seed, outcomes)
    print(outcomes)
    assert outcomes.kinds.total() == DAMAGES
    assert DAMAGES / 4 < outcomes.rebuilt < DAMAGES

"""A day of a tablet of a released version: run with the release's code, it prints what happened as JSON.

`python tablet_of_release.py FOLDER URL USER NAME`: files an establishment, syncs, and tells its own state.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.e2e.kept_folders.make import opened


def main(folder: str, url: str, user: str, name: str) -> None:
    tablet = opened(Path(folder), url, lambda _vault: user)
    place = tablet.ids.time_ordered()
    change = tablet.file(place, name=name, establishment_type_id="karaoke")
    message = tablet.sync()
    status, reason, _rev = tablet.receipts()[change]
    result = {
        "message": message.name,
        "place": place,
        "receipt": [status, reason],
        "in_sync": tablet.store.status().in_sync,
        "states": {row: tablet.store.shown_state(row).word.name for row in tablet.live()},
        "names": [view.data["name"] for view in tablet.store.views("establishment")],
    }
    tablet.close()
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])

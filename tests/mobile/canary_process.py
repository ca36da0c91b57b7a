"""Works on a tablet with canaries in its texts, photo and opened paper, until it is killed: FOLDER."""

import sys
import time
from pathlib import Path

from tests.mobile.screens.fakes import CHEAP, HUNG, PIN, StillRunner, enrolment
from tests.mobile.support import SystemKeyStore, base_row, draft_of, server_commits

from field178_mobile.components.documents.document_files import papers_of
from field178_mobile.platform.fake import FakePlatform
from field178_mobile.tablet import Tablet
from field178_shared.time.clock import SystemClock

CANARY = b"canary-178"
RECORD, OTHER = "0197aaaa-0000-7000-8000-0000000000a1", "0197aaaa-0000-7000-8000-0000000000a2"


def run(folder: Path) -> None:
    tablet = Tablet(folder, SystemClock(), "tablet", CHEAP, lambda _store, _enrolment, _key: StillRunner())
    tablet.key_store = SystemKeyStore
    key = tablet.vault.create(HUNG, PIN, enrolment(), tablet.vault.pending_device_key())
    store = tablet.open(key).store
    text = CANARY.decode()
    server_commits(store, base_row(OTHER, 1, name=text))
    store.file(draft_of(store, RECORD, tablet.clock.now(), name=text), HUNG.id)
    store.drafts.save(draft_of(store, OTHER, tablet.clock.now(), address_line=text))
    store.settings.put("note", text)
    store.photos.add(RECORD, CANARY * 4000, "image/jpeg")
    papers_of(FakePlatform(folder)).put("bien-ban.pdf", b"%PDF " + CANARY)
    print("ready", flush=True)
    time.sleep(600)


if __name__ == "__main__":
    run(Path(sys.argv[1]))

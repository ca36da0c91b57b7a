"""Nobody else on this device reads the tablet's folder, whatever its mask of new files is."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.mobile.screens.fakes import CHEAP, HUNG, PIN, StillRunner, enrolment
from tests.mobile.support import SystemKeyStore

from field178_mobile.kit.preferences import Preferences
from field178_mobile.tablet import PinUnlock, Tablet, TabletSession
from field178_shared.time.clock import SystemClock

pytestmark = pytest.mark.skipif(os.name != "posix", reason="only POSIX has rights of owner, group and others")


@pytest.fixture
def open_mask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def notebook_in(folder: Path) -> Tablet:
    tablet = Tablet(folder, SystemClock(), "tablet", CHEAP, lambda _store, _enrolment, _key: StillRunner())
    tablet.key_store = SystemKeyStore
    return tablet


def worked_on(folder: Path) -> TabletSession:
    """Return the open notebook of a tablet that has written all it writes, still open: with its -wal file."""
    tablet = notebook_in(folder)
    Preferences(folder).change(mode="dark")
    tablet.vault.keep_pending(enrolment())
    tablet.vault.create(HUNG, PIN, enrolment(), tablet.vault.pending_device_key())
    opened = PinUnlock(tablet).open(HUNG.id, PIN)
    opened.store.settings.put("a", 1)
    opened.store.photos.add("0197aaaa-0000-7000-8000-0000000000aa", b"bytes of a photo", "image/jpeg")
    return opened


def loose(folder: Path) -> dict[str, str]:
    every = [folder, *folder.rglob("*")]
    rights = {str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode) for path in every}
    return {
        name: oct(mode)
        for name, mode in rights.items()
        if mode != (0o700 if (folder / name).is_dir() else 0o600)
    }


def test_all_that_the_tablet_writes_is_its_owners_alone(tmp_path: Path, open_mask: None) -> None:
    folder = tmp_path / "tablet"
    opened = worked_on(folder)
    names = {path.name for path in folder.rglob("*") if path.is_file()}
    assert {"vault.json", "look.json"} < names
    assert any(name.endswith("-wal") for name in names)
    assert loose(folder) == {}
    opened.close()
    assert loose(folder) == {}


def test_folder_left_open_by_an_older_version_is_closed_at_the_opening(
    tmp_path: Path, open_mask: None
) -> None:
    folder = tmp_path / "tablet"
    worked_on(folder).close()
    (folder / "papers").mkdir()
    (folder / "papers" / "minutes.pdf").write_bytes(b"%PDF")
    outside = tmp_path / "outside"
    outside.write_text("not ours")
    (folder / "link").symlink_to(outside)
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o777 if path.is_dir() else 0o666)
    assert notebook_in(folder).vault.is_set_up
    (folder / "link").unlink()
    assert loose(folder) == {}
    assert stat.S_IMODE(outside.stat().st_mode) == 0o666

"""Blob stores, a folder and a real object store over HTTP, behave alike."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.object_store import ObjectStore, running_object_store
from tests.server.pictures import sha256

from field178_server.attachments.storage.blob_store import BlobStore
from field178_server.attachments.storage.file_store import blob_name, blobs_of
from field178_server.security.private_files import LoosePermissionsError
from field178_server.settings import Settings
from field178_shared.errors import AppError, ErrorCode
from field178_shared.time.clock import SystemClock

# More than one part of an upload to an object store.
DATA = os.urandom(6_000_001)
NAME = blob_name("main", sha256(DATA))


@pytest.fixture(scope="module")
def object_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    with running_object_store(tmp_path_factory.mktemp("keys")) as store:
        yield store


@pytest.fixture(params=["folder", "object_store"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    own = {"FIELD178_DATA_DIR": str(tmp_path / "data")}
    if request.param == "object_store":
        own |= request.getfixturevalue("object_store").settings(tmp_path.name)
    return Settings.from_environment(own)


@pytest.fixture
def blobs(settings: Settings) -> BlobStore:
    return blobs_of(settings)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(DATA)
    return path


def test_a_file_that_was_taken_in_is_there_and_here_no_longer(blobs: BlobStore, source: Path) -> None:
    assert blobs.size_of(NAME) is None
    blobs.take(source, NAME)
    assert not source.exists()
    assert blobs.size_of(NAME) == len(DATA)
    with blobs.open(NAME) as file:
        assert file.read() == DATA


def test_taken_in_again_it_is_the_same(blobs: BlobStore, source: Path) -> None:
    blobs.take(source, NAME)
    source.write_bytes(DATA)
    blobs.take(source, NAME)
    with blobs.open(NAME) as file:
        assert file.read() == DATA


def test_a_copy_leaves_the_file_where_it_is(blobs: BlobStore, source: Path) -> None:
    blobs.put(source, NAME)
    assert source.read_bytes() == DATA
    assert blobs.size_of(NAME) == len(DATA)


def test_any_piece_can_be_read(blobs: BlobStore, source: Path) -> None:
    blobs.put(source, NAME)
    with blobs.open(NAME) as file:
        file.seek(5_000_000)
        assert file.read(10) == DATA[5_000_000:5_000_010]
        file.seek(-3, 2)
        assert file.read() == DATA[-3:]
        assert file.tell() == len(DATA)


def test_open_of_a_missing_blob_raises_and_its_removal_does_not(blobs: BlobStore) -> None:
    with pytest.raises(FileNotFoundError):
        blobs.open(NAME)
    blobs.remove(NAME)
    assert list(blobs.list_blobs("main")) == []


def test_blobs_are_listed_by_tenant_until_they_are_removed(blobs: BlobStore, source: Path) -> None:
    blobs.put(source, NAME)
    blobs.put(source, blob_name("other", sha256(DATA)))
    (blob,) = blobs.list_blobs("main")
    assert (blob.name, blob.size) == (NAME, len(DATA))
    # By the clock of its store: a service has one of its own, a folder that of its disk.
    clocks = SystemClock().now(), datetime.fromtimestamp(source.stat().st_mtime, UTC)
    assert min(abs(blob.since - now) for now in clocks) < timedelta(hours=1)
    blobs.remove(NAME)
    assert blobs.size_of(NAME) is None
    assert list(blobs.list_blobs("main")) == []


def test_unreachable_object_store_raises_busy_and_keeps_the_file(tmp_path: Path, source: Path) -> None:
    with running_object_store(tmp_path) as store:
        blobs = blobs_of(Settings.from_environment(store.settings("a")))
    for ask in (
        lambda: blobs.take(source, NAME),
        lambda: blobs.size_of(NAME),
        lambda: blobs.open(NAME),
        lambda: blobs.remove(NAME),
        lambda: list(blobs.list_blobs("main")),
    ):
        with pytest.raises(AppError) as refused:
            ask()
        assert refused.value.code is ErrorCode.BUSY
    assert source.read_bytes() == DATA


def test_a_bucket_that_is_not_there_takes_nothing(object_store: ObjectStore, source: Path) -> None:
    environment = object_store.settings("a") | {"FIELD178_BLOBS_URL": "s3://another"}
    with pytest.raises(AppError) as refused:
        blobs_of(Settings.from_environment(environment)).take(source, NAME)
    assert refused.value.code is ErrorCode.BUSY
    assert source.exists()


def test_keys_that_others_may_read_are_not_used(object_store: ObjectStore) -> None:
    environment = object_store.settings("loose")
    Path(environment["FIELD178_BLOBS_KEYS"]).chmod(0o644)
    with pytest.raises(LoosePermissionsError):
        blobs_of(Settings.from_environment(environment))

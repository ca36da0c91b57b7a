"""A real object store that speaks S3, as a process of its own on a port of this machine."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import boto3
from botocore.config import Config

BUCKET = "so178"
_READY = re.compile(r"Running on (http://127\.0\.0\.1:\d+)")
_KEYS = "AWS_ACCESS_KEY_ID=office\nAWS_SECRET_ACCESS_KEY=its-secret\nAWS_REGION=us-east-1\n"


@dataclass
class ObjectStore:
    """Buckets in the memory of a process: gone when it ends."""

    folder: Path
    url: str = ""
    process: subprocess.Popen[str] | None = None
    listener: threading.Thread | None = None

    def start(self) -> None:
        """Run, on the same port as before, with one empty bucket."""
        port = self.url.rsplit(":", 1)[1] if self.url else "0"
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", port]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if match := _READY.search(line):
                self.url = match[1]
                break
        # It logs every request and blocks when nobody reads the log.
        self.listener = threading.Thread(target=_listen, args=(self.process.stderr,), daemon=True)
        self.listener.start()
        self._client().create_bucket(Bucket=BUCKET)

    def stop(self) -> None:
        """Kill the process, as when a machine is switched off."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=20)
            self.process = None
        if self.listener is not None:
            self.listener.join()

    def names(self) -> list[str]:
        """The names of everything in the bucket."""
        listed = self._client().list_objects_v2(Bucket=BUCKET)
        return sorted(stored_object["Key"] for stored_object in listed.get("Contents", ()))

    def bytes_of(self, name: str) -> bytes:
        with self._client().get_object(Bucket=BUCKET, Key=name)["Body"] as body:
            return bytes(body.read())

    def lose(self, name: str) -> None:
        """Remove an object behind everybody's back."""
        self._client().delete_object(Bucket=BUCKET, Key=name)

    def _client(self) -> Any:
        """Another client than the server's, so that nothing is only read back as it was written."""
        plain = Config(proxies={}, retries={"max_attempts": 0})
        keys = {"aws_access_key_id": "office", "aws_secret_access_key": "its-secret"}
        return boto3.client("s3", endpoint_url=self.url, region_name="us-east-1", config=plain, **keys)

    def settings(self, prefix: str) -> dict[str, str]:
        """The variables of a server that keeps its files here."""
        keys = self.folder / "object-store-keys"
        keys.write_text(_KEYS)
        keys.chmod(0o600)
        return {
            "FIELD178_BLOBS_URL": f"s3://{BUCKET}/{prefix}",
            "FIELD178_BLOBS_ENDPOINT": self.url,
            "FIELD178_BLOBS_KEYS": str(keys),
        }


def _listen(stream: IO[str]) -> None:
    with stream:
        stream.read()


@contextmanager
def running_object_store(folder: Path) -> Iterator[ObjectStore]:
    """Give an object store with an empty bucket."""
    store = ObjectStore(folder)
    try:
        store.start()
        yield store
    finally:
        store.stop()

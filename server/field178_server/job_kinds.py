"""The kinds of job that a server runs, and the work of each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from field178_server.jobs.worker import Work

JOB_KINDS: Mapping[str, Work] = MappingProxyType({})

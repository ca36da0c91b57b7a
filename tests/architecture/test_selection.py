"""Nothing leaves `make test` by chance: files that compare the engines, and planted bugs that always run."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from tests import selection
from tests.contract import planted
from tests.contract.simulator.bugs import BUGS
from tests.contract.simulator.purge_bugs import BUGS as PURGE_BUGS
from tests.prove.__main__ import PROOFS
from tests.prove.source_bugs import BUGS as SOURCE_BUGS

TESTS = selection.TESTS
# Whoever looks at locks, threads or the dialect compares the engines.
COMPARES = re.compile(
    r"\bdialect\.name\b|^from tests\.contract\.interleav|^from concurrent|^import threading", re.M
)
ASKS_FOR_A_STORE = re.compile(r"\b(world: World|engine: Engine|office: Office)\b|\bPOSTGRES\b")
# Their threads are those of a client or of work beside the request, and the store is not what they look at.
ON_SQLITE = {
    "server/api/test_uploads.py",
    "server/console/erasure/test_pages.py",
    "server/console/plan/test_pages.py",
    "server/http/test_load_shedding.py",
    "server/jobs/test_worker.py",
    "server/maintenance/test_daily.py",
    "server/office/indicators/totals/test_settle_process.py",
    "server/office/webhooks/test_delivery.py",
    "server/office/webhooks/test_http_post.py",
}


def _files() -> dict[str, str]:
    return {path.relative_to(TESTS).as_posix(): path.read_text() for path in TESTS.rglob("test_*.py")}


def test_tests_that_compare_the_engines_are_listed() -> None:
    compare = {
        name
        for name, text in _files().items()
        if name.startswith(("contract/", "server/"))
        and COMPARES.search(text)
        and ASKS_FOR_A_STORE.search(text)
    }
    assert compare - selection.DIFFERENTIAL - ON_SQLITE == set()


def test_the_list_names_files_that_are_there() -> None:
    assert set(selection.DIFFERENTIAL) - set(_files()) == set()


@pytest.mark.parametrize(
    ("marker", "proof"), [("twin", "twins"), ("long", "long_forms"), ("planted", "planted_bugs")]
)
def test_left_out_tests_have_a_proof_that_runs_them(marker: str, proof: str) -> None:
    assert proof in PROOFS
    assert f'"{marker}"' in (TESTS / "selection.py").read_text()
    assert (TESTS / "prove" / f"{proof}.py").exists()


def test_the_planted_bugs_that_always_run_exist() -> None:
    assert set(BUGS) | set(PURGE_BUGS) >= planted.ALWAYS


def test_a_changed_tree_is_not_recorded_and_draws_other_planted_bugs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planted, "RECORD", tmp_path / "record")
    assert not planted.is_recorded()
    planted.record()
    assert planted.is_recorded()
    before = planted.drawn(BUGS)
    assert len(before) == planted.MOST_DRAWN
    monkeypatch.setattr(planted, "FILES", planted.FILES[:-1])
    planted.fingerprint.cache_clear()
    assert not planted.is_recorded()
    assert planted.drawn(BUGS) != before
    planted.fingerprint.cache_clear()


@pytest.mark.parametrize("name", SOURCE_BUGS)
def test_planted_bug_matches_its_module_and_its_tests(name: str) -> None:
    bug = SOURCE_BUGS[name]
    spec = find_spec(bug.module)
    assert spec is not None
    assert spec.origin is not None
    text = Path(spec.origin).read_text()
    assert bug.planted(text) != text
    place = TESTS.parent / bug.tests
    files = [place] if place.is_file() else list(place.rglob("test_*.py"))
    names = [name for file in files for name in re.findall(r"\bdef (test_\w+)", file.read_text())]
    assert any(words in name for words in bug.words.split(" or ") for name in names)

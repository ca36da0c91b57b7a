"""An Android device that records what is asked of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.mobile.platform.android.fake_java import FakeJava

from field178_mobile.platform.android.device import AndroidPlatform

ACTIVITY = "org.kivy.android.PythonActivity"


@pytest.fixture
def java(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeJava:
    made = FakeJava()
    made.install(monkeypatch)
    made.answers[f"{ACTIVITY}.getPackageName"] = "vn.field178.tablet"
    made.answers["java.io.File.getAbsolutePath"] = str(tmp_path)
    return made


@pytest.fixture
def device(java: FakeJava) -> AndroidPlatform:
    return AndroidPlatform()

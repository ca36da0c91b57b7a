"""The device: every question of the Protocol, asked of Java by its right name."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import pytest
from tests.mobile.platform.android.fake_java import FakeJava, JavaException

from field178_mobile import app
from field178_mobile.platform.android.device import AndroidPlatform
from field178_mobile.platform.api import Platform
from field178_mobile.platform.desktop import DesktopPlatform
from field178_mobile.ports import NetworkKind

NETWORK = "android.net.ConnectivityManager"
SECURE = 0x2000


def test_android_answers_every_question_of_the_protocol() -> None:
    questions = {
        name: member
        for name, member in vars(Platform).items()
        if inspect.isfunction(member) and name[0] != "_"
    }
    assert questions
    for name, question in questions.items():
        answer = getattr(AndroidPlatform, name)
        assert list(inspect.signature(answer).parameters) == list(inspect.signature(question).parameters), (
            name
        )


def test_application_takes_the_device_it_runs_on(java: FakeJava) -> None:
    assert java.calls == []
    assert isinstance(app.platform_of({"ANDROID_ARGUMENT": "/data/app"}), AndroidPlatform)
    assert isinstance(app.platform_of({}), DesktopPlatform)


def test_device_is_there_before_anything_heavy() -> None:
    script = "import sys, field178_mobile.platform.android.device; print(*sys.modules)"
    output = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert {"cryptography", "requests", "marshmallow", "PIL", "kivy"}.isdisjoint(output.split())


def test_data_lies_in_a_folder_of_its_own_within_the_application(
    device: AndroidPlatform, tmp_path: Path
) -> None:
    assert device.data_folder() == tmp_path / "field178"


def test_leftovers_of_an_interrupted_camera_are_gone_at_the_next_start(
    java: FakeJava, tmp_path: Path
) -> None:
    for folder in ("incoming", "outgoing"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "left.jpg").write_bytes(b"face")
    kept = tmp_path / "field178" / "store"
    kept.mkdir(parents=True)
    AndroidPlatform()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["field178"]


def test_rescue_file_goes_where_a_cable_reaches_or_stays_within(
    device: AndroidPlatform, java: FakeJava, tmp_path: Path
) -> None:
    java.answers["java.io.File.getAbsolutePath"] = "/sdcard/Android/data/vn.field178.tablet/files/rescue"
    assert device.offline_export_folder() == Path("/sdcard/Android/data/vn.field178.tablet/files/rescue")
    java.answers["org.kivy.android.PythonActivity.getExternalFilesDir"] = None
    assert device.offline_export_folder() == tmp_path / "rescue"


def test_label_is_maker_and_model_and_never_too_long(device: AndroidPlatform, java: FakeJava) -> None:
    java.answers["android.os.Build.MANUFACTURER"] = "samsung"
    java.answers["android.os.Build.MODEL"] = "SM-X200" + "x" * 80
    assert device.device_label().startswith("samsung SM-X200")
    assert len(device.device_label()) == 64


@pytest.mark.parametrize(("scale", "less"), [(0.0, True), (1.0, False), (0.5, False)])
def test_motion_stops_when_the_system_stops_it(
    device: AndroidPlatform, java: FakeJava, scale: float, less: bool
) -> None:
    java.answers["android.provider.Settings$Global.getFloat"] = scale
    assert device.prefers_less_motion() is less
    assert java.named("Settings$Global.getFloat")[0][1:] == ("animator_duration_scale", 1.0)


def test_window_is_kept_out_of_screenshots(device: AndroidPlatform, java: FakeJava) -> None:
    device.protect_screen()
    assert java.named("Window.addFlags") == [(SECURE,)]


@pytest.mark.parametrize(
    ("is_metered", "kind"), [(True, NetworkKind.METERED), (False, NetworkKind.UNMETERED)]
)
def test_network_is_metered_or_not(
    device: AndroidPlatform, java: FakeJava, is_metered: bool, kind: NetworkKind
) -> None:
    java.answers[f"{NETWORK}.isActiveNetworkMetered"] = is_metered
    assert device.network_kind() is kind


def test_no_network_is_unknown(device: AndroidPlatform, java: FakeJava) -> None:
    java.answers[f"{NETWORK}.getActiveNetwork"] = None
    assert device.network_kind() is NetworkKind.UNKNOWN


@pytest.mark.parametrize("has", [True, False])
def test_camera_and_receiver_are_there_or_not(device: AndroidPlatform, java: FakeJava, has: bool) -> None:
    java.answers["android.content.pm.PackageManager.hasSystemFeature"] = has
    assert device.has_camera() is has
    assert device.has_receiver() is has
    assert java.named("PackageManager.hasSystemFeature") == [
        ("android.hardware.camera.any",),
        ("android.hardware.location",),
    ]


def test_service_starts_with_its_notice_and_ends(device: AndroidPlatform, java: FakeJava) -> None:
    device.keep_open("Đang gửi ảnh")
    device.keep_open(None)
    ((_context, why),) = java.named("OpenWork.start")
    assert why == "Đang gửi ảnh"
    assert len(java.named("OpenWork.stop")) == 1


def test_service_that_android_refuses_stops_nothing(device: AndroidPlatform, java: FakeJava) -> None:
    java.answers["vn.field178.OpenWork.start"] = JavaException("ForegroundServiceStartNotAllowedException")
    device.keep_open("Đang gửi ảnh")
    assert len(java.named("OpenWork.start")) == 1


@pytest.mark.parametrize(("level", "percent"), [(73, 73), (-2147483648, None)])
def test_battery_is_told_or_unknown(
    device: AndroidPlatform, java: FakeJava, level: int, percent: int | None
) -> None:
    java.answers["android.os.BatteryManager.getIntProperty"] = level
    assert device.battery_percent() == percent


def test_free_room_is_that_of_the_applications_own_disk(device: AndroidPlatform) -> None:
    assert device.free_bytes() > 0

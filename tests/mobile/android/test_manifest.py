"""The manifest that a build ends with: completed by the hook, and refused when it says more than it may."""

from __future__ import annotations

import importlib.util
import xml.etree.ElementTree as Xml
from pathlib import Path
from types import ModuleType

import pytest
from tests.mobile.android.spec import MOBILE, app, listed

from field178_mobile.platform.android import device, lending, papers


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("apk_hook", MOBILE / "apk/hook.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def manifest(*, backup: str = "false", flags: str | None = None, more: str = "", inside: str = "") -> str:
    """Return what python-for-android 2026.5.9 writes for the spec, less what does not matter here."""
    permissions = "".join(
        f'<uses-permission android:name="android.permission.{name}" />'
        for name in listed("android.permissions")
    )
    flags = (MOBILE / "apk/application.txt").read_text("utf-8").strip() if flags is None else flags
    return f"""<?xml version="1.0" encoding="utf-8"?>
    <manifest xmlns:android="http://schemas.android.com/apk/res/android" android:versionName="0.1.0">
      <uses-sdk android:minSdkVersion="26" android:targetSdkVersion="34" />
      <uses-feature android:glEsVersion="0x00020000" />
      {permissions}{more}
      <application android:label="@string/app_name" android:allowBackup="{backup}" {flags}>
        <meta-data android:name="wakelock" android:value="0"/>
        <activity android:name="org.kivy.android.PythonActivity" android:exported="true"
                  android:screenOrientation="fullUser" />
        {inside}
      </application>
    </manifest>"""


def test_hook_adds_a_service_and_a_lender_closed_to_others(hook: ModuleType) -> None:
    done = Xml.fromstring(hook.completed(manifest()))
    application = done.find("application")
    assert application is not None
    service, provider = application.find("service"), application.find("provider")
    assert service is not None
    assert provider is not None
    a = hook.ANDROID
    assert service.attrib == {
        f"{{{a}}}name": device.OPEN_WORK,
        f"{{{a}}}exported": "false",
        f"{{{a}}}foregroundServiceType": "dataSync",
    }
    assert provider.get(f"{{{a}}}name") == lending.PROVIDER
    assert provider.get(f"{{{a}}}authorities") == f"{app()['package.domain']}.{app()['package.name']}.files"
    assert provider.get(f"{{{a}}}exported") == "false"


def test_second_run_over_the_same_folder_changes_nothing(
    hook: ModuleType, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / hook.MANIFEST
    path.parent.mkdir(parents=True)
    path.write_text(manifest(), "utf-8")
    hook.after_apk_build(object())
    once = path.read_bytes()
    hook.after_apk_build(object())
    assert path.read_bytes() == once


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            {"more": '<uses-permission android:name="android.permission.CAMERA" />'},
            "permission.CAMERA is not",
        ),
        ({"more": '<uses-permission android:name="com.android.vending.BILLING" />'}, "BILLING is not"),
        ({"backup": "true"}, "allowBackup is true"),
        ({"flags": ""}, "usesCleartextTraffic is None"),
        ({"flags": 'android:usesCleartextTraffic="true"'}, "usesCleartextTraffic is true"),
        ({"flags": 'android:networkSecurityConfig="@xml/open"'}, "networkSecurityConfig"),
        ({"inside": '<receiver android:name="x.Y" android:exported="false" />'}, "receiver x.Y is not"),
        ({"inside": '<service android:name="vn.field178.OpenWork" />'}, "OpenWork is open"),
    ],
)
def test_manifest_that_says_more_than_it_may_stops_the_build(
    hook: ModuleType, wrong: dict[str, str], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        hook.completed(manifest(**wrong))


def test_missing_permission_stops_the_build(hook: ModuleType) -> None:
    without = manifest().replace('<uses-permission android:name="android.permission.INTERNET" />', "")
    with pytest.raises(ValueError, match=r"INTERNET is missing"):
        hook.completed(without)


def test_only_the_two_folders_of_the_lender_can_be_lent() -> None:
    paths = Xml.parse(MOBILE / "apk/xml/shared_files.xml").getroot()
    assert [(path.tag, path.get("path")) for path in paths] == [
        ("files-path", "incoming/"),
        ("files-path", "outgoing/"),
    ]


@pytest.mark.parametrize("name", [device.OPEN_WORK, papers.PRINTER])
def test_classes_of_our_own_are_in_the_build(name: str) -> None:
    path = MOBILE / "apk/java" / f"{name.replace('.', '/')}.java"
    text = path.read_text("utf-8")
    assert f"package {name.rpartition('.')[0]};" in text
    assert f"public class {path.stem} " in text

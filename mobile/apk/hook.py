"""Check of the finished manifest. python-for-android calls `after_apk_build` (p4a.hook).

The build stops if permissions, components or flags differ from the lists here: a new version of a tool, or an
added line, cannot widen the rights of the application.
"""

from __future__ import annotations

import xml.etree.ElementTree as Xml
from pathlib import Path

ANDROID = "http://schemas.android.com/apk/res/android"
PACKAGE = "vn.field178.tablet"
MANIFEST = Path("src/main/AndroidManifest.xml")
ACTIVITY = "org.kivy.android.PythonActivity"
SERVICE = "vn.field178.OpenWork"
PROVIDER = "androidx.core.content.FileProvider"

PERMISSIONS = frozenset(
    f"android.permission.{name}"
    for name in (
        "INTERNET",
        "ACCESS_NETWORK_STATE",
        "ACCESS_COARSE_LOCATION",
        "ACCESS_FINE_LOCATION",
        "FOREGROUND_SERVICE",
        "FOREGROUND_SERVICE_DATA_SYNC",
    )
)
FLAGS = {
    "allowBackup": "false",
    "usesCleartextTraffic": "false",
    "dataExtractionRules": "@xml/data_extraction_rules",
}
COMPONENTS = frozenset({("activity", ACTIVITY), ("service", SERVICE), ("provider", PROVIDER)})


def after_apk_build(_toolchain: object) -> None:
    """Complete the manifest of the build in the current folder; ValueError stops the build."""
    MANIFEST.write_text(completed(MANIFEST.read_text("utf-8")), "utf-8")


def completed(text: str) -> str:
    """Return the manifest with the service and the file provider; ValueError for forbidden entries."""
    Xml.register_namespace("android", ANDROID)
    manifest = Xml.fromstring(text)  # noqa: S314  written by the build on this machine
    application = manifest.find("application")
    if application is None:
        raise ValueError("the manifest has no application")
    if all(child.get(_a("name")) != SERVICE for child in application):
        application.extend((_service(), _provider()))
    if faults := faults_of(manifest):
        raise ValueError("AndroidManifest.xml: " + "; ".join(faults))
    return '<?xml version="1.0" encoding="utf-8"?>\n' + Xml.tostring(manifest, "unicode") + "\n"


def faults_of(manifest: Xml.Element) -> list[str]:
    """Return the differences from the lists of this file, one sentence each."""
    application = manifest.find("application")
    if application is None:
        return ["no application"]
    permissions = {str(permission.get(_a("name"))) for permission in manifest.iter("uses-permission")}
    faults = [f"{name} is not in the list" for name in sorted(permissions - PERMISSIONS)]
    faults += [f"{name} is missing" for name in sorted(PERMISSIONS - permissions)]
    faults += [
        f"{name} is {application.get(_a(name))}, not {value}"
        for name, value in FLAGS.items()
        if application.get(_a(name)) != value
    ]
    if application.get(_a("networkSecurityConfig")) is not None:
        faults.append("a networkSecurityConfig could allow what usesCleartextTraffic forbids")
    return faults + _component_faults(application)


def _component_faults(application: Xml.Element) -> list[str]:
    kinds = ("activity", "activity-alias", "service", "receiver", "provider")
    components = {
        (component.tag, str(component.get(_a("name")))): component
        for component in application
        if component.tag in kinds
    }
    faults = [f"{kind} {name} is not in the list" for kind, name in sorted(components.keys() - COMPONENTS)]
    faults += [f"{kind} {name} is missing" for kind, name in sorted(COMPONENTS - components.keys())]
    return faults + [
        f"{name} is open to other applications"
        for (_kind, name), component in sorted(components.items())
        if name != ACTIVITY and component.get(_a("exported")) != "false"
    ]


def _service() -> Xml.Element:
    # Services of python-for-android run in a separate process, which would not keep this process alive.
    return Xml.Element(
        "service",
        {_a("name"): SERVICE, _a("exported"): "false", _a("foregroundServiceType"): "dataSync"},
    )


def _provider() -> Xml.Element:
    provider = Xml.Element(
        "provider",
        {
            _a("name"): PROVIDER,
            _a("authorities"): f"{PACKAGE}.files",
            _a("exported"): "false",
            _a("grantUriPermissions"): "true",
        },
    )
    paths = {_a("name"): "android.support.FILE_PROVIDER_PATHS", _a("resource"): "@xml/shared_files"}
    provider.append(Xml.Element("meta-data", paths))
    return provider


def _a(name: str) -> str:
    return f"{{{ANDROID}}}{name}"

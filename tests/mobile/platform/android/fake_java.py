"""A Java that records: it has the classes of `java_surface` and no other, and answers what a test tells it.

What is not in the surface does not exist here either, so a wrong name fails as it would on the device.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType

import pytest
from tests.mobile.platform.android.java_surface import surface

SURFACE = surface()
VALUES = ("TEXT", "NUMBER", "YES_NO", "BYTES")
# Of several forms; pyjnius counts a Python text as a String and as an Object, never as a CharSequence.
WANT_WORDS = {
    "AlertDialog$Builder.setTitle",
    "AlertDialog$Builder.setPositiveButton",
    "AlertDialog$Builder.setNegativeButton",
    "EditText.setText",
    "Intent.createChooser",
}


class JavaException(Exception):
    def __init__(self, classname: str) -> None:
        super().__init__(classname)
        self.classname = classname


class PythonJavaClass:
    """The base of listeners; `hear` calls them as Java does, by name and signature."""


def java_method(signature: str, name: str | None = None) -> Callable[[Callable], Callable]:
    def mark(method: Callable) -> Callable:
        method.java = (name or method.__name__, signature)
        return method

    return mark


def hear(listener: object, name: str, signature: str, *arguments: object) -> None:
    """Call a listener from Java; a method it lacks ends the application, as on the device."""
    for member in vars(type(listener)).values():
        if getattr(member, "java", None) == (name, signature):
            member(listener, *arguments)
            return
    raise NotImplementedError(f"{name}{signature}")


class JavaObject:
    """An object, or with `new` a class, of which only the surface is there."""

    def __init__(self, java: FakeJava, kind: str, of: object = None) -> None:
        assert kind in SURFACE, f"the surface does not know {kind}"
        self.java, self.kind, self.of = java, kind, of
        self.text: str | None = None

    def __getattr__(self, member: str) -> object:
        try:
            given = SURFACE[self.kind][member]
        except KeyError:
            raise AttributeError(f"{self.kind} has no {member}") from None
        name = f"{self.kind}.{member}"
        if member.isupper() or member == "mActivity":
            return self.java.value(name, given, ())
        return lambda *arguments: self.java.call(name, given, arguments)

    def __call__(self, *arguments: object) -> object:
        made = self.java.call(f"{self.kind}.new", SURFACE[self.kind]["new"], arguments)
        if self.kind == "java.lang.StringBuilder":
            made.text = arguments[0]
        return made


class FakeJava:
    """calls: what was called, in order, by the class's short name. answers: full name → value or function."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []
        self.answers: dict[str, object] = {}
        self.granted: set[str] = set()
        self.on_result: Callable[[int, int, object], None] | None = None
        self.granting: Callable[[], None] | None = None

    def object(self, kind: str) -> JavaObject:
        return JavaObject(self, kind)

    def cast(self, kind: str, instance: object) -> JavaObject:
        return JavaObject(self, kind, instance)

    def call(self, name: str, given: str, arguments: tuple[object, ...]) -> object:
        if _short(name) in WANT_WORDS and any(isinstance(argument, str) for argument in arguments):
            raise JavaException(f"no method {name} takes these arguments")
        self.calls.append((_short(name), *map(_readable, arguments)))
        return self.value(name, given, arguments)

    def value(self, name: str, given: str, arguments: tuple[object, ...]) -> object:
        if name in self.answers:
            answer = self.answers[name]
            if isinstance(answer, Exception):
                raise answer
            return answer(*arguments) if callable(answer) and not isinstance(answer, JavaObject) else answer
        assert given not in VALUES, f"tell what {name} answers"
        return None if given == "-" else self.object(given)

    def named(self, name: str) -> list[tuple[object, ...]]:
        """Return the arguments of every call of one member."""
        return [call[1:] for call in self.calls if call[0] == name]

    def bring(self, result: int, intent: object = None, nth: int = -1) -> None:
        """Return a result of the activity that was started as `nth`, the last by default."""
        _intent, code = self.named("PythonActivity.startActivityForResult")[nth]
        assert self.on_result is not None
        self.on_result(code, result, intent)

    def request_permissions(self, names: list[str], then: Callable[..., None]) -> None:
        self.calls.append(("request_permissions", *names))
        self.granting = lambda: then(names, [name in self.granted for name in names])

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def module(name: str, **members: object) -> ModuleType:
            made = ModuleType(name)
            vars(made).update(members)
            monkeypatch.setitem(sys.modules, name, made)
            return made

        def bind(on_activity_result: Callable[[int, int, object], None]) -> None:
            assert self.on_result is None, "bound twice: every result would come twice"
            self.on_result = on_activity_result

        module(
            "jnius",
            autoclass=self.object,
            cast=self.cast,
            PythonJavaClass=PythonJavaClass,
            java_method=java_method,
            JavaException=JavaException,
        )
        events = module("android.activity", bind=bind)
        module("android", activity=events)
        module(
            "android.permissions",
            check_permission=lambda name: name in self.granted,
            request_permissions=self.request_permissions,
        )
        module("android.runnable", Runnable=lambda work: work)


def _readable(argument: object) -> object:
    """Return the text that was wrapped for a CharSequence; everything else as it is."""
    wrapped = argument.of if isinstance(argument, JavaObject) else None
    return wrapped.text if isinstance(wrapped, JavaObject) and wrapped.text is not None else argument


def _short(name: str) -> str:
    kind, _dot, member = name.rpartition(".")
    return f"{kind.rpartition('.')[2]}.{member}"

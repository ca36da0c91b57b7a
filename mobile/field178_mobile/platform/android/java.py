"""Helpers for Java classes and objects.

Classes of the application (activity, file provider, service) can be looked up by name only on the thread that
Android started; system classes on every thread.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Protocol

_log = logging.getLogger("field178.android")

ACTIVITY = "org.kivy.android.PythonActivity"


class Java(Protocol):
    """Any class or object of Java: its members are called as they are in Java."""

    def __getattr__(self, name: str) -> Java:
        """Return a member."""
        ...

    def __call__(self, *arguments: object) -> Java:
        """Call a method, or make an object of a class."""
        ...

    def __bool__(self) -> bool:
        """Convert a Java boolean."""
        ...

    def __int__(self) -> int:
        """Convert a Java number to an integer."""
        ...

    def __float__(self) -> float:
        """Convert a Java number to a float."""
        ...


def java_class(name: str) -> Java:
    """Return a class by its full name."""
    from jnius import autoclass

    java_class: Java = autoclass(name)
    return java_class


def seen_as(name: str, instance: object) -> Java:
    """Cast an object to one of its base classes, to select the overloaded method."""
    from jnius import cast

    seen: Java = cast(name, instance)
    return seen


def words(text: str) -> Java:
    """Return a text as CharSequence, for overloaded methods where pyjnius does not convert a Python text.

    It is built by a StringBuilder: pyjnius makes a String of single chars, which breaks characters beyond the
    first plane.
    """
    return seen_as("java.lang.CharSequence", java_class("java.lang.StringBuilder")(text))


def activity() -> Java:
    """Return the one activity of the application."""
    return java_class(ACTIVITY).mActivity


def service(name: str, kind: str) -> Java:
    """Return a service of the system, as the class it is."""
    return seen_as(kind, activity().getSystemService(name))


def as_bytes(array: Iterable[int]) -> bytes:
    """Return a Java array of (signed) bytes."""
    return bytes(byte & 0xFF for byte in array)


def on_java_thread(work: Callable[[], object]) -> None:
    """Schedule `work` on the Java UI thread; returns at once."""
    from android.runnable import Runnable

    Runnable(work)()


def attempt(name: str, work: Callable[[], object]) -> bool:
    """Run `work` and return whether Java accepted it; log the class of an exception, never its message."""
    from jnius import JavaException

    try:
        work()
    except JavaException as error:
        _log.warning("java_refused", extra={"asked": name, "reason": error.classname})
        return False
    return True

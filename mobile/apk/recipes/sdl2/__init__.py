"""SDL for the tablet: the backspace key deletes on Android 11 and newer too.

Up to Android 10 SDL turns "delete the text before the cursor" into presses of backspace. From Android 11 on
it compares texts instead, limited to text typed since the field got the focus: older and pasted text cannot
be deleted (kivy issue 7375, SDL issue 15171). This recipe presses backspace on every version.
"""

from pathlib import Path

from pythonforandroid.recipes.sdl2 import LibSDL2Recipe

ACTIVITY = Path("SDL/android-project/app/src/main/java/org/libsdl/app/SDLActivity.java")
METHOD = "public boolean deleteSurroundingText("
ONLY_OLD = "Build.VERSION.SDK_INT <= 29 /* Android 10.0 (Q) */"
ALWAYS = "true /* on every version */"


def press_backspace_always(source: str) -> str:
    """Return the Java source without the condition; ValueError if the condition is missing."""
    if ALWAYS in source:
        return source
    before, method, after = source.partition(METHOD)
    body, end, rest = after.partition("updateText();")
    if source.count(METHOD) != 1 or not end or body.count(ONLY_OLD) != 1:
        raise ValueError("SDLActivity.java is not the one known here: look at deleteSurroundingText")
    return before + method + body.replace(ONLY_OLD, ALWAYS) + end + rest


class PressingSDL2Recipe(LibSDL2Recipe):
    """The recipe of python-for-android, with one line of SDL's Java changed before it is copied."""

    def prebuild_arch(self, arch):
        """Change the line; the build stops when SDL has moved it."""
        super().prebuild_arch(arch)
        path = Path(self.get_jni_dir()) / ACTIVITY
        path.write_text(press_backspace_always(path.read_text("utf-8")), "utf-8")


recipe = PressingSDL2Recipe()

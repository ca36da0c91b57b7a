"""A long note written in the system's own window, where every Vietnamese keyboard works as it should."""

from __future__ import annotations

from collections.abc import Callable

from field178_mobile.platform.android.java import Java, activity, java_class, on_java_thread
from field178_mobile.platform.api import LongText

SECURE = 0x2000  # WindowManager.LayoutParams.FLAG_SECURE
# EditorInfo: the whole screen is not taken over, and the keyboard learns no words from what is written here.
NO_FULL_SCREEN, NO_LEARNING = 0x2000000, 0x1000000
# InputType: text, several lines, sentences begin with a capital.
KIND = 0x1 | 0x20000 | 0x4000
POSITIVE = -1


def edit_long_text(asked: LongText, answer: Callable[[str | None], None]) -> None:
    """Show the text with a question above and two buttons below; None when the user gave up."""
    on_java_thread(lambda: _show(asked, answer))


def _show(asked: LongText, answer: Callable[[str | None], None]) -> None:
    here = activity()
    entry = _entry(here, asked)
    pressed = _listeners(lambda: str(entry.getText().toString()), answer)
    builder = java_class("android.app.AlertDialog$Builder")(here)
    builder.setTitle(asked.title)
    builder.setView(entry)
    builder.setPositiveButton(asked.keep, pressed)
    builder.setNegativeButton(asked.give_up, pressed)
    builder.setOnCancelListener(pressed)
    dialog = builder.create()
    # A window of its own: the protection of the application's window does not reach it.
    dialog.getWindow().addFlags(SECURE)
    dialog.show()


def _entry(here: Java, asked: LongText) -> Java:
    entry = java_class("android.widget.EditText")(here)
    entry.setInputType(KIND)
    entry.setImeOptions(NO_FULL_SCREEN | NO_LEARNING)
    entry.setMinLines(asked.lines)
    if asked.max_length:
        longest = java_class("android.text.InputFilter$LengthFilter")(asked.max_length)
        entry.setFilters([longest])
    entry.setText(asked.text)
    entry.setSelection(entry.length())
    return entry


def _listeners(text: Callable[[], str], answer: Callable[[str | None], None]) -> object:
    from jnius import PythonJavaClass, java_method

    class Pressed(PythonJavaClass):  # type: ignore[misc]
        """Both buttons and the way out beside them."""

        __javainterfaces__ = (
            "android/content/DialogInterface$OnClickListener",
            "android/content/DialogInterface$OnCancelListener",
        )

        @java_method("(Landroid/content/DialogInterface;I)V")
        def onClick(self, _dialog: object, which: int) -> None:
            _open.discard(self)
            answer(text() if which == POSITIVE else None)

        @java_method("(Landroid/content/DialogInterface;)V")
        def onCancel(self, _dialog: object) -> None:
            _open.discard(self)
            answer(None)

    pressed = Pressed()
    # Java does not keep Python's object alive: whoever pressed would call what is gone.
    _open.add(pressed)
    return pressed


_open: set[object] = set()

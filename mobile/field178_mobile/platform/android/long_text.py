"""A long note written in the system's own window, where every Vietnamese keyboard works as it should."""

from __future__ import annotations

from field178_mobile.platform.android.java import Java, activity, java_class, on_java_thread, words
from field178_mobile.platform.api import Heard, LongText, Picked

SECURE = 0x2000  # WindowManager.LayoutParams.FLAG_SECURE
# EditorInfo: no full-screen editor, and no learning of words by the keyboard.
NO_FULL_SCREEN, NO_LEARNING = 0x2000000, 0x1000000
# InputType: text, several lines, sentences begin with a capital.
KIND = 0x1 | 0x20000 | 0x4000
POSITIVE = -1


class LongTextWindow:
    """Window with title, text and two buttons. It opens by itself on the Java UI thread."""

    def __init__(self, request: LongText, heard: Heard, answer: Picked) -> None:
        self._request = request
        self._on_change = heard
        self._answer: Picked | None = answer
        self._text = request.text
        self._dialog: Java | None = None
        # Java does not keep Python objects alive: the listener is kept here, and this object by its `close`
        # method.
        self._listener = _listener(self)
        on_java_thread(self._show)

    def close(self) -> None:
        """Close the window without an answer: its text must not be shown to the next officer."""
        self._answer = None
        on_java_thread(self._dismiss)

    def write(self, text: str) -> None:
        """Handle a change of the text."""
        self._text = text
        if self._answer is not None:
            self._on_change(text)

    def end(self, is_accepted: bool) -> None:
        """Handle the end of the window, once."""
        answer, self._answer = self._answer, None
        if answer is not None:
            answer(self._text if is_accepted else None)

    def _show(self) -> None:
        if self._answer is None:
            return
        here = activity()
        builder = java_class("android.app.AlertDialog$Builder")(here)
        builder.setTitle(words(self._request.title))
        builder.setView(self._entry(here))
        builder.setPositiveButton(words(self._request.keep), self._listener)
        builder.setNegativeButton(words(self._request.give_up), self._listener)
        builder.setOnCancelListener(self._listener)
        self._dialog = builder.create()
        # A separate window: the screen protection of the application's window does not cover it.
        self._dialog.getWindow().addFlags(SECURE)
        self._dialog.show()

    def _entry(self, here: Java) -> Java:
        entry = java_class("android.widget.EditText")(here)
        entry.setInputType(KIND)
        entry.setImeOptions(NO_FULL_SCREEN | NO_LEARNING)
        entry.setMinLines(self._request.lines)
        if self._request.max_length:
            longest = java_class("android.text.InputFilter$LengthFilter")(self._request.max_length)
            entry.setFilters([longest])
        entry.setText(words(self._request.text))
        entry.setSelection(entry.length())
        # After the first text: the initial text is no change.
        entry.addTextChangedListener(self._listener)
        return entry

    def _dismiss(self) -> None:
        if self._dialog is not None:
            self._dialog.dismiss()


def _listener(window: LongTextWindow) -> object:
    from jnius import PythonJavaClass, java_method

    class LongTextListener(PythonJavaClass):  # type: ignore[misc]
        """Listener of text changes, both buttons and cancel."""

        __javainterfaces__ = (
            "android/text/TextWatcher",
            "android/content/DialogInterface$OnClickListener",
            "android/content/DialogInterface$OnCancelListener",
        )

        @java_method("(Landroid/text/Editable;)V")
        def afterTextChanged(self, text: Java) -> None:
            window.write(str(text.toString()))

        @java_method("(Ljava/lang/CharSequence;III)V")
        def beforeTextChanged(self, _text: object, _start: int, _count: int, _after: int) -> None:
            return

        @java_method("(Ljava/lang/CharSequence;III)V")
        def onTextChanged(self, _text: object, _start: int, _before: int, _count: int) -> None:
            return

        @java_method("(Landroid/content/DialogInterface;I)V")
        def onClick(self, _dialog: object, which: int) -> None:
            window.end(is_accepted=which == POSITIVE)

        @java_method("(Landroid/content/DialogInterface;)V")
        def onCancel(self, _dialog: object) -> None:
            window.end(is_accepted=False)

    return LongTextListener()

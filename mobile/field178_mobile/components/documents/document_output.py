"""Output of papers: drawn on a worker thread, then opened, printed or saved, with a message for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from field178_mobile.components.documents.document_files import PaperFolder, keep
from field178_mobile.platform.api import Platform
from field178_mobile.ports import TabletSettings, UiThread
from field178_mobile.presentation.background import Background
from field178_mobile.presentation.bitmap import Bitmap
from field178_mobile.presentation.wording import Wording
from field178_shared.errors import AppError, message
from field178_shared.text.i18n import N_

FOLDER_SETTING = "papers_folder"
# Fewer steps than frames: smaller movements of the bar are invisible.
STEP = 0.05
SHOWN_DIGITS = 16
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class DocumentServices:
    """Services for making and showing papers."""

    device: Platform
    folder: PaperFolder
    background: Background
    ui_thread: UiThread


@dataclass(frozen=True, slots=True)
class Made:
    """A paper that was made, and the revision of the record that it shows."""

    kind: str
    name: str
    content: bytes
    rev: int
    data: Mapping[str, object]

    @property
    def sha256(self) -> str:
        """First digits of the file's hash in groups: enough to compare files by reading aloud."""
        digest = sha256(self.content).hexdigest()[:SHOWN_DIGITS]
        return f"{' '.join(digest[start : start + 4] for start in range(0, len(digest), 4))} …"


class DocumentOutput:
    """Makes one paper at a time and stores the last paper of each kind; `show` is called at every change.

    `message` or `error` is the result of the last action, `kind` its paper.
    """

    def __init__(
        self, papers: DocumentServices, settings: TabletSettings, words: Wording, show: Callable[[], None]
    ) -> None:
        self._papers = papers
        self._settings = settings
        self._words = words
        self._show = show
        self._made: dict[str, Made] = {}
        self.making = ""
        self.share = 0.0
        self.kind = ""
        self.message = ""
        self.error = ""
        self._is_closed = False

    def close(self) -> None:
        """Delete the files of papers that other programs were shown: their sheet is closed."""
        self._is_closed = True
        self._papers.folder.clear()

    def made(self, kind: str) -> Made | None:
        """Return the paper of a kind that was made last."""
        return self._made.get(kind)

    def make(self, kind: str, draw: Callable[[Progress], Made]) -> None:
        """Draw a paper on a worker thread, one at a time."""
        if not self.making:
            self._begin(kind)
            self.making, self.share = kind, 0.0
            self._show()
            self._papers.background.run(lambda: draw(self._go_on), self._on_made, self._on_failed)

    def look(self, kind: str, show: Callable[[tuple[Bitmap, ...]], None]) -> None:
        """Give the pages of a paper that was made as pictures; `show` is called on the UI thread."""
        content = self._made[kind].content
        self._begin(kind)
        self._papers.background.run(lambda: _pictures(content), show, self._on_failed)

    def open(self, kind: str) -> None:
        """Show a paper that was made in another program."""
        self._hand_over(kind, self._papers.device.open_file, N_("Opened in the viewer."))

    def print(self, kind: str) -> None:
        """Print a paper that was made."""
        self._hand_over(kind, self._papers.device.print_file, N_("Sent to the printer."))

    def save(self, kind: str) -> None:
        """Save a paper in the chosen folder, or open the system's share sheet."""
        folder, made = self.folder(), self._made[kind]
        if folder is None:
            self._hand_over(kind, self._papers.device.share_file, N_("Shared."))
            return
        if folder != self._papers.device.save_folder() and not folder.is_dir():
            # Never create the folder: without the drive it would be a folder of this disk under the drive's
            # name.
            self._begin(kind)
            self.error = self._words.translate("The folder is not there any more. Choose another one.")
            self._show()
            return
        self._run(
            kind,
            lambda: keep(folder, made.name, made.content),
            lambda path: self._words.say("Saved: {path}", path=path),
        )

    def folder(self) -> Path | None:
        """Return the folder for "save", None if the system has its own dialog."""
        usual, chosen = self._papers.device.save_folder(), self._settings.get(FOLDER_SETTING)
        return Path(chosen) if usual is not None and isinstance(chosen, str) and chosen else usual

    def places(self) -> tuple[Path, ...]:
        """Return folders to offer, the usual one first."""
        return self._papers.device.save_places()

    def choose_folder(self, folder: Path) -> None:
        """Store the folder for saved papers; an error about another folder is cleared."""
        self._settings.put(FOLDER_SETTING, str(folder))
        self.error = ""
        self._show()

    def _hand_over(self, kind: str, act: Callable[[Path], None], sentence: str) -> None:
        made = self._made[kind]
        self._run(
            kind,
            lambda: act(self._papers.folder.put(made.name, made.content)),
            lambda _none: self._words.translate(sentence),
        )

    def _run(self, kind: str, work: Callable[[], object], describe: Callable[[object], str]) -> None:
        self._begin(kind)

        def done(result: object) -> None:
            self.message = describe(result)
            self._sweep()
            self._show()

        self._papers.background.run(work, done, self._on_failed)

    def _sweep(self) -> None:
        # The sheet was closed while a worker thread wrote the file.
        if self._is_closed:
            self._papers.folder.clear()

    def _begin(self, kind: str) -> None:
        self.kind, self.message, self.error = kind, "", ""

    def _go_on(self, share: float) -> None:
        # Runs on the worker thread: a single number, which the UI thread reads atomically.
        if share - self.share >= STEP:
            self.share = share
            self._papers.ui_thread.post(self._show)

    def _on_made(self, made: Made) -> None:
        self._made[made.kind] = made
        self.making = ""
        self._show()

    def _on_failed(self, error: AppError) -> None:
        self.making, self.error = "", message(error.code, self._words.language)
        self._sweep()
        self._show()


def _pictures(content: bytes) -> tuple[Bitmap, ...]:
    # Late: it draws with a library that the start does without.
    from field178_mobile.components.documents.page_pictures import page_pictures

    return tuple(page_pictures(content))

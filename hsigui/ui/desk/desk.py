"""What the controllers of one window share, and the one place where failures are shown."""

from __future__ import annotations

import traceback
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from hsigui.document.session import Session
from hsigui.errors import HsiError, is_out_of_memory, out_of_memory
from hsigui.log import Log, told_of
from hsigui.seen import SeenFiles
from hsigui.settings import Settings, SettingsStore
from hsigui.texts import say
from hsigui.ui.desk.dialogs import open_dialog
from hsigui.ui.desk.error_dialog import ErrorDialog
from hsigui.ui.desk.guards import Guards
from hsigui.ui.desk.job_bridge import JobBridge
from hsigui.ui.desk.message_bar import MessageBar
from hsigui.ui.desk.prompts import Prompts
from hsigui.ui.desk.wavelength_units import UNITS, WavelengthUnit

_log = Log("window")


@dataclass
class Desk:
    """The parts that every controller works with. `settings` is replaced as a whole when a preference changes."""

    window: QWidget
    session: Session
    bridge: JobBridge
    messages: MessageBar
    prompts: Prompts
    store: SettingsStore
    settings: Settings
    guards: Guards = field(default_factory=Guards)
    seen: SeenFiles = field(default_factory=SeenFiles)

    @property
    def wavelength_unit(self) -> WavelengthUnit:
        """In which the window writes wavelengths now."""
        return UNITS[self.settings.wavelength_unit]

    def fail(self, error: BaseException, trace: str = "") -> None:
        """Shows an error: plainly in the message bar when the user can act on it, else as a fault with its trace."""
        if isinstance(error, HsiError):
            self.messages.error(error)
        elif is_out_of_memory(error):
            _log.fault("Out of memory\n%s", trace)
            self.messages.error(out_of_memory())
        else:
            whole = trace or "".join(traceback.format_exception(error))
            _log.fault("Unexpected error\n%s", told_of(error, whole))
            open_dialog(ErrorDialog(error, whole, self.window))

    def remember(self, settings: Settings) -> None:
        """Takes other settings and writes them; a failure is a warning, never in the way."""
        if settings == self.settings:
            return
        self.settings = settings
        if not self.store.save(settings):
            self.messages.warning(self.store.problem)

    def folder(self) -> Path:
        """Where dialogs begin for files of the scene that is shown: its own folder.

        One that was made in memory, or lies on a server, has none: the folder where a file was chosen last.
        """
        cube = self.session.scene.cube
        if cube.path is None or cube.info.address:
            return Path(self.settings.last_folder or Path.home())
        return cube.path.parent

    def told(self, text: str, path: Path) -> None:
        """Says where something was written, with a button to go there."""
        folder = path if path.is_dir() else path.parent
        open_folder = partial(QDesktopServices.openUrl, QUrl.fromLocalFile(str(folder)))
        self.messages.info(text, buttons=[(say("Open folder"), open_folder)], stays=False)

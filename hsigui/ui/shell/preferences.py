"""What the window remembers of the user's taste, and Edit > Preferences."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QMainWindow

from hsigui.cube import outside
from hsigui.document.scene import Scene
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.sizes import size_text
from hsigui.storage.run_space import RunSpace, remove_features, remove_runs, space_of
from hsigui.texts import say, say_number
from hsigui.ui.desk import motion, theme
from hsigui.ui.desk.action_rows import ActionSet
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.dialogs import open_dialog
from hsigui.ui.desk.job_bridge import Watcher
from hsigui.ui.desk.wavelength_units import ShowsWavelengths
from hsigui.ui.shell.preferences_dialog import PreferencesDialog
from hsigui.ui.training.run_files import RunFiles


class Preferences(QObject):
    """Shows the preferences, and gives them effect.

    Args:
        wavelengths: the parts of the window that show some, at any time.
    """

    def __init__(self, desk: Desk, actions: ActionSet, runs: RunFiles, wavelengths: Sequence[ShowsWavelengths]) -> None:
        super().__init__(desk.window)
        self._desk, self._actions, self._runs, self._wavelengths = desk, actions, runs, wavelengths
        self._folder = runs.runs.folder
        self._show_unit()
        self._apply_motion()

    def show_preferences(self) -> None:
        dialog = PreferencesDialog(self._desk.settings, str(self._folder), self._desk.window)
        dialog.features_unwanted.connect(self._remove_features)
        dialog.runs_unwanted.connect(self._ask_and_remove_runs)
        dialog.allowed_unwanted.connect(self._forget_allowed)
        dialog.outside.show_files(outside.allowed_files())
        open_dialog(dialog, self._take)
        self._measure()

    def set_theme(self, name: str) -> None:
        """Gives the window "system", "light" or "dark" colours, and remembers it."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply(app, name)
        self._desk.remember(dataclasses.replace(self._desk.settings, theme=name))

    def _take(self, dialog: PreferencesDialog) -> None:
        """Gives effect to what was chosen; into the settings of now, which others may have changed meanwhile."""
        chosen, before = dialog.choice, self._desk.settings
        self._desk.remember(dataclasses.replace(before, **chosen))
        if chosen["theme"] != before.theme:
            self._actions[f"theme_{chosen['theme']}"].trigger()
        if chosen["motion"] != before.motion:
            self._apply_motion()
        if chosen["wavelength_unit"] != before.wavelength_unit:
            self._show_unit()
        if chosen["runs_folder"] != before.runs_folder:
            self._desk.messages.info(say("Runs are kept in the new folder from the next start on."))
        if chosen["language"] != before.language:
            self._desk.messages.info(say("The language is that of your choice from the next start on."))

    def _apply_motion(self) -> None:
        if isinstance(self._desk.window, QMainWindow):
            motion.apply(self._desk.window, self._desk.settings.motion)

    def _show_unit(self) -> None:
        for part in self._wavelengths:
            part.set_unit(self._desk.wavelength_unit)

    def _forget_allowed(self) -> None:
        try:
            outside.forget()
        except HsiError as error:
            self._desk.fail(error)
        for dialog in self._desk.window.findChildren(PreferencesDialog):
            dialog.outside.show_files(outside.allowed_files())

    # Kept runs

    def _measure(self) -> None:
        """Looks how much room the runs take, and says so in the dialog, where it is open still."""

        def done(space: RunSpace) -> None:
            for dialog in self._desk.window.findChildren(PreferencesDialog):
                dialog.show_space(space)

        self._work(space_of, say("Measure kept runs"), done)

    def _remove_features(self) -> None:
        def done(won: int) -> None:
            self._desk.messages.info(say("{size} of features were removed.", size=size_text(won)), stays=False)
            self._measure()

        self._work(partial(remove_features, in_use=self._in_use()), say("Remove features"), done)

    def _ask_and_remove_runs(self) -> None:
        sure = self._desk.prompts.confirm(
            say("Remove runs?"),
            say("All encoders in {folder} are removed, those of unfinished trainings too.", folder=self._folder),
            say("What is open in this window, and what trains, stays. Runs that you exported stay."),
            say("Remove"),
        )
        if not sure:
            return

        def done(count: int) -> None:
            self._desk.messages.info(
                say_number("{count} run was removed.", "{count} runs were removed.", count), stays=False
            )
            self._measure()

        self._work(partial(remove_runs, in_use=self._in_use()), say("Remove runs"), done)

    def _work(self, work: Callable[[Path], object], title: str, done: Callable[..., None]) -> None:
        folder = self._folder

        def run(_ctx: Context) -> object:
            return work(folder)

        self._desk.bridge.start(run, title, Watcher(done=done))

    def _in_use(self) -> Callable[[Path], bool]:
        """Whether a run is open in this window, or trained in any."""
        opened = {folder for scene in self._desk.session.scenes for folder in _folders(scene)}
        return lambda folder: folder in opened or self._runs.is_held(folder)


def _folders(scene: Scene) -> list[Path]:
    return [run.folder for run in scene.runs if run.folder is not None]

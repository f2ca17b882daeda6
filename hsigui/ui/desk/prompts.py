"""Questions that need an answer before the program can go on. Tests put their own answers in place of this class."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog, QFileDialog, QMessageBox, QWidget

from hsigui.cube.formats import table as scenes
from hsigui.cube.libraries import table as libraries
from hsigui.cube.remote.opening import ZARR_MARKS
from hsigui.labels.formats import table as labels
from hsigui.texts import say
from hsigui.ui.desk.changed_dialog import Changed, ChangedDialog

ALL_FILES = say("All files (*)")


def scene_kinds() -> str:
    """The filters for opening scenes: all that can be read here, then each format. Asks GDAL for its drivers."""
    # A folder cannot be picked there: a file in it is, by which it is known.
    rows = [(row.title, (*row.suffixes, *ZARR_MARKS) if row.folders else row.suffixes) for row in scenes.available()]
    return _kinds(say("Scenes"), [*rows, scenes.LIBRARIES])


def label_kinds() -> str:
    """The filters for opening labels; asks GDAL for its drivers."""
    return _kinds(say("Labels"), [(row.title, row.suffixes) for row in labels.available()])


def library_kinds() -> str:
    """The filters for opening spectral libraries."""
    return _kinds(say("Spectral libraries"), [(row.title, row.suffixes) for row in libraries.FORMATS])


def saved_kinds() -> str:
    """The filters for saving labels, each with the one suffix that a name without gets."""
    return ";;".join(_kind(row.title, row.written[:1]) for row in labels.written())


def class_table_kinds() -> str:
    """The filters for tables of classes."""
    return ";;".join(_kind(row.title, row.suffixes[:1]) for row in labels.CLASS_TABLES)


def _kinds(together: str, rows: Sequence[tuple[str, tuple[str, ...]]]) -> str:
    every = tuple(dict.fromkeys(suffix for _, suffixes in rows for suffix in suffixes))
    return ";;".join([_kind(together, every), *(_kind(*row) for row in rows), ALL_FILES])


def _kind(title: str, suffixes: Sequence[str]) -> str:
    return f"{title} ({' '.join('*' + suffix for suffix in suffixes)})"


class Prompts:
    """Asks by the system's own dialogs, over a window."""

    def __init__(self, parent: QWidget) -> None:
        self._parent = parent

    def open_path(self, title: str, folder: str, *, scene: bool, kinds: str = "") -> Path | None:
        """An existing file: a scene, labels, or one of the kinds that the filter names."""
        kinds = kinds or (scene_kinds() if scene else label_kinds())
        name, _ = QFileDialog.getOpenFileName(self._parent, title, folder, kinds)
        return Path(name) if name else None

    def open_folder(self, title: str, folder: str) -> Path | None:
        name = QFileDialog.getExistingDirectory(self._parent, title, folder)
        return Path(name) if name else None

    def save_path(self, title: str, proposal: str, *, kinds: str = "") -> Path | None:
        """A file to write; it gets the ending of the chosen kind when the user types none."""
        name, kind = QFileDialog.getSaveFileName(self._parent, title, proposal, kinds or saved_kinds())
        if not name:
            return None
        path = Path(name)
        if not path.suffix:
            path = path.with_name(path.name + kind.rpartition("*")[2].rstrip(")"))
            # The system's dialog asked about the name without the ending.
            if path.exists() and not self.confirm(
                title, say("{name} is there already.", name=path.name), "", say("Replace")
            ):
                return None
        return path

    def unsaved_labels(self, text: str, detail: str) -> str:
        """What to do with labels that are in no file: "save", "discard" or "cancel"."""
        roles = QMessageBox.ButtonRole
        answers = (("save", say("Save"), roles.AcceptRole), ("discard", say("Discard"), roles.DestructiveRole))
        return self._unsaved(text, detail, answers)

    def unsaved_scenes(self, text: str, detail: str) -> str:
        """What to do with several scenes at once: "save" or "discard" all, decide for "each", or "cancel"."""
        roles = QMessageBox.ButtonRole
        answers = (
            ("save", say("Save all"), roles.AcceptRole),
            ("each", say("Decide for each…"), roles.ActionRole),
            ("discard", say("Discard all"), roles.DestructiveRole),
        )
        return self._unsaved(text, detail, answers)

    def _unsaved(self, text: str, detail: str, answers: Sequence[tuple[str, str, QMessageBox.ButtonRole]]) -> str:
        """One of the answers (a word, what its button says, and its role), the first by Enter; "cancel" by Escape."""
        box = QMessageBox(self._parent)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(say("Unsaved labels"))
        box.setTextFormat(Qt.TextFormat.PlainText)  # names of scenes and classes are the user's own
        box.setText(text)
        box.setInformativeText(detail)
        buttons = {word: box.addButton(said, role) for word, said, role in answers}
        box.setEscapeButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.setDefaultButton(buttons[answers[0][0]])
        box.exec()
        return next((word for word, button in buttons.items() if button is box.clickedButton()), "cancel")

    def changed_meanwhile(self, changed: Changed) -> str:
        """What to do with files that somebody else has changed: "overwrite", save a "copy", or "cancel"."""
        dialog = ChangedDialog(changed, self._parent)
        dialog.exec()
        dialog.deleteLater()
        return dialog.answer

    def confirm(self, title: str, text: str, detail: str, action: str) -> bool:
        """Whether to go on with something that takes work away; `action` names what is done then."""
        box = QMessageBox(self._parent)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(title)
        box.setText(text)
        box.setInformativeText(detail)
        go_on = box.addButton(action, QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.exec()
        return box.clickedButton() is go_on

    def unfinished_training(self, text: str, detail: str) -> str:
        """What to do about an unfinished training: "go on", "anew" or "cancel"."""
        box = QMessageBox(self._parent)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(say("Unfinished training"))
        box.setText(text)
        box.setInformativeText(detail)
        go_on = box.addButton(say("Go on"), QMessageBox.ButtonRole.AcceptRole)
        anew = box.addButton(say("Begin anew"), QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(go_on)
        box.exec()
        clicked = box.clickedButton()
        return "go on" if clicked is go_on else "anew" if clicked is anew else "cancel"

    def training_of_other_input(self, text: str, detail: str) -> str:
        """What becomes of a training whose scene is about to change: "stop", "keep" or "cancel" the change."""
        return self._choice(
            say("Training is running"), text, detail, ("stop", say("Stop the training")), ("keep", say("Keep it going"))
        )

    def work_at_exit(self, text: str, detail: str) -> str:
        """What becomes of work at the end of the program: "stop" it, "wait" for it, or "cancel" the closing."""
        return self._choice(
            say("Work is going on"), text, detail, ("stop", say("Stop and quit")), ("wait", say("Wait, then quit"))
        )

    def _choice(self, title: str, text: str, detail: str, *answers: tuple[str, str]) -> str:
        """One of several answers (a word and what its button says), or "cancel", which Enter and Escape mean."""
        box = QMessageBox(self._parent)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(title)
        box.setText(text)
        box.setInformativeText(detail)
        buttons = {word: box.addButton(said, QMessageBox.ButtonRole.ActionRole) for word, said in answers}
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.exec()
        return next((word for word, button in buttons.items() if button is box.clickedButton()), "cancel")

    def color(self, present: tuple[int, int, int], name: str) -> tuple[int, int, int] | None:
        color = QColorDialog.getColor(QColor(*present), self._parent, say("Colour of {name}", name=name))
        return (color.red(), color.green(), color.blue()) if color.isValid() else None

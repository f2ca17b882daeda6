"""What the user may set, a row each; every row has an effect, named in its tip."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from hsigui.assets import languages_folder
from hsigui.cube.limits import machine_memory
from hsigui.cube.remote.block_store import cache_folder
from hsigui.pipeline import sharing
from hsigui.sizes import size_text
from hsigui.storage.runs import runs_folder
from hsigui.texts import languages_in, say
from hsigui.ui.desk.language import language_name, unseen_in_words
from hsigui.ui.desk.number_box import NumberBox
from hsigui.ui.desk.wavelength_units import UNITS

MOST_CACHE = 10_000.0  # GiB
ENGLISH = "English"  # as every language calls itself


@dataclass(frozen=True)
class Editor:
    """The widget of a row, how a value is put into it, and how it is read back."""

    widget: QWidget
    put: Callable[[object], None]
    value: Callable[[], Any]


@dataclass(frozen=True)
class PreferenceRow:
    """One preference.

    Attributes:
        name: of the field of `Settings`.
        label: with a mnemonic.
        tip: what it does.
        make: makes its editor.
        means_something: whether it is shown on this machine.
    """

    name: str
    label: str
    tip: str
    make: Callable[[QWidget], Editor]
    means_something: Callable[[], bool] = lambda: True


class FolderEdit(QWidget):
    """A folder, typed or chosen; empty for the usual one.

    Args:
        title: of the dialog that asks for one.
        usual: the usual one, where the dialog begins.
    """

    def __init__(self, parent: QWidget, title: str, usual: Path) -> None:
        super().__init__(parent)
        self._title, self._usual = title, usual
        self.line, browse = QLineEdit(self), QPushButton(say("Browse…"), self)
        self.line.setPlaceholderText(say("the usual one"))
        self.line.setClearButtonEnabled(True)
        self.setFocusProxy(self.line)
        browse.clicked.connect(self._browse)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.line, 1)
        row.addWidget(browse)

    def put(self, value: object) -> None:
        self.line.setText(str(value))

    def value(self) -> str:
        text = self.line.text().strip()
        return str(Path(text).expanduser().absolute()) if text else ""

    def _browse(self) -> None:
        start = self.line.text() or str(self._usual)
        folder = QFileDialog.getExistingDirectory(self, self._title, start)
        if folder:
            self.line.setText(folder)


class LanguageChoice(QWidget):
    """The languages that there are catalogues of, and English; says so where there is no other, and where no font of
    this machine has the letters of the chosen one."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        folder = languages_folder()
        codes = [] if folder is None else [code for code in languages_in(folder) if code != "en"]
        self.box = QComboBox(self)
        self.box.addItem(say("As the system"), "")
        self.box.addItem(ENGLISH, "en")
        for code in codes:
            self.box.addItem(language_name(code), code)
        self.setFocusProxy(self.box)
        self.note, self._alone = QLabel(self), not codes
        self.note.setWordWrap(not self._alone)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.box)
        column.addWidget(self.note)
        self.box.currentIndexChanged.connect(self._tell)
        self._tell()

    def _tell(self) -> None:
        said = say("There is English only so far.") if self._alone else unseen_in_words(self.box.currentData())
        self.note.setText(said)
        self.note.setVisible(bool(said))

    def put(self, value: object) -> None:
        if self.box.findData(value) < 0:  # its catalogue is gone; that is no reason to forget the wish
            self.box.addItem(say("{language}: not there", language=language_name(str(value))), value)
        self.box.setCurrentIndex(self.box.findData(value))


def _one_of(parent: QWidget, choices: Iterable[tuple[str, str]]) -> Editor:
    """A box of choices: what is kept, and how it is shown."""
    box = QComboBox(parent)
    for name, text in choices:
        box.addItem(text, name)
    return Editor(box, lambda value: box.setCurrentIndex(max(0, box.findData(value))), box.currentData)


def _theme(parent: QWidget) -> Editor:
    return _one_of(parent, (("system", say("As the system")), ("light", say("Light")), ("dark", say("Dark"))))


def _motion(parent: QWidget) -> Editor:
    return _one_of(parent, (("system", say("As the system")), ("little", say("As little as can be"))))


def _wavelength_unit(parent: QWidget) -> Editor:
    return _one_of(parent, ((unit.name, f"{unit.words.capitalize()} ({unit.symbol})") for unit in UNITS.values()))


def _language(parent: QWidget) -> Editor:
    choice = LanguageChoice(parent)
    return Editor(choice, choice.put, choice.box.currentData)


def _memory(parent: QWidget) -> Editor:
    spin = NumberBox(parent)
    spin.setDecimals(1)
    spin.setRange(0.0, machine_memory() / 2**30)
    spin.setSuffix(say(" GiB"))
    spin.setSpecialValueText(say("all of this machine ({memory})", memory=size_text(machine_memory(), binary=True)))
    return Editor(spin, lambda value: spin.setValue(float(str(value))), lambda: round(spin.value(), 1))


def _work(parent: QWidget) -> Editor:
    spin = NumberBox(parent)
    spin.setDecimals(1)
    spin.setRange(0.0, machine_memory() / 2**30)
    spin.setSuffix(say(" GiB"))
    spin.setSpecialValueText(say("no limit"))
    return Editor(spin, lambda value: spin.setValue(float(str(value))), lambda: round(spin.value(), 1))


def _threads(parent: QWidget) -> Editor:
    spin = QSpinBox(parent)
    spin.setRange(0, os.cpu_count() or 1)
    spin.setSpecialValueText(say("all but one ({count} here)", count=max(1, (os.cpu_count() or 1) - 1)))
    return Editor(spin, lambda value: spin.setValue(int(str(value))), spin.value)


def _training_gpus(parent: QWidget) -> Editor:
    return _one_of(parent, ((sharing.ALL, say("All of them")), (sharing.ONE, say("One"))))


def _has_several_gpus() -> bool:
    return sharing.gpus() > 1


def _folder(parent: QWidget) -> Editor:
    edit = FolderEdit(parent, say("Folder of kept runs"), runs_folder())
    return Editor(edit, edit.put, edit.value)


def _network(parent: QWidget) -> Editor:
    return _one_of(parent, (("typed", say("Addresses that I open")), ("never", say("Nothing"))))


def _cache_folder(parent: QWidget) -> Editor:
    edit = FolderEdit(parent, say("Folder of kept parts of remote scenes"), cache_folder().parent)
    return Editor(edit, edit.put, edit.value)


def _cache_room(parent: QWidget) -> Editor:
    spin = NumberBox(parent)
    spin.setDecimals(1)
    spin.setRange(0.0, MOST_CACHE)
    spin.setSuffix(say(" GiB"))
    spin.setSpecialValueText(say("nothing is kept"))
    return Editor(spin, lambda value: spin.setValue(float(str(value))), lambda: round(spin.value(), 1))


ROWS: tuple[PreferenceRow, ...] = (
    PreferenceRow("theme", say("&Colours of the window"), say("Light or dark, at once"), _theme),
    PreferenceRow("motion", say("Mot&ion"),
                  say("What moves by itself: panels that slide, menus that unfold, bars that run to and fro, a cursor "
                      "that blinks; at once"), _motion),
    PreferenceRow("wavelength_unit", say("&Wavelengths in"),
                  say("In plots, sliders and tables of the window, at once; files and reports have nanometres always"),
                  _wavelength_unit),
    PreferenceRow("language", say("&Language"),
                  say("From the next start on, for the window and for commands; the variable HSIGUI_LANGUAGE goes "
                      "before it"), _language),
    PreferenceRow("memory_gib", say("&Memory for files"),
                  say("Files that announce more are refused before they are read"), _memory),
    PreferenceRow("work_gib", say("Memory for wor&k"),
                  say("Trainings, features and maps of scenes that need more are made in smaller pieces, from the next "
                      "one on"), _work),
    PreferenceRow("threads", say("&Threads of trainings"),
                  say("Fewer leave the machine to other programs; from the next training or run that is opened"),
                  _threads),
    PreferenceRow("training_gpus", say("Training on several &GPUs"),
                  say("Trainings by the Paper presets take all GPUs of this machine, or one; Quick is not faster on "
                      "several, and takes one. From the next training on"), _training_gpus, _has_several_gpus),
    PreferenceRow("runs_folder", say("&Folder of kept runs"),
                  say("Where trained encoders and features are kept, from the next start of the window; runs that are "
                      "kept already stay where they are, and can be opened by Training > Open run"), _folder),
    PreferenceRow("network", say("&Network"),
                  say("What may be fetched over the network: the scenes whose addresses you name, or nothing; a file "
                      "that names an address never leads there"), _network),
    PreferenceRow("cache_folder", say("F&older of remote parts"),
                  say("Where the parts of remote scenes that were read are kept, so that they need not come again; "
                      "from the next scene that is opened on"), _cache_folder),
    PreferenceRow("cache_gib", say("&Room for remote parts"),
                  say("Where it is full, the parts that were not used for longest go; 0 keeps nothing on the disk"),
                  _cache_room),
)  # fmt: skip

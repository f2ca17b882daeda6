"""How the whole scene is mapped by tiles: into which file, from which labels, by how many processes."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from hsigui.cube.working_memory import LEAST
from hsigui.pipeline.disk import free
from hsigui.pipeline.tiling import pending
from hsigui.pipeline.tiling.pending import Pending
from hsigui.report.strips import ENVI, TIFFS, ZARR
from hsigui.sizes import size_text
from hsigui.texts import say, say_number
from hsigui.ui.desk.dialogs import keep_wide
from hsigui.ui.desk.problem_label import ProblemLabel
from hsigui.ui.desk.setting_editors import Decimal
from hsigui.ui.desk.tips import explain

FORMATS = (
    (say("GeoTIFF, cloud-optimised (COG)"), TIFFS, True),
    (say("GeoTIFF"), TIFFS, False),
    (say("zarr"), ZARR, False),
    (say("ENVI"), ENVI, False),
)
LAYERS = (
    ("confidence", say("Con&fidence"), say("The probability of the class that was chosen")),
    ("entropy", say("&Uncertainty (entropy)"), say("How evenly the probability is spread over all classes")),
    ("probabilities", say("&Probabilities"), say("Those of all classes, a layer each")),
)
MAP_BYTES, LAYER_BYTES = 5, 16  # of a pixel: tiles, and a file that no compression makes smaller, while it is written
LEAST_GIB = LEAST / 2**30


@dataclass(frozen=True)
class TilesFacts:
    """What the dialog is told of the scene.

    Attributes:
        name: of the scene.
        where: its file or address.
        rows, cols: its size.
        proposal: the file that is proposed.
        labelled, classes: pixels that have a label, and classes that have one.
        kept: whether the run keeps a classifier.
        held: whether the features of the scene are there.
        seconds: that features and map of all of it took in the window; 0 where that is not known.
        cores: of this machine.
        memory: GiB that work may take by the preferences; 0 for no limit.
    """

    name: str
    where: str
    rows: int
    cols: int
    proposal: Path
    labelled: int
    classes: int
    kept: bool
    held: bool = True
    seconds: float = 0.0
    cores: int = 1
    memory: float = 0.0


@dataclass(frozen=True)
class TilesChoice:
    """What was chosen; `goes_on` is what there is to go on from, where that is wished."""

    out: Path
    cloud: bool
    layers: tuple[str, ...]
    of_labels: bool
    workers: int | None
    memory: int | None
    goes_on: Pending | None = None

    @property
    def layer_files(self) -> dict[str, Path]:
        """The file of each layer, beside that of the map."""
        return {name: self.out.with_name(f"{self.out.stem}-{name}{self.out.suffix}") for name in self.layers}


class TilesDialog(QDialog):
    """Asks; `choice` is what was chosen.

    Args:
        ask_file: asks for a file to write: of a title, a proposal, and the kinds.
    """

    def __init__(
        self, facts: TilesFacts, ask_file: Callable[[str, str, str], Path | None], parent: QWidget | None = None
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setWindowTitle(say("Map {name} by tiles", name=facts.name))
        self._facts, self._ask_file = facts, ask_file
        self.pending: Pending | None = None
        self._make_editors()
        self.told = QLabel(self)
        self.told.setWordWrap(True)
        self.told.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.problem = ProblemLabel(self)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addLayout(self._form())
        column.addWidget(self.go_on)
        column.addWidget(self.told)
        column.addWidget(self.problem)
        column.addStretch(1)
        column.addWidget(self.buttons)
        keep_wide(column, 560)
        self.file.textChanged.connect(self._other_file)
        self.formats.currentIndexChanged.connect(self._other_format)
        self.go_on.toggled.connect(self._tell)
        self.labels.currentIndexChanged.connect(self._tell)
        self.workers.valueChanged.connect(self._tell)
        for box in self.layers.values():
            box.toggled.connect(self._tell)
        self._other_file()

    # Building

    def _make_editors(self) -> None:
        facts = self._facts
        self.file, self.formats = QLineEdit(str(facts.proposal), self), QComboBox(self)
        for title, suffixes, cloud in FORMATS:
            self.formats.addItem(title, (suffixes, cloud))
        self.layers = {name: QCheckBox(text, self) for name, text, _ in LAYERS}
        for name, _, hint in LAYERS:
            explain(self.layers[name], hint)
        self.labels = QComboBox(self)
        if facts.classes > 1:
            self.labels.addItem(say_number(
                "the {count:,} label of now, in {classes} classes", "the {count:,} labels of now, in {classes} classes",
                facts.labelled, classes=facts.classes,
            ), True)  # fmt: skip
        if facts.kept:
            self.labels.addItem(say("those of the classifier that the run keeps"), False)
        self.labels.setEnabled(self.labels.count() > 0)
        self.workers, self.memory = QSpinBox(self), Decimal(self)
        self.workers.setRange(0, max(1, facts.cores))
        self.workers.setSpecialValueText(say("as many as suit this machine"))
        self.memory.setRange(0.0, 4096.0)
        self.memory.setDecimals(2)
        self.memory.setSingleStep(0.5)
        self.memory.setSuffix(say(" GiB"))
        self.memory.setSpecialValueText(say("no limit"))
        self.memory.setValue(max(LEAST_GIB, facts.memory) if facts.memory else 0.0)
        self.go_on = QCheckBox(self)
        explain(self.workers, say("Processes that make tiles, apart from the window; one core is left to the window"))
        explain(
            self.memory,
            say("Of each process; tiles are as large as it allows, 512 pixels without a limit. Preferences have the "
                "usual one: Memory for work"),
        )  # fmt: skip

    def _form(self) -> QFormLayout:
        form, where, beside = QFormLayout(), QHBoxLayout(), QHBoxLayout()
        browse = QPushButton(say("Browse…"), self)
        browse.clicked.connect(self._browse)
        where.addWidget(self.file, 1)
        where.addWidget(browse)
        for box in self.layers.values():
            beside.addWidget(box)
        beside.addStretch(1)
        for text, buddy, row in (
            (say("&File of the map"), self.file, where), (say("F&ormat"), self.formats, self.formats),
            (say("Also write"), None, beside), (say("&Labels"), self.labels, self.labels),
            (say("&Workers"), self.workers, self.workers), (say("&Memory a worker"), self.memory, self.memory),
        ):  # fmt: skip
            label = QLabel(text, self)
            if buddy is not None:
                label.setBuddy(buddy)
            form.addRow(label, row)
        return form

    # What is chosen

    @property
    def path(self) -> Path:
        """The file of the map."""
        return Path(self.file.text().strip()).expanduser()

    @property
    def choice(self) -> TilesChoice:
        goes_on = self.pending if self.pending is not None and self.go_on.isChecked() else None
        gib = self.memory.value()
        layers = tuple(name for name, box in self.layers.items() if box.isChecked())
        return TilesChoice(
            self.path, bool(self.formats.currentData()[1]) if goes_on is None else goes_on.cloud,
            layers if goes_on is None else goes_on.layers, bool(self.labels.currentData()),
            self.workers.value() or None, int(max(gib, LEAST_GIB) * 2**30) if gib else None, goes_on,
        )  # fmt: skip

    def _browse(self) -> None:
        kinds = ";;".join(f"{title} (*{suffixes[0]})" for title, suffixes, _ in FORMATS)
        path = self._ask_file(say("Map by tiles"), str(self.path), kinds)
        if path is not None:
            self.file.setText(str(path))

    def _other_format(self, number: int) -> None:
        suffixes, _ = self.formats.itemData(number)
        path = self.path
        if path.suffix.lower() not in suffixes:
            known = any(path.suffix.lower() in each for _, each, _ in FORMATS)
            self.file.setText(str(path.with_name((path.stem if known else path.name) + suffixes[0])))
        self._tell()

    def _other_file(self, *_text: str) -> None:
        suffix = self.path.suffix.lower()
        if suffix not in self.formats.currentData()[0]:
            fitting = next((n for n, (_, suffixes, _) in enumerate(FORMATS) if suffix in suffixes), None)
            if fitting is not None:
                self.formats.blockSignals(True)
                self.formats.setCurrentIndex(fitting)
                self.formats.blockSignals(False)
        self._look_for_tiles()
        self._tell()

    def _look_for_tiles(self) -> None:
        """Whether a map of this name was begun that can be gone on with."""
        there = pending.found(self.path) if self.path.name else None
        self.pending = there if there is not None and there.scene == self._facts.where else None
        found = self.pending
        if found is not None:
            self.go_on.setText(say(
                "Go on: {finished:,} of {tiles:,} tiles are finished, of {labels}",
                finished=found.finished, tiles=found.tiles, labels=found.labels,
            ))  # fmt: skip
        self.go_on.setChecked(found is not None)
        self.go_on.setVisible(found is not None)

    def _tell(self, *_value: object) -> None:
        choice, chosen_before = self.choice, self.choice.goes_on is not None
        for widget in (self.formats, self.labels, *self.layers.values()):
            widget.setEnabled(not chosen_before)
        self.labels.setEnabled(not chosen_before and self.labels.count() > 0)
        problem, notes = self._in_the_way(choice), [self._size(choice), self._time(choice)]
        if not choice.goes_on and not self._facts.held and choice.of_labels:
            notes.append(say("The features of all pixels fit nowhere: the classifier is fitted on the surroundings of "
                             "the labels."))  # fmt: skip
        there = [path.name for path in (choice.out, *choice.layer_files.values()) if path.exists()]
        if there:
            notes.append(say("Will be replaced: {there}", there=", ".join(there)))
        if self.pending is not None and not chosen_before:
            notes.append(say("Begun anew, the finished tiles are removed."))
        self.told.setText("\n".join(notes))
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        button = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        button.setText(say("Go on") if chosen_before else say("Make the map"))
        button.setEnabled(not problem)

    def _size(self, choice: TilesChoice) -> str:
        facts, needed = self._facts, self._needed(choice)
        return say(
            "{rows:,} x {cols:,} pixels; on the disk up to {room} while it is made.",
            rows=facts.rows,
            cols=facts.cols,
            room=size_text(needed),
        )

    def _needed(self, choice: TilesChoice) -> int:
        each = {"probabilities": max(2, self._facts.classes)}
        layers = sum(LAYER_BYTES * each.get(name, 1) for name in choice.layers)
        return self._facts.rows * self._facts.cols * (MAP_BYTES + layers)

    def _time(self, choice: TilesChoice) -> str:
        facts = self._facts
        if not facts.seconds:
            return say("How long it takes is told once the first tiles are finished.")
        most = max(1, facts.cores - 1)
        left = 1.0 if choice.goes_on is None else 1.0 - choice.goes_on.finished / max(1, choice.goes_on.tiles)
        minutes = facts.seconds * most / (choice.workers or most) * left / 60
        if minutes < 1:
            return say("By what the features took in the window, a minute or less.")
        if minutes < 90:
            return say("By what the features took in the window, roughly {minutes:.0f} min.", minutes=minutes)
        return say("By what the features took in the window, roughly {hours:.1f} h.", hours=minutes / 60)

    def _in_the_way(self, choice: TilesChoice) -> str:
        """Why it cannot be made; empty where nothing is known."""
        path = choice.out
        if not self._facts.where:
            return say("The scene is in no file, from which workers could read it: save it first (File > Save cube…).")
        if choice.goes_on is None and not self.labels.count():
            return say("Label pixels of two classes or more first, or open a run that keeps a classifier.")
        if not any(path.suffix.lower() in suffixes for _, suffixes, _ in FORMATS):
            return say("End the name in .tif, .zarr or .hdr.")
        if not path.parent.is_dir():
            return say("The folder {folder} is not there.", folder=path.parent)
        if not os.access(path.parent, os.W_OK):
            return say("Nothing can be written in {folder}.", folder=path.parent)
        if path.is_dir() and path.suffix.lower() not in ZARR:
            return say("{name} is a folder.", name=path.name)
        if str(path.resolve()) == self._facts.where:
            return say("{name} is the scene itself.", name=path.name)
        room = free(path.parent)
        if room is not None and room < self._needed(choice) and choice.goes_on is None:
            return say("The disk has {free} free, which is too little.", free=size_text(room))
        return ""

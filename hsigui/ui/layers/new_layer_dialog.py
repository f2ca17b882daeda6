"""Asks for a new layer: its kind, its settings, and what it is compared with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from hsigui.analysis.layer import LayerRecipe, Target
from hsigui.analysis.making import recipe_of
from hsigui.analysis.settings import GIVEN, FormulaSettings, IndexSettings
from hsigui.analysis.table import SPECTRA, WAVELENGTHS, LayerKind, kinds
from hsigui.document.derived import EMBEDDING
from hsigui.document.scene import Scene
from hsigui.errors import HsiError
from hsigui.labels.label_map import TRAINING
from hsigui.parameters import Parameters, Value
from hsigui.texts import say
from hsigui.ui.desk.setting_editors import Editor, editor_of
from hsigui.ui.layers.formula_field import FormulaField
from hsigui.ui.layers.index_chooser import IndexChooser
from hsigui.ui.layers.making import Mean, Wish
from hsigui.ui.layers.spectra_chooser import Chosen, SpectraChooser
from hsigui.ui.layers.words import EMBEDDED, EMBEDDED_ABOUT

FIRST_KIND = "index"


class NewLayerDialog(QDialog):
    """Kinds on the left, what can be set of the chosen one on the right.

    Signals:
        library_asked(chooser): the user wants spectra of a file, for a SpectraChooser.
    """

    library_asked = Signal(object)

    def __init__(self, scene: Scene, parent: QWidget | None = None, chosen: Chosen = ()) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("New layer"))
        self._scene, self._chosen = scene, chosen
        self._page: KindPage | None = None
        self._kinds = {row.name: row for row in kinds()}
        self.kinds = QListWidget(self)
        self.kinds.setAccessibleName(say("Kinds of layers"))
        self.kinds.setMaximumWidth(230)
        self.title, self.problem = QLabel(self), QLabel(self)
        self.title.setWordWrap(True)
        self.problem.setWordWrap(True)
        self.problem.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.make = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.make.setText(say("Make"))
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._right = QVBoxLayout()
        self._right.addWidget(self.title)
        self._right.addStretch(1)
        self._right.addWidget(self.problem)
        row = QHBoxLayout()
        row.addWidget(self.kinds)
        row.addLayout(self._right, 1)
        column = QVBoxLayout(self)
        column.addLayout(row, 1)
        column.addWidget(self.buttons)
        for name, title in [*((row.name, row.title) for row in self._kinds.values()), (EMBEDDING, EMBEDDED)]:
            item = QListWidgetItem(title)
            item.setData(Qt.ItemDataRole.UserRole, name)
            self.kinds.addItem(item)
        self.kinds.currentItemChanged.connect(self._kind_chosen)
        self.choose(FIRST_KIND if scene.cube.wavelengths is not None else "pca")
        self.resize(760, 520)

    @property
    def kind(self) -> str:
        """Name of the chosen kind."""
        return str(self.kinds.currentItem().data(Qt.ItemDataRole.UserRole))

    @property
    def page(self) -> KindPage:
        """What can be set of the chosen kind."""
        assert self._page is not None
        return self._page

    @property
    def wish(self) -> Wish:
        """What is asked for.

        Raises:
            HsiError: a setting has no allowed value.
        """
        title = say("Make {title}", title=self.kinds.currentItem().text())
        if self.kind == EMBEDDING:
            return Wish(LayerRecipe(EMBEDDING), title)
        targets = tuple(each for each in self.page.spectra if isinstance(each, Target))
        means = tuple(each for each in self.page.spectra if isinstance(each, Mean))
        return Wish(recipe_of(self.kind, self.page.values, targets, self.page.left_out), title, means)

    def choose(self, name: str) -> None:
        """Shows a kind."""
        for row in range(self.kinds.count()):
            if self.kinds.item(row).data(Qt.ItemDataRole.UserRole) == name:
                self.kinds.setCurrentRow(row)

    def _kind_chosen(self, *_items: object) -> None:
        if self._page is not None:
            self._right.removeWidget(self._page)
            self._page.hide()
            self._page.deleteLater()
        row = self._kinds.get(self.kind)
        about = EMBEDDED_ABOUT if row is None else row.about
        self._page = KindPage(self._scene, row, self, self._chosen)
        self._page.changed.connect(self._check)
        self._page.library_asked.connect(self.library_asked)
        own = self._page.indices is not None or self._page.formula is not None  # which tell their papers, or have none
        self.title.setText(about if row is None or own else f"{about}\n{row.paper}")
        self._right.insertWidget(1, self._page, 100)
        self._check()

    def _check(self) -> None:
        """The button rests while the layer could not be made, and it is said why."""
        problem = self.page.problem
        self.problem.setText("" if problem is None else f"{problem.message} {problem.hint}".strip())
        self.problem.setVisible(problem is not None and not self.page.tells)
        self.make.setEnabled(problem is None)


class KindPage(QWidget):
    """The settings of a kind.

    Args:
        row: of the kind; None for what the encoder learned, of which nothing can be set.
        chosen: spectra of libraries that are at hand.

    Signals:
        changed(): something is set otherwise.
        library_asked(chooser): see the dialog.
    """

    changed = Signal()
    library_asked = Signal(object)

    def __init__(self, scene: Scene, row: LayerKind | None, parent: QWidget, chosen: Chosen = ()) -> None:
        super().__init__(parent)
        self._scene, self._row, self._chosen = scene, row, chosen
        self.editors: dict[str, Editor] = {}
        self.indices: IndexChooser | None = None
        self.formula: FormulaField | None = None
        self.chooser: SpectraChooser | None = None
        self.labelled: QCheckBox | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        if row is not None:
            self._build(column, row)
        column.addStretch(1)

    @property
    def values(self) -> dict[str, Value]:
        """All settings by name, with what was typed a moment ago."""
        for editor in self.editors.values():
            if isinstance(editor.widget, QAbstractSpinBox):
                editor.widget.interpretText()
        found = {name: editor.value() for name, editor in self.editors.items()}
        if self.indices is not None:
            found["name"] = self.indices.name
        if self.formula is not None:
            found["formula"] = self.formula.text
        return found

    @property
    def spectra(self) -> list[Target | Mean]:
        """What is compared with."""
        return [] if self.chooser is None or self._finds else self.chooser.chosen

    @property
    def left_out(self) -> NDArray[np.bool_] | None:
        """The pixels that have no part in the background, rows x cols; None for none."""
        wanted = self.labelled is not None and self.labelled.isChecked()
        return np.asarray(self._scene.labels.layer(TRAINING) > 0) if wanted else None

    @property
    def tells(self) -> bool:
        """Whether the page says by itself what is wrong."""
        return self.formula is not None or (self.indices is not None and self._scene.cube.wavelengths is not None)

    @property
    def problem(self) -> HsiError | None:
        """Why the layer could not be made; None where it could."""
        cube, row = self._scene.cube, self._row
        if row is None:
            return None if self._scene.features is not None else HsiError(
                say("There is no encoder in use yet."), say("Press Pretrain, or open a run.")
            )  # fmt: skip
        if WAVELENGTHS in row.needs and cube.wavelengths is None:
            return HsiError(
                say(
                    "{title} needs the wavelengths of {name}, and they are not known.", title=row.title, name=cube.name
                ),
                say("Give them in Edit > Bands…"),
            )
        if self.chooser is not None and not self.spectra and not self._finds:
            return HsiError(say("No spectrum to compare with is chosen."), say("Check one or several."))
        for part in (self.indices, self.formula):
            if part is not None and part.problem is not None:
                return part.problem
        return None

    @property
    def _finds(self) -> bool:
        """Whether spectra are found where none is chosen."""
        return "find" in self.editors and self.editors["find"].value() != GIVEN

    def _build(self, column: QVBoxLayout, row: LayerKind) -> None:
        if row.settings is IndexSettings:
            self.indices = IndexChooser(self._scene.cube, self)
            self.indices.changed.connect(self.changed)
            column.addWidget(self.indices, 100)
        elif row.settings is FormulaSettings:
            usual = str(row.settings.described()[0].default)
            self.formula = FormulaField(self._scene.cube, usual, self)
            self.formula.changed.connect(self.changed)
            column.addWidget(self.formula)
        if SPECTRA in row.needs:
            self.chooser = SpectraChooser(self._scene, self, self._chosen)
            self.chooser.changed.connect(self.changed)
            self.chooser.library_asked.connect(self._library_asked)
            column.addWidget(self.chooser, 100)
        column.addLayout(self._build_form(row.settings))
        if row.background:
            self.labelled = QCheckBox(say("Leave labelled pixels out of the background"), self)
            self.labelled.setToolTip(say("Where targets are labelled, they do not hide themselves"))
            self.labelled.setEnabled(self._scene.labels.labelled(TRAINING) > 0)
            column.addWidget(self.labelled)

    def _build_form(self, settings: type[Parameters]) -> QFormLayout:
        form = QFormLayout()
        own = {"name"} if self.indices is not None else {"formula"} if self.formula is not None else set()
        for each in settings.described():
            if each.name in own:
                continue
            editor = editor_of(each, self)
            editor.set_value(each.default)
            editor.when_changed(self._edited)
            tip = say("{sentence} {allowed}", sentence=each.sentence, allowed=each.allowed)
            editor.widget.setToolTip(tip)
            editor.widget.setAccessibleName(each.title)
            self.editors[each.name] = editor
            label = QLabel(each.title, self)
            label.setToolTip(tip)
            label.setBuddy(editor.widget)
            form.addRow(label, editor.widget)
        return form

    def _edited(self) -> None:
        if self.chooser is not None:
            self.chooser.setEnabled(not self._finds)
        tolerance = self.editors.get("tolerance")
        for part in (self.indices, self.formula):
            if part is not None and tolerance is not None:
                part.set_tolerance(float(tolerance.value()))
        self.changed.emit()

    def _library_asked(self) -> None:
        self.library_asked.emit(self.chooser)
